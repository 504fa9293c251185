"""Rendered clips of known motion: loading them, and how far a take is from the truth.

Layouts, axes and metrics are those of the ground-truth set's README; joints are compared as named by SMPL.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import permutations
from pathlib import Path

import numpy as np

from romp_core.geometry.rotations import angle_between
from romp_core.take.settings import with_values
from romp_core.take.take import Motion, Person, Take, joints_camera
from romp_core.typing import Array

COMPARED = [1, 2, 4, 5, 7, 8, 12, 15, 16, 17, 18, 19, 20, 21]
"""Joints of MPJPE: hips, knees, ankles, neck, head, shoulders, elbows, wrists."""

_LIMBS = {1: 23, 2: 24, 4: 25, 5: 26, 7: 27, 8: 28, 16: 11, 17: 12, 18: 13, 19: 14, 20: 15, 21: 16}
"""SMPL joint -> BlazePose landmark, for telling people apart in the image."""

_BALLS = [10, 11]
_STANDS, _SWINGS = 0.05, 0.5
_JUMP = np.radians(45)


@dataclass(frozen=True)
class Truth:
    """One clip: P people, T frames, world y up, camera x right, y down, z forward.

    Attributes:
        joints: (P, T, 24, 3) world, meters; joints2d: (P, T, 24, 2) px; heights: (P,) meters.
        counted: (P, T) bool, visible and not a repeated frame.
        stands: (P, T, 2) bool, left and right foot touch the floor.
        rotation, position: (T, 3, 3), (T, 3) of the camera; intrinsics: (3, 3); times: (T,) seconds.
    """

    video: Path
    joints: Array
    joints2d: Array
    heights: Array
    counted: Array
    stands: Array
    rotation: Array
    position: Array
    intrinsics: Array
    times: Array

    @property
    def fov_deg(self) -> float:
        """Horizontal field of view."""
        return float(np.degrees(2 * np.arctan(self.intrinsics[0, 2] / self.intrinsics[0, 0])))

    def camera_joints(self, person: int) -> Array:
        """(T, 24, 3) in camera space."""
        return np.einsum("tij,tkj->tki", self.rotation, self.joints[person] - self.position[:, None])


def load_truth(video: str | Path) -> Truth:
    """The truth beside a clip (`walk.mp4` -> `walk.npz`), either layout."""
    with np.load(Path(video).with_suffix(".npz"), allow_pickle=False) as archive:
        stored = {name: archive[name] for name in archive.files}
    joints = stored["joints"] if stored["joints"].ndim == 4 else stored["joints"][None]
    people, count = joints.shape[:2]
    rotation = np.broadcast_to(stored["Rcw"], (count, 3, 3))
    position = np.broadcast_to(stored["cpos"], (count, 3))
    seen = np.einsum("tij,ptkj->ptki", rotation, joints - position[:, None]) @ stored["K"].T
    times = stored.get("times", np.arange(count) / 30)
    if "contact" in stored:
        stands = stored["contact"].reshape(people, count, 2, 2).any(axis=-1)
    else:
        stands = np.linalg.norm(np.gradient(joints[:, :, _BALLS], times, axis=1), axis=-1) < 2 * _STANDS
    counted = stored.get("visible", np.ones((people, count), bool)) & ~stored.get("held", np.zeros(count, bool))
    return Truth(
        video=Path(video),
        joints=joints,
        joints2d=seen[..., :2] / seen[..., 2:],
        heights=np.atleast_1d(stored["height"]),
        counted=counted,
        stands=stands,
        rotation=rotation,
        position=position,
        intrinsics=stored["K"],
        times=times,
    )


def procrustes(points: Array, target: Array) -> Array:
    """Points (n, K, 3) after the best similarity onto the target of each n (Umeyama 1991)."""
    p, q = points - points.mean(1, keepdims=True), target - target.mean(1, keepdims=True)
    u, s, vt = np.linalg.svd(np.swapaxes(p, 1, 2) @ q)
    flip = np.sign(np.linalg.det(u @ vt))
    s[:, 2] *= flip
    u[:, :, 2] *= flip[:, None]
    scale = s.sum(1) / (p**2).sum((1, 2))
    return scale[:, None, None] * (p @ (u @ vt)) + target.mean(1, keepdims=True)


def identify(take: Take, truth: Truth) -> Array:
    """Which person of the take each true person is in each frame, (P, T) index into `take.people`, -1 for none.

    The unique assignment with the least mean distance of limb joints, rejected above half the person's height.
    """
    joints, landmarks = list(_LIMBS), list(_LIMBS.values())
    people, count = truth.counted.shape
    distance = np.full((people, len(take.people), count), np.inf)
    for index, person in enumerate(take.people):
        rows = _true_frames(take, person.observations.frame_index, truth)
        seen = person.observations.keypoints2d[:, landmarks]
        away = np.linalg.norm(seen - truth.joints2d[:, rows][:, :, joints], axis=-1).mean(-1)  # (P, n)
        tall = np.ptp(truth.joints2d[:, rows][..., 1], axis=-1)
        distance[:, index, rows] = np.where(away < tall / 2, away, np.inf)
    result = np.full((people, count), -1)
    choices = list(permutations([*range(len(take.people)), *[-1] * people], people))
    for t in range(count):
        costs = [sum(_cost(distance, p, chosen, t) for p, chosen in enumerate(choice)) for choice in choices]
        best = choices[int(np.argmin(costs))]
        result[:, t] = [c if c >= 0 and np.isfinite(distance[p, c, t]) else -1 for p, c in enumerate(best)]
    return result


def _cost(distance: Array, person: int, chosen: int, t: int) -> float:
    cost = distance[person, chosen, t] if chosen >= 0 else np.inf
    return float(cost) if np.isfinite(cost) else 1e6


def switches(identity: Array) -> int:
    """How often a true person's identity (T,) differs from the last one it had."""
    seen = identity[identity >= 0]
    return int((seen[1:] != seen[:-1]).sum())


