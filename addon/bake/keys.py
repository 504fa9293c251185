"""All keys of an f-curve at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import bpy

from ..blender.timing import FIRST_FRAME

if TYPE_CHECKING:
    from romp_core.typing import Array

CONSTANT, LINEAR, BEZIER = 0, 1, 2
"""Values of Keyframe.interpolation."""
_AUTO_CLAMPED = 4  # of Keyframe.handle_left_type
_EQUAL_RATE = 1e-5
_NEAR = 0.01
"""In frames: keys nearer than this are on the same frame."""


@dataclass(frozen=True)
class Keys:
    """The n keys of a curve.

    Attributes:
        co: (n, 2) float32, frame and value. interpolation: (n,) int32.
        handle_types: (n, 2) int32. handles: (n, 4) float32, left and right.
    """

    co: Array
    interpolation: Array
    handle_types: Array
    handles: Array

    @classmethod
    def of(cls, curve: bpy.types.FCurve) -> Keys:
        """The keys that a curve has now."""
        import numpy as np

        types = [_read(curve, f"handle_{side}_type", 1, np.int32) for side in ("left", "right")]
        return cls(coordinates(curve), interpolations(curve), np.hstack(types), handles(curve))

    @classmethod
    def at(cls, frames: Array, values: Array, interpolation: Array) -> Keys:
        """New keys with automatic handles. frames, values (n,); interpolation (n,) int."""
        import numpy as np

        co = np.column_stack((frames, values)).astype(np.float32)
        types = np.full((len(co), 2), _AUTO_CLAMPED, np.int32)
        return cls(co, np.asarray(interpolation, np.int32), types, np.hstack((co, co)))

    def where(self, mask: Array) -> Keys:
        """Only some of the keys. mask (n,) bool."""
        return Keys(self.co[mask], self.interpolation[mask], self.handle_types[mask], self.handles[mask])

    def at_rate(self, factor: float) -> Keys:
        """The keys at the same times in a scene whose frame rate is `factor` times as high, on whole frames."""
        import numpy as np

        if abs(factor - 1) < _EQUAL_RATE:
            return self
        shift = np.round((self.co[:, 0] - FIRST_FRAME) * (factor - 1))[:, None]
        return Keys(
            self.co + shift * [1, 0], self.interpolation, self.handle_types, self.handles + shift * [1, 0, 1, 0]
        )

    def with_more(self, more: Keys) -> Keys:
        """These and other keys, in the order of their frames."""
        import numpy as np

        order = np.argsort(np.concatenate((self.co[:, 0], more.co[:, 0])), kind="stable")
        parts = zip(vars(self).values(), vars(more).values(), strict=True)
        return Keys(*(np.concatenate(pair)[order] for pair in parts))

    def write(self, curve: bpy.types.FCurve) -> None:
        """Replace all keys of a curve."""
        import numpy as np

        points = curve.keyframe_points
        if len(points) != len(self.co):
            points.clear()
            points.add(len(self.co))
        points.foreach_set("co", np.asarray(self.co, np.float32).ravel())
        points.foreach_set("interpolation", self.interpolation)
        for side, name in enumerate(("left", "right")):
            points.foreach_set(f"handle_{name}_type", np.ascontiguousarray(self.handle_types[:, side]))
            points.foreach_set(f"handle_{name}", self._handles(side))
        curve.update()

    def _handles(self, side: int) -> Array:
        import numpy as np

        return np.asarray(self.handles[:, 2 * side : 2 * side + 2], np.float32).ravel()


def coordinates(curve: bpy.types.FCurve) -> Array:
    """Frames and values (n, 2) of the keys of a curve."""
    import numpy as np

    return _read(curve, "co", 2, np.float32)


def interpolations(curve: bpy.types.FCurve) -> Array:
    """Interpolation (n,) int32 of the keys of a curve."""
    import numpy as np

    return _read(curve, "interpolation", 1, np.int32)[:, 0]


def handles(curve: bpy.types.FCurve) -> Array:
    """Left and right handles (n, 4) of the keys of a curve."""
    import numpy as np

    return np.hstack([_read(curve, f"handle_{side}", 2, np.float32) for side in ("left", "right")])


def _read(curve: bpy.types.FCurve, name: str, width: int, kind: type) -> Array:
    import numpy as np

    values: Array = np.empty(len(curve.keyframe_points) * width, kind)
    curve.keyframe_points.foreach_get(name, values)
    return values.reshape(-1, width)


def interpolation_of(frames: Array) -> Array:
    """Interpolation of solved keys (n,) int32: linear, but the last key before a gap holds."""
    import numpy as np

    kinds = np.full(len(frames), LINEAR, np.int32)
    kinds[:-1][np.diff(frames) > 1 + _NEAR] = CONSTANT
    return kinds


def are_among(frames: Array, others: Array) -> Array:
    """Which of the frames (n,) are also frames of the others (m,), ascending: (n,) bool."""
    import numpy as np

    if not len(others):
        return np.zeros(len(frames), bool)
    after = np.minimum(np.searchsorted(others, frames), len(others) - 1)
    before = np.maximum(after - 1, 0)
    return np.minimum(np.abs(others[before] - frames), np.abs(others[after] - frames)) < _NEAR


def are_between(frames: Array, others: Array) -> Array:
    """Which of the frames (n,) lie between two others (m,), ascending, that are next to each other: (n,) bool."""
    import numpy as np

    if len(others) < 2:
        return np.zeros(len(frames), bool)
    after = np.searchsorted(others, frames)
    inside = (after > 0) & (after < len(others))
    after = np.clip(after, 1, len(others) - 1)
    return inside & (others[after] - others[after - 1] < 1 + _NEAR)
