"""What a running live capture shows: figures, latency, how it stands, and the image with the skeletons."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from romp_core.jobs.live.messages import LiveRecording, LiveState, LiveStats

_KEPT = 300


@dataclass
class Display:
    """The figures of the panel.

    Attributes:
        latency: seconds from the capture of a frame to the applied pose, of the latest poses.
        applying: seconds that applying a pose took. message: the latest sentence for the user.
    """

    state: LiveState | None = None
    stats: LiveStats | None = None
    recording: LiveRecording | None = None
    message: str = ""
    provider: str = ""
    people: int = 0
    image_size: tuple[int, int] = (0, 0)
    latency: deque[float] = field(default_factory=lambda: deque(maxlen=_KEPT))
    applying: deque[float] = field(default_factory=lambda: deque(maxlen=_KEPT))

    def posed(self, captured: float, began: float) -> None:
        """A pose of a frame captured then was applied just now; both by `time.perf_counter()`."""
        now = time.perf_counter()
        self.latency.append(max(now - captured, 0.0))
        self.applying.append(now - began)

    def lines(self) -> list[str]:
        """What is shown, line by line."""
        found = []
        if self.stats is not None:
            stats = self.stats
            found.append(f"Camera {stats.input_fps:.0f} fps, poses {stats.inference_fps:.0f} fps, {self.provider}")
            found.append(f"Frames dropped: {stats.dropped} of {stats.received}")
        if self.latency:
            median, most = percentile(self.latency, 0.5), percentile(self.latency, 0.95)
            found.append(f"Latency {1000 * median:.0f} ms, 95% under {1000 * most:.0f} ms")
        if self.recording is not None:
            if self.recording.countdown:
                found.append(f"Recording in {self.recording.countdown:.0f} s")
            else:
                found.append(f"Recording, {self.recording.seconds:.1f} s")
        return found


def percentile(values: deque[float], share: float) -> float:
    """The value below which this share of the values lies."""
    ordered = sorted(values)
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)]
