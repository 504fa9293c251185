"""The camera's path."""

from __future__ import annotations

from dataclasses import dataclass

from .fields import setting


@dataclass(frozen=True)
class CameraSettings:
    """Settings of the camera stage."""

    follow_camera: bool = setting(
        True, "Moving Camera", "Animate the camera if the model estimates its motion (TRACE). Off: the camera is static"
    )
