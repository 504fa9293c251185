"""Memory of a long live capture: frames of hours in minutes, as quickly as they are taken, with a recording that runs.

    python benchmarks/live_memory.py VIDEO [--minutes 60] [--fps 5] [--record]

The images are those of VIDEO, forth and back; their times pass as if they came at the given rate. Resident memory is
shown after each tenth of the time: from the first on it must stay flat within 50 MB. The time that a frame takes must
not grow either.
"""

from __future__ import annotations

import argparse
import os
import queue
import sys
import tempfile
import time
from itertools import cycle
from pathlib import Path
from typing import Any

os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = "1"  # as in the worker

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
BAR_MB = 50.0


class FastFeed:
    """A `Feed` whose next frame is always there."""

    footage, trouble, dropped = None, None, 0

    def __init__(self, images: list[np.ndarray], count: int, fps: float) -> None:
        self._images, self._count, self._fps = cycle(images + images[-2:0:-1]), count, fps
        self.size = images[0].shape[1], images[0].shape[0]
        self.received = 0
        self.cost: list[float] = []
        self.taken = 0.0

    def take(self, timeout: float) -> Any:
        from romp_core.footage.stream import LiveFrame

        now = time.perf_counter()
        self.cost.append(now - self.taken)
        self.taken = now
        number, self.received = self.received, self.received + 1
        return LiveFrame(number, now, number / self._fps, next(self._images))

    @property
    def ended(self) -> bool:
        return self.received >= self._count

    def open(self) -> None: ...

    def go(self) -> None: ...

    def pause(self, paused: bool) -> None: ...

    def close(self) -> None: ...


def resident_mb() -> float:
    """Of this process (Linux)."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 1e6


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("video", type=Path)
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--fps", type=float, default=5.0)
    parser.add_argument("--record", action="store_true", help="record all of it as well")
    chosen = parser.parse_args()
    sys.path.insert(0, str(ROOT))
    from romp_core.footage import open_footage
    from romp_core.jobs.live.messages import Live, LivePosed, LiveRecord
    from romp_core.jobs.live.session import live_feed
    from romp_core.models.registry import default_store

    with open_footage(chosen.video) as footage:
        images = [np.array(frame.image) for frame in footage.frames()]
    count = round(chosen.minutes * 60 * chosen.fps)
    feed, requests = FastFeed(images, count, chosen.fps), queue.SimpleQueue()
    marks: list[float] = []

    class Listener:
        poses = 0

        def started(self, *_: object) -> None: ...

        def saving(self) -> None:
            marks.append(resident_mb())

        def send(self, report: object) -> None:
            self.poses += isinstance(report, LivePosed)
            if isinstance(report, LivePosed) and self.poses % max(count // 10, 1) == 0:
                marks.append(resident_mb())
                print(f"{self.poses / count:4.0%} {marks[-1]:7.1f} MB", flush=True)

    with tempfile.TemporaryDirectory() as folder:
        if chosen.record:
            requests.put(LiveRecord(str(Path(folder) / "take.npz")))
        live_feed(Live("long.mp4"), feed, Listener(), requests, lambda: False, default_store())
    growth = max(marks[1:10]) - marks[0]
    part = len(feed.cost) // 5
    early, late = (float(np.median(each)) * 1000 for each in (feed.cost[part : 2 * part], feed.cost[-part:]))
    print(f"{count} frames of {chosen.minutes:g} minutes: {growth:+.1f} MB from a tenth of it on (bar {BAR_MB:g} MB)")
    print(f"{early:.1f} ms a frame in the second fifth, {late:.1f} ms in the last")
    sys.exit(growth > BAR_MB)


if __name__ == "__main__":
    main()
