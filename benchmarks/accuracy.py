"""Accuracy on the ground-truth clips, with true height and field of view, through the whole pipeline.

`python benchmarks/accuracy.py [--groundtruth DIR] [--takes DIR] [CLIP ...]`; `--takes` keeps raw takes between runs,
so that a change of the solver is measured without running the network again.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.groundtruth import Score, Truth, load_truth, score, table, with_true_heights
from romp_core.cli.main import main as command_line
from romp_core.solve import solve
from romp_core.storage.take_file import load_take
from romp_core.take.take import Take

CLIPS = ("walk", "exercise", "vfr", "exercise_rot90", "duo", "leave")
REPORTED = ("walk", "exercise")


def captured(video: Path, folder: Path) -> Take:
    """The take of a clip, from the folder when it is already there."""
    out = folder / f"{video.stem}.npz"
    if not out.exists():
        status = command_line(["capture", str(video), "-o", str(out), "--progress", "none"])
        if status:
            raise SystemExit(f"capture of {video.name} failed with status {status}")
    return load_take(out)


def measured(video: Path, folder: Path) -> tuple[Take, Truth, list[Score]]:
    """A clip solved with its true heights and field of view, and its scores."""
    truth = load_truth(video)
    take = solve(with_true_heights(captured(video, folder), truth))
    return take, truth, score(take, truth)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("clips", nargs="*", default=CLIPS)
    parser.add_argument("--groundtruth", type=Path, default=Path(__file__).resolve().parents[2] / "shared/groundtruth")
    parser.add_argument("--takes", type=Path, help="folder of raw takes to keep and reuse")
    options = parser.parse_args()
    rows, mean = [], []
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.takes or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        for name in options.clips:
            _, _, scores = measured(options.groundtruth / f"{name}.mp4", folder)
            rows += [(f"{name} {index}" if len(scores) > 1 else name, s) for index, s in enumerate(scores)]
            mean += scores if name in REPORTED else []
    if len(mean) == len(REPORTED):
        numbers = ("tracked", "mpjpe_mm", "pa_mpjpe_mm", "skate", "skate_95", "swing", "contact_f1")
        average = {name: float(np.mean([getattr(s, name) for s in mean])) for name in numbers}
        rows.append(("mean " + "+".join(REPORTED), replace(mean[0], **average, jumps=max(s.jumps for s in mean))))
    print(table(rows))


if __name__ == "__main__":
    main()
