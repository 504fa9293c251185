"""A first guess of a hand, without iteration: the palm's frame gives the wrist, the bones in it the angles."""

from __future__ import annotations

import numpy as np

from ...geometry.fingers import FINGER_NAMES
from ...geometry.projection import Pinhole, root_from_pixels
from ...geometry.rotations import cross, normalize
from ...typing import Array
from ..segments import nearest_of
from .angles import ANGLES, HIGHEST, LOWEST, RELAXED
from .hand_model import POINTS, HandModel

_WRIST, _INDEX, _MIDDLE, _RING, _PINKY = 0, 5, 9, 13, 17
_SPREAD_SEEN = np.radians(50)
"""The spread of a finger that is bent further than this is not seen."""

_THUMB_SHARES = (0.7, 0.8)


def first_guess(model: HandModel, pixels: Array, world: Array, seen: Array, optics: Pinhole) -> tuple[Array, ...]:
    """Wrist positions (T, 3) and rotations (T, 3, 3) in camera space, and angles (T, 21).

    Args:
        pixels: (T, 21, 2). world: (T, 21, 3) camera axes. seen: (T,) bool, at least one; the others are filled in.
    """
    rows = np.flatnonzero(seen)
    turn = _palm(world[rows]) @ _palm(model.rest_points[None])[0].T
    angles = np.clip(_angles(model, turn, world[rows]), LOWEST, HIGHEST)
    points = model.pose(np.zeros((len(rows), 3)), turn, angles).points
    wrist = root_from_pixels(points, pixels[rows], None, optics)
    at = np.arange(len(seen))
    nearest = nearest_of(rows, len(seen))
    filled = np.column_stack([np.interp(at, rows, wrist[:, axis]) for axis in range(3)])
    return filled, turn[nearest], np.where(seen[:, None], angles[nearest], RELAXED)


def _palm(points: Array) -> Array:
    """Frames (T, 3, 3) of palms: towards the knuckles, out of the palm, across."""
    along = normalize((points[:, _MIDDLE] + points[:, _INDEX] + points[:, _RING]) / 3 - points[:, _WRIST])
    out = normalize(cross(points[:, _INDEX] - points[:, _PINKY], along))
    return np.stack([along, out, cross(along, out)], axis=-1)


def _angles(model: HandModel, turn: Array, world: Array) -> Array:
    """Angles (T, 21) by the directions of the bones in the wrist's frame."""
    angles = np.tile(RELAXED, (len(world), 1))
    at = {(FINGER_NAMES[finger], kind): index for index, (finger, kind) in enumerate(ANGLES)}
    for name in FINGER_NAMES:
        points = world[:, POINTS[name] : POINTS[name] + 4]
        bones = normalize(np.diff(points, axis=1) @ turn)  # (T, 3, 3) in the wrist's frame
        rest = normalize(np.diff(model.rest_points[POINTS[name] : POINTS[name] + 2], axis=0))[0]
        outwards = np.sign(model.rest_points[_MIDDLE, 0])
        bends = np.arccos(np.clip((bones[:, :-1] * bones[:, 1:]).sum(axis=-1), -1, 1))
        if name == "thumb":
            angles[:, at[name, "thumb_mcp"]] = bends[:, 0] * _THUMB_SHARES[0]
            angles[:, at[name, "thumb_ip"]] = bends[:, 1] * _THUMB_SHARES[1]
            continue
        x, y, z = np.moveaxis(bones[:, 0], -1, 0)
        flexion = np.arctan2(-y, np.hypot(x, z) * np.sign(x * outwards))
        spread = np.arctan2(z, np.abs(x)) - np.arctan2(rest[2], abs(rest[0]))
        angles[:, at[name, "mcp"]] = flexion
        angles[:, at[name, "spread"]] = np.where(np.abs(flexion) < _SPREAD_SEEN, spread, 0)
        angles[:, at[name, "pip"]], angles[:, at[name, "dip"]] = bends.T
    return angles
