"""Live against truth: rendered clips played as a camera, and the recording, solved afterwards, against a capture.

    python benchmarks/live_accuracy.py CLIP.mp4 ... [--model blazepose]

Each clip has its truth beside it (`benchmarks/groundtruth.py`), and is played in real time with the true height and
field of view. The lag is the shift in time at which the live poses fit the truth best; the error is given there. Jumps
are poses in which a joint turned by more than 45 degrees since the one before. "Solved" and "captured" are the errors
of the recording solved offline, and of a capture of the same file, on the frames that were recorded. Run it on a quiet
machine (Linux, as root: put `chrt -r 1` in front).
"""

from __future__ import annotations

import argparse
import os
import queue
import sys
import tempfile
from pathlib import Path
from typing import Any

os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = "1"  # as in the worker

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.groundtruth import COMPARED, Truth, load_truth  # noqa: E402
from romp_core.cli.progress import Silent  # noqa: E402
from romp_core.geometry.rotations import angle_between, quat_conjugate, quat_rotate  # noqa: E402
from romp_core.geometry.skeleton import forward_kinematics  # noqa: E402
from romp_core.jobs.capture import capture  # noqa: E402
from romp_core.jobs.live.messages import Live, LiveCamera, LivePeople, LivePosed, LiveRecord  # noqa: E402
from romp_core.jobs.live.session import LiveEnd, live  # noqa: E402
from romp_core.solve import solve  # noqa: E402
from romp_core.storage.take_file import load_take  # noqa: E402
from romp_core.take.settings import CaptureSettings, SolveSettings  # noqa: E402
from romp_core.take.take import Take, joints_camera  # noqa: E402
from romp_core.typing import Array  # noqa: E402

_SHIFTS = np.arange(-0.05, 0.2, 0.005)
_JUMP = np.radians(45)


class Watcher:
    """Collects what is sent: by person, times, joints (24, 3) in camera space, and local rotations."""

    def __init__(self) -> None:
        self.tracks: dict[int, list[tuple[float, Array, Array]]] = {}
        self._rest: dict[int, Array] = {}
        self._camera: LiveCamera | None = None

    def started(self, *_: Any) -> None: ...

    def saving(self) -> None: ...

    def send(self, report: Any) -> None:
        if isinstance(report, LiveCamera):
            self._camera = report
        elif isinstance(report, LivePeople):
            self._rest |= dict(zip(report.ids.tolist(), report.rest_joints.astype(float), strict=True))
        elif isinstance(report, LivePosed):
            assert self._camera is not None or not len(report.ids)
            for id, rotations, root in zip(report.ids.tolist(), report.rotations, report.root, strict=True):
                joints = forward_kinematics(rotations, root, self._rest[id])[0]
                inside = quat_rotate(quat_conjugate(self._camera.rotation), joints - self._camera.position)
                self.tracks.setdefault(id, []).append((report.time, inside, rotations))


def play(clip: Path, truth: Truth, model: str, out: Path) -> tuple[Watcher, LiveEnd]:
    """Play a clip as a camera, recording it."""
    watcher, requests = Watcher(), queue.SimpleQueue()
    settings = SolveSettings().changed(height=float(np.median(truth.heights)), fov=truth.fov_deg)
    requests.put(LiveRecord(str(out)))
    return watcher, live(Live(str(clip), CaptureSettings(model), settings), watcher, requests)


def error_mm(times: Array, joints: Array, truth: Truth, person: int, shift: float = 0.0) -> float:
    """MPJPE of joints (n, 24, 3) in camera space at their times, against the truth at `shift` seconds before."""
    true = truth.camera_joints(person)
    at = np.stack([np.interp(times - shift, truth.times, column) for column in true.reshape(len(true), -1).T], axis=-1)
    away = (joints - joints[:, :1]) - (at.reshape(-1, 24, 3) - at.reshape(-1, 24, 3)[:, :1])
    rows = np.clip(np.searchsorted(truth.times, times - 1e-6), 0, len(truth.times) - 1)
    counted = truth.counted[person][rows]
    return float(np.linalg.norm(away[counted][:, COMPARED], axis=-1).mean() * 1000) if counted.any() else np.inf


def nearest_track(watcher: Watcher, truth: Truth, person: int) -> tuple[Array, Array, Array]:
    """Times, joints and rotations of the longer tracks' one that fits a true person best."""
    tracks = [tuple(np.array(each) for each in zip(*track, strict=True)) for track in watcher.tracks.values()]
    longest = max(len(track[0]) for track in tracks)
    return min(
        (track for track in tracks if len(track[0]) > longest / 4),
        key=lambda track: error_mm(track[0], track[1], truth, person),
    )


def offline_error(take: Take, times: Array, truth: Truth, person: int) -> float:
    """MPJPE of the best person of a solved take on frames at these times."""
    errors = []
    for each in take.characters:
        assert each.motion is not None
        at = take.footage.times[each.motion.frame_index]
        rows = np.flatnonzero((np.abs(at[:, None] - times).min(axis=1) < 1e-3) & each.motion.valid)
        if len(rows) > len(times) / 4:
            errors.append(error_mm(at[rows], joints_camera(take, each.motion)[rows], truth, person))
    return min(errors, default=np.inf)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("clips", nargs="+", type=Path)
    parser.add_argument("--model", default="blazepose")
    chosen = parser.parse_args()
    print("| clip | poses a second | MPJPE, aligned in time | lag | jumps | recording, solved | captured |")
    print("|---|---|---|---|---|---|---|")
    for clip in chosen.clips:
        truth = load_truth(clip)
        with tempfile.TemporaryDirectory() as folder:
            recording, captured = Path(folder) / "live.npz", Path(folder) / "file.npz"
            watcher, ended = play(clip, truth, chosen.model, recording)
            solved = solve(load_take(recording))
            file = capture(str(clip), captured, CaptureSettings(chosen.model), solved.solve, Silent())
        for person, height in enumerate(truth.heights):
            times, joints, rotations = nearest_track(watcher, truth, person)
            errors = [error_mm(times, joints, truth, person, shift) for shift in _SHIFTS]
            best = int(np.argmin(errors))
            jumps = int((angle_between(rotations[1:], rotations[:-1]) > _JUMP).any(axis=1).sum())
            offline = [offline_error(take, times, truth, person) for take in (solved, file)]
            print(
                f"| {clip.stem}, {height:.2f} m | {ended.stats.inference_fps:.1f} | {errors[best]:.1f} mm "
                f"| {_SHIFTS[best] * 1000:.0f} ms | {jumps} | {offline[0]:.1f} mm | {offline[1]:.1f} mm |",
                flush=True,
            )


if __name__ == "__main__":
    main()
