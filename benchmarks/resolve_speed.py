"""How long a change of a setting takes in a running worker, from the request to the result on disk, for a long take.

`python benchmarks/resolve_speed.py [TAKE] [--minutes 1] [--repeats 20] [--baseline DIR]`: TAKE is a file of version
0.1.0 or later (default: a capture of the project's own clip) whose first person is played forth and back. DIR holds
romp_core 0.1.0 (an unpacked wheel with its assets, or a checkout); its solve of the same take is measured in the same
run, which needs a TAKE that it can read. One BLAS thread, as in the worker.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.solve_speed import FPS, ONE_CORE, lengthened
from romp_core.cli.main import main as command_line
from romp_core.solve import solve
from romp_core.storage.take_file import load_take, save_take
from romp_core.take.settings import SolveSettings, from_mapping
from romp_core.worker.client import Worker
from romp_core.worker.commands import Ended, Finished, Solve

CHANGES = {
    "height": [{"height": value} for value in (1.5, 1.8)],
    "smoothing": [{"strength": value} for value in (0.4, 1.4)],
    "tilt": [{"tilt": value} for value in (2.0, -2.0)],
    "contacts": [{"contacts": value} for value in (False, True)],
    "field of view": [{"fov": value} for value in (45.0, 60.0)],
}
BASELINE = """
import sys, time
from dataclasses import replace
import numpy as np
from romp_core.solve import solve
from romp_core.take import FootageInfo, Observations
from romp_core.take_io import load_take
take, count, fps = load_take(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
person = take.people[0]
seen = person.observations
there = np.arange(len(seen.frames))
index = np.resize(np.concatenate([there, there[-2:0:-1]]), count)
arrays = [getattr(seen, name)[index] for name in ("confidence", "keypoints2d", "visibility", "keypoints3d")]
rows = np.arange(count, dtype=np.int32)
old = take.footage
footage = FootageInfo(old.path, old.width, old.height, fps, rows / fps, rows, old.fov)
observations = Observations(rows, *arrays)
long = replace(take, footage=footage, people=(replace(person, observations=observations, motion=None),), camera=None)
start = time.process_time()
solve(long)
print(time.process_time() - start)
"""


def baseline_s(folder: Path, take: Path, frames: int) -> float:
    """Processor time of 0.1.0's solve."""
    arguments = [sys.executable, "-c", BASELINE, str(take), str(frames), str(FPS)]
    done = subprocess.run(
        arguments, env=os.environ | {"PYTHONPATH": str(folder)}, cwd=folder, capture_output=True, text=True, check=True
    )
    return float(done.stdout)


def request(worker: Worker, path: Path, settings: dict, log: Path) -> float:
    """Seconds from a request to its finished event, the take being on disk by then."""
    command = Solve(str(path), str(path), from_mapping(SolveSettings, settings))
    start = time.perf_counter()
    job = worker.start(command, log)
    while True:
        for event in job.poll():
            if isinstance(event, Ended):
                assert isinstance(event, Finished), event
                return time.perf_counter() - start
        time.sleep(0.001)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("take", nargs="?", type=Path)
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--repeats", type=int, default=20)
    parser.add_argument("--baseline", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        source = options.take or folder / "source.npz"
        if options.take is None:
            clip = Path(__file__).resolve().parents[1] / "tests" / "data" / "demo.mp4"
            command_line(["capture", str(clip), "-o", str(source), "--progress", "none"])
        frames = round(options.minutes * 60 * FPS)
        long, path, log = lengthened(load_take(source), frames), folder / "take.npz", folder / "worker.log"
        save_take(long, path)
        solve(lengthened(load_take(source), 60))  # load the body and warm the caches
        start = time.process_time()
        solve(long)
        first = time.process_time() - start
        print(f"first solve of {frames} frames: {first:.2f} s of processor time")
        old = baseline_s(options.baseline, source.resolve(), frames) if options.baseline else None
        if old is not None:
            print(f"version 0.1.0: {old:.2f} s; ratio {first / old:.3f}")
        worker = Worker()
        request(worker, path, {}, log)
        for name, changes in CHANGES.items():
            seconds = np.array([request(worker, path, changes[turn % 2], log) for turn in range(options.repeats)])
            worst = float(np.percentile(seconds, 95))
            share = f", {worst / old:.1%} of 0.1.0's solve" if old is not None else ""
            print(
                f"{name:14} median {np.median(seconds) * 1e3:6.0f} ms, 95 % {worst * 1e3:6.0f} ms, "
                f"{worst / first:.3f} of the first solve{share}"
            )
        start = time.perf_counter()
        load_take(path)
        print(f"reading the take: {(time.perf_counter() - start) * 1e3:.0f} ms")
        worker.close()


if __name__ == "__main__":
    if not ONE_CORE.items() <= os.environ.items():  # libraries read these when numpy is imported, so start anew
        os.execve(sys.executable, [sys.executable, *sys.argv], os.environ | ONE_CORE)
    main()
