"""A recording of a live capture: written as it comes, through the journal that captures use."""

from __future__ import annotations

import time
import uuid
from collections import deque
from dataclasses import replace

import numpy as np

from ...errors import MocapError
from ...footage.rate import nominal_fps
from ...footage.stream import LiveFrame
from ...storage.assemble import TakeHead
from ...storage.journal import Journal
from ...storage.take_file import check_target, save_take
from ...take.observations import Frame, People
from ...take.take import FootageInfo
from .messages import LiveRecord, LiveRecorded, LiveRecording

FLUSH_SECONDS = 1.0
"""How much of a recording a kill may cost at most."""
_NOTHING = np.empty(0)
_TICK_S = 1e-6


class Recording:
    """Collects the people of frames between its start and its end.

    People of a frame come twice, at once and final. At the end those that are not final yet are kept as they are.

    Args:
        request: where to, from when on and how long. head: of the take. from_file: times stay those of the file.

    Raises:
        TakeInUse: another capture into the same take is running. TakeError: the file cannot be written.
    """

    def __init__(self, request: LiveRecord, head: TakeHead, from_file: bool) -> None:
        check_target(request.out)
        self.out = request.out
        self._journal = Journal(request.out, replace(head, id=uuid.uuid4().hex))
        self._from_file = from_file
        # Without a countdown the next frame counts, though it may have been captured just before the request.
        self._begins = time.perf_counter() + request.countdown if request.countdown > 0 else 0.0
        self._length = request.seconds
        self._first: float | None = None
        self._last = 0.0
        self._paused_at: float | None = None
        self._paused = 0.0
        self._times: list[float] = []
        self._waiting: deque[tuple[Frame, People]] = deque()
        self._flushed = time.monotonic()

    @property
    def state(self) -> LiveRecording:
        """For the display."""
        countdown = max(self._begins - time.perf_counter(), 0.0) if self._first is None else 0.0
        return LiveRecording(self.out, round(self._seconds, 3), round(countdown, 3))

    @property
    def done(self) -> bool:
        """It is as long as was asked for."""
        return 0 < self._length <= self._seconds + _TICK_S

    @property
    def _seconds(self) -> float:
        return 0.0 if self._first is None else self._last - self._first - self._paused

    def pause(self, paused: bool) -> None:
        """The time that passes does not count for the length; the true times are kept."""
        self._paused_at = self._last if paused else None

    def at_once(self, frame: LiveFrame, people: People) -> bool:
        """Take in the people of a new frame; True when it is in the recording."""
        if frame.captured < self._begins or self.done:
            return False
        if self._first is None:
            self._first = frame.time
        if self._paused_at is not None:
            self._paused += frame.time - self._paused_at
            self._paused_at = None
        self._last = frame.time
        start = 0.0 if self._from_file else self._first
        self._times.append(frame.time - start)
        number = frame.number if self._from_file else len(self._times) - 1
        self._waiting.append((Frame(number, frame.time - start, _NOTHING), people))
        return True

    def final(self, people: People) -> None:
        """The people of the oldest frame that waits are final."""
        frame, _ = self._waiting.popleft()
        self._journal.add(frame, people)
        if time.monotonic() - self._flushed > FLUSH_SECONDS:
            self._journal.flush()
            self._flushed = time.monotonic()

    def end(self) -> LiveRecorded:
        """Save the raw take. Whatever goes wrong, what was flushed stays in the journal."""
        try:
            return self._saved()
        except (MocapError, OSError) as error:
            self._journal.close()
            sentence, hint = (error.sentence, error.hint) if isinstance(error, MocapError) else (str(error), "")
            return LiveRecorded("", len(self._times), self._seconds, sentence, hint)

    def _saved(self) -> LiveRecorded:
        for frame, people in self._waiting:
            self._journal.add(frame, people)
        if self._journal.empty:
            self._journal.delete()
            return LiveRecorded(
                "", sentence="Nothing was recorded.", hint="The recording ended before its first frame."
            )
        footage = self._journal.head.footage
        self._journal.head = replace(self._journal.head, footage=replace(footage, fps=_rate(self._times, footage)))
        take = self._journal.take(complete=True)
        if not take.people:
            self._journal.delete()
            sentence = f"Nobody was in the {len(self._times)} frames that were recorded."
            return LiveRecorded("", len(self._times), self._seconds, sentence, "A closer or brighter view may help.")
        save_take(take, self.out)
        self._journal.delete()
        return LiveRecorded(self.out, len(self._times), round(self._seconds, 3))


def _rate(times: list[float], footage: FootageInfo) -> float:
    """Nominal frame rate of what was recorded: dropped frames are holes."""
    return nominal_fps(np.round(np.array(times) * 1e4).astype(np.int64), 1e-4, [footage.fps] if footage.fps else [])
