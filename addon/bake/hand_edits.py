"""Keys that the user changed by hand, kept on top of whatever is baked below them.

A bake notes in the action what it wrote. What the curves show instead at the next bake is the user's doing: a
correction of the solved pose, which is applied to the newly solved one. Rotations are corrected in the bone's own axes.
Keys where nothing was solved, in a gap or beyond the ends, stay as they are, and so does a changed interpolation.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import bpy

from .keys import BEZIER, Keys, are_among, are_between, coordinates, handles, interpolation_of, interpolations

if TYPE_CHECKING:
    from collections.abc import Sequence

    from romp_core.typing import Array

_PROPERTY = "romp_mocap_keys"
_EQUAL = 1e-5

Curve = tuple[str, int]
"""Data path and index."""


@dataclass(frozen=True)
class Written:
    """What a bake wrote.

    Attributes:
        fps: frames per second of the scene. frames: (n,) scene frames.
        solved: (n, 4r + 3k) the solved pose: r quaternions wxyz, then k positions.
        values: (n, 4r + 3k) what was written: the solved pose with the user's corrections.
    """

    fps: float
    frames: Array
    solved: Array
    values: Array


def note(action: bpy.types.Action, written: Written, channels: Any, curves: Sequence[Curve]) -> None:
    """Note in the action what was written to it: to these curves."""
    import numpy as np

    def stored(array: Array) -> bytes:
        return np.asarray(array, np.float32).tobytes()

    same = written.values is written.solved
    action[_PROPERTY] = {
        "fps": written.fps,
        "frames": stored(written.frames),
        "solved": stored(written.solved),
        "values": b"" if same else stored(written.values),
        "digest": digest(channels, curves),
    }


def noted(action: bpy.types.Action) -> Written | None:
    """What the latest bake wrote to the action; None where an earlier version did."""
    import numpy as np

    stored = action.get(_PROPERTY)
    if stored is None:
        return None
    frames, solved, values = (np.frombuffer(stored[name], np.float32) for name in ("frames", "solved", "values"))
    solved = solved.reshape(len(frames), -1) if len(frames) else solved.reshape(0, 0)
    return Written(float(stored["fps"]), frames, solved, values.reshape(solved.shape) if values.size else solved)


def is_edited(action: bpy.types.Action, channels: Any, curves: Sequence[Curve]) -> bool:
    """True when the keys of these curves are not the ones that were noted."""
    stored = action.get(_PROPERTY)
    return stored is not None and stored["digest"] != digest(channels, curves)


def digest(channels: Any, curves: Sequence[Curve]) -> str:
    """A short text that changes with any key of these curves; their names do not count, since bones are renamed."""
    import numpy as np

    found = hashlib.sha1(usedforsecurity=False)
    for path, index in curves:
        curve = channels.fcurves.find(path, index=index) if channels is not None else None
        found.update(b"|" if curve is not None else b"-")
        if curve is None:
            continue
        interpolation = interpolations(curve)
        found.update(coordinates(curve).tobytes())
        found.update(interpolation.tobytes())
        if (interpolation == BEZIER).any():
            found.update(np.round(handles(curve), 3).tobytes())
    return found.hexdigest()


def corrected(
    channels: Any, curves: Sequence[Curve], written: Written, fps: float, frames: Array, solved: Array, rotations: int
) -> Array:
    """A newly solved pose (n, 4r + 3k) at these scene frames, with the corrections that the curves show now.

    Before the first and after the last frame that was written, the nearest correction is held.
    """
    import numpy as np

    from romp_core.geometry.rotations import make_continuous, quat_multiply, slerp

    if not len(written.frames):
        return solved
    old = _rotations_in(written.solved.shape[1], rotations)
    turning, own_end, old_end = 4 * min(old, rotations), 4 * rotations, 4 * old
    moving = min(written.solved.shape[1] - old_end, solved.shape[1] - own_end)  # there was a root bone, or is one now
    kept = [*range(turning), *range(own_end, own_end + moving)]
    was_solved = written.solved[:, [*range(turning), *range(old_end, old_end + moving)]]
    now = shown(channels, [curves[column] for column in kept], written)
    if np.abs(now - was_solved).max() <= _EQUAL:
        return solved
    turns, shifts = differences(was_solved, now, turning // 4)
    row = np.interp((np.asarray(frames) - 1) / fps, (written.frames - 1) / written.fps, np.arange(len(now)))
    before, after = np.floor(row).astype(int), np.ceil(row).astype(int)
    share = (row - before)[:, None]
    turned = solved[:, :turning].reshape(len(solved), turning // 4, 4)
    turned = make_continuous(quat_multiply(turned, slerp(turns[before], turns[after], share)))
    changed = np.array(solved)
    changed[:, :turning] = turned.reshape(len(solved), -1)
    changed[:, own_end : own_end + moving] += shifts[before] + (shifts[after] - shifts[before]) * share
    return changed


def _rotations_in(columns: int, rotations: int) -> int:
    """How many rotations a noted pose of so many columns has, where there are so many now: characters get fingers."""
    from romp_core.geometry.fingers import ALL_JOINTS
    from romp_core.geometry.skeleton import JOINTS

    counts = len(JOINTS), len(ALL_JOINTS)
    if rotations not in counts:
        return rotations
    return next((count for count in counts if columns - 4 * count in (3, 6)), rotations)  # pelvis, and a root bone


def differences(solved: Array, now: Array, rotations: int) -> tuple[Array, Array]:
    """Turns (n, r, 4) in the bones' own axes, and shifts (n, 3k), from one pose (n, 4r + 3k) to another."""
    from romp_core.geometry.rotations import normalize, quat_conjugate, quat_multiply

    end = 4 * rotations
    was, is_now = (normalize(each[:, :end].reshape(len(each), rotations, 4)) for each in (solved, now))
    return quat_multiply(quat_conjugate(was), is_now), now[:, end:] - solved[:, end:]


