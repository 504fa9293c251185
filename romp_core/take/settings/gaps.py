"""What the character does while the person is not seen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from .fields import setting

GAP_CHOICES: Final = {"infill": "Infill", "interpolate": "Interpolate", "hold": "Hold", "hide": "Hide the Body"}
"""What can be done about a gap, with labels."""


@dataclass(frozen=True)
class GapSettings:
    """Settings of the gaps."""

    gaps: str = setting(
        "infill",
        "Gaps",
        "While a person or a limb is not seen: fill in what the rest of the clip suggests, interpolate across short "
        "gaps only, hold the last pose, or hide the body",
        choices=GAP_CHOICES,
    )
    infill_gap: float = setting(
        2.0, "Infill Up To", "Longest gap to infill; the body is hidden in longer ones", min=0.0, max=5.0, unit="s"
    )
