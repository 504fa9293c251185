"""Who is who in captures of the ground-truth clips, measured on the raw landmarks, before anything is solved.

`python benchmarks/identities.py [--groundtruth DIR] [--takes DIR] [--solve] [CLIP ...]`; the definitions are those of
the set's `evaluate.py`. `--takes` keeps the raw takes between runs; `--solve` adds the errors of the solved motion, by
the set's own `evaluate.py`.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from romp_core.cli.main import main as command_line
from romp_core.footage import open_footage
from romp_core.models.blazepose.estimator import BlazePose
from romp_core.models.registry import default_store, model_card
from romp_core.storage.assemble import TakeHead, take_of
from romp_core.storage.take_file import load_take, save_take
from romp_core.take.settings import CaptureSettings, SolveSettings
from romp_core.take.take import Provenance, Take
from romp_core.tracking.assignment import unique_pairs
from romp_core.typing import Array
from tests.truth_detector import TruthDetector

CLIPS = ("duo", "leave", "trio", "crowd5", "action", "floor", "furniture", "shapes", "handheld")
LIMBS = {16: 11, 17: 12, 18: 13, 19: 14, 20: 15, 21: 16, 1: 23, 2: 24, 4: 25, 5: 26, 7: 27, 8: 28}
"""SMPL joint -> landmark."""

JOINTS, LANDMARKS = list(LIMBS), list(LIMBS.values())
SIDES = [1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10]
"""The same limb joint on the other side."""


@dataclass(frozen=True)
class Found:
    """The people of a take against the truth: pixels (N, T, 12, 2), not a number where not seen."""

    who: Array  # (P, T) index into the take's people, -1 for none
    idf1: float
    switches: list[int]
    extras: int
    pixels: Array


def raw_take(video: Path, out: Path, detected: bool = False) -> Take:
    """The take of a clip before it is solved, from the file when it is already there.

    Args:
        detected: people are detected at their true positions with noise and drop-outs; see `TruthDetector`.
    """
    if not out.exists():
        card, store, settings = model_card("blazepose"), default_store(), CaptureSettings()
        with open_footage(str(video)) as footage:
            began, frames = time.process_time(), []

            def watched():
                for frame in footage.frames():
                    frames.append(frame)
                    yield frame

            detector = TruthDetector(dict(np.load(video.with_suffix(".npz")))) if detected else None
            estimator = (
                BlazePose(footage.info, card.new_tracker(), 0, detector)
                if detector
                else card.open(footage.info, settings, store)
            )
            people = list(estimator.run(watched()))
            head = TakeHead(video.stem, footage.info, settings, SolveSettings(), Provenance.stamped(model=card.name))
            take = take_of(head, zip(frames, people, strict=True))
            print(f"{video.stem}: {(time.process_time() - began) / len(frames) * 1e3:.1f} ms a frame", file=sys.stderr)
        out.parent.mkdir(parents=True, exist_ok=True)
        save_take(take, out)
    return load_take(out)


def found(take: Take, truth: dict[str, Array]) -> Found:
    """Match people by frame, as `evaluate.py` does, but on the measured limb joints."""
    true, visible = truth["joints2d"][:, :, JOINTS], truth["visible"]
    people, count = visible.shape
    pixels = np.full((len(take.people), count, len(JOINTS), 2), np.nan)
    for row, person in enumerate(take.people):
        seen = person.observations
        pixels[row, seen.frame_index] = seen.keypoints2d[:, LANDMARKS]
    size = _sizes(truth)
    away = np.linalg.norm(pixels[None] - true[:, None], axis=-1).mean(axis=-1) / size[:, None]  # (P, N, T)
    who = np.full((people, count), -1)
    hits, there, extras = np.zeros((people, len(pixels))), np.zeros(len(pixels)), 0
    for t in range(count):
        alive = np.flatnonzero(np.isfinite(pixels[:, t, 0, 0]))
        cost = away[:, alive, t]
        near_hidden = ((cost <= 0.5) & ~visible[:, t, None]).any(axis=0)
        pairs = unique_pairs(np.where(visible[:, t, None], cost, np.inf), 0.5)
        for p, c in pairs:
            who[p, t] = alive[c]
            hits[p, alive[c]] += 1
        taken = {c for _, c in pairs}
        for c, n in enumerate(alive):
            if c in taken or not near_hidden[c]:
                there[n] += 1
                extras += c not in taken
    right = sum(hits[p, n] for p, n in unique_pairs(-hits, 0))
    changes = [int((np.diff(row[row >= 0]) != 0).sum()) for row in who]
    return Found(who, 2 * right / (there.sum() + visible.sum()), changes, extras, pixels)


def _sizes(truth: dict[str, Array]) -> Array:
    """(P, T) heights in pixels, if everybody stood."""
    depth = np.einsum("ti,pti->pt", truth["Rcw"][:, 2], truth["joints"][:, :, 0] - truth["cpos"][None])
    return truth["K"][1, 1] * np.asarray(truth["height"])[:, None] / depth


def lines(name: str, take: Take, truth: dict[str, Array], where: bool) -> list[str]:
    """What was measured, as text."""
    result = found(take, truth)
    visible = truth["visible"]
    text = [
        f"{name:<16} IDF1 {result.idf1:.3f}  switches {sum(result.switches)}  people {len(take.people)} of "
        f"{len(visible)}  extras {result.extras}  misses {int((visible & (result.who < 0)).sum())}"
    ]
    size = _sizes(truth)
    for p, who in enumerate(result.who):
        hit = np.flatnonzero(who >= 0)
        at, true = result.pixels[who[hit], hit], truth["joints2d"][p, hit][:, JOINTS]
        error = np.linalg.norm(at - true, axis=-1) / size[p, hit, None] * 100
        mirrored = np.linalg.norm(at[:, SIDES] - true, axis=-1) / size[p, hit, None] * 100
        legs = slice(6, 12)
        swapped = mirrored[:, legs].mean(axis=1) + 1.5 < error[:, legs].mean(axis=1)
        down = truth["joints"][p, hit, 15, 1] < truth["joints"][p, hit, 0, 1]
        seen = truth["joint_seen"][p, hit][:, JOINTS] if "joint_seen" in truth else np.ones(error.shape, bool)
        text.append(
            f"    {p}: matched {len(hit) / visible[p].sum():.3f}  switches {result.switches[p]}  landmarks off by "
            f"{error[seen].mean():.2f} % of the height, p95 {np.percentile(error[seen], 95):.2f}; hidden "
            f"{error[~seen].mean() if (~seen).any() else 0:.1f}; legs swapped in {int(swapped.sum())}"
            + (f"; upside down {error[down].mean():.1f} in {int(down.sum())}" if down.any() else "")
        )
        if where:
            text.append(f"       missed {_ranges(visible[p] & (who < 0))}; swapped {_ranges(_at(hit[swapped], who))}")
    if where:
        owners = [np.bincount(_owner(result, n), minlength=len(visible)).tolist() for n in range(len(take.people))]
        for n, person in enumerate(take.people):
            rows = person.observations.frame_index
            used = (result.who == n).any(axis=0)
            text.append(
                f"       person {person.id}: frames {_ranges(_at(rows, used))}, true people {owners[n]}, "
                f"nobody's {_ranges(_at(np.setdiff1d(rows, np.flatnonzero(used)), used))}"
            )
    return text


def _owner(result: Found, n: int) -> Array:
    return np.nonzero(result.who == n)[0]


def _at(rows: Array, like: Array) -> Array:
    flags = np.zeros(len(like), bool)
    flags[rows] = True
    return flags


def _ranges(flags: Array) -> str:
    edges = np.flatnonzero(np.diff(np.concatenate([[0], flags.astype(int), [0]])))
    return " ".join(f"{a}-{b - 1}" for a, b in edges.reshape(-1, 2)) or "-"


def solved(take: Path, video: Path, evaluate: Path) -> list[str]:
    """Errors of the solved motion, at the median of the true heights, by the set's own script."""
    with tempfile.TemporaryDirectory() as scratch:
        out, joints = Path(scratch) / "solved.npz", Path(scratch) / "joints.npz"
        height = float(np.median(np.load(video.with_suffix(".npz"))["height"]))
        command_line(["solve", str(take), "-o", str(out), "--height", f"{height:.3f}", "--progress", "none"])
        command_line(["export", "--format", "joints", str(out), str(joints)])
        done = subprocess.run(
            [sys.executable, evaluate, joints, video.with_suffix(".npz")], capture_output=True, text=True, check=True
        )
    figures = json.loads(done.stdout)
    shown = ("matched", "id_switches", "mpjpe_matched_mm", "pa_matched_mm", "upside_down_mpjpe_mm")
    rows = [{name: row[name] for name in shown if name in row} for row in figures["result"]]
    return [f"    solved: {figures['identity']}", *(f"    {row}" for row in rows)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("clips", nargs="*", default=CLIPS)
    parser.add_argument("--groundtruth", type=Path, default=Path(__file__).resolve().parents[2] / "shared/groundtruth")
    parser.add_argument("--takes", type=Path, help="folder of raw takes to keep and reuse")
    parser.add_argument(
        "--detected", action="store_true", help="with a stand-in for another detector: true joints, 3 px noise"
    )
    parser.add_argument("--solve", action="store_true")
    parser.add_argument("--where", action="store_true", help="in which frames")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.takes or Path(scratch)
        for name in options.clips:
            video = options.groundtruth / f"{name}.mp4"
            with np.load(video.with_suffix(".npz")) as archive:
                truth = {key: archive[key] for key in archive.files}
            out = folder / f"{name}.npz"
            text = lines(name, raw_take(video, out, options.detected), truth, options.where)
            if options.solve:
                text += solved(out, video, options.groundtruth / "evaluate.py")
            print("\n".join(text), flush=True)


if __name__ == "__main__":
    main()
