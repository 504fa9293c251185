"""What the license texts of a model say, as data."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class CommercialUse(Enum):
    """May results be used commercially, by the license texts? No legal advice."""

    YES = "yes"
    NO = "no"
    UNCLEAR = "unclear"


@dataclass(frozen=True)
class License:
    """License of a model and of what it computes.

    Attributes:
        line: shown before use and stamped into takes.
        commercial_use: of the results, by the texts.
        holder: who grants it. url: where it can be read.
        checked: date on which the texts were read, ISO 8601.
    """

    line: str
    commercial_use: CommercialUse
    holder: str
    url: str
    checked: str
