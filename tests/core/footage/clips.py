"""Small clips of gray frames, whose brightness tells their number, written with exact time stamps."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

Matrix = tuple[int, int, int, int]


def corner_image(number: int, width: int = 64, height: int = 48) -> np.ndarray:
    """Gray by number, with a bright upper left and a dark upper right quarter."""
    image = np.full((height, width, 3), 70 + 4 * (number % 28), np.uint8)
    image[: height // 2, : width // 2] = 250
    image[: height // 2, width // 2 :] = 10
    return image


def write_clip(
    path: Path,
    stamps: Sequence[int],
    tick: Fraction = Fraction(1, 90000),
    codec: str = "libx264",
    size: tuple[int, int] = (64, 48),
    sample_aspect: Fraction | None = None,
    keys: int = 12,
    **options: str,
) -> Path:
    """Write one frame per stamp, in ticks. `keys`: frames from key frame to key frame."""
    with av.open(str(path), "w", options={"video_track_timescale": str(tick.denominator)}) as container:
        stream = container.add_stream(codec, rate=30, options=options)
        stream.width, stream.height = size
        stream.pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
        stream.bit_rate = 4_000_000
        stream.codec_context.time_base = stream.time_base = tick
        stream.codec_context.gop_size = keys
        if sample_aspect:
            stream.codec_context.sample_aspect_ratio = sample_aspect
        for number, stamp in enumerate(stamps):
            frame = av.VideoFrame.from_ndarray(corner_image(number, *size), format="rgb24")
            frame.pts, frame.time_base = stamp, tick
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def with_matrix(path: Path, matrix: Matrix) -> Path:
    """Write the display matrix (a, b, c, d) into the track header of an mp4 file; ISO 14496-12, 8.3.2."""
    data = bytearray(path.read_bytes())
    start = data.index(b"tkhd") + 4 + 4 + 20 + 8 + 8
    a, b, c, d = (value * 65536 for value in matrix)
    data[start : start + 36] = struct.pack(">9i", a, b, 0, c, d, 0, 0, 0, 1 << 30)
    path.write_bytes(data)
    return path


def corners(image: np.ndarray) -> list[str]:
    """What is at the four corners: upper left, upper right, lower left, lower right."""
    height, width = image.shape[:2]
    values = [image[y, x].mean() for y in (height // 8, -height // 8) for x in (width // 8, -width // 8)]
    return ["bright" if value > 215 else "dark" if value < 40 else "gray" for value in values]
