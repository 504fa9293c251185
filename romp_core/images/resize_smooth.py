"""Bilinear resizing as Pillow does it: smoothed by a triangle that grows with the step when an image gets smaller."""

from __future__ import annotations

import numpy as np

from ..typing import Array


def resize_smooth(image: Array, width: int, height: int) -> Array:
    """Resample a whole image (H, W, 3) uint8 to (height, width, 3) uint8; columns first, rounded after each axis."""
    wide = np.einsum("ow,hwc->hoc", _weights(image.shape[1], width), image.astype(np.float32), optimize=True)
    tall = np.einsum("oh,hwc->owc", _weights(image.shape[0], height), np.rint(wide), optimize=True)
    return np.clip(np.rint(tall), 0, 255).astype(np.uint8)


def _weights(source: int, target: int) -> Array:
    """Shares (target, source) of the source pixels in each target pixel, float32."""
    step = source / target
    center = (np.arange(target)[:, None] + 0.5) * step - 0.5
    share = np.maximum(1 - np.abs(np.arange(source) - center) / max(step, 1.0), 0.0)
    return np.asarray(share / share.sum(axis=1, keepdims=True), np.float32)
