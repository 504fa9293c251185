"""Writing solved motion into f-curves, with what the user did to earlier keys on top."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import bpy

from ..blender import compat
from ..blender.steps import Steps, at_once
from . import hand_edits
from .hand_edits import Curve
from .keys import Keys, interpolation_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from romp_core.typing import Array

_AT_ONCE = 12
"""Curves that are written between two steps."""


@dataclass(frozen=True)
class SolvedPose:
    """What is to be written.

    Attributes:
        fps: frames per second of the scene. frames: (n,) scene frames at which there is something to see.
        values: (n, 4r + 3k): r quaternions wxyz, then k positions. rotations: the number r.
    """

    fps: float
    frames: Array
    values: Array
    rotations: int


def write_motion_steps(
    item: bpy.types.Object,
    action: bpy.types.Action,
    curves: Sequence[Curve],
    solved: SolvedPose,
    keep_edits: bool,
    group: str = "",
) -> Steps[None]:
    """Replace the keys of an object's curves in this action, some at a time; see `hand_edits` for `keep_edits`.

    Args:
        curves: one per column of the values. group: of the channels; "" groups them by bone.
    """
    channels, values = compat.own_channels(item, action), solved.values
    covered = tuple(action.frame_range)
    before = hand_edits.noted(action) if keep_edits else None
    if before is not None:
        values = hand_edits.corrected(
            channels, curves, before, solved.fps, solved.frames, solved.values, solved.rotations
        )
    yield 0.2
    interpolation = interpolation_of(solved.frames)
    for number, ((path, index), column) in enumerate(zip(curves, values.T, strict=True)):
        if number % _AT_ONCE == _AT_ONCE - 1:
            yield 0.2 + 0.6 * number / len(curves)
        curve = compat.ensure_fcurve(channels, path, index, group or path.split('"')[1])
        keys = Keys.at(solved.frames, column, interpolation)
        if before is not None:
            keys = hand_edits.with_own_keys(keys, curve, before, solved.fps)
        keys.write(curve)
    yield 0.8
    compat.fit_strips(item, action, covered)
    hand_edits.note(action, hand_edits.Written(solved.fps, solved.frames, solved.values, values), channels, curves)


write_motion = at_once(write_motion_steps)
