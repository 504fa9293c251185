"""Settings that only the built-in model has."""

from __future__ import annotations

from dataclasses import dataclass

from ...take.settings import setting

BUILT_IN, RTMO = "builtin", "rtmo"


@dataclass(frozen=True)
class BlazePoseOptions:
    """Options of a capture with the built-in model."""

    detector: str = setting(
        BUILT_IN,
        "Detector",
        "What finds and follows the people. RTMO needs a download; its keypoints count as measurements in the solve",
        choices={BUILT_IN: "Built-in", RTMO: "RTMO"},
    )
