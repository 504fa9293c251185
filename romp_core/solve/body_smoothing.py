"""Smoothing of a fitted person: as a whole, part by part, and less where an arm strikes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..geometry.rotations import normalize, quat_conjugate, quat_rotate, side_of
from ..geometry.skeleton import JOINT
from ..take.settings.smoothing import PartSmoothingSettings, SmoothingSettings
from ..take.take import Motion
from ..typing import Array
from .glitches import without_glitches
from .impacts import keep_impacts
from .person_fit import motion_of
from .scene import Actor, Fitted, Scene
from .segments import Segment
from .smoothing import BODY_MODEL, LANDMARKS, smooth_motion

_STRIKING = 0.25
"""Strength of the smoothing of an arm that strikes."""


def _limbs(*names: str) -> list[int]:
    return [JOINT[f"{side}_{name}"] for name in names for side in ("left", "right")]


_PARTS = {
    "smooth_spine": [JOINT[name] for name in ("pelvis", "spine1", "spine2", "spine3")],
    "smooth_head": [JOINT["neck"], JOINT["head"]],
    "smooth_arms": _limbs("collar", "shoulder", "elbow", "wrist", "hand"),
    "smooth_legs": _limbs("hip", "knee", "ankle", "foot"),
}
"""Joints of each part of `PartSmoothingSettings`."""


def smoothed_motion(actor: Actor, scene: Scene, smoothing: SmoothingSettings, parts: PartSmoothingSettings) -> Motion:
    """The motion in camera space that an actor's fitted segments make, smoothed over time."""
    strength = smoothing.strength

    def at(factor: float) -> Motion:
        return motion_of(actor, smoothed(actor, strength * factor, smoothing.keep_impacts))

    motions = {1.0: at(1.0)}
    for factor in {getattr(parts, name) for name in (*_PARTS, "smooth_height", "smooth_path")}:
        if factor not in motions:
            motions[factor] = at(factor)
    if len(motions) == 1:
        return motions[1.0]
    rotations = np.array(motions[1.0].rotations)
    for name, joints in _PARTS.items():
        own = motions[getattr(parts, name)].rotations[:, joints]
        rotations[:, joints] = own * side_of(own, rotations[:, joints])
    path, height = motions[parts.smooth_path].root, motions[parts.smooth_height].root
    up = _up(scene, motions[1.0].frame_index)
    rise = ((height - path) * up).sum(axis=1, keepdims=True)
    return replace(motions[1.0], rotations=rotations, root=(path + rise * up).astype(np.float32))


def _up(scene: Scene, frame_index: Array) -> Array:
    """The way up (m, 3) in the camera space of each frame; without ground, the camera's own."""
    assert scene.path is not None
    rotation, _ = scene.path.at(frame_index)
    up = np.array([0.0, -1.0, 0.0]) if scene.ground is None else scene.ground.up
    return np.broadcast_to(quat_rotate(quat_conjugate(rotation), up), (len(frame_index), 3))


def smoothed(actor: Actor, strength: float, impacts: bool = False) -> tuple[Fitted, ...]:
    """The actor's fitted segments, smoothed over time.

    A body model's poses are smoothed as they are. The landmark fit has a motion prior of its own, which smooths as
    strength 1 does: less leads back to the frame-by-frame fit, more smooths the motion further.

    Args:
        impacts: arms that strike are smoothed less.
    """
    pairs = list(zip(actor.segments, actor.fitted, strict=True))
    calm = [_segment(segment, each, strength) for segment, each in pairs]
    if not impacts or strength <= _STRIKING:
        return tuple(calm)
    return tuple(
        replace(own, rotations=keep_impacts(own.rotations, sharp.rotations, actor.rest, segment.interval))
        for own, sharp, segment in zip(
            calm, (_segment(*pair, _STRIKING) for pair in pairs), actor.segments, strict=True
        )
    )


def _segment(segment: Segment, each: Fitted, strength: float) -> Fitted:
    if each.raw is None:
        rotations = without_glitches(each.rotations) if strength > 0 else each.rotations
        return Fitted(*smooth_motion(rotations, each.root, segment.interval, strength, BODY_MODEL))
    if strength < 1:
        less = smooth_motion(each.raw.rotations, each.raw.root, segment.interval, strength, LANDMARKS)
        return _between(Fitted(*less), each, strength)
    return Fitted(*smooth_motion(each.rotations, each.root, segment.interval, strength - 1, LANDMARKS))


def _between(a: Fitted, b: Fitted, share: float) -> Fitted:
    """Normalized mean of close motions; sign-continuous like the first one."""
    rotations = a.rotations + (b.rotations * side_of(b.rotations, a.rotations) - a.rotations) * np.float32(share)
    return Fitted(normalize(rotations).astype(np.float32), a.root + (b.root - a.root) * np.float32(share))
