"""Image files as footage: a folder of them, or a single one."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from ..errors import FootageError
from ..images.ops import turn
from ..typing import Array
from .metadata import fov_from_focal35, read_exif

IMAGE_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff"})
FOLDER_FPS = 30.0
"""Folders of images carry no time; most were written from video at about this rate."""

_CLOCKWISE_OF_ORIENTATION = {3: 180, 4: 180, 5: 90, 6: 90, 7: 270, 8: 270}
_MIRRORED = frozenset({2, 4, 5, 7})

Reader = Callable[[Path], Array | None]


def natural_key(path: Path) -> list[tuple[int, str]]:
    """Sort key that puts shot_2 before shot_10."""
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"(\d+)", path.name.casefold())]


def image_files(folder: Path) -> list[Path]:
    """The image files of a folder in natural order; hidden files are left out."""
    found = [
        path
        for path in folder.iterdir()
        if path.suffix.lower() in IMAGE_SUFFIXES and not path.name.startswith(".") and path.is_file()
    ]
    return sorted(found, key=natural_key)


class Stills:
    """Image files as a `FrameSource`.

    Raises FootageError when none can be read, and later from `image` when one has another size than the first.
    """

    def __init__(self, paths: Sequence[Path], read: Reader) -> None:
        self._paths, self._read = paths, read
        self._next = 0
        self._first = next((path for path in paths if _read_oriented(path, read) is not None), None)
        if self._first is None:
            raise FootageError(
                f'The image "{paths[0].name}" cannot be read.', "It is damaged, or not really an image file."
            )
        first = _read_oriented(self._first, read)
        assert first is not None
        self.height, self.width = first.shape[:2]
        self.count = len(paths)
        self.fps = FOLDER_FPS if self.count > 1 else 0.0
        exif = read_exif(self._first)
        self.clockwise = _CLOCKWISE_OF_ORIENTATION.get(exif.orientation, 0)
        self.fov = fov_from_focal35(exif.focal35, self.width, self.height)

    def grab(self) -> float | None:
        if self._next >= self.count:
            return None
        self._next += 1
        return (self._next - 1) / FOLDER_FPS

    def image(self) -> Array | None:
        path = self._paths[self._next - 1]
        image = _read_oriented(path, self._read)
        if image is not None and image.shape[:2] != (self.height, self.width):
            assert self._first is not None
            raise FootageError(
                f'The images have different sizes: "{self._first.name}" is {self.width} x {self.height}, '
                f'"{path.name}" is {image.shape[1]} x {image.shape[0]}.',
                "Keep only the images of one shot in the folder.",
            )
        return image

    def close(self) -> None:
        """Nothing stays open."""


def _read_oriented(path: Path, read: Reader) -> Array | None:
    image = read(path)
    if image is None:
        return None
    orientation = read_exif(path).orientation
    image = turn(image, _CLOCKWISE_OF_ORIENTATION.get(orientation, 0))
    return np.ascontiguousarray(image[:, ::-1]) if orientation in _MIRRORED else image
