"""Images in memory: RGB with a fourth byte, so that a pixel is moved as one number.

Everything takes images (H, W, 3) uint8 RGB. Those of the footage are views of such pixels, and are quick to resample.
"""

from __future__ import annotations

import numpy as np

from ..typing import Array

_COLOR, _BYTE = np.uint32(0x00FFFFFF), np.uint32(24)


def image_of(pixels: Array) -> Array:
    """The image (H, W, 3) uint8 of pixels (H, W) uint32: a view."""
    if pixels.strides[1] != 4:
        pixels = np.ascontiguousarray(pixels)
    return pixels.view(np.uint8).reshape(*pixels.shape, 4)[..., :3]


def pixels_of(image: Array) -> Array:
    """The pixels (H, W) uint32 of an image (H, W, 3) uint8: a view where it is one of such pixels, else a copy."""
    rows, columns = image.shape[:2]
    if image.strides[1:] == (4, 1) and image.ctypes.data % 4 == 0 and image.strides[0] % 4 == 0:
        whole = np.lib.stride_tricks.as_strided(image, (rows, columns, 4), image.strides, writeable=False)
        return whole.view(np.uint32)[..., 0]
    pixels = np.zeros((rows, columns), dtype=np.uint32)
    channels = pixels.view(np.uint8).reshape(rows, columns, 4)
    for channel in range(3):  # one by one: numpy copies three bytes of four slowly
        channels[..., channel] = image[..., channel]
    return pixels


def compact(pixels: Array) -> Array:
    """The image (H, W, 3) uint8 of pixels (H, W) uint32, without the fourth bytes: quick to calculate with."""
    rows, columns = pixels.shape
    if pixels.size % 4:
        return np.ascontiguousarray(image_of(pixels))
    # Four pixels become three numbers; numpy would copy three bytes of four slowly.
    first, second, third, fourth = (pixels.reshape(-1, 4)[:, index] & _COLOR for index in range(4))
    packed = np.empty((pixels.size // 4, 3), dtype=np.uint32)
    packed[:, 0] = first | second << _BYTE
    packed[:, 1] = second >> np.uint32(8) | third << np.uint32(16)
    packed[:, 2] = third >> np.uint32(16) | fourth << np.uint32(8)
    return packed.view(np.uint8).reshape(rows, columns, 3)
