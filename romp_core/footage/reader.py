"""`Footage`: frames with their true times, decoded in advance by a thread so that decoding and inference overlap."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType

import numpy as np

from ..take.observations import Frame
from ..take.take import FootageInfo
from . import problems
from .source import FrameSource

_BUFFER = 3
"""Frames decoded in advance: enough to overlap, little enough for 8K."""

_TICK_S = 1e-4
"""Times closer together than this are one time: containers round to their own clock."""


def open_footage(source: str | Path, start: float = 0.0, end: float = 0.0, frame_rate: float = 0.0) -> Footage:
    """Open a video file, a folder of images or a single image.

    Args:
        start, end: seconds from the first frame; frames with start <= time < end are read. `end` 0: to the end.
        frame_rate: of a folder of images; 0 for the usual one. Videos have their own.

    Raises:
        FootageError: with one sentence and a hint, for anything that is not footage or does not reach the range.
    """
    path = Path(source)
    if end and end <= start:
        raise problems.reversed_range(start, end)
    from .open_source import open_source  # the decoder takes a while to load, and Blender's own process has none

    return Footage(str(path.absolute()), open_source(path, frame_rate), start, end)


class Footage:
    """Frames in order, read once. A context manager; leaving it stops the decoding thread.

    Attributes:
        expected_frames: how many frames will come, for progress; an estimate, 0 when the file does not say.
        remark: after reading, what the user should know about the files, such as an early end; may be empty.
    """

    def __init__(self, path: str, source: FrameSource, start: float, end: float) -> None:
        self._path, self._source, self._start, self._end = path, source, start, end
        self._times: list[float] = []
        self._source_frames: list[int] = []
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self.remark = ""
        self.expected_frames = self._estimate()

    def _estimate(self) -> int:
        length, count = self._source.length, self._source.count
        if not length or not count:
            return count
        if self._start > length + 1:  # a margin, since lengths in file headers are not exact
            self.close()
            raise problems.outside_of_range(self._start, self._end, length)
        return max(1, round((min(self._end or length, length) - self._start) * count / length))

    @property
    def info(self) -> FootageInfo:
        """What was filmed; times and numbers are those of the frames handed out so far."""
        return footage_info(self._path, self._source, self._times, self._source_frames)

    def frames(self) -> Iterator[Frame]:
        """The frames, lazily; can be iterated once. Damaged ones are left out (their numbers are skipped).

        Raises:
            FootageError: when no frame is in the range, or an image of a folder has another size than the first.
        """
        if self._thread is not None:
            raise RuntimeError("the frames of a footage can be read only once")
        decoded: queue.Queue[Frame | BaseException | None] = queue.Queue(_BUFFER)
        self._thread = threading.Thread(target=self._decode, args=(decoded,), name="footage", daemon=True)
        self._thread.start()
        while (item := decoded.get()) is not None:
            if isinstance(item, BaseException):
                raise item
            self._times.append(item.time)
            self._source_frames.append(item.source_frame)
            yield item

    def _decode(self, decoded: queue.Queue[Frame | BaseException | None]) -> None:
        """Body of the thread: hands over frames, then None, or the exception that ended it."""
        last: Frame | BaseException | None = None
        try:
            for frame in self._read():
                self._put(decoded, frame)
        except Exception as error:  # noqa: BLE001 - raised again in the reading thread
            last = error
        self._put(decoded, last)

    def _put(self, decoded: queue.Queue[Frame | BaseException | None], item: Frame | BaseException | None) -> None:
        while not self._stop.is_set():
            with suppress(queue.Full):
                decoded.put(item, timeout=0.1)
                return

    def _read(self) -> Iterator[Frame]:
        presented, found, damaged = 0.0, False, False
        for number, time, make_image in self._source.frames():
            if self._stop.is_set():
                return
            presented = time
            if self._end and time >= self._end - _TICK_S:
                break
            if time < self._start - _TICK_S:
                continue
            if (image := make_image()) is not None:
                found = True
                yield Frame(number, time, image)
            else:
                damaged = True
        self.remark = self._source.remark
        if not found and damaged:
            raise problems.nothing_but_damage(Path(self._path))
        if not found:
            raise problems.outside_of_range(self._start, self._end, max(presented, self._source.length))

    def close(self) -> None:
        """Stop decoding and release the file."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
        self._source.close()

    def __enter__(self) -> Footage:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def footage_info(path: str | Path, source: FrameSource, times: Sequence[float], numbers: Sequence[int]) -> FootageInfo:
    """What a source films, and these frames of it."""
    return FootageInfo(
        path=str(path),
        width=source.width,
        height=source.height,
        fps=source.fps,
        times=np.array(times, dtype=np.float64),
        source_frames=np.array(numbers, dtype=np.int32),
        fov=source.fov,
        rotation=source.orientation.rotation,
        mirrored=source.orientation.mirrored,
        sample_aspect=source.sample_aspect,
    )
