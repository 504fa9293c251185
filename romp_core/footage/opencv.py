"""Decoding with OpenCV (FFmpeg inside)."""

from __future__ import annotations

import os
from pathlib import Path

import cv2
import numpy as np

from ..images.ops import longest_side_scale, turn
from ..typing import Array
from .metadata import fov_from_focal35, quicktime_focal35
from .source import LONGEST_SIDE


class OpenCVVideo:
    """A video file as a `FrameSource`. Raises ValueError when it has no video track that can be decoded."""

    def __init__(self, path: Path) -> None:
        _silence()
        self._capture = cv2.VideoCapture(str(path), cv2.CAP_FFMPEG)
        # Turned here, so that the angle is known; newer versions of OpenCV would swap width and height as well.
        self._capture.set(cv2.CAP_PROP_ORIENTATION_AUTO, 0)
        width, height = self._size()
        if not self._capture.isOpened() or width <= 0 or height <= 0:
            self.close()
            raise ValueError("no decodable video track")
        self.clockwise = int(self._capture.get(cv2.CAP_PROP_ORIENTATION_META)) % 360
        self._scale = longest_side_scale(width, height, LONGEST_SIDE)
        width, height = round(width * self._scale), round(height * self._scale)
        self.width, self.height = (height, width) if self.clockwise % 180 else (width, height)
        self.fps = self._capture.get(cv2.CAP_PROP_FPS)
        self.count = max(0, int(self._capture.get(cv2.CAP_PROP_FRAME_COUNT)))
        self.fov = fov_from_focal35(quicktime_focal35(path), self.width, self.height)

    def _size(self) -> tuple[int, int]:
        get = self._capture.get
        return int(get(cv2.CAP_PROP_FRAME_WIDTH)), int(get(cv2.CAP_PROP_FRAME_HEIGHT))

    def grab(self) -> float | None:
        if not self._capture.grab():
            return None
        return float(self._capture.get(cv2.CAP_PROP_POS_MSEC)) / 1000

    def image(self) -> Array | None:
        ok, image = self._capture.retrieve()
        if not ok or image is None:
            return None
        return turn(_as_rgb(_reduced(image, self._scale)), self.clockwise)

    def close(self) -> None:
        self._capture.release()


def read_still(path: Path) -> Array | None:
    """An image file as stored (EXIF orientation not applied), (H, W, 3) RGB; None when it cannot be decoded."""
    _silence()
    data = np.fromfile(path, dtype=np.uint8)  # cv2.imread cannot open non-ASCII paths on Windows
    if not len(data):
        return None
    try:
        image: Array | None = cv2.imdecode(data, cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION)
    except cv2.error:
        return None
    if image is None:
        return None
    return _as_rgb(_reduced(image, longest_side_scale(image.shape[1], image.shape[0], LONGEST_SIDE)))


def _reduced(image: Array, scale: float) -> Array:
    if scale == 1:
        return image
    size = (round(image.shape[1] * scale), round(image.shape[0] * scale))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA))


def _as_rgb(image: Array) -> Array:
    """OpenCV's BGR seen as RGB: a view, because most consumers read only small crops."""
    return image[..., ::-1]


def _silence() -> None:
    """Damaged files are reported as our errors, not as FFmpeg's chatter on stderr. Read when FFmpeg first starts."""
    os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")
    # up to 4.11 in the module itself, since then in `utils.logging`
    owner = cv2 if hasattr(cv2, "setLogLevel") else getattr(cv2.utils, "logging", None)
    if owner is not None:
        owner.setLogLevel(0)
