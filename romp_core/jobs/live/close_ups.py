"""Hands and faces of a live capture, read in another thread beside the body's network, which they never keep waiting.

The newest frame wins: frames that come while one is read are left out.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from queue import SimpleQueue
from typing import Any, Final

import numpy as np

from ...take.observations import Frame, People
from ...take.settings import CaptureSettings


class CloseUps:
    """Reads frames one after the other.

    Args:
        read: gives people with what a frame shows of them closer; called in the other thread, with the frames in their
            order. What it raises is raised by `finished`.
    """

    def __init__(self, read: Callable[[People, Frame], People]) -> None:
        self._read = read
        self._asked: SimpleQueue[tuple[People, Frame] | None] = SimpleQueue()
        self._done: SimpleQueue[tuple[People, Frame] | BaseException] = SimpleQueue()
        self._idle = threading.Event()
        self._idle.set()
        self._reading = -1
        self._thread = threading.Thread(target=self._work, name="close-ups", daemon=True)
        self._thread.start()

    def offer(self, people: People, frame: Frame) -> None:
        """Read this frame, unless another one is being read."""
        if self._idle.is_set() and len(people):
            self._idle.clear()
            self._reading = frame.source_frame
            self._asked.put((people, frame))

    def wait_for(self, source_frame: int) -> None:
        """Wait while this very frame is being read."""
        if self._reading == source_frame:
            self._idle.wait()

    def finished(self) -> list[tuple[People, Frame]]:
        """What was read since the last call, with the frames."""
        found = []
        while not self._done.empty():
            result = self._done.get()
            if isinstance(result, BaseException):
                raise result
            found.append(result)
        return found

    def close(self) -> None:
        """End the thread after its present frame."""
        self._asked.put(None)
        self._thread.join()

    def _work(self) -> None:
        while (asked := self._asked.get()) is not None:
            try:
                self._done.put((self._read(*asked), asked[1]))
            except BaseException as error:  # noqa: BLE001 - raised again in the capture's thread
                self._done.put(error)
            self._idle.set()


_HANDS: Final = {
    "hand_points": (2, 21, 3),
    "hand_world": (2, 21, 3),
    "hand_presence": (2,),
    "hand_right": (2,),
    "hand_sharpness": (2,),
}
_FACE: Final = {"face_points": (478, 3), "face_presence": ()}


def carried(people: People, seen: People | None, settings: CaptureSettings) -> People:
    """The people of a frame with what close-ups showed of them, by id: nothing where they were not read.

    Args:
        seen: the people of the same frame as they were read, if they were.
    """
    shapes: dict[str, tuple[int, ...]] = (_HANDS if settings.with_hands else {}) | (_FACE if settings.with_face else {})
    ids = [] if people.ids is None else np.asarray(people.ids).tolist()
    theirs = [] if seen is None or seen.ids is None else np.asarray(seen.ids).tolist()
    pairs = [(row, theirs.index(id)) for row, id in enumerate(ids) if id in theirs]
    arrays: dict[str, Any] = {}
    for name, shape in shapes.items():
        arrays[name] = np.zeros((len(people), *shape), np.float32)
        if pairs:
            own, source = np.array(pairs).T
            arrays[name][own] = getattr(seen, name)[source]
    return replace(people, **arrays)
