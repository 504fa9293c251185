"""The footage of a take, read a second time: the frames that the take has, each with its frame index."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import numpy as np

from ..errors import Cancelled, FootageError
from ..footage import open_footage
from ..take.observations import Frame
from ..take.take import FootageInfo, Take

_SAME_TIME_S = 2e-3
_FEWEST = 0.9
"""Share of the take's frames that the footage must have."""


def frames_again(
    take: Take, footage: str, opened: Callable[[], None], cancelled: Callable[[], bool]
) -> Generator[tuple[int, Frame], None, None]:
    """The frames of a take in their order, as far as the footage has them.

    Args:
        footage: where the footage is now; the take's own path when "". opened: called before the first frame.

    Raises:
        FootageError: the footage cannot be read, or is another one, which may show at its end only.
        Cancelled: while it was read.
    """
    info = take.footage
    path, matched = footage or info.path, 0
    with open_footage(path, info.times[0], 0.0, take.capture.frame_rate) as source:
        if (source.info.width, source.info.height) != (info.width, info.height):
            raise _another(path, f"it is {source.info.width} x {source.info.height}, not {info.width} x {info.height}")
        opened()
        for row, frame in _matched(source.frames(), info):
            if cancelled():
                raise Cancelled()
            yield row, frame
            matched += 1
    if matched < _FEWEST * len(info.times):
        raise _another(path, f"only {matched} of the take's {len(info.times)} frames are in it")


def _matched(frames: Iterator[Frame], info: FootageInfo) -> Iterator[tuple[int, Frame]]:
    """The frames that the take has, by true time."""
    for frame in frames:
        row = int(np.searchsorted(info.times, frame.time - _SAME_TIME_S))
        if row == len(info.times):
            return
        if abs(info.times[row] - frame.time) <= _SAME_TIME_S:
            yield row, frame


def _another(path: str, reason: str) -> FootageError:
    return FootageError(
        f'"{Path(path).name}" is not the footage of this take: {reason}.', "Choose the footage that was captured."
    )