def with_true_heights(take: Take, truth: Truth) -> Take:
    """The take with the truth's field of view, and each person's true height."""
    identity = identify(take, truth)
    people = []
    for index, person in enumerate(take.people):
        hits = (identity == index).sum(axis=1)
        people.append(replace(person, height=float(truth.heights[hits.argmax()]) if hits.any() else person.height))
    return replace(take, people=tuple(people), solve=with_values(take.solve, {"fov": truth.fov_deg}))


@dataclass(frozen=True)
class Score:
    """One true person against the take.

    Attributes:
        tracked: fraction of the counted frames with a valid prediction.
        mpjpe_mm, pa_mpjpe_mm: over 14 joints, pelvis subtracted; camera axes.
        jumps: joint turns of more than 45 degrees from one row to the next.
        skate, skate_95: m/s of the balls of the feet while they truly stand; skate_pairs: how many steps counted.
        swing: speed over true speed of feet that truly swing.
        contact_f1: harmonic mean of precision and recall of the frames in which each foot stands.
        sole_range_m: 2nd and 98th percentile of the standing balls' heights.
        switches: of identity.
    """

    tracked: float
    mpjpe_mm: float
    pa_mpjpe_mm: float
    jumps: int
    skate: float
    skate_95: float
    skate_pairs: int
    swing: float
    contact_f1: float
    sole_range_m: tuple[float, float]
    switches: int


def score(take: Take, truth: Truth) -> list[Score]:
    """One score per true person of a solved take."""
    identity = identify(take, truth)
    scores = []
    for index in range(len(truth.joints)):
        ids = identity[index][truth.counted[index]]
        if not (ids >= 0).any():
            raise ValueError(f"person {index} of {truth.video.name} was never found")
        person = take.people[int(np.bincount(ids[ids >= 0]).argmax())]
        scores.append(_score(take, person, truth, index, switches(identity[index])))
    return scores


def _score(take: Take, person: Person, truth: Truth, index: int, switched: int) -> Score:
    motion = person.motion
    if motion is None:
        raise ValueError("the take is not solved")
    rows = _true_frames(take, motion.frame_index, truth)
    counted = truth.counted[index, rows] & motion.valid
    found, true = joints_camera(take, motion)[counted], truth.camera_joints(index)[rows][counted]
    found, true = (j[:, COMPARED] - j[:, :1] for j in (found, true))
    return Score(
        tracked=float(counted.sum() / truth.counted[index].sum()),
        mpjpe_mm=_mean_distance_mm(found, true),
        pa_mpjpe_mm=_mean_distance_mm(procrustes(found, true), true),
        jumps=_jumps(motion),
        **_feet(motion, truth, index, rows, counted),
        switches=switched,
    )


def _jumps(motion: Motion) -> int:
    turns = angle_between(motion.rotations[1:], motion.rotations[:-1])
    return int((turns[motion.valid[1:] & motion.valid[:-1]] > _JUMP).sum())


def _feet(motion: Motion, truth: Truth, index: int, rows: Array, counted: Array) -> dict:
    interval = np.diff(truth.times[rows])[:, None]
    both = (counted[1:] & counted[:-1])[:, None]
    balls = motion.joints()[:, _BALLS]
    speed, true = (
        np.linalg.norm(np.diff(p, axis=0), axis=-1) / interval for p in (balls, truth.joints[index][rows][:, _BALLS])
    )
    stands, swings = both & (true < _STANDS), both & (true > _SWINGS)
    heights = balls[1:][stands][:, 2] if stands.any() else np.zeros(1)
    return {
        "skate": float(speed[stands].mean()) if stands.any() else 0.0,
        "skate_95": float(np.percentile(speed[stands], 95)) if stands.any() else 0.0,
        "skate_pairs": int(stands.sum()),
        "swing": float(speed[swings].mean() / true[swings].mean()) if swings.any() else 1.0,
        "contact_f1": _f1(motion.contacts[counted], truth.stands[index][rows][counted]),
        "sole_range_m": tuple(np.percentile(heights, [2, 98]).tolist()),
    }


def _f1(found: Array, true: Array) -> float:
    both = int((found & true).sum())
    return 2 * both / max(int(found.sum() + true.sum()), 1)


def _mean_distance_mm(found: Array, true: Array) -> float:
    return float(np.linalg.norm(found - true, axis=-1).mean() * 1e3)


def _true_frames(take: Take, rows: Array, truth: Truth) -> Array:
    """Index of the true frame at the time of each frame of the take."""
    times = take.footage.times[rows]
    nearest = np.abs(truth.times[None] - times[:, None]).argmin(axis=1)
    return np.asarray(nearest)


def table(rows: Sequence[tuple[str, Score]]) -> str:
    """Scores as text, one line per clip and person."""
    names = (("tracked", 8), ("MPJPE", 8), ("PA", 7), ("jumps", 7), ("skate", 8), ("p95", 7), ("swing", 7), ("F1", 6))
    head = f"{'clip':<18}" + "".join(f"{name:>{width}}" for name, width in (*names, ("switches", 9)))
    lines = [
        f"{name:<18}{s.tracked:8.1%}{s.mpjpe_mm:8.1f}{s.pa_mpjpe_mm:7.1f}{s.jumps:7d}{s.skate:8.3f}"
        f"{s.skate_95:7.2f}{s.swing:7.2f}{s.contact_f1:6.2f}{s.switches:9d}"
        for name, s in rows
    ]
    return "\n".join([head, *lines])
