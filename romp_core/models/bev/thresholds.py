"""Detection thresholds of BEV, as published for its two checkpoints."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Thresholds:
    """What counts as a person.

    Attributes:
        center: lowest peak of the center map.
        duplicates: mean distance of the joints of one body found twice, see `suppress.without_duplicates`.
        outliers: how many times the mean distance of the others is too far away.
    """

    center: float
    duplicates: float = 20.0
    outliers: float = 1.6


@dataclass(frozen=True)
class ThresholdSet:
    """Thresholds for an image that is read as a whole, and for the windows of a crowd.

    Attributes:
        overlap: share of a window that is in its neighbor, too.
    """

    whole: Thresholds
    windows: Thresholds
    overlap: float = 0.46


BEV = ThresholdSet(whole=Thresholds(0.1), windows=Thresholds(0.08))
"""For `BEV.pth`. The overlap is that of the other checkpoint: the published one, 0.8, takes three times the windows."""

AGORA = ThresholdSet(whole=Thresholds(0.25, outliers=2.0), windows=Thresholds(0.12, outliers=1.5))
"""For `BEV_ft_agora.pth`, tuned on renderings of crowds and children. The limits for outliers are those meant for it;
the reference program takes those of the other checkpoint."""


def thresholds_for(*names: str) -> ThresholdSet:
    """The thresholds of a checkpoint with one of these names."""
    return AGORA if any("agora" in name.lower() for name in names) else BEV
