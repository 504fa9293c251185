"""How far hands of a take are from the truth of a rendered clip; metrics are those of the ground-truth set's README.

`python benchmarks/hand_metrics.py [--groundtruth DIR] [--clip hands]` captures the clip and prints them.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from romp_core.cli.main import main as command_line
from romp_core.geometry.fingers import FINGER_NAMES, N_FINGERS, WRISTS
from romp_core.solve import solve
from romp_core.storage.take_file import load_take
from romp_core.take.settings import with_values
from romp_core.take.take import Take
from romp_core.typing import Array

_CHAINS = {"thumb": 1, "index": 5, "middle": 9, "ring": 13, "pinky": 17}
_TIPS, _KNUCKLES = [4, 8, 12, 16, 20], [5, 9, 13, 17]
_BENDS = [
    (0 if joint == 0 else first + joint - 1, first + joint, first + joint + 1)
    for first in _CHAINS.values()
    for joint in range(3)
]
_WRONG = 0.25
_GONE_S = 0.25


@dataclass(frozen=True)
class HandScore:
    """One hand.

    Attributes:
        found: share of the frames with a visible hand in which it was found, in the raw take.
        wrong: frames whose points are on average more than a quarter of the hand's size off, in the raw take.
        false: frames in which a hand was found that has not been visible for more than a quarter of a second.
        valid: share of the visible frames that the solved motion says to show.
        bend_deg, tip_mm, aligned_mm, wrist_deg: mean errors in valid frames. jerk_deg: mean second difference of the
        bends; step_deg: their largest change from frame to frame.
    """

    found: float
    wrong: int
    false: int
    valid: float
    bend_deg: float
    tip_mm: float
    aligned_mm: float
    wrist_deg: float
    jerk_deg: float
    step_deg: float


def score_hands(take: Take, truth: Path) -> tuple[HandScore, HandScore]:
    """Left and right hand of the person who is seen most; `truth` is the clip's .npz."""
    assert take.camera is not None
    with np.load(truth, allow_pickle=False) as stored:
        clip = {name: stored[name] for name in stored.files}
    person = max(take.characters, key=lambda each: len(each.observations.frame_index))
    motion, seen = person.motion, person.observations
    assert motion is not None and seen.hand_points is not None and seen.hand_presence is not None
    rows = np.searchsorted(clip["times"], take.footage.times[motion.frame_index] - 1e-3)
    raw_rows = np.searchsorted(clip["times"], take.footage.times[seen.frame_index] - 1e-3)
    points = take.camera.to_camera(motion.finger_points(), motion.frame_index)
    joints = take.camera.to_camera(motion.joints(), motion.frame_index)
    true = np.einsum("tij,tskj->tski", clip["Rcw"], clip["hand21"] - clip["cpos"][:, None, None])
    scores = []
    for side, wrist in enumerate(WRISTS):
        visible = clip["visible"][:, side]
        presence, pixels = np.zeros(len(visible)), np.zeros((len(visible), 21, 2))
        presence[raw_rows], pixels[raw_rows] = seen.hand_presence[:, side], seen.hand_points[:, side, :, :2]
        found = presence > 0
        off = np.linalg.norm(pixels - clip["hand21_2d"][:, side], axis=-1).mean(axis=1)
        away = _seconds_away(visible, clip["times"])
        solved = np.full((len(visible), 21, 3), np.nan)
        solved[rows] = _in_order(joints[:, wrist], points, side)
        valid = np.zeros(len(visible), bool)
        valid[rows] = motion.valid & (motion.hand_confidence[:, side] > 0)
        valid &= visible
        ours, theirs = (each - each[:, :1] for each in (solved[valid], true[valid, side]))
        turns = _palm_turns(ours, theirs)
        aligned = np.einsum("tij,tkj->tki", turns, ours)
        bends = bend_angles(solved[rows])
        scores.append(
            HandScore(
                found=float((found & visible).sum() / visible.sum()),
                wrong=int((found & visible & (off > _WRONG * clip["hand_px"][:, side])).sum()),
                false=int((found & (away > _GONE_S)).sum()),
                valid=float(valid.sum() / visible.sum()),
                bend_deg=float(np.abs(bend_angles(ours) - bend_angles(theirs)).mean()),
                tip_mm=_millimeters(ours[:, _TIPS] - theirs[:, _TIPS]),
                aligned_mm=_millimeters(aligned[:, _TIPS] - theirs[:, _TIPS]),
                wrist_deg=float(np.degrees(np.arccos(np.clip((np.einsum("tii->t", turns) - 1) / 2, -1, 1))).mean()),
                jerk_deg=float(np.abs(np.diff(bends, n=2, axis=0)).mean()),
                step_deg=float(np.abs(np.diff(bends, axis=0)).max()),
            )
        )
    return scores[0], scores[1]


