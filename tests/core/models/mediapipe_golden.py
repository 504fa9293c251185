"""The golden set of hands and face: its images with their arrays, and regions as it stores them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from romp_core.models.common.region import Region

Arrays = dict[str, np.ndarray]


def read_image(path: Path) -> np.ndarray:
    return cv2.imread(str(path))[..., ::-1]


def golden_images(folder: Path, recipe: dict[str, Any]) -> Iterator[tuple[np.ndarray, Arrays]]:
    """Every image with its arrays, those of a sequence one by one."""
    for name in recipe["static"]:
        with np.load(folder / f"{name}.npz") as stored:
            yield read_image(folder / f"{name}.png"), dict(stored)
    sequence = recipe["tracking_hands"]
    with np.load(folder / "tracking_hands.npz") as stored:
        for number in range(sequence["count"]):
            prefix = f"f{number:02d}_"
            arrays = {key.removeprefix(prefix): stored[key] for key in stored.files if key.startswith(prefix)}
            yield read_image(folder / (sequence["pictures"] % number)), arrays


def known(values: np.ndarray | None) -> bool:
    return values is not None and bool(np.isfinite(values).all())


def check_region(region: Region, expected: np.ndarray, limits: dict[str, float]) -> None:
    x, y, width, height, angle = expected
    assert width == pytest.approx(height, abs=limits["roi_px"])
    assert (region.x, region.y, region.side) == pytest.approx((x, y, width), abs=limits["roi_px"])
    assert abs((region.angle - angle + np.pi) % (2 * np.pi) - np.pi) < limits["roi_rad"]


def region_of(values: np.ndarray) -> Region:
    return Region(*(float(value) for value in values[[0, 1, 2, 4]]))
