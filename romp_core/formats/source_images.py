"""The images that results were made from: their size follows from points in the results, or from files beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..errors import FootageError
from ..footage import open_footage
from ..models.common.square_image import Padding, padding
from ..typing import Array

_SMALLEST, _LARGEST = 16, 1 << 15
_TOLERANCE = 1.5
"""Pixels by which a border may come out negative, or a size from points differ from the true one."""


def image_padding(square_points: Sequence[Array], pixels: Sequence[Array]) -> Padding | None:
    """Where the image lies in its square.

    The pixel of a point p of the square is side / 2 (p + 1) - border, so side and borders follow from points that are
    known in both. An odd pixel of a size is lost.

    Args:
        square_points: (24, 2) points of a person in the square, -1..1; pixels: the same points in the image.

    Returns:
        the padding of the image; None when there are no points, or they do not fit.
    """
    sides, borders = [], []
    for points, image_points in zip(square_points, pixels, strict=True):
        spread = points - points.mean(axis=0)
        if (total := (spread**2).sum()) > 0 and np.isfinite(image_points).all():
            half = (spread * (image_points - image_points.mean(axis=0))).sum() / total
            sides.append(2 * half)
            borders.append(half * (points.mean(axis=0) + 1) - image_points.mean(axis=0))
    if not sides:
        return None
    side = round(float(np.median(sides)))
    left, top = np.median(borders, axis=0)
    if not _SMALLEST <= side <= _LARGEST or min(left, top) < -_TOLERANCE or max(left, top) >= side / 2:
        return None
    if left > top:
        return padding(side, side - 2 * round(float(left)))
    return padding(side - 2 * round(float(top)), side)


def images_beside(results: Path, count: int, pad: Padding | None) -> tuple[Path, Padding] | None:
    """The folder of images that simple-romp leaves beside its results, and how they lie in their square.

    None when there is no such folder, more than one, fewer images than the `count` of the results, or images of
    another size than the results imply.
    """
    folder = results if results.is_dir() else results.parent
    found = [path for path in folder.glob("*_frames") if path.is_dir()]
    if len(found) != 1:
        return None
    try:
        with open_footage(found[0]) as footage:
            info, frames = footage.info, footage.expected_frames
    except FootageError:
        return None
    if frames < count or (pad and max(abs(pad.width - info.width), abs(pad.height - info.height)) > _TOLERANCE):
        return None
    return found[0], padding(info.height, info.width)


@dataclass(frozen=True)
class Found:
    """Footage that lies beside results: its path, size in pixels, and frame rate."""

    path: Path
    width: int
    height: int
    fps: float


_VIDEOS = (".mp4", ".mov", ".m4v", ".avi", ".mkv", ".webm")
_INPUTS = ("0_input_video", "input", "video")
"""What tools call their copy of the footage, without suffix."""
_RENDERED = ("output", "1_incam", "2_global", "vis", "phalp_", "wham", "tram_", "render", "result")
"""How the names of videos begin that tools make of their results."""


def footage_beside(results: Path, count: int) -> Found | None:
    """The video in the folder of results that they are about; None when there is none, or
    several could be it.

    It has the name of the results or of their folder, or is what tools call their copy of the footage; otherwise it is
    the only video that is not a rendering of results. It must have as many frames as the results.
    """
    folder = results if results.is_dir() else results.parent
    try:
        videos = sorted(path for path in folder.iterdir() if path.suffix.lower() in _VIDEOS and path.is_file())
    except OSError:
        return None
    named = [path for path in videos if path.stem in (results.stem, folder.name, *_INPUTS)]
    named += [path for path in videos if results.stem.removeprefix("demo_") == path.stem and path not in named]
    others = [path for path in videos if not path.stem.lower().startswith(_RENDERED)]
    chosen = named[0] if named else others[0] if len(others) == 1 else None
    if chosen is None:
        return None
    try:
        with open_footage(chosen) as footage:
            info, frames = footage.info, footage.expected_frames
    except FootageError:
        return None
    if frames and frames < count:
        return None
    return Found(chosen, info.width, info.height, info.fps)
