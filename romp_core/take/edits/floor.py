"""The floor put right by hand: feet that are on it, and how far it is above the one that was found, and turned."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

from ...errors import EditError

FARTHEST_M: Final = 10.0
STEEPEST_DEG: Final = 45.0


@dataclass(frozen=True)
class FloorFoot:
    """A foot of a person is on the floor at a second of the footage."""

    person: int
    foot: str
    second: float


@dataclass(frozen=True)
class FloorEdit:
    """Where the floor is.

    Attributes:
        feet: that are on it; none of them for the floor that the solve finds.
        height: meters by which it is above that floor.
        tilt: degrees by which it is turned against that floor, about the world's x and then its y axis, as Blender
            turns a plane.
    """

    feet: tuple[FloorFoot, ...] = ()
    height: float = 0.0
    tilt: tuple[float, float] = (0.0, 0.0)

    def with_height(self, meters: float) -> FloorEdit:
        """At this height. Raises EditError."""
        return replace(self, height=checked(meters, FARTHEST_M, "height of the floor", "m"))

    def with_tilt(self, x: float, y: float) -> FloorEdit:
        """Turned by these degrees. Raises EditError."""
        about_x, about_y = (checked(each, STEEPEST_DEG, "tilt of the floor", "degrees") for each in (x, y))
        return replace(self, tilt=(about_x, about_y))

    def with_foot(self, foot: FloorFoot) -> FloorEdit:
        """With a foot on it: earlier numbers were against a floor that no longer counts, and are dropped."""
        return FloorEdit((*(each for each in self.feet if each != foot), foot))

    def to_mapping(self) -> dict[str, Any]:
        """Plain dictionary, for JSON."""
        return {"feet": [asdict(each) for each in self.feet], "height": self.height, "tilt": self.tilt}

    @classmethod
    def from_mapping(cls, values: dict[str, Any]) -> FloorEdit:
        """The edit of `to_mapping`."""
        x, y = values["tilt"]
        return cls(tuple(FloorFoot(**each) for each in values["feet"]), values["height"], (x, y))


def checked(value: float, most: float, what: str, unit: str) -> float:
    """The value; raises EditError where it is not a number within -`most` to `most`."""
    if not (math.isfinite(value) and abs(value) <= most):
        raise EditError(f"{value:g} {unit} is no {what}.", f"Choose from {-most:g} to {most:g}.")
    return value
