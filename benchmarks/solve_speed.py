"""Processor time of the solve per frame and person on one core, and how its memory grows with the length of the take.

`python benchmarks/solve_speed.py [TAKE] [--minutes 1 20]`: the observations of the take's first person (default: a
fresh capture of the project's own clip) are played forth and back until each length is reached.
"""

import argparse
import os
import sys
import tempfile
import time
import tracemalloc
from dataclasses import replace
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from romp_core.cli.main import main as command_line
from romp_core.solve import quick_pose, solve
from romp_core.storage.take_file import load_take
from romp_core.take.observations import Observations
from romp_core.take.take import FootageInfo, Take

FPS = 30.0
ONE_CORE = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"), "1")


def lengthened(take: Take, count: int) -> Take:
    """The first person's observations forth and back over `count` frames, the people's heights and settings kept."""
    person = take.people[0]
    seen = person.observations
    there = np.arange(len(seen.frame_index))
    index = np.resize(np.concatenate([there, there[-2:0:-1]]), count)
    arrays = (seen.confidence, seen.keypoints2d, seen.visibility, seen.keypoints3d)
    observations = Observations(np.arange(count, dtype=np.int32), *(array[index] for array in arrays))
    old, numbers = take.footage, np.arange(count, dtype=np.int32)
    footage = FootageInfo(old.path, old.width, old.height, FPS, numbers / FPS, numbers, old.fov)
    return replace(
        take, footage=footage, people=(replace(person, observations=observations, motion=None),), camera=None
    )


def peak_mb(take: Take) -> float:
    """Largest memory that the solve holds at a time beyond its input, the solved arrays included."""
    tracemalloc.start()
    solve(take)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak / 1e6


def quick_pose_ms(take: Take) -> float:
    """Milliseconds of one preview pose."""
    motion, seen = take.people[0].motion, take.people[0].observations
    center = np.array([take.footage.width, take.footage.height]) / 2
    start = time.process_time()
    for row in range(50):
        quick_pose(
            seen.keypoints2d[row], seen.visibility[row], seen.keypoints3d[row], 1000.0, center, motion.rest_joints
        )
    return (time.process_time() - start) / 50 * 1e3


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("take", nargs="?", type=Path)
    parser.add_argument("--minutes", nargs="+", type=float, default=[1, 20])
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = options.take or Path(folder) / "take.npz"
        if options.take is None:
            clip = Path(__file__).resolve().parents[1] / "tests" / "data" / "demo.mp4"
            command_line(["capture", str(clip), "-o", str(path), "--progress", "none"])
        take = load_take(path)
    solve(take)  # load the body and warm the caches
    print(f"preview pose: {quick_pose_ms(solve(take)):.1f} ms")
    first = None
    for minutes in options.minutes:
        long = lengthened(take, round(minutes * 60 * FPS))
        start = time.process_time()
        motion = solve(long).people[0].motion
        each = (time.process_time() - start) / len(motion.frame_index) * 1e3
        kept = sum(array.nbytes for array in (motion.rotations, motion.root, motion.contacts)) / 1e6
        peak = peak_mb(long)
        first = peak - kept if first is None else first
        print(
            f"{minutes:g} min: {each:.2f} ms per frame; peak {peak:.0f} MB of which the result {kept:.0f} MB, "
            f"{peak - kept - first:+.0f} MB against the first length"
        )


if __name__ == "__main__":
    if not ONE_CORE.items() <= os.environ.items():  # libraries read these when numpy is imported, so start anew
        os.execve(sys.executable, [sys.executable, *sys.argv], os.environ | ONE_CORE)
    main()
