"""Where BlazePose's landmarks sit on the body: writes `romp_core/solve/landmark_fit/markers.json`.

`python benchmarks/calibrate_markers.py [--groundtruth DIR] [--takes DIR]`

Uses the clips made for calibration, `train_1` and `train_2`, and nothing else. The true joint rotations and pelvis pose
the embedded body's skeleton, scaled to the true height; every landmark then gets the offset in its joint's frame that
best explains where the network sees it: robust linear least squares of the pinhole equations, the left and right
landmarks of a pair being mirror images.
"""

import argparse
import json
import sys
import tempfile
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.accuracy import captured
from benchmarks.groundtruth import load_truth
from romp_core.bodies.embedded import load_body
from romp_core.geometry.skeleton import JOINT, PARENTS, rest_offsets
from romp_core.solve.landmark_fit.markers import CARRIER, USED, skeleton_size
from romp_core.typing import Array

ROOT = Path(__file__).resolve().parents[1]
CLIPS = ("train_1", "train_2")
N_LANDMARKS = 33
MIRROR = {0: 0, **{a: a + 3 for a in (1, 2, 3)}, **{a + 3: a for a in (1, 2, 3)}, 7: 8, 8: 7, 9: 10, 10: 9}
MIRROR |= {k: k + 1 if k % 2 else k - 1 for k in range(11, N_LANDMARKS)}
OUTLIER = 0.008
"""Slope (meters per meter of depth) at which a residual loses half its weight."""
RIDGE = 5e-8


def carriers() -> list[int]:
    """Joint that carries each of the 33 landmarks; unused ones ride with their neighbors."""
    known = dict(zip(USED, CARRIER.tolist(), strict=True))
    unused = dict.fromkeys(range(11), JOINT["head"]) | {21: JOINT["left_wrist"], 22: JOINT["right_wrist"]}
    return [known.get(k, unused.get(k, 0)) for k in range(N_LANDMARKS)]


def equations(video: Path, takes: Path) -> tuple[Array, Array]:
    """Rows (33, n, 3) and right-hand sides (33, n) of one clip for offsets in lengths from ankles to head."""
    truth = load_truth(video)
    with np.load(video.with_suffix(".npz")) as archive:
        turned = archive["G"]  # (T, 24, 3, 3)
    rest = load_body().rest_joints(float(truth.heights[0]))
    offsets, size = rest_offsets(rest), skeleton_size(rest)
    joints = np.empty_like(truth.joints[0])
    joints[:, 0] = truth.joints[0, :, 0]
    for joint in range(1, len(PARENTS)):
        joints[:, joint] = joints[:, PARENTS[joint]] + turned[:, PARENTS[joint]] @ offsets[joint]
    seen = captured(video, takes).people[0].observations
    rows = seen.frame_index
    positions = np.einsum("tij,tkj->tki", truth.rotation[rows], joints[rows] - truth.position[rows, None])
    axes = truth.rotation[rows, None] @ turned[rows] * size
    slopes = (seen.keypoints2d - truth.intrinsics[:2, 2]) / truth.intrinsics[0, 0]
    left, right = [], []
    for landmark, mirrored in sorted(MIRROR.items()):
        parts = []
        for k, sign in ((landmark, 1.0), (mirrored, -1.0)):
            joint = carriers()[k]
            position, axis = positions[:, joint], axes[:, joint] * np.array([sign, 1.0, 1.0])
            for d in (0, 1):
                slope, depth = slopes[:, k, d], position[:, 2]
                parts.append(
                    ((axis[:, d] - slope[:, None] * axis[:, 2]) / depth[:, None], slope - position[:, d] / depth)
                )
        left.append(np.concatenate([part[0] for part in parts]))
        right.append(np.concatenate([part[1] for part in parts]))
    return np.stack(left), np.stack(right)


def robust_offset(rows: Array, right: Array) -> Array:
    """Offset (3,) that solves rows (n, 3) for right (n,), outliers weighted down (Cauchy)."""
    weights, offset = np.ones(len(right)), np.zeros(3)
    for _ in range(20):
        weighted = rows * weights[:, None]
        offset = np.linalg.solve(rows.T @ weighted + RIDGE * len(right) * np.eye(3), weighted.T @ right)
        weights = 1 / (1 + ((right - rows @ offset) / OUTLIER) ** 2)
    return offset


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--groundtruth", type=Path, default=ROOT.parent / "shared/groundtruth")
    parser.add_argument("--takes", type=Path, help="folder of raw takes to keep and reuse")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        clips = [equations(options.groundtruth / f"{name}.mp4", options.takes or Path(scratch)) for name in CLIPS]
    rows, right = (np.concatenate(parts, axis=1) for parts in zip(*clips, strict=True))
    offsets = [[round(float(x), 4) for x in robust_offset(a, b)] for a, b in zip(rows, right, strict=True)]
    table = {
        "about": "Offsets of BlazePose's 33 landmarks in their joints' frames, in lengths from ankles to head joint; "
        "made by benchmarks/calibrate_markers.py from train_1 and train_2.",
        "offsets": offsets,
    }
    lines = ",\n    ".join(json.dumps(row) for row in offsets)
    text = json.dumps(table | {"offsets": "ROWS"}, indent=2).replace('"ROWS"', f"[\n    {lines}\n  ]")
    (ROOT / "romp_core" / "solve" / "markers.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
