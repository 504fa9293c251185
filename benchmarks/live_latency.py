"""Latency of a live capture: a camera server on this machine, the worker, and a parent that polls it, 60 seconds long.

    python benchmarks/live_latency.py VIDEO [--seconds 60] [--fps 30] [--model blazepose] [--parts body]

VIDEO is served as MJPEG, 640 x 480, by a process of its own. "Worker" is from the moment a frame was received until its
pose was sent, as the worker measures it; "parent" is until the pose was there for Blender, seen from outside. Key times
are compared with the moments at which the server sent the frames. Run it on a quiet machine (Linux, as root: put
`chrt -r 1` in front).
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
BARS = {"p50": 40.0, "p95": 80.0}
FEWEST_POSES = 25.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("video", type=Path)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--fps", type=float, default=30.0)
    parser.add_argument("--model", default="blazepose")
    parser.add_argument("--people", type=int, default=0)
    parser.add_argument("--parts", default="body")
    chosen = parser.parse_args()
    sys.path.insert(0, str(ROOT))
    from romp_core.jobs.live.messages import Live, LivePosed, LiveStop
    from romp_core.take.settings import CaptureSettings
    from romp_core.worker.client import Worker
    from romp_core.worker.commands import Finished

    command = [sys.executable, "-m", "tests.mjpeg_server", str(chosen.video.absolute()), str(chosen.fps)]
    server = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        address = server.stdout.readline().strip()
        capture = CaptureSettings(chosen.model, people=chosen.people, parts=chosen.parts)
        with tempfile.TemporaryDirectory() as folder:
            job = Worker().start(Live(address, capture), Path(folder) / "log.txt")
            poses: list[tuple[float, float, float]] = []
            began, last = 0.0, None
            while job.running:
                for event in job.poll():
                    if isinstance(event, LivePosed):
                        poses.append((time.perf_counter(), event.captured, event.time))
                        began = began or poses[0][0]
                    last = event
                if began and time.perf_counter() - began > chosen.seconds:
                    job.send(LiveStop())
                    began = np.inf
                time.sleep(0.0005)
    finally:
        server.terminate()
    if not isinstance(last, Finished):
        raise SystemExit(f"the capture failed: {last}")
    stats = last.result
    arrived, captured, times = np.array(poses).T
    parent = np.percentile((arrived - captured) * 1000, (50, 95, 99))
    worker = [stats[f"latency_{name}"] for name in ("p50", "p95", "p99")]
    rate = stats["inference_fps"]
    print(f"{stats['received']} frames received, {stats['inferred']} inferred, {stats['dropped']} dropped")
    print(f"{rate:.1f} poses a second of {stats['input_fps']:.1f}, {stats['provider']}")
    for name, values in (("worker", worker), ("parent", parent)):
        print(f"latency, {name}: p50 {values[0]:.1f} ms, p95 {values[1]:.1f} ms, p99 {values[2]:.1f} ms")
    off = np.abs((captured - captured[0]) - (times - times[0])).max() * 1000
    print(f"key times against capture times: at most {off:.3f} ms off")
    met = worker[0] <= BARS["p50"] and worker[1] <= BARS["p95"] and rate >= FEWEST_POSES
    print("bars met" if met else "bars NOT MET")
    sys.exit(not met)


if __name__ == "__main__":
    main()
