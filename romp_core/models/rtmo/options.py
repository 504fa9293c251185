"""Settings that only RTMO has."""

from __future__ import annotations

from dataclasses import dataclass

from ...take.settings import setting
from .detections import SCORE_THRESHOLD
from .files import SIZES, VARIANTS

ANY = "any"


def _label(variant: str) -> str:
    size, _, trained = variant.partition("-")
    return SIZES[size].capitalize() + (", COCO only" if trained else "")


@dataclass(frozen=True)
class RtmoOptions:
    """Options of a capture with RTMO."""

    rtmo_variant: str = setting(
        ANY,
        "Network",
        "Which of RTMO's networks to run; larger ones are slower and more exact. By default the first one whose file "
        "is there, small ones first",
        choices={ANY: "Any", **{variant: _label(variant) for variant in VARIANTS}},
    )
    rtmo_score: float = setting(
        SCORE_THRESHOLD,
        "Lowest Score",
        "People whom the network is less certain of are left out",
        min=0.05,
        max=0.95,
    )
