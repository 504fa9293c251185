"""`Footage`: frames with their true times, decoded in advance by a thread so that decoding and inference overlap."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from types import TracebackType

import numpy as np

from ..images import ops
from ..take.observations import Frame
from ..take.take import FootageInfo
from . import problems
from .source import FrameSource
from .stills import IMAGE_SUFFIXES, Stills, image_files

_BUFFER = 3
"""Frames decoded in advance: enough to overlap, little enough for 8K."""

_MISSING_S, _MISSING_SHARE = 0.5, 0.05
"""Footage that ends earlier than its header says by more than both of these is taken for cut short."""

_TICK_S = 1e-4
"""Times closer together than this are one time: containers round to their own clock."""


def open_footage(source: str | Path, start: float = 0.0, end: float = 0.0) -> Footage:
    """Open a video file, a folder of images or a single image.

    Args:
        start, end: seconds from the first frame; frames with start <= time < end are read. `end` 0: to the end.

    Raises:
        FootageError: with one sentence and a hint, for anything that is not footage or does not reach the range.
    """
    path = Path(source)
    if end and end <= start:
        raise problems.reversed_range(start, end)
    return Footage(str(path.absolute()), _open_source(path), start, end)


def _open_source(path: Path) -> FrameSource:
    if ops.cv2 is not None:
        from .opencv import OpenCVVideo as Video
        from .opencv import read_still
    else:
        from .pyav import PyAVVideo as Video  # type: ignore[assignment]
        from .pyav import read_still
    if path.is_dir():
        paths = image_files(path)
        if not paths:
            raise problems.empty_folder(path)
        return Stills(paths, read_still)
    if not path.is_file():
        raise problems.missing(path)
    if path.stat().st_size and path.suffix.lower() in IMAGE_SUFFIXES:
        return Stills([path], read_still)
    try:
        return Video(path)
    except ValueError as error:
        raise problems.undecodable(path) from error


class Footage:
    """Frames in order, read once. A context manager; leaving it stops the decoding thread.

    Attributes:
        expected_frames: how many frames will come, for progress; an estimate, 0 when the file does not say.
        remark: after reading, a sentence for the user when the file ended too early, else "".
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
        source = self._source
        if not source.fps or not source.count:
            return source.count
        length = source.count / source.fps
        if self._start > length + 1:  # a margin, since lengths in file headers are not exact
            self.close()
            raise problems.outside_of_range(self._start, self._end, length)
        return max(1, round((min(self._end or length, length) - self._start) * source.fps))

    @property
    def info(self) -> FootageInfo:
        """What was filmed; times and numbers are those of the frames handed out so far."""
        source = self._source
        return FootageInfo(
            path=self._path,
            width=source.width,
            height=source.height,
            fps=source.fps,
            times=np.array(self._times, dtype=np.float64),
            source_frames=np.array(self._source_frames, dtype=np.int32),
            fov=source.fov,
            rotation=source.clockwise,
        )

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
        source, number, first, time, found = self._source, -1, 0.0, 0.0, False
        while not self._stop.is_set() and (stamp := source.grab()) is not None:
            number += 1
            if number == 0:
                first = stamp
            # Some containers carry no time stamps: then count on with the frame rate.
            elif stamp - first <= time + _TICK_S:
                stamp = first + time + 1 / (source.fps or 30.0)
            time = stamp - first
            if self._end and time >= self._end - _TICK_S:
                break
            if time < self._start - _TICK_S:
                continue
            if (image := source.image()) is not None:
                found = True
                yield Frame(number, time, image)
        else:
            self.remark = self._early_end(time)
        if not found and not self._stop.is_set():
            raise problems.outside_of_range(self._start, self._end, time)

    def _early_end(self, last: float) -> str:
        source = self._source
        length = source.count / source.fps if source.fps else 0.0
        if self._stop.is_set() or length - last < max(_MISSING_S, _MISSING_SHARE * length):
            return ""
        return problems.cut_short(last, length)

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
