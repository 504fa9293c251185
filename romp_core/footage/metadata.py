"""What the boxes of mov and mp4 files say: the kinds of their tracks, and the lens's focal length.

ISO 14496-12; QuickTime File Format, "Metadata".
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

_DIAGONAL_35MM = math.hypot(36.0, 24.0)
_QUICKTIME_FOCAL = b"com.apple.quicktime.camera.focal_length.35mm_equivalent"


def fov_from_focal35(focal35_mm: float, width: int, height: int) -> float | None:
    """Horizontal field of view in radians from the 35 mm equivalent focal length, which compares diagonals."""
    if not 5.0 <= focal35_mm <= 2000.0:
        return None
    return 2 * math.atan(width / math.hypot(width, height) * _DIAGONAL_35MM / (2 * focal35_mm))


class Box(NamedTuple):
    """A box of an ISO base media or QuickTime file: four-letter type, first byte and end of its content."""

    type: bytes
    start: int
    end: int


def boxes(file: BinaryIO, start: int, end: int) -> Iterator[Box]:
    """The boxes side by side between two offsets; stops at the first that makes no sense."""
    while start + 8 <= end:
        file.seek(start)
        size, kind = struct.unpack(">I4s", file.read(8))
        header = 8
        if size == 1:
            size, header = struct.unpack(">Q", file.read(8))[0], 16
        elif size == 0:
            size = end - start
        if size < header or start + size > end:
            return
        yield Box(kind, start + header, start + size)
        start += size


def find_boxes(file: BinaryIO, path: tuple[bytes, ...], start: int, end: int) -> Iterator[Box]:
    """All boxes at a path of types, e.g. (b"moov", b"trak")."""
    for box in boxes(file, start, end):
        if box.type == path[0]:
            if len(path) == 1:
                yield box
            else:
                yield from find_boxes(file, path[1:], box.start, box.end)


def is_encrypted(file: BinaryIO, size: int) -> bool:
    """Whether a video track of an mp4 or mov file is encrypted (ISO 23001-7, and the older form of films to rent)."""
    try:
        for table in find_boxes(file, (b"moov", b"trak", b"mdia", b"minf", b"stbl", b"stsd"), 0, size):
            if any(entry.type in (b"encv", b"drmi") for entry in boxes(file, table.start + 8, table.end)):
                return True
    except struct.error:
        pass
    return False


def quicktime_focal35(path: Path) -> float:
    """35 mm equivalent focal length that phones write into mov and mp4 files, in mm; 0 when there is none."""
    size = path.stat().st_size
    with path.open("rb") as file:
        try:
            for holder in ((b"moov", b"meta"), (b"moov", b"trak", b"meta")):
                for meta in find_boxes(file, holder, 0, size):
                    if focal := _focal_of_meta(file, meta):
                        return focal
        except (struct.error, UnicodeDecodeError, ValueError):
            return 0.0
    return 0.0


def _focal_of_meta(file: BinaryIO, meta: Box) -> float:
    file.seek(meta.start + 4)
    # QuickTime's meta box starts with its children; that of ISO files has four bytes of version and flags before.
    start = meta.start if file.read(4) == b"hdlr" else meta.start + 4
    children = {box.type: box for box in boxes(file, start, meta.end)}
    if b"keys" not in children or b"ilst" not in children:
        return 0.0
    keys, items = children[b"keys"], children[b"ilst"]
    for number, key in enumerate(boxes(file, keys.start + 8, keys.end), start=1):
        file.seek(key.start)
        if file.read(min(key.end - key.start, 256)) != _QUICKTIME_FOCAL:
            continue
        for value in find_boxes(file, (struct.pack(">I", number), b"data"), items.start, items.end):
            file.seek(value.start)
            kind, _locale = struct.unpack(">II", file.read(8))
            return _number(kind, file.read(min(value.end - value.start - 8, 64)))
    return 0.0


def _number(kind: int, data: bytes) -> float:
    """A value of QuickTime's well-known types: text, float, signed and unsigned integers."""
    if kind == 1:
        return float(data.decode("utf-8"))
    if kind in (23, 24):
        return float(struct.unpack(">f" if kind == 23 else ">d", data)[0])
    return float(int.from_bytes(data, "big"))
