"""What the solve found out that an image does not show by itself, and with which error."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

FovSource = Literal["user", "footage", "model", "estimated", "assumed"]
HeightSource = Literal["user", "estimated", "set"]


@dataclass(frozen=True)
class FovEstimate:
    """The field of view that a take was solved with.

    Attributes:
        source: the user's setting, the file's metadata, the model's own, estimated from the people, or the usual one
            because the people do not show it well enough.
        error: standard deviation of an estimate, as a share of the focal length, whether it was used or not; else None.
    """

    source: FovSource
    error: float | None = None


@dataclass(frozen=True)
class HeightEstimate:
    """The height of a person.

    Attributes:
        meters: as solved. source: the person's own as the user gave it, estimated against the other people on the same
            floor, or the setting that is for everybody.
        error: standard deviation of an estimate against the other people, as a share; else None.
    """

    meters: float
    source: HeightSource
    error: float | None = None


@dataclass(frozen=True)
class Estimates:
    """Of a solved take.

    Attributes:
        heights: by person id, for people with a motion.
    """

    fov: FovEstimate
    heights: Mapping[int, HeightEstimate] = field(default_factory=dict)

    def to_mapping(self) -> dict[str, Any]:
        """Plain dictionary, for JSON."""
        return {"fov": asdict(self.fov), "heights": {str(id): asdict(each) for id, each in self.heights.items()}}

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any]) -> Estimates:
        """The estimates of `to_mapping`."""
        heights = {int(id): HeightEstimate(**each) for id, each in values["heights"].items()}
        return cls(FovEstimate(**values["fov"]), heights)
