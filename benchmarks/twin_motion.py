"""Motions of ground-truth clips on other bodies: other sizes and tempos, mirrored, with feet that still stand.

World with y up and the floor at 0, meters; P people, T frames, quaternions wxyz.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import numpy as np

from benchmarks.groundtruth import load_truth
from romp_core.bodies.body import Body
from romp_core.bodies.embedded import load_body
from romp_core.geometry.rotations import (
    make_continuous,
    matrix_from_quat,
    normalize,
    quat_conjugate,
    quat_from_rotvec,
    quat_multiply,
    quat_rotate,
    slerp,
)
from romp_core.geometry.skeleton import JOINT, PARENTS, forward_kinematics
from romp_core.typing import Array

FPS = 30.0
SIDES = ("left", "right")
_OTHER = {"left": "right", "right": "left"}
_SWAPPED = [JOINT["_".join([_OTHER.get(word, word) for word in name.split("_")])] for name in JOINT]
_STANDS_M_S, _STANDS_M = 0.05, 0.06  # of the ball of a foot, where a clip has no contacts
_SUNK_M = 0.012  # soft soles may be that far below the floor
_REACH = 0.9985  # of a leg: straighter knees snap


@dataclass(frozen=True)
class Motion:
    """One person.

    Attributes:
        rotations: (T, 24, 4) local; root: (T, 3) of the pelvis.
        stands: (T, 2) bool, the ball of the left and right foot is on the floor.
        clearance: (T,) meters, the lowest skin above the floor.
        leg_m: length of a leg.
        framed: (T,) bool, the clip shows the person whole.
    """

    rotations: Array
    root: Array
    stands: Array
    clearance: Array
    leg_m: float
    framed: Array


def read_motions(clip: Path) -> list[Motion]:
    """The people of a clip, by its npz, in either layout."""
    with np.load(clip, allow_pickle=False) as archive:
        stored = {name: archive[name] for name in archive.files}
    if stored["poses"].ndim == 3:
        stored |= {name: stored[name][None] for name in ("poses", "trans", "joints", "JT")}
    motions, truth = [], load_truth(clip)
    for person, rest in enumerate(stored["JT"]):
        rotations, root = quat_from_rotvec(stored["poses"][person]), np.asarray(stored["trans"][person], float)
        if "contact" in stored:
            stands = stored["contact"][person][:, [1, 3]]
        else:
            balls = stored["joints"][person][:, [JOINT["left_foot"], JOINT["right_foot"]]]
            speed = np.linalg.norm(np.gradient(balls, axis=0), axis=-1) * FPS
            stands = (speed < _STANDS_M_S) & (balls[..., 1] < _STANDS_M)
        pixels, size = truth.joints2d[person], 2 * truth.intrinsics[:2, 2]
        framed = ((pixels > 0) & (pixels < size)).all((1, 2))
        lowest = skin(load_body().fitted(rest), rotations, root)[..., 1].min(1)
        motions.append(Motion(rotations, root, stands, np.maximum(lowest, 0), _leg(rest), framed))
    return motions


def skin(body: Body, rotations: Array, root: Array) -> Array:
    """Vertices (T, N, 3) float32 of a motion."""
    return np.stack([body.posed(*pose) for pose in zip(rotations, root, strict=True)]).astype(np.float32)


def mirrored(motion: Motion) -> Motion:
    """Left and right exchanged: the motion in a mirror across the plane x = 0."""
    return replace(
        motion,
        rotations=motion.rotations[:, _SWAPPED] * [1.0, 1.0, -1.0, -1.0],
        root=motion.root * [-1.0, 1.0, 1.0],
        stands=motion.stands[:, ::-1],
    )


def at_times(motion: Motion, rows: Array) -> Motion:
    """The motion at fractional frame numbers `rows`, which lie inside it."""
    low = np.minimum(rows.astype(int), len(motion.root) - 2)
    share = rows - low
    nearest = np.rint(rows).astype(int)
    return Motion(
        make_continuous(slerp(motion.rotations[low], motion.rotations[low + 1], share[:, None])),
        motion.root[low] * (1 - share)[:, None] + motion.root[low + 1] * share[:, None],
        motion.stands[nearest],
        motion.clearance[low] * (1 - share) + motion.clearance[low + 1] * share,
        motion.leg_m,
        motion.framed[nearest],
    )


def moved(motion: Motion, yaw: float, shift: Array, pivot: Array) -> Motion:
    """Turned by `yaw` radians about the vertical through `pivot` (3,), then moved by `shift` (3,)."""
    turn = quat_from_rotvec(np.array([0.0, yaw, 0.0]))
    rotations = motion.rotations.copy()
    rotations[:, 0] = quat_multiply(turn, rotations[:, 0])
    return replace(motion, rotations=rotations, root=pivot + shift + quat_rotate(turn, motion.root - pivot))


def on_body(motion: Motion, body: Body) -> Motion:
    """The same local rotations on another body; the legs are solved anew so that standing feet do not move.

    The path is scaled by the length of the leg about its middle, the body put onto the floor by its lowest skin, and
    each standing foot held where it stands on average; between two stands the correction goes over smoothly.
    """
    scale = _leg(body.joints) / motion.leg_m
    middle = (motion.root.min(0) + motion.root.max(0)) / 2 * [1, 0, 1]
    root = middle + (motion.root - middle) * scale
    rotations = motion.rotations.copy()
    vertices = skin(body, rotations, root)
    root[:, 1] += _smooth(scale * motion.clearance - vertices[..., 1].min(1), 2.0)
    vertices = skin(body, rotations, root)
    joints, _ = forward_kinematics(rotations, root, body.joints)
    targets = []
    for side, stands in zip(SIDES, motion.stands.T, strict=True):
        ball = joints[:, JOINT[f"{side}_foot"]]
        parts = sole_vertices(body, side)
        added = _held(ball, vertices[:, parts["ball"], 1].min(1), stands)
        below = -_SUNK_M - (vertices[:, parts["foot"], 1].min(1) + added[:, 1])
        added[:, 1] += np.where(stands, 0, _smooth(np.maximum(below, 0), 1.0))
        targets.append(joints[:, JOINT[f"{side}_ankle"]] + added)
    root[:, 1] -= _sink(joints, targets, _leg(body.joints))
    for side, ankles in zip(SIDES, targets, strict=True):
        _reach(body, side, rotations, root, ankles)
    return replace(motion, rotations=make_continuous(rotations), root=root, leg_m=_leg(body.joints))


def sole_vertices(body: Body, side: str) -> dict[str, Array]:
    """Indices of the skin of a foot: all of it, under the heel, under the ball."""
    mostly = body.weight_joints[np.arange(len(body.vertices)), body.weights.argmax(1)]
    low = body.vertices[:, 1] < body.floor_m + 0.018 * body.height_m
    behind = body.vertices[:, 2] < body.joints[JOINT[f"{side}_ankle"], 2] + 0.01 * body.height_m
    return {
        "foot": np.flatnonzero((mostly == JOINT[f"{side}_ankle"]) | (mostly == JOINT[f"{side}_foot"])),
        "heel": np.flatnonzero((mostly == JOINT[f"{side}_ankle"]) & low & behind),
        "ball": np.flatnonzero((mostly == JOINT[f"{side}_foot"]) & low),
    }


def runs(flags: Array) -> list[tuple[int, int]]:
    """Start and end (exclusive) of each unbroken row of true flags."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], np.asarray(flags, int), [0]])))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))


