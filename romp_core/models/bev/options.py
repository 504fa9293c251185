"""How BEV's people are chosen: the published thresholds of its two checkpoints."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Thresholds:
    """Who counts as found.

    Attributes:
        center: least sureness, the height of the peak in the centre map.
        duplicates: mean distance of the joints of one body found twice, see `suppress.without_duplicates`.
        outliers: how many times the mean distance of the others is too far away.
    """

    center: float
    duplicates: float = 20.0
    outliers: float = 1.6


@dataclass(frozen=True)
class ThresholdPair:
    """Thresholds for a picture that is looked at as a whole, and for the windows of a crowd.

    Attributes:
        overlap: share of a window that its neighbour sees, too.
    """

    whole: Thresholds
    windows: Thresholds
    overlap: float

    def reference(self) -> ThresholdPair:
        """As the reference program has it by default: pictures without windows get the thresholds of crowds as well."""
        return ThresholdPair(self.windows, self.windows, self.overlap)


BEV = ThresholdPair(Thresholds(0.1), Thresholds(0.08), overlap=0.8)
"""For `BEV.pth`."""

BEV_AGORA = ThresholdPair(Thresholds(0.25, outliers=2.0), Thresholds(0.12, outliers=1.5), overlap=0.46)
"""For `BEV_ft_agora.pth`, which was tuned on renderings of children and crowds. The reference program takes the other
checkpoint's limit for outliers; these are the ones meant for it."""


def thresholds_for(file_name: str) -> ThresholdPair:
    """The thresholds that belong to a checkpoint of this name."""
    return BEV_AGORA if "agora" in file_name.lower() else BEV
