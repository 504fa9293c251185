"""Small copies of images, and their way to disk."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import numpy as np

from ..storage.atomic import write_bytes
from ..storage.take_file import write_error
from ..typing import Array
from .ops import longest_side_scale
from .pixels import image_of, pixels_of


def thumbnail(image: Array, longest: int) -> Array:
    """A copy of an image (H, W, 3) uint8 whose longer side has at most `longest` pixels."""
    import av  # takes a while to import

    height, width = image.shape[:2]
    scale = longest_side_scale(width, height, longest)
    if scale == 1:
        return image.copy()
    columns, rows = max(1, round(width * scale)), max(1, round(height * scale))
    frame = av.VideoFrame.from_ndarray(pixels_of(image).view(np.uint8).reshape(height, width, 4), format="rgba")
    small = frame.reformat(width=columns, height=rows, interpolation="AREA").to_ndarray()
    return image_of(np.ascontiguousarray(small).view(np.uint32)[..., 0])


def write_png(image: Array, path: Path) -> None:
    """Write an image (H, W, 3) uint8 RGB. Raises TakeError when the file cannot be written."""
    try:
        write_bytes(path, png_bytes(image))
    except OSError as error:
        raise write_error(path, error) from error


def png_bytes(image: Array) -> bytes:
    """An image (H, W, 3) uint8 RGB as a PNG file (third edition, 5.3 and 7.3; every row unfiltered)."""
    height, width = image.shape[:2]
    rows = np.zeros((height, 1 + 3 * width), dtype=np.uint8)
    rows[:, 1:] = image.reshape(height, -1)
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows.tobytes(), 3)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )
