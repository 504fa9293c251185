"""The command that captures live."""

from __future__ import annotations

import argparse
import json
import queue
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..take.settings import CaptureSettings, LiveSettings, SolveSettings, check, with_values
from .console import put, say, unless_closed
from .options import (
    add_model_options,
    add_settings,
    add_threads,
    add_weights,
    capture_settings,
    given_settings,
    solve_settings,
)
from .progress import add_progress, interruptible

if TYPE_CHECKING:
    from ..jobs.live.messages import LiveStats, Report, Request


def add_live_command(command: Callable[..., argparse.ArgumentParser]) -> None:
    """Add `live`."""
    sub = command("live", _live, "Capture live from a camera, a network stream, or a video played in real time")
    sub.add_argument(
        "source",
        metavar="SOURCE",
        help="number of a camera (0 for the first), http:// (MJPEG) or rtsp:// address, or video file",
    )
    sub.add_argument("--record", metavar="TAKE", help="take file to record into (.npz), to be solved afterwards")
    sub.add_argument("--seconds", type=float, default=0.0, metavar="S", help="stop after this long (default: Ctrl+C)")
    sub.add_argument("--stats", metavar="STATS", help="file to write frame counts and latencies to (.json)")
    add_settings(sub, CaptureSettings, only=("model", "people", "parts"))
    add_model_options(sub)
    add_settings(sub, SolveSettings, only=("height", "fov", "strength"))
    add_settings(sub, LiveSettings)
    add_weights(sub)
    add_threads(sub)
    add_progress(sub)


def _live(options: argparse.Namespace) -> None:
    from ..jobs.live.messages import Live
    from ..jobs.live.session import live
    from ..models.registry import default_store

    settings = check(with_values(LiveSettings(), given_settings(options, LiveSettings)))
    command = Live(options.source, capture_settings(options), solve_settings(options), settings)
    requests: queue.SimpleQueue[Request] = queue.SimpleQueue()
    listener = _LISTENERS[options.progress](requests, options.record or "", options.seconds)

    def run(_: Any, cancelled: Callable[[], bool]) -> None:
        ended = live(command, listener, requests, cancelled, default_store(options.weights))
        listener.close()
        stats = ended.stats
        say(f"{stats.inferred} of {stats.received} frames, {stats.dropped} dropped, {_latency(stats)}")
        if ended.sentence:
            say(ended.sentence)
        if ended.take:
            say(f"-> {ended.take}")
        if options.stats:
            _write_stats(Path(options.stats), stats)

    interruptible(run, "none")


def _latency(stats: LiveStats) -> str:
    return f"latency {stats.latency_p50:.0f} ms (95 %: {stats.latency_p95:.0f} ms)"


def _write_stats(path: Path, stats: LiveStats) -> None:
    from ..storage.atomic import write_bytes
    from ..storage.take_file import write_error

    record = {
        "frames_received": stats.received,
        "frames_inferred": stats.inferred,
        "frames_dropped": stats.dropped,
        "input_fps": stats.input_fps,
        "inference_fps": stats.inference_fps,
        "latency_p50_ms": stats.latency_p50,
        "latency_p95_ms": stats.latency_p95,
        "latency_p99_ms": stats.latency_p99,
        "provider": stats.provider,
    }
    try:
        write_bytes(path, (json.dumps(record, indent=1) + "\n").encode())
    except OSError as error:
        raise write_error(path, error) from error


class _Quiet:
    """Listener that records and stops as asked for; it shows what is new alone."""

    def __init__(self, requests: queue.SimpleQueue[Request], record: str, seconds: float) -> None:
        self._requests, self._record, self._seconds = requests, record, seconds

    def started(self, info: Any, model: str, provider: str, expected: int, remark: str) -> None:
        from ..jobs.live.messages import LiveRecord, LiveStop

        if remark:
            say(remark)
        if self._record:
            self._requests.put(LiveRecord(self._record))
        if self._seconds > 0:
            timer = threading.Timer(self._seconds, self._requests.put, (LiveStop(),))
            timer.daemon = True
            timer.start()

    def send(self, report: Report) -> None:
        from ..jobs.live.messages import LiveState

        if isinstance(report, LiveState) and report.sentence:
            say(report.sentence)

    def saving(self) -> None: ...

    def close(self) -> None: ...


class _Line(_Quiet):
    """A line with the latest figures, on a terminal."""

    def send(self, report: Report) -> None:
        from ..jobs.live.messages import LiveStats

        super().send(report)
        if isinstance(report, LiveStats) and sys.stderr.isatty():
            rates = f"{report.input_fps:.1f} fps in, {report.inference_fps:.1f} poses/s"
            with unless_closed(sys.stderr):
                sys.stderr.write(f"\r{rates}, {report.dropped} dropped, {_latency(report)}   ")

    def close(self) -> None:
        if sys.stderr.isatty():
            say("")


class _Json(_Quiet):
    """One JSON object per line on stdout, for everything but images and skeletons."""

    def started(self, info: Any, model: str, provider: str, expected: int, remark: str) -> None:
        size = {"width": info.width, "height": info.height, "fps": info.fps}
        put(json.dumps({"type": "started", "model": model, "provider": provider, "remark": remark, **size}))
        super().started(info, model, provider, expected, "")

    def send(self, report: Report) -> None:
        from ..jobs.live.messages import LiveThumbnail

        if not isinstance(report, LiveThumbnail):
            values = {
                name: value.tolist() if hasattr(value, "tolist") else value for name, value in vars(report).items()
            }
            put(json.dumps({"type": type(report).__name__, **values}))


_LISTENERS: dict[str, type[_Quiet]] = {"bar": _Line, "json": _Json, "none": _Quiet}
