"""One image file: its pixels as they are shown."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import av

from ..images.ops import longest_side_scale
from ..images.pixels import image_of
from ..typing import Array
from .container import Unreadable, open_container
from .converter import orientation_of, rgb_pixels
from .exif import read_exif
from .orientation import OF_EXIF, Orientation
from .source import LONGEST_SIDE

_HEIF = "mov,mp4,m4a,3gp,3g2,mj2"
_FORMATS = f"jpeg_pipe,png_pipe,webp_pipe,bmp_pipe,tiff_pipe,gif,apng,jpegxl_pipe,j2k_pipe,mjpeg,{_HEIF}"


def read_still(path: Path) -> tuple[Array, Orientation] | None:
    """An image (H, W, 3) uint8 RGB as it is shown, and how it was turned; None when it cannot be decoded."""
    try:
        with path.open("rb") as file, open_container(file, _FORMATS) as container:
            frame = _first_frame(container)
            # HEIF has its own turns, and its EXIF, which repeats them, does not count.
            heif = container.format.name == _HEIF
            orientation = orientation_of(frame) if heif else OF_EXIF[read_exif(path).orientation]
            scale = longest_side_scale(frame.width, frame.height, LONGEST_SIDE)
            pixels = rgb_pixels(frame, max(1, round(frame.width * scale)), max(1, round(frame.height * scale)))
    except (av.error.FFmpegError, Unreadable, OSError, ValueError):
        return None
    return image_of(orientation.show(pixels)), orientation


def _first_frame(container: Any) -> Any:
    videos = container.streams.video
    if not videos or any(stream.disposition & av.stream.Disposition.dependent for stream in videos):
        raise Unreadable
    frame = next(container.decode(videos[0]), None)
    if frame is None:
        raise Unreadable
    return frame
