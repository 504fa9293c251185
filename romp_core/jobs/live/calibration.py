"""A calibration: a few seconds of people who stand still, solved as a capture is, say where the floor is."""

from __future__ import annotations

import threading
import time

import numpy as np

from ...errors import MocapError
from ...footage.stream import LiveFrame
from ...solve import solve
from ...solve.causal.placement import Placement, heights, measured_placement
from ...storage.assemble import TakeHead, take_of
from ...take.observations import Frame, People
from ...take.take import Take
from .messages import LiveCalibrate, LiveCalibrated

_FEWEST = 8
_STILL_M = 0.06
"""Distance by which the joints of somebody who stands still may be off their mean, root mean square."""
_STAND = "Stand still, upright and in full view, and calibrate again."


class Calibration:
    """Watches people, then solves in a thread of its own, so that the capture goes on.

    Args:
        request: when and how long. head: of the take that is solved.
    """

    def __init__(self, request: LiveCalibrate, head: TakeHead) -> None:
        self._head = head
        self._begins = time.perf_counter() + request.countdown
        self._ends = self._begins + request.seconds
        self._seen: list[tuple[Frame, People]] = []
        self._thread: threading.Thread | None = None
        self._result: tuple[LiveCalibrated, Placement | None] | None = None

    def add(self, frame: LiveFrame, people: People) -> None:
        """Take in the people of a frame."""
        if self._begins <= frame.captured <= self._ends:
            self._seen.append((Frame(frame.number, frame.time, np.empty(0)), people))

    def result(self) -> tuple[LiveCalibrated, Placement | None] | None:
        """How it ended, once: what to say, and the placement where there is one; None before."""
        if self._thread is None and time.perf_counter() > self._ends:
            self._thread = threading.Thread(target=self._solve, name="calibration", daemon=True)
            self._thread.start()
        result, self._result = self._result, None
        return result

    def _solve(self) -> None:
        try:
            self._result = self._solved()
        except MocapError as error:
            self._result = LiveCalibrated(False, error.sentence, error.hint), None
        except Exception as error:  # noqa: BLE001 - a thread must not die in silence
            self._result = LiveCalibrated(False, f"The calibration failed ({error}).", _STAND), None

    def _solved(self) -> tuple[LiveCalibrated, Placement | None]:
        if sum(len(people) > 0 for _, people in self._seen) < _FEWEST:
            return LiveCalibrated(False, "Nobody was seen long enough to calibrate.", _STAND), None
        take = solve(take_of(self._head, self._seen))
        if not take.characters:
            return LiveCalibrated(False, "Nobody was seen long enough to calibrate.", _STAND), None
        if _unrest(take) > _STILL_M:
            return LiveCalibrated(False, "Nobody stood still while calibrating.", _STAND), None
        found = heights(take)
        listed = ", ".join(f"{value:.2f} m" for value in found.values())
        sentence = f"Calibrated: the floor is set, people are {listed} tall and face forward."
        return LiveCalibrated(True, sentence, heights=found), measured_placement(take, face=True)


def _unrest(take: Take) -> float:
    """Root mean square distance of the joints of the calmest person from their means, meters."""
    joints = [person.motion.joints()[person.motion.valid] for person in take.characters if person.motion is not None]
    return min(float(np.sqrt(((each - each.mean(axis=0)) ** 2).sum(axis=-1).mean())) for each in joints)
