"""What the license texts of models and bodies say, as data."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Final

from ..bodies.embedded import BODY_LICENSE


class CommercialUse(Enum):
    """May results be used commercially, by the license texts? No legal advice."""

    YES = "yes"
    CONDITIONS = "yes, but read the condition"
    NO = "no"
    UNCLEAR = "unclear"


class Evidence(Enum):
    """How the terms of a license are known."""

    READ = "the license was read"
    STATED = "stated by others"
    UNCLEAR = "unclear or contradictory"


@dataclass(frozen=True)
class License:
    """License of a model and of what it computes.

    Attributes:
        line: shown before use and stamped into takes.
        commercial_use: of the results, by the texts. condition: what to read before, where it is a condition.
        holder: who grants it. url: where it can be read.
        checked: date on which the texts were read, ISO 8601. evidence: how this is known.
    """

    line: str
    commercial_use: CommercialUse
    holder: str
    url: str
    checked: str
    condition: str = ""
    evidence: Evidence = Evidence.READ

    @property
    def may_sell(self) -> bool:
        """Whether results may be sold by the texts, perhaps on a condition."""
        return self.commercial_use in (CommercialUse.YES, CommercialUse.CONDITIONS)

    @property
    def commercial_line(self) -> str:
        """What to know before selling results, in a sentence."""
        condition = f": {self.condition}" if self.condition else ""
        return f"Commercial use: {self.commercial_use.value}{condition}."


NO_BODY: Final = "none: it gives keypoints, not a body"
"""License line of models without a body."""

_STRICTNESS: Final = (CommercialUse.YES, CommercialUse.CONDITIONS, CommercialUse.UNCLEAR, CommercialUse.NO)


def weakest(evidence: Iterable[Evidence]) -> Evidence:
    """Of what is known of several licenses."""
    return max(evidence, key=list(Evidence).index)


def use_of_body(line: str) -> CommercialUse:
    """Of results with a body of this license line; SMPL and its family are for research only."""
    return CommercialUse.YES if line in (BODY_LICENSE, NO_BODY) else CommercialUse.NO


def combined_use(known: str, body: str) -> str:
    """Of results of which this much is known, on a body of this license line; "" where nothing is known."""
    return strictest([CommercialUse(known), use_of_body(body)]).value if known else ""


def strictest(uses: Iterable[CommercialUse]) -> CommercialUse:
    """Of what several sources made."""
    return max(uses, key=_STRICTNESS.index)
