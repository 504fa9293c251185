"""How well feet are placed that nobody sees, on rendered clips that say which joints are hidden.

`python benchmarks/hidden_feet.py [--groundtruth DIR] [--takes DIR] CLIP ...`: the mean distance of hidden ankles from
the truth, pelvis subtracted, in camera axes; with the usual settings, and the heights of the truth.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.accuracy import captured
from benchmarks.groundtruth import Truth, identify, load_truth
from romp_core.geometry.skeleton import JOINT
from romp_core.solve import solve
from romp_core.take.take import Take, joints_camera

ANKLES = [JOINT["left_ankle"], JOINT["right_ankle"]]


def hidden_ankles_mm(take: Take, truth: Truth) -> list[tuple[float, int]]:
    """Mean distance of each true person's hidden ankles in a solved take, and how many there are."""
    with np.load(truth.video.with_suffix(".npz"), allow_pickle=False) as archive:
        hidden = ~archive["joint_seen"][:, :, ANKLES]
    identity, result = identify(take, truth), []
    for index in range(len(truth.joints)):
        away = []
        for number, person in enumerate(take.people):
            if (motion := person.motion) is None:
                continue
            rows = np.abs(truth.times - take.footage.times[motion.frame_index][:, None]).argmin(axis=1)
            use = motion.valid & truth.counted[index, rows] & (identity[index, rows] == number)
            found, true = joints_camera(take, motion)[use], truth.camera_joints(index)[rows[use]]
            error = (found - found[:, :1]) - (true - true[:, :1])
            away.append(np.linalg.norm(error[:, ANKLES], axis=-1)[hidden[index, rows[use]]])
        every = np.concatenate(away)
        result.append((float(1e3 * every.mean()) if len(every) else 0.0, len(every)))
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("clips", nargs="+")
    parser.add_argument("--groundtruth", type=Path, default=Path(__file__).resolve().parents[2] / "shared/groundtruth")
    parser.add_argument("--takes", type=Path, help="folder of raw takes to keep and reuse")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        for name in options.clips:
            truth = load_truth(options.groundtruth / f"{name}.mp4")
            take = captured(truth.video, options.takes or Path(scratch))
            take = replace(take, solve=take.solve.changed(height=float(np.median(truth.heights))))
            for index, (distance, count) in enumerate(hidden_ankles_mm(solve(take), truth)):
                print(f"{name:<14}{index}{distance:8.0f} mm of {count} hidden ankles")


if __name__ == "__main__":
    main()
