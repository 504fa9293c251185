"""Points are followed to a small part of a pixel, stay where the image stays, and are given up where it is another."""

import numpy as np
import pytest

from romp_core.images.ops import warp
from romp_core.tracking.background.point_tracker import PointTracker

WIDTH, HEIGHT = 480, 270


def texture(seed: int = 1, width: int = WIDTH + 200, height: int = HEIGHT + 200) -> np.ndarray:
    """Soft blotches of all sizes."""
    rng, total = np.random.default_rng(seed), np.zeros((height, width, 3))
    for size in (4, 8, 16, 32):
        small = rng.normal(0, 60, (height // size + 2, width // size + 2, 3)) + 128
        grown = warp(
            np.clip(small, 0, 255).astype(np.uint8), np.array([[1 / size, 0, 0], [0, 1 / size, 0]]), width, height
        )
        total += grown / 4.0
    return total.astype(np.uint8)


def view(image: np.ndarray, x: float, y: float, scale: float = 1.0) -> np.ndarray:
    """The part of an image that begins at a position."""
    return warp(image, np.array([[scale, 0, 40 + x], [0, scale, 40 + y]]), WIDTH, HEIGHT)


def test_a_still_image_keeps_its_points_exactly() -> None:
    tracker, image = PointTracker(WIDTH, HEIGHT), view(texture(), 0, 0)
    first = tracker.track(image)
    assert np.isfinite(first.positions[:, 0]).sum() > 60 and first.started.sum() > 60
    for _ in range(9):
        now = tracker.track(image)
        assert not now.started[first.started].any()
        np.testing.assert_array_equal(now.positions[first.started], first.positions[first.started])


@pytest.mark.parametrize("step", [(0.37, -0.21), (3.3, 1.7), (14.0, -6.0)])
def test_points_follow_a_moving_image(step: tuple[float, float]) -> None:
    tracker, image = PointTracker(WIDTH, HEIGHT), texture()
    first = tracker.track(view(image, 0, 0))
    for index in range(1, 5):
        now = tracker.track(view(image, step[0] * index, step[1] * index))
        same = first.started & np.isfinite(now.positions[:, 0]) & ~now.started
        off = now.positions[same] - first.positions[same] + np.array(step) * index
        assert same.sum() > 30 and np.median(np.abs(off)) < 0.05 and np.percentile(np.abs(off), 90) < 0.3
        first.started[now.started] = False


def test_brightness_and_contrast_do_not_matter() -> None:
    tracker, image = PointTracker(WIDTH, HEIGHT), view(texture(), 0, 0)
    first = tracker.track(image)
    now = tracker.track((image * 0.7 + 40).astype(np.uint8))
    same = first.started & np.isfinite(now.positions[:, 0])
    assert same.sum() > 0.9 * first.started.sum()
    assert np.abs(now.positions[same] - first.positions[same]).max() < 0.3


def test_another_image_loses_most_points() -> None:
    tracker = PointTracker(WIDTH, HEIGHT)
    first = tracker.track(view(texture(1), 0, 0))
    kept = np.isfinite(tracker.track(view(texture(2), 0, 0)).positions[:, 0]) & first.started
    assert kept.sum() < 0.25 * first.started.sum()


@pytest.mark.parametrize("size", [(1, 1), (4, 3), (20, 11), (64, 300)])
def test_small_and_plain_images_have_no_points(size: tuple[int, int]) -> None:
    tracker = PointTracker(*size)
    for _ in range(8):
        assert np.isnan(tracker.track(np.full((size[1], size[0], 3), 90, np.uint8)).positions).all()


def test_positions_are_those_of_the_whole_image() -> None:
    """A bright square in an image four times as wide as what is looked at has its corners where they are."""
    image = np.full((1080, 1920, 3), 40, np.uint8)
    image[400:700, 800:1200] = 200
    found = PointTracker(1920, 1080).track(image).positions
    found = found[np.isfinite(found[:, 0])]
    corners = np.array([[x, y] for x in (800, 1200) for y in (400, 700)])
    assert np.abs(found[:, None] - corners).max(axis=2).min(axis=0).max() < 24