def settle(action: bpy.types.Action, channels: Any, curves: Sequence[Curve], written: Written, values: Array) -> None:
    """Note the keys as they are as solved: the next solve shows the same, so nothing of them is a correction any more.

    Args:
        curves: as many as there are columns. values: (n, 4r + 3k) what the keys show.
    """
    note(action, replace(written, solved=values, values=values), channels, curves)


def with_own_keys(new: Keys, curve: bpy.types.FCurve, written: Written, fps: float) -> Keys:
    """The keys that a bake is about to write to a curve, with what the user did to it beside its values.

    That is keys where nothing is solved, and another interpolation.
    """
    import numpy as np

    as_written = interpolation_of(written.frames)
    if np.array_equal(coordinates(curve)[:, 0], written.frames) and np.array_equal(interpolations(curve), as_written):
        return new  # as nearly always: the rest of the keys need not be read
    keys = Keys.of(curve)
    ours = are_among(keys.co[:, 0], written.frames)
    expected = np.full(len(ours), -1, np.int32)
    nearest = np.searchsorted(written.frames, keys.co[ours, 0] - 0.5)
    expected[ours] = as_written[nearest]
    keys = keys.at_rate(fps / written.fps)
    frames, solved = keys.co[:, 0], new.co[:, 0]
    changed = ours & (keys.interpolation != expected) & are_among(frames, solved)
    interpolation = new.interpolation.copy()
    interpolation[np.searchsorted(solved, frames[changed] - 0.5)] = keys.interpolation[changed]
    extra = ~ours & ~are_among(frames, solved) & ~are_between(frames, solved)
    return replace(new, interpolation=interpolation).with_more(keys.where(extra))


def shown(channels: Any, curves: Sequence[Curve], written: Written) -> Array:
    """What the curves show at the frames that were written; a channel that was deleted shows what it is at rest."""
    import numpy as np

    shown = np.empty((len(written.frames), len(curves)))
    for column, (path, index) in enumerate(curves):
        curve = channels.fcurves.find(path, index=index)
        if curve is None:
            shown[:, column] = float(path.endswith("quaternion") and index == 0)
            continue
        keys = coordinates(curve)
        if np.array_equal(keys[:, 0], written.frames):
            shown[:, column] = keys[:, 1]
        else:
            shown[:, column] = [curve.evaluate(float(frame)) for frame in written.frames]
    return shown
