"""The face."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from .fields import setting

NEUTRAL_CHOICES: Final = {"automatic": "Automatic", "time": "At a Time"}
"""Where the face at rest is from, with labels."""


def _strength(label: str, what: str) -> Any:
    return setting(1.0, label, f"How strongly {what} move: 1 as seen, 0 not at all", min=0.0, max=2.0)


@dataclass(frozen=True)
class FaceSettings:
    """Settings of the face."""

    neutral: str = setting(
        "automatic",
        "Neutral Face",
        "The face at rest, from which expressions are measured: the one that the person shows most, or at a time you "
        "give",
        choices=NEUTRAL_CHOICES,
    )
    neutral_time: float = setting(
        0.0, "Neutral At", "Time in the footage at which the face is at rest and looks ahead", min=0.0, unit="s"
    )
    brows: float = _strength("Brows", "brows")
    eyes: float = _strength("Eyes", "lids and looks")
    mouth: float = _strength("Mouth", "mouth and jaw")
