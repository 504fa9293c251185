"""Rates and latencies of a live capture."""

from __future__ import annotations

from array import array
from collections import deque

import numpy as np

from ...typing import Array
from .messages import LiveStats

_RATE_S = 2.0
_LATEST = 300


class Counters:
    """Counts poses and their latencies."""

    def __init__(self, provider: str) -> None:
        self._provider = provider
        self._latencies = array("f")  # ms, of all poses: four bytes each
        self._counts: deque[tuple[float, int, int]] = deque()  # when, frames received, poses

    def posed(self, latency_s: float) -> None:
        """A pose was sent this long after its frame was captured."""
        self._latencies.append(1000 * latency_s)

    def latest(self, now: float, received: int, dropped: int) -> LiveStats:
        """As the display shows them: rates over the last seconds, latencies of the latest poses."""
        self._counts.append((now, received, len(self._latencies)))
        while len(self._counts) > 2 and now - self._counts[1][0] >= _RATE_S:
            self._counts.popleft()
        since, then_received, then_posed = self._counts[0]
        elapsed = max(now - since, 1e-3)
        rates = (received - then_received) / elapsed, (len(self._latencies) - then_posed) / elapsed
        return self._stats(received, dropped, rates, self._latencies[-_LATEST:])

    def overall(self, elapsed: float, received: int, dropped: int) -> LiveStats:
        """Of the whole capture."""
        elapsed = max(elapsed, 1e-3)
        rates = received / elapsed, len(self._latencies) / elapsed
        return self._stats(received, dropped, rates, self._latencies)

    def _stats(self, received: int, dropped: int, rates: tuple[float, float], latencies: array[float]) -> LiveStats:
        values: Array = np.asarray(latencies) if len(latencies) else np.zeros(1)
        p50, p95, p99 = (round(float(value), 2) for value in np.percentile(values, (50, 95, 99)))
        input_fps, inference_fps = (round(rate, 2) for rate in rates)
        return LiveStats(
            received, len(self._latencies), dropped, input_fps, inference_fps, p50, p95, p99, self._provider
        )
