"""What the solve found out that an image does not show by itself, and with which error."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

FovSource = Literal["user", "footage", "model", "predicted", "estimated", "assumed"]
CameraFinding = Literal["static", "still", "turns", "moves", "model", "unknown", "incoherent", "given"]
HeightSource = Literal["user", "model", "estimated", "set"]


@dataclass(frozen=True)
class FovEstimate:
    """The field of view that a take was solved with.

    Attributes:
        source: the user's setting, the file's metadata, the model's own, what the model estimates of this footage,
            estimated from the people, or the usual one because the people do not show it well enough.
        error: standard deviation of an estimate, as a share of the focal length, whether it was used or not; else None.
    """

    source: FovSource
    error: float | None = None

    @property
    def origin(self) -> str:
        """For the user: where the field of view is from, and its error."""
        return {
            "user": "as set",
            "footage": "from the file's metadata",
            "model": "as the model assumes",
            "predicted": "as the model estimates, the median of the frames",
            "estimated": f"estimated within {_share(self.error)}",
            "assumed": "a usual one: the people do not show it",
        }[self.source]


@dataclass(frozen=True)
class HeightEstimate:
    """The height of a person.

    Attributes:
        meters: as solved. source: the person's own as the user gave it, the model's where it estimates sizes in meters,
            estimated against the other people on the same floor, or the setting that is for everybody.
        error: standard deviation of an estimate against the other people, as a share; else None.
    """

    meters: float
    source: HeightSource
    error: float | None = None

    @property
    def origin(self) -> str:
        """For the user: where the height is from, and its error."""
        return {
            "user": "the person's own",
            "model": "as the model estimates",
            "estimated": f"against the others within {_share(self.error)}",
            "set": "as set",
        }[self.source]


@dataclass(frozen=True)
class Estimates:
    """Of a solved take.

    Attributes:
        heights: by person id, for people with a motion.
        camera: how it moves; None where nothing tells.
    """

    fov: FovEstimate
    heights: Mapping[int, HeightEstimate] = field(default_factory=dict)
    camera: CameraFinding | None = None

    @property
    def camera_origin(self) -> str:
        """For the user: how the camera moves, and what shows it."""
        return {
            "static": "static, as set",
            "still": "still, as the background shows",
            "turns": "turns on the spot, as the background shows",
            "moves": "moves, as the background shows",
            "model": "moves, as the model estimates",
            "unknown": "taken for still: the background shows too little",
            "incoherent": "taken for still: the background has no common motion",
            "given": "as given",
            None: "",
        }[self.camera]

    def to_mapping(self) -> dict[str, Any]:
        """Plain dictionary, for JSON."""
        return {
            "fov": asdict(self.fov),
            "heights": {str(id): asdict(each) for id, each in self.heights.items()},
            "camera": self.camera,
        }

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any]) -> Estimates:
        """The estimates of `to_mapping`."""
        heights = {int(id): HeightEstimate(**each) for id, each in values["heights"].items()}
        return cls(FovEstimate(**values["fov"]), heights, values.get("camera"))


def _share(error: float | None) -> str:
    """An error in whole percent; nothing is known better than to one."""
    return f"{max(error or 0.0, 0.01):.0%}"
