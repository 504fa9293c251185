"""When frames with time stamps were captured: the stamps tell how far apart, the arrivals when."""

from __future__ import annotations

_LATEST_S, _STEP_BACK_S = 1.0, 1e-4
"""Stamps that fall further behind the arrivals than this, or step back, are those of another clock."""
_DRIFT = 1e-3
"""How fast the clocks of camera and computer may part, seconds per second."""


class ArrivalClock:
    """Moments of capture from stamps and arrivals.

    A frame cannot arrive before it was captured, and the quickest one was hardly delayed: its arrival sets the clock.

    Args:
        tick: seconds of a stamp's unit; 0 where the stamps mean nothing.
    """

    def __init__(self, tick: float) -> None:
        self._tick = tick
        self._offset: float | None = None
        self._last = (-1.0, -1.0)  # stamp in seconds, arrival

    def captured(self, stamp: int | None, arrived: float) -> float:
        """When the frame of this stamp was captured, by the clock of the arrivals."""
        if stamp is None or not self._tick:
            return arrived
        seconds = stamp * self._tick
        last, before = self._last
        self._last = seconds, arrived
        if self._offset is None or seconds < last + _STEP_BACK_S:
            self._offset = arrived - seconds
            return arrived
        self._offset = min(self._offset + _DRIFT * (arrived - before), arrived - seconds)
        if arrived - (seconds + self._offset) > _LATEST_S:
            self._offset = arrived - seconds
        return seconds + self._offset