def _leg(rest: Array) -> float:
    chain = [JOINT[f"left_{part}"] for part in ("hip", "knee", "ankle")]
    return float(sum(np.linalg.norm(rest[b] - rest[a]) for a, b in pairwise(chain)))


def _held(ball: Array, sole: Array, stands: Array) -> Array:
    """What must be added to a foot (T, 3) so that its ball (T, 3) stays put while it stands, its sole (T,) at 0."""
    known, added = [], []
    for start, end in runs(stands):
        if end - start < 3:
            continue
        place = ball[start:end].mean(0) - [0, sole[start:end].mean(), 0]
        known += range(start, end)
        added += list(place - ball[start:end])
    if not known:
        return np.zeros_like(ball)
    result = np.zeros_like(ball)
    result[: known[0]], result[known[-1] :] = added[0], added[-1]
    for (a, before), (b, after) in pairwise(zip(known, added, strict=True)):
        u = np.linspace(0, 1, b - a + 1)[:, None]
        result[a : b + 1] = before + u * u * (3 - 2 * u) * (after - before)
    return result


def _sink(joints: Array, targets: list[Array], leg: float) -> Array:
    """By how much the pelvis must go down (T,) so that both legs reach their ankles; 0 for a body that hangs over."""
    needed = np.zeros(len(joints))
    for side, ankles in zip(SIDES, targets, strict=True):
        hip = joints[:, JOINT[f"{side}_hip"]]
        flat = np.linalg.norm((ankles - hip)[:, [0, 2]], axis=1)
        highest = ankles[:, 1] + np.sqrt(np.maximum((_REACH * leg) ** 2 - flat**2, 0))
        upright = flat < 0.8 * leg
        needed = np.maximum(needed, np.where(upright, hip[:, 1] - highest, 0))
    padded = np.pad(needed, 3, mode="edge")
    return _smooth(np.lib.stride_tricks.sliding_window_view(padded, 7).max(1), 1.5)


