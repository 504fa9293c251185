"""EXIF of image files: how an image is turned, and the lens's focal length.

EXIF 2.32 (CIPA DC-008) in JPEG, PNG (third edition, 11.3.3.5), WebP (RFC 9649, 2.7.1.5) and TIFF.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, NamedTuple

_ORIENTATION, _CAMERA, _FOCAL35 = 0x0112, 0x8769, 0xA405
_MOST_BYTES = 1 << 20
_MOST_PARTS = 1000

Read = Callable[[int, int], bytes]
"""(offset, size) -> bytes of a TIFF structure."""


class Exif(NamedTuple):
    """`orientation` 1..8 as in EXIF (1: as stored); `focal35` in mm, 0 when unknown."""

    orientation: int = 1
    focal35: float = 0.0


def read_exif(path: Path) -> Exif:
    """EXIF of an image file; the defaults for a file without it, of another kind, or damaged."""
    with path.open("rb") as file:
        try:
            read = _tiff_of(file)
            return _parse(read) if read else Exif()
        except (struct.error, IndexError):
            return Exif()


def _tiff_of(file: BinaryIO) -> Read | None:
    start = file.read(12)
    if start[:4] in (b"II*\0", b"MM\0*"):
        return lambda offset, size: _at(file, offset, size)
    if start[:2] == b"\xff\xd8":
        block = _jpeg_block(file)
    elif start[:8] == b"\x89PNG\r\n\x1a\n":
        block = _chunk(file, 8, ">I4s", b"eXIf", trailer=4)
    elif start[:4] == b"RIFF" and start[8:] == b"WEBP":
        block = _chunk(file, 12, "<4sI", b"EXIF", trailer=0)
    else:
        return None
    block = block.removeprefix(b"Exif\0\0")
    return (lambda offset, size: block[offset : offset + size]) if block else None


def _at(file: BinaryIO, offset: int, size: int) -> bytes:
    file.seek(offset)
    return file.read(min(size, _MOST_BYTES))


def _jpeg_block(file: BinaryIO) -> bytes:
    """The content of the segment of EXIF, before the image data; empty when there is none."""
    offset = 2
    for _ in range(_MOST_PARTS):
        head = _at(file, offset, 10)
        if len(head) < 10 or head[0] != 0xFF or head[1] == 0xDA:
            return b""
        (length,) = struct.unpack_from(">H", head, 2)
        if head[1] == 0xE1 and head[4:10] == b"Exif\0\0":
            return _at(file, offset + 4, length - 2)
        offset += 2 + length
    return b""


def _chunk(file: BinaryIO, offset: int, form: str, kind: bytes, trailer: int) -> bytes:
    """The content of the first chunk of a kind; empty when there is none. `form`: of its length and name."""
    for _ in range(_MOST_PARTS):
        head = _at(file, offset, 8)
        if len(head) < 8:
            return b""
        first, second = struct.unpack(form, head)
        name, length = (first, second) if isinstance(first, bytes) else (second, first)
        if name == kind:
            return _at(file, offset + 8, length)
        offset += 8 + length + trailer + (0 if trailer else length % 2)  # RIFF pads to whole words
    return b""


def _parse(read: Read) -> Exif:
    order = "<" if read(0, 2) == b"II" else ">"

    def directory(start: int) -> dict[int, int]:
        """Tag -> value of the entries that fit into their entry (SHORT and LONG)."""
        (count,) = struct.unpack(order + "H", read(start, 2))
        entries = read(start + 2, 12 * count)
        values = {}
        for entry in range(0, len(entries) - 11, 12):
            tag, kind = struct.unpack_from(order + "HH", entries, entry)
            if kind in (3, 4):
                (values[tag],) = struct.unpack_from(order + ("H" if kind == 3 else "I"), entries, entry + 8)
        return values

    main = directory(struct.unpack(order + "I", read(4, 4))[0])
    camera = directory(main[_CAMERA]) if _CAMERA in main else {}
    orientation = main.get(_ORIENTATION, 1)
    return Exif(orientation if 1 <= orientation <= 8 else 1, float(camera.get(_FOCAL35, 0)))
