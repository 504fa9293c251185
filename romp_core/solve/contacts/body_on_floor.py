"""Parts of the body other than the feet that rest on the floor: of who kneels, crawls, sits or lies."""

from __future__ import annotations

import numpy as np

from ...bodies.skin_points import PARTS, skin_points
from ...geometry.rotations import matrix_from_quat, normalize
from ...geometry.skeleton import JOINT, forward_kinematics
from ...take.resample import frame_interval
from ...take.take import Camera, FootageInfo, Motion
from ...typing import Array
from ..filters import gaussian, running_maximum
from ..heights import height_of
from ..landmark_fit.residuals import Floor
from ..motion_transforms import stretches
from .legs import CheckIn, chunks

_NEAR = 0.07
"""Share of a body's height above the floor up to which a still part may rest on it."""
_STILL = 0.25
"""Meters per second across the line of sight up to which a part may rest: along it, most of a speed is noise."""
_COURSE_S = 0.08
_AROUND_S = 0.3
"""Time before and after in which the floor is known to be where it is."""
_LEGS = [[PARTS.index(JOINT[f"{side}_{part}"]) for part in ("hip", "knee")] for side in ("left", "right")]
_FEET = [PARTS.index(JOINT[f"{side}_ankle"]) for side in ("left", "right")]


def body_on_floor(
    motion: Motion, visible: Array, camera: Camera, footage: FootageInfo, lift: Array, unit: float, check_in: CheckIn
) -> Floor:
    """The floor as a person's camera space has it, and what rests on it.

    Args:
        motion: in a world with z up and the floor at 0. visible: (m, 2) 0..1, the feet: hidden legs may be invented.
        lift: (m,) meters by which the person was raised along the line of sight to get there.
        unit: meters of the world per meter of the fit.
    """
    lowest, points = lowest_points(motion, check_in)
    rotation, position = camera.at(motion.frame_index)
    above = points[..., 2] / height_of(motion)
    rests, solid = np.zeros(above.shape, np.float32), np.zeros(len(above), np.float32)
    for part in stretches(motion, footage):
        interval = frame_interval(footage.times[motion.frame_index[part]])
        near = np.clip(2 - above[part] / _NEAR, 0, 1)
        near[:, _FEET] = 0
        near[:, _LEGS] *= np.clip(2 * visible[part, :, None] - 1, 0, 1)
        rests[part] = np.clip(2 - _speeds(points[part], position[part], interval) / _STILL, 0, 1) * near
        solid[part] = running_maximum(near.max(axis=1), max(round(_AROUND_S / interval), 1))
    up = matrix_from_quat(rotation)[:, 2]
    return Floor(up, (position[:, 2] + lift) / unit, lowest / np.float32(unit), rests, solid)


def lowest_points(motion: Motion, check_in: CheckIn) -> tuple[Array, Array]:
    """The lowest point of each part, (m, P, 3) float32, in the frame of its joint; and in the world."""
    parts, offsets = list(PARTS), skin_points() * height_of(motion)
    lowest, points = (np.empty((len(motion.root), len(parts), 3), np.float32) for _ in range(2))
    for at in chunks(len(motion.root), check_in):
        joints, turned = forward_kinematics(motion.rotations[at], motion.root[at], motion.rest_joints)
        frames = matrix_from_quat(turned[:, parts])
        index = np.einsum("tpj,pdj->tpd", frames[:, :, 2], offsets).argmin(axis=2)
        lowest[at] = offsets[np.arange(len(parts)), index]
        points[at] = (frames @ lowest[at][..., None])[..., 0] + joints[:, parts]
    return lowest, points


def _speeds(points: Array, eye: Array, interval: float) -> Array:
    """Speeds (m, P) of points (m, P, 3) across the line of sight from a camera at (m, 3), m/s, over a while."""
    if len(points) < 2:
        return np.zeros(points.shape[:2])
    course = gaussian(points, _COURSE_S / interval)
    velocity, ray = np.gradient(course, interval, axis=0), normalize(course - eye[:, None])
    return np.asarray(np.linalg.norm(velocity - (velocity * ray).sum(axis=-1, keepdims=True) * ray, axis=-1))
