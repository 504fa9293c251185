"""How far the solved person lies from what was measured in the image, whatever the settings.

`python benchmarks/overlay.py [--takes DIR] [--all] TAKE_OR_VIDEO ...`: the distance of every clearly seen landmark to
its marker on the solved skeleton, as a share of the person's height in the image: median and 95th percentile, for the
worst person of each take. Legs that the network took for each other count as swapped back. `--all` solves with wrong
and right fields of view, other heights and without contacts, too.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.accuracy import captured
from romp_core.geometry.projection import project
from romp_core.geometry.rotations import quat_rotate
from romp_core.geometry.skeleton import forward_kinematics
from romp_core.solve import SolveCache, solve
from romp_core.solve.heights import height_of
from romp_core.solve.landmark_fit.leg_doubt import leg_doubt
from romp_core.solve.landmark_fit.markers import CARRIER, USED, marker_offsets
from romp_core.solve.landmark_fit.side_swaps import with_sides_apart
from romp_core.storage.take_file import load_take
from romp_core.take.resample import frame_interval
from romp_core.take.take import Motion, Person, Take
from romp_core.typing import Array

CLEAR = 0.5
"""Visibility from which a landmark counts; those of a lower leg that the model invented do not."""
LEGS = [*range(25, 33)]
"""Knees, ankles, heels and toes, left and right in turn."""
_COUNTED = [index for index, landmark in enumerate(USED) if landmark == 0 or 11 <= landmark <= 16 or landmark >= 23]
"""Of the used landmarks: nose, and those of the limbs; no eyes, ears and fingers."""
VARIATIONS = {
    "defaults": {},
    "no contacts": {"contacts": False},
    **{f"fov {fov}": {"fov": float(fov)} for fov in (35, 50, 75)},
    "fov 35, no contacts": {"fov": 35.0, "contacts": False},
    "height -15%": {"height": 1.7 * 0.85},
    "height +15%": {"height": 1.7 * 1.15},
}


def distances(take: Take, person: Person) -> Array:
    """Distances (m, K) of landmarks to their markers, in heights of the person in the image; NaN where not seen."""
    motion, seen = person.motion, with_sides_apart(person.observations, take.footage)
    assert motion is not None and take.camera is not None
    used = [USED[index] for index in _COUNTED]
    rows = np.flatnonzero(np.isin(seen.frame_index, motion.frame_index[motion.valid]))
    at = seen.frame_index[rows] - motion.frame_index[0]
    markers = take.camera.to_camera(markers_of(motion)[at][:, _COUNTED], seen.frame_index[rows])
    size = np.array([take.footage.width, take.footage.height])
    focal = take.camera.focal(take.footage.width)
    points = seen.keypoints2d[rows][:, used]
    away = np.linalg.norm(project(markers, focal, size / 2) - points, axis=-1)
    tall = focal * height_of(motion) / markers[..., 2].mean(axis=1)
    visibility = seen.visibility[rows].copy()
    if not seen.has_rotations and len(rows):
        interval = frame_interval(take.footage.times[seen.frame_index[rows]])
        visibility[:, LEGS] *= 1 - leg_doubt(seen.keypoints2d[rows], visibility, interval)[:, [0, 1] * (len(LEGS) // 2)]
    inside = ((points >= 0) & (points < size)).all(axis=-1) & (visibility[:, used] >= CLEAR)
    return np.where(inside, away / tall[:, None], np.nan)


def markers_of(motion: Motion) -> Array:
    """World positions (m, len(USED), 3) of the landmarks' markers."""
    joints, turned = forward_kinematics(motion.rotations, motion.root, motion.rest_joints)
    return joints[:, CARRIER] + quat_rotate(turned[:, CARRIER], marker_offsets(motion.rest_joints))


def overlay(take: Take) -> tuple[float, float]:
    """Median and 95th percentile of the worst person, percent."""
    each = [np.nanpercentile(distances(take, person), [50, 95]) for person in take.characters]
    return tuple(100 * np.max(each, axis=0))  # type: ignore[return-value]


def varied(take: Take, all_settings: bool, truth_fov: float | None = None) -> Iterator[tuple[str, Take]]:
    """The take solved with each variation of the settings."""
    cache = SolveCache()
    for name, values in VARIATIONS.items():
        if all_settings or name == "defaults":
            yield name, solve(replace(take, solve=take.solve.changed(**values)), cache=cache)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("inputs", nargs="+", type=Path)
    parser.add_argument("--takes", type=Path, help="folder of raw takes to keep and reuse")
    parser.add_argument("--all", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        for path in options.inputs:
            take = load_take(path) if path.suffix == ".npz" else captured(path, options.takes or Path(scratch))
            for name, solved in varied(take, options.all):
                median, high = overlay(solved)
                print(f"{path.stem:<16}{name:<22}{median:6.2f} %{high:6.2f} %")


if __name__ == "__main__":
    main()
