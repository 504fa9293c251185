"""Put solved people into one level world: camera, floor, foot contacts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from ...geometry.rotations import quat_conjugate, quat_from_matrix, quat_multiply, quat_rotate
from ...geometry.skeleton import JOINT, forward_kinematics
from ...take.settings.level import LevelSettings
from ...take.take import Camera, FootageInfo, Motion
from ...typing import Array
from ..contacts.detection import runs, standing
from ..contacts.foot_visibility import FootSight
from ..contacts.leg_ik import reach
from ..contacts.planting import follow_short_legs, footholds, released, root_shift
from . import leveling as world
from .floor import above_floor, onto_floor, touches
from .up_direction import Stance, body_axis, likeliest_up, standing_direction

_HIPS, _ANKLES, _BALLS = ([JOINT[f"left_{name}"], JOINT[f"right_{name}"]] for name in ("hip", "ankle", "foot"))
_DEPTH_ERROR, _PLACE_ERROR = 0.1, 0.5
"""Meters by which a person's depth errs for a while, and by which it errs altogether when the height is wrong."""
_CHUNK = 1024
"""Rows posed at a time, so that memory does not grow with the take."""


Alive = Callable[[], None]
"""Called every fraction of a second; may raise to stop."""


def _chunks(count: int, alive: Alive) -> Iterator[slice]:
    for start in range(0, count, _CHUNK):
        alive()
        yield slice(start, min(start + _CHUNK, count))


@dataclass(frozen=True)
class _Feet:
    """Tracks of a person's legs in the world: hips, ankles, balls (m, 2, 3), heights of the soles (m, 2)."""

    hips: Array
    ankles: Array
    balls: Array
    soles: Array


def _feet(motion: Motion, alive: Alive) -> _Feet:
    count = len(motion.frame_index)
    hips, ankles, balls, soles = (np.empty((count, 2, *shape), np.float32) for shape in ((3,), (3,), (3,), ()))
    for part in _chunks(count, alive):
        joints, _ = forward_kinematics(motion.rotations[part], motion.root[part], motion.rest_joints)
        hips[part], ankles[part], balls[part] = (joints[:, _HIPS], joints[:, _ANKLES], joints[:, _BALLS])
        heights = world.sole_heights(joints, motion.rest_joints)
        soles[part] = np.minimum(heights[:, :2], heights[:, 2:])
    return _Feet(hips, ankles, balls, soles)


def _straight_up(motions: list[Motion]) -> Array | None:
    """The way people stand in camera space, (3,)."""
    axes, weights = [], []
    for motion in motions:
        rows = _sample(motion)
        joints, _ = forward_kinematics(motion.rotations[rows], motion.root[rows], motion.rest_joints)
        axis, weight = body_axis(joints, motion.rest_joints)
        axes.append(axis)
        weights.append(weight)
    return standing_direction(np.concatenate(axes), np.concatenate(weights)) if axes else None


def steady_up(
    motions: list[Motion], sights: list[FootSight], path: Camera, footage: FootageInfo, alive: Alive
) -> Array | None:
    """Which way is up, (3,), by how people stand, balance and step; None when nobody is seen upright.

    Args:
        motions: in camera space, before any foot was planted: that would confirm the floor it was planted on.
        sights: what is seen of their feet. path: the camera's, in the space of the first picture's camera, in which
            up is told as well.
    """
    motions = [into_world(motion, path) for motion in motions]
    straight = _straight_up(motions)
    if straight is None:
        return None
    rotation = world.camera_rotation(straight, LevelSettings())
    camera = _turned_camera(path, rotation)
    return likeliest_up(
        straight,
        [
            _stance(motion, sight, camera, rotation, footage, alive)
            for motion, sight in zip(motions, sights, strict=True)
        ],
    )


def _stance(
    motion: Motion, sight: FootSight, camera: Camera, rotation: Array, footage: FootageInfo, alive: Alive
) -> Stance:
    level = turned(motion, rotation)
    feet = _feet(level, alive)
    floor = float(np.median(_touches(feet, motion, footage)[motion.valid]))
    contacts = _contacts(replace(feet, soles=feet.soles - floor), sight, camera, motion, footage)
    holds = [
        np.median(feet.balls[start:stop, foot], axis=0) for foot in (0, 1) for start, stop in runs(contacts[:, foot])
    ]
    rows = _sample(motion)
    joints, _ = forward_kinematics(motion.rotations[rows], motion.root[rows], motion.rest_joints)
    seconds = float(motion.valid.sum() * _interval(footage.times[motion.frame_index]))
    return Stance(joints, contacts[rows], seconds, np.reshape(holds, (-1, 3)) @ rotation, motion.rest_joints)


