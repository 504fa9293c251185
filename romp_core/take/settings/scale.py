"""The metric scale of the world."""

from __future__ import annotations

from dataclasses import dataclass

from .fields import setting


@dataclass(frozen=True)
class ScaleSettings:
    """Settings of the scale."""

    height: float = setting(
        1.70, "Height", "Body height of the people; sets the metric scale", min=0.4, max=2.6, unit="m"
    )
    model_scale: bool = setting(
        True,
        "Model's Scale",
        "Keep sizes and distances as the model estimates them in meters (MA-HMR), unless you give somebody's height. "
        "Off: Height sets the scale, as with other models",
    )
