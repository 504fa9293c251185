"""Keys that the user changed by hand, kept on top of whatever is baked below them.

A bake notes in the action what it wrote. What the curves show instead at the next bake is the user's doing: a
correction of the solved pose, which is applied to the newly solved one. Rotations are corrected in the bone's own axes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import bpy

if TYPE_CHECKING:
    from collections.abc import Sequence

    from romp_core.typing import Array

_PROPERTY = "romp_mocap_keys"
_EQUAL = 1e-5
N_ROTATIONS = 24

Curve = tuple[str, int]
"""Data path and index."""


@dataclass(frozen=True)
class Written:
    """What a bake wrote.

    Attributes:
        fps: frames per second of the scene. frames: (n,) scene frames.
        solved: (n, 96 + 3k) the solved pose: 24 quaternions wxyz, then k positions.
        values: (n, 96 + 3k) what was written: the solved pose with the user's corrections.
    """

    fps: float
    frames: Array
    solved: Array
    values: Array


def note(action: bpy.types.Action, written: Written) -> None:
    """Note in the action what was written to it."""
    import numpy as np

    def stored(array: Array) -> bytes:
        return np.asarray(array, np.float32).tobytes()

    same = written.values is written.solved
    action[_PROPERTY] = {
        "fps": written.fps,
        "frames": stored(written.frames),
        "solved": stored(written.solved),
        "values": b"" if same else stored(written.values),
    }


def noted(action: bpy.types.Action) -> Written | None:
    """What the latest bake wrote to the action; None where an earlier version did."""
    import numpy as np

    stored = action.get(_PROPERTY)
    if stored is None:
        return None
    frames, solved, values = (np.frombuffer(stored[name], np.float32) for name in ("frames", "solved", "values"))
    solved = solved.reshape(len(frames), -1) if len(frames) else solved.reshape(0, 3 * N_ROTATIONS)
    return Written(float(stored["fps"]), frames, solved, values.reshape(solved.shape) if values.size else solved)


def is_edited(channels: Any, curves: Sequence[Curve], written: Written) -> bool:
    """True when the curves show something else than what was written."""
    import numpy as np

    if not len(written.frames) or written.values.shape[1] != len(curves):
        return False
    return bool(np.abs(_shown(channels, curves, written) - written.values).max() > _EQUAL)


def corrected(
    channels: Any, curves: Sequence[Curve], written: Written, fps: float, frames: Array, solved: Array
) -> Array:
    """A newly solved pose (n, 96 + 3k) at these scene frames, with the corrections that the curves show now.

    Before the first and after the last frame that was written, the nearest correction is held.
    """
    import numpy as np

    from romp_core.geometry.rotations import make_continuous, normalize, quat_conjugate, quat_multiply, slerp

    if not len(written.frames) or written.solved.shape[1] != solved.shape[1]:
        return solved
    shown = _shown(channels, curves, written)
    untouched = np.abs(shown - written.solved).max() <= _EQUAL
    if untouched:
        return solved
    was, now = (each[:, : 4 * N_ROTATIONS].reshape(-1, N_ROTATIONS, 4) for each in (written.solved, shown))
    turns = quat_multiply(quat_conjugate(normalize(was)), normalize(now))
    shifts = shown[:, 4 * N_ROTATIONS :] - written.solved[:, 4 * N_ROTATIONS :]
    row = np.interp((np.asarray(frames) - 1) / fps, (written.frames - 1) / written.fps, np.arange(len(shown)))
    before, after = np.floor(row).astype(int), np.ceil(row).astype(int)
    share = (row - before)[:, None]
    rotations = solved[:, : 4 * N_ROTATIONS].reshape(-1, N_ROTATIONS, 4)
    rotations = make_continuous(quat_multiply(rotations, slerp(turns[before], turns[after], share)))
    positions = solved[:, 4 * N_ROTATIONS :] + shifts[before] + (shifts[after] - shifts[before]) * share
    return np.concatenate([rotations.reshape(len(solved), -1), positions], axis=1)


def _shown(channels: Any, curves: Sequence[Curve], written: Written) -> Array:
    """What the curves show at the frames that were written; a channel that was deleted shows what it is at rest."""
    import numpy as np

    shown = np.empty_like(written.values, dtype=np.float64)
    for column, (path, index) in enumerate(curves):
        curve = channels.fcurves.find(path, index=index)
        if curve is None:
            shown[:, column] = float(path.endswith("quaternion") and index == 0)
            continue
        points = curve.keyframe_points
        keys = np.empty(2 * len(points), np.float32)
        points.foreach_get("co", keys)
        if len(points) == len(written.frames) and np.array_equal(keys[::2], written.frames):
            shown[:, column] = keys[1::2]
        else:
            shown[:, column] = [curve.evaluate(float(frame)) for frame in written.frames]
    return shown