def _sample(motion: Motion) -> Array:
    """At most a few thousand valid rows, evenly spread."""
    return np.flatnonzero(motion.valid)[:: max(1, len(motion.frame_index) // 2000)]


def turned(motion: Motion, rotation: Array) -> Motion:
    """The motion with its space rotated by a matrix (3, 3)."""
    rotations = np.array(motion.rotations)
    rotations[:, 0] = quat_multiply(quat_from_matrix(rotation), motion.rotations[:, 0])
    return replace(motion, rotations=rotations, root=(motion.root @ rotation.T).astype(np.float32))


def into_world(motion: Motion, camera: Camera) -> Motion:
    """A motion in camera space in the camera's world."""
    rotation, position = camera.at(motion.frame_index)
    rotations = np.array(motion.rotations)
    rotations[:, 0] = quat_multiply(rotation, motion.rotations[:, 0])
    return replace(motion, rotations=rotations, root=(quat_rotate(rotation, motion.root) + position).astype(np.float32))


def into_camera(motion: Motion, camera: Camera) -> Motion:
    """The way back."""
    rotation, position = camera.at(motion.frame_index)
    back = quat_conjugate(rotation)
    rotations = np.array(motion.rotations)
    rotations[:, 0] = quat_multiply(back, motion.rotations[:, 0])
    return replace(motion, rotations=rotations, root=quat_rotate(back, motion.root - position).astype(np.float32))


def _turned_camera(camera: Camera, rotation: Array) -> Camera:
    """The camera with its world rotated by a matrix (3, 3)."""
    return replace(
        camera,
        rotation=quat_multiply(quat_from_matrix(rotation), camera.rotation),
        position=camera.position @ rotation.T,
    )


def moved(motion: Motion, offset: Array) -> Motion:
    """The motion with its root shifted by (3,) or (m, 3)."""
    return replace(motion, root=(motion.root + offset).astype(np.float32))


def _touches(feet: _Feet, motion: Motion, footage: FootageInfo) -> Array:
    """Height (m,) at which a person last and next touches ground; 0 where it is not seen."""
    soles = feet.soles.min(axis=1)
    result = np.zeros(len(soles))
    for part in _stretches(motion, footage):
        result[part] = touches(soles[part], _interval(footage.times[motion.frame_index[part]]))
    return result


def touch_floor(motion: Motion, camera: Camera, footage: FootageInfo, alive: Alive) -> Motion:
    """Correct slow errors of depth and height by the floor, which people touch again and again."""
    heights = above_floor(_touches(_feet(motion, alive), motion, footage))
    return moved(motion, onto_floor(heights, motion.root, camera.at(motion.frame_index)[1], _DEPTH_ERROR))


def _interval(times: Array) -> float:
    return float(np.median(np.diff(times))) if len(times) > 1 else 1.0


def plant_feet(motion: Motion, footage: FootageInfo, alive: Alive) -> Motion:
    """Hold feet in contact still on the floor, shot by shot and gap by gap.

    Writes into the motion's rotations, to hold no second copy of a long take.
    """
    rotations, root = motion.rotations, np.array(motion.root, dtype=np.float64)
    feet, contacts = _feet(motion, alive), motion.contacts
    clearance = world.sole_clearance(motion.rest_joints)[2:]
    for part in _stretches(motion, footage):
        if not contacts[part].any():
            continue
        times = footage.times[motion.frame_index[part]]
        interval = _interval(times)
        balls = feet.balls[part]
        shift = root_shift(balls, footholds(balls, contacts[part], clearance), contacts[part], interval)
        balls = balls + shift[:, None]
        holds = footholds(balls, contacts[part], clearance)
        ankles = holds - feet.balls[part] + feet.ankles[part]
        pull = follow_short_legs(feet.hips[part] + shift[:, None], ankles, motion.rest_joints, contacts[part], interval)
        root[part] += shift + pull
        paths = released(balls + pull[:, None], holds, contacts[part], times)
        for chunk in _chunks(part.stop - part.start, alive):
            rows = slice(part.start + chunk.start, part.start + chunk.stop)
            rotations[rows] = reach(rotations[rows], root[rows], motion.rest_joints, paths[chunk])
    return replace(motion, root=root.astype(np.float32))


def _contacts(feet: _Feet, sight: FootSight, camera: Camera, motion: Motion, footage: FootageInfo) -> Array:
    """Which feet stand (m, 2), shot by shot and gap by gap."""
    contacts = np.zeros((len(motion.frame_index), 2), bool)
    pixels, scale = _in_picture(feet.balls, camera, motion.frame_index, footage)
    drift = _camera_drift(feet.balls, pixels, camera, motion.frame_index, footage)
    for part in _stretches(motion, footage):
        times = footage.times[motion.frame_index[part]]
        tracks = pixels[part] - drift[part], sight.toes[part] - drift[part]
        contacts[part] = standing(tracks, sight.seen[part], scale[part], feet.soles[part], times)
    return contacts


def _in_picture(balls: Array, camera: Camera, frames: Array, footage: FootageInfo) -> tuple[Array, Array]:
    seen = camera.to_camera(balls, frames)
    depth = np.maximum(seen[..., 2:], 0.1)
    focal = camera.focal(footage.width)
    return seen[..., :2] / depth * focal, depth.mean(axis=(1, 2)) / focal


def _camera_drift(balls: Array, pixels: Array, camera: Camera, frames: Array, footage: FootageInfo) -> Array:
    """How far (m, 2, 2) the feet have moved in the picture because the camera did, summed from row to row."""
    drift = np.zeros_like(pixels)
    if len(camera.rotation) > 1 and len(frames) > 1:
        stayed, _ = _in_picture(balls[:-1], camera, frames[1:], footage)
        drift[1:] = np.cumsum(stayed - pixels[:-1], axis=0)
    return drift


def _stretches(motion: Motion, footage: FootageInfo) -> Iterator[slice]:
    """Valid rows of one shot."""
    shot = np.searchsorted(np.asarray(footage.cuts, dtype=np.intp), motion.frame_index, side="right")
    key = np.where(motion.valid, shot, -1)
    edges = np.concatenate([[0], np.flatnonzero(np.diff(key)) + 1, [len(key)]])
    for start, stop in pairwise(edges):
        if key[start] >= 0:
            yield slice(int(start), int(stop))


@dataclass(frozen=True)
class Placed:
    """The camera, and the people's motions in its world.

    Attributes:
        shifts: per person (m, 3), by how much it was moved to stand on the floor of all.
    """

    camera: Camera
    motions: list[Motion]
    shifts: list[Array]

    def in_camera(self, index: int, alive: Alive) -> tuple[Motion, Array]:
        """A person's motion in camera space, and where its feet stand there (m, 2, 3), NaN where they do not.

        Both are where the picture shows them: the shift onto the common floor is taken back.
        """
        motion = moved(self.motions[index], -self.shifts[index])
        balls = self.camera.to_camera(_feet(motion, alive).balls, motion.frame_index)
        motion = into_camera(motion, self.camera)
        return motion, np.where(motion.contacts[..., None], balls, np.nan)


def place_people(
    motions: list[Motion],
    sights: list[FootSight] | None,
    rotation: Array,
    path: Camera,
    footage: FootageInfo,
    alive: Alive,
) -> Placed:
    """Camera-space motions of one scene -> the camera and the motions in one level world, feet planted.

    The world's origin lies on the floor below the first person's first pose.

    Args:
        sights: what is seen of the people's feet, to find their contacts; None when the motions have theirs.
        rotation: (3, 3) from the space of the first picture's camera to the world; path: the camera's, in that space.
    """
    camera = _turned_camera(path, rotation)
    motions = [into_world(motion, camera) for motion in motions]
    lengths = np.array([motion.valid.sum() for motion in motions])
    floors = np.array([np.median(_touches(_feet(motion, alive), motion, footage)[motion.valid]) for motion in motions])
    height = _weighted_median(-floors, lengths) if len(motions) else 0.0
    shifts = [
        onto_floor(
            np.full(len(motion.root), floor + height), motion.root, camera.at(motion.frame_index)[1], _PLACE_ERROR
        )
        for motion, floor in zip(motions, floors, strict=True)
    ]
    motions = [moved(motion, shift) for motion, shift in zip(motions, shifts, strict=True)]
    start = motions[0].root[0, :2] if motions else np.zeros(2)
    position = np.array([-start[0], -start[1], height])
    motions = [moved(motion, position) for motion in motions]
    camera = replace(camera, position=camera.position + position)
    motions = [touch_floor(motion, camera, footage, alive) for motion in motions]
    if sights is not None:
        motions = [
            replace(motion, contacts=_contacts(_feet(motion, alive), sight, camera, motion, footage))
            for motion, sight in zip(motions, sights, strict=True)
        ]
    motions = [plant_feet(motion, footage, alive) for motion in motions]
    return Placed(camera, motions, shifts)


def _weighted_median(values: Array, weights: Array) -> float:
    order = np.argsort(values)
    total = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(total, total[-1] / 2)])
