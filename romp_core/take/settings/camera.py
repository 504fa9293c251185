"""The camera's path."""

from __future__ import annotations

from dataclasses import dataclass

from .fields import setting


@dataclass(frozen=True)
class CameraSettings:
    """Settings of the camera stage."""

    camera: str = setting(
        "auto",
        "Camera",
        "Whose word counts on how the camera moves: that of the background's points (track) or of a model that "
        "estimates it (TRACE); static: it does not move. Automatic uses the background where that shows enough, else "
        "the model",
        choices={"auto": "Automatic", "static": "Static", "track": "Track Background", "model": "Model"},
    )
