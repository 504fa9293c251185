"""Image files as footage: a folder of them, or a single one."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from ..typing import Array
from . import problems
from .exif import read_exif
from .metadata import fov_from_focal35
from .sequence import ImageSequence
from .source import SourceFrame
from .still import read_still

FOLDER_FPS = 30.0
"""Folders of images carry no time; most were written from video at about this rate."""


class Stills:
    """Image files as a `FrameSource`.

    Raises FootageError when none can be read, and later when one has another size than the first.

    Args:
        frame_rate: how many numbers of a sequence pass in a second; 0 for the usual rate.
    """

    def __init__(self, sequence: ImageSequence, frame_rate: float = 0.0) -> None:
        self._sequence, self._rate = sequence, frame_rate or FOLDER_FPS
        readable = ((path, still) for path in sequence.paths if (still := read_still(path)) is not None)
        first = next(readable, None)
        if first is None:
            raise problems.unreadable_image(sequence.paths[0])
        self._first, (image, self.orientation) = first
        self.height, self.width = image.shape[:2]
        self.count = len(sequence.paths)
        self.fps = self._rate if self.count > 1 else 0.0
        self.length = (sequence.numbers[-1] + 1) / self._rate if self.count > 1 else 0.0
        self.fov = fov_from_focal35(read_exif(self._first).focal35, self.width, self.height)
        self.sample_aspect = 1.0
        self.remark = sequence.remark

    def frames(self) -> Iterator[SourceFrame]:
        for number, path in zip(self._sequence.numbers, self._sequence.paths, strict=True):
            yield SourceFrame(number, number / self._rate, partial(self._image, path))

    def _image(self, path: Path) -> Array | None:
        still = read_still(path)
        if still is None:
            return None
        image = still[0]
        if image.shape[:2] != (self.height, self.width):
            raise problems.different_sizes(
                self._first, (self.width, self.height), path, (image.shape[1], image.shape[0])
            )
        return image

    def close(self) -> None:
        """Nothing stays open."""
