"""From the stamps of frames to their presentation times and their numbers in the file."""

from __future__ import annotations

import heapq

_RESTART_S = 1.0
"""A stamp further back than this is a clock that started again; nearer ones are frames that are never seen."""

_TICK_S = 1e-4
"""Times closer together than this are one time: containers round to their own clock."""


class PresentationClock:
    """Presentation times in seconds from the first presented frame, strictly increasing.

    Args:
        origin: stamp of the first presented frame in ticks; None when the stamps mean nothing.
        tick: seconds of a tick. step: usual seconds between frames.
    """

    def __init__(self, origin: int | None, tick: float, step: float) -> None:
        self._origin, self._tick, self._step = origin, tick, step
        self._last: float | None = None
        self._moved = 0.0

    def time(self, stamp: int | None) -> float | None:
        """Time of the next frame; None when it is not seen: it is replaced at once, or comes before the first."""
        following = 0.0 if self._last is None else self._last + self._step
        if self._origin is None or stamp is None:
            return self._set(following)
        time = (stamp - self._origin) * self._tick + self._moved
        if self._last is None:
            return None if time < -_TICK_S else self._set(max(time, 0.0))
        if time > self._last + _TICK_S:
            return self._set(time)
        if time < self._last - _RESTART_S:
            self._moved += following - time
            return self._set(following)
        return None

    def _set(self, time: float) -> float:
        self._last = time
        return time


class FrameNumbers:
    """Numbers of the presented frames of a file, from 0; those that cannot be decoded are counted as well."""

    def __init__(self) -> None:
        self._expected: list[int] = []
        self._count = 0

    def expect(self, stamp: int) -> None:
        """A packet will become the frame of this stamp, unless it is damaged."""
        heapq.heappush(self._expected, stamp)

    def number(self, stamp: int | None) -> int:
        """Number of a decoded frame; frames come in the order of their stamps."""
        while stamp is not None and self._expected and self._expected[0] < stamp:
            heapq.heappop(self._expected)
            self._count += 1
        if self._expected and (stamp is None or self._expected[0] == stamp):
            heapq.heappop(self._expected)
        self._count += 1
        return self._count - 1
