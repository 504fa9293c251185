"""BEV's thresholds as the reference program uses them."""

from __future__ import annotations

from ..models.bev.thresholds import Thresholds, ThresholdSet

REFERENCE = ThresholdSet(whole=Thresholds(0.08), windows=Thresholds(0.08), overlap=0.8)
"""By default with `BEV.pth`: the thresholds of crowds for every image."""
