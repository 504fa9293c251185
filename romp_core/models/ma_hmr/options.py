"""Settings that only MA-HMR has."""

from __future__ import annotations

from dataclasses import dataclass

from ...take.settings import setting
from .constants import MIN_CONFIDENCE


@dataclass(frozen=True)
class MaHmrOptions:
    """Options of a capture with MA-HMR."""

    detection_threshold: float = setting(
        MIN_CONFIDENCE,
        "Detection Threshold",
        "Confidence from which on MA-HMR's people count; lower finds more people, and more that are none",
        min=0.05,
        max=0.95,
    )