def bend_angles(points: Array) -> Array:
    """Angles (T, 15) in degrees between the segments at each joint of a hand's 21 points (T, 21, 3)."""
    first, middle, last = np.array(_BENDS).T
    before, after = points[:, middle] - points[:, first], points[:, last] - points[:, middle]
    cosine = (before * after).sum(-1) / (np.linalg.norm(before, axis=-1) * np.linalg.norm(after, axis=-1))
    return np.asarray(np.degrees(np.arccos(np.clip(cosine, -1, 1))))


def _in_order(wrist: Array, points: Array, side: int) -> Array:
    """Wrist (T, 3), finger joints and tips (T, 40, 3) in the order of the 21 points."""
    ordered = np.empty((len(wrist), 21, 3))
    ordered[:, 0] = wrist
    for finger, name in enumerate(FINGER_NAMES):
        first, start = _CHAINS[name], 15 * side + 3 * finger
        ordered[:, first : first + 3] = points[:, start : start + 3]
        ordered[:, first + 3] = points[:, N_FINGERS + 5 * side + finger]
    return ordered


def _palm_turns(points: Array, target: Array) -> Array:
    """Rotations (T, 3, 3) about the wrist that bring the knuckles closest to their targets (Kabsch 1976)."""
    u, _, vt = np.linalg.svd(np.swapaxes(target[:, _KNUCKLES], 1, 2) @ points[:, _KNUCKLES])
    flip = np.ones((len(points), 3))
    flip[:, 2] = np.sign(np.linalg.det(u @ vt))
    return np.asarray((u * flip[:, None]) @ vt)


def _millimeters(gaps: Array) -> float:
    return float(np.linalg.norm(gaps, axis=-1).mean() * 1000)


def _seconds_away(visible: Array, times: Array) -> Array:
    """Seconds from each frame to the nearest one with a visible hand."""
    known = times[visible]
    return np.asarray(np.abs(times[:, None] - known).min(axis=1)) if len(known) else np.full(len(times), np.inf)


def captured_hands(video: Path, folder: Path) -> Take:
    """The take of a clip with hands, solved with the true height and field of view."""
    out = folder / f"{video.stem}_hands.npz"
    command = ["capture", str(video), "-o", str(out), "--parts", "hands", "--progress", "none"]
    if not out.exists() and (status := command_line(command)):
        raise SystemExit(f"capture of {video.name} failed with status {status}")
    take = load_take(out)
    with np.load(video.with_suffix(".npz"), allow_pickle=False) as clip:
        fov = np.degrees(2 * np.arctan(clip["K"][0, 2] / clip["K"][0, 0]))
        settings = {"height": float(np.ravel(clip["height"])[0]), "fov": float(fov)}
    return solve(replace(take, solve=with_values(take.solve, settings)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--groundtruth", type=Path, default=Path(__file__).resolve().parents[2] / "shared/groundtruth")
    parser.add_argument("--clip", default="hands")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        video = options.groundtruth / f"{options.clip}.mp4"
        scores = score_hands(captured_hands(video, Path(folder)), video.with_suffix(".npz"))
    for side, score in zip(("left", "right"), scores, strict=True):
        print(side, *(f"{name} {value:.3g}" for name, value in vars(score).items()))


if __name__ == "__main__":
    main()
