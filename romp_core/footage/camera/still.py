"""One image of a camera, to recognize it by."""

from __future__ import annotations

from contextlib import closing
from itertools import islice

from ...images.thumbnail import thumbnail
from ...take.settings import LiveSettings
from ...typing import Array
from ..stream import problems
from .devices import open_camera

_WARM_UP = 5
"""The first frames of many cameras are dark."""


def camera_still(index: int, longest: int = 320) -> Array:
    """An image (h, w, 3) uint8 RGB of a camera, whose longer side has at most `longest` pixels.

    Raises:
        FootageError: there is no such camera, it is in use, or it sends nothing.
    """
    camera = open_camera(index, LiveSettings())
    try:
        with closing(camera.frames()) as frames:  # type: ignore[type-var]
            for arrival in islice(frames, _WARM_UP - 1, None):
                image = arrival.image()
                if image is not None:
                    return thumbnail(image, longest)
    finally:
        camera.close()
    raise problems.undecodable(camera.name)