def _reach(body: Body, side: str, rotations: Array, root: Array, ankles: Array) -> None:
    """In place: hip, knee and ankle, so that the ankle is at `ankles` (T, 3) and the foot keeps its orientation."""
    hip, knee, ankle = (JOINT[f"{side}_{part}"] for part in ("hip", "knee", "ankle"))
    joints, turned = forward_kinematics(rotations, root, body.joints)
    thigh, shank = joints[:, knee] - joints[:, hip], joints[:, ankle] - joints[:, knee]
    long, short = (np.linalg.norm(bone, axis=1) for bone in (thigh, shank))
    span = ankles - joints[:, hip]
    distance = np.clip(np.linalg.norm(span, axis=1), 1.02 * np.abs(long - short), _REACH * (long + short))
    # Bend the knee about the axis that it bends about already, or about the thigh's own x axis where it is straight.
    bent = np.arccos(np.clip((thigh * shank).sum(1) / (long * short), -1, 1))
    wanted = np.pi - np.arccos(np.clip((long**2 + short**2 - distance**2) / (2 * long * short), -1, 1))
    own = matrix_from_quat(turned[:, hip])[:, :, 0]
    axis = normalize(np.cross(thigh, shank) / (long * short)[:, None] + 0.02 * own)
    axis = normalize(axis - (axis * thigh).sum(1, keepdims=True) * thigh / (long**2)[:, None])
    bend = quat_from_rotvec(axis * (wanted - bent)[:, None])
    reached = thigh + quat_rotate(bend, shank)
    swing = _between(reached, span)
    new_hip = quat_multiply(swing, turned[:, hip])
    new_knee = quat_multiply(swing, quat_multiply(bend, turned[:, knee]))
    rotations[:, hip] = quat_multiply(quat_conjugate(turned[:, PARENTS[hip]]), new_hip)
    rotations[:, knee] = quat_multiply(quat_conjugate(new_hip), new_knee)
    rotations[:, ankle] = quat_multiply(quat_conjugate(new_knee), turned[:, ankle])


def _between(a: Array, b: Array) -> Array:
    """Shortest rotation (T, 4) that turns directions a (T, 3) into b; they are never opposite here."""
    a, b = normalize(a), normalize(b)
    return normalize(np.concatenate([1 + (a * b).sum(1, keepdims=True), np.cross(a, b)], axis=1))


def _smooth(values: Array, frames: float) -> Array:
    """Gaussian smoothing (T,); the ends are held."""
    reach = int(4 * frames)
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / frames) ** 2)
    return np.convolve(np.pad(values, reach, mode="edge"), kernel / kernel.sum(), mode="valid")
