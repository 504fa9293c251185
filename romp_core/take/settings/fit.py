"""The fit: from what a model estimates to joint rotations and root in camera space."""

from __future__ import annotations

from dataclasses import dataclass

from .fields import setting

DEFAULT_FOV_DEG = 50.0
"""Horizontal field of view when neither user, file nor model gives one: between a phone's and a webcam's."""


@dataclass(frozen=True)
class FitSettings:
    """Settings of the fit."""

    fov: float = setting(
        0.0,
        "Field of View",
        "Horizontal field of view of the camera. 0 uses the footage's metadata, else what the model estimates (MA-HMR) "
        f"or assumes: {DEFAULT_FOV_DEG:g} degrees (built-in model), 60 (ROMP, BEV, MA-HMR without camera branch) or "
        "50 (TRACE) along the image's longer side",
        min=0.0,
        max=170.0,
        unit="deg",
    )
    max_gap: float = setting(
        0.5,
        "Fill Gaps",
        "Interpolate across gaps up to this long, and four times as long behind other people; longer gaps stay gaps, "
        "unless gaps are infilled",
        min=0.0,
        max=5.0,
        unit="s",
    )
