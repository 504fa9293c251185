"""Which images of a folder are one sequence, and which numbers they have in it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

# Animated GIF is read as a video.
IMAGE_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff", ".heic", ".heif", ".avif"})

_LAST_NUMBER = re.compile(r"(.*?)(\d+)(\D*)")
_DATE = re.compile(r"(19|20)\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])")
_LARGEST_NUMBER, _LARGEST_STEP = 10**9, 1000
"""Larger numbers, or steps between them, are no frame numbers but times or dates."""

_SAME_NUMBERS = 0.5
"""Kinds of files that share this part of their numbers show the same moments."""

_NO_COLOR = re.compile(r"mask|matte|alpha|depth|normal|seg|flow|label|thumb", re.IGNORECASE)


@dataclass(frozen=True)
class ImageSequence:
    """Image files in order, their frame numbers from 0 on, and what the user should know about the choice."""

    paths: Sequence[Path]
    numbers: Sequence[int]
    remark: str = ""


def image_files(folder: Path) -> list[Path]:
    """The image files of a folder; hidden files are left out."""
    return [
        path
        for path in folder.iterdir()
        if path.suffix.lower() in IMAGE_SUFFIXES and not path.name.startswith(".") and path.is_file()
    ]


def natural_key(path: Path) -> list[tuple[int, str]]:
    """Sort key that puts shot_2 before shot_10."""
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"(\d+)", path.name.casefold())]


def image_sequence(paths: Sequence[Path]) -> ImageSequence:
    """The sequence that image files make.

    Where names differ in their last number alone, it is the frame number, so that missing images are holes in time. Of
    several kinds of files with the same numbers (images and their masks) one is taken.
    """
    ordered = sorted(paths, key=natural_key)
    kinds: dict[tuple[str, str], dict[int, Path]] = defaultdict(dict)
    for path in ordered:
        if (match := _LAST_NUMBER.fullmatch(path.name if not path.suffix else path.stem)) is None:
            return _in_a_row(ordered)
        kinds[match[1].casefold(), match[3] + path.suffix.casefold()].setdefault(int(match[2]), path)
    if sum(map(len, kinds.values())) < len(ordered):  # one number written in two ways
        return _in_a_row(ordered)
    best = max(kinds, key=lambda kind: (len(kinds[kind]), not _NO_COLOR.search("".join(kind)))) if kinds else None
    if best is None or not all(_side_by_side(kinds[best], other) for other in kinds.values()):
        return _in_a_row(ordered)
    files = dict(sorted(kinds[best].items()))
    left_out = len(ordered) - len(files)
    remark = ""
    if left_out:
        example = next(path.name for path in ordered if path not in files.values())
        remark = (
            f'Only files like "{next(iter(files.values())).name}" were read: {left_out} others in the folder, such as '
            f'"{example}", have the same numbers.'
        )
    return _by_number(files, remark)


def _side_by_side(files: dict[int, Path], others: dict[int, Path]) -> bool:
    return len(files.keys() & others.keys()) >= _SAME_NUMBERS * len(others)


def _in_a_row(paths: Sequence[Path]) -> ImageSequence:
    return ImageSequence(paths, range(len(paths)))


def _by_number(files: dict[int, Path], remark: str) -> ImageSequence:
    numbers, paths = list(files), list(files.values())
    dates = all(_DATE.fullmatch(str(number)) for number in numbers)
    if dates or numbers[-1] > _LARGEST_NUMBER or any(b - a > _LARGEST_STEP for a, b in pairwise(numbers)):
        return ImageSequence(paths, range(len(paths)), remark)
    return ImageSequence(paths, [number - numbers[0] for number in numbers], remark)
