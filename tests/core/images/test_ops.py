"""OpenCV and numpy give the same images."""

import numpy as np
import pytest

from romp_core.images import ops as imageops


def smooth_image(height: int = 90, width: int = 120) -> np.ndarray:
    """Waves of color, without edges that would amplify rounding."""
    y, x = np.mgrid[:height, :width] / 20.0
    waves = np.stack([np.sin(x), np.cos(y), np.sin(x + y)], axis=-1)
    return (128 + 120 * waves).astype(np.uint8)


MATRICES = {
    "shrunk": [[3.0, 0, 2.0], [0, 3.0, 1.0]],
    "turned": [[0.8, -0.6, 30.0], [0.6, 0.8, -10.0]],
    "far outside": [[1.0, 0, 1e6], [0, 1.0, -1e6]],
    "enlarged over the edge": [[0.25, 0, 110.0], [0, 0.25, 80.0]],
}


@pytest.mark.parametrize("border", ["black", "replicate"])
@pytest.mark.parametrize("matrix", MATRICES.values(), ids=MATRICES.keys())
def test_warp_is_the_same_without_opencv(monkeypatch, matrix, border):
    pytest.importorskip("cv2")
    image = smooth_image()
    fast = imageops.warp(image, np.array(matrix), 64, 48, border)
    monkeypatch.setattr(imageops, "cv2", None)
    plain = imageops.warp(image, np.array(matrix), 64, 48, border)
    assert fast.shape == plain.shape == (48, 64, 3)
    # OpenCV rounds places to 1/32 pixel; on the black border's edge that is worth a few levels.
    gap = np.abs(fast.astype(int) - plain)
    assert gap.mean() < 0.6 and np.percentile(gap, 99) <= 8


def test_warp_reads_reversed_channels_as_they_are_shown():
    image = smooth_image()
    matrix = np.array(MATRICES["turned"])
    view = imageops.warp(image[..., ::-1], matrix, 40, 40, "replicate")
    assert np.array_equal(view, imageops.warp(image, matrix, 40, 40, "replicate")[..., ::-1])


def test_warp_keeps_whole_pixels():
    image = smooth_image()
    assert np.array_equal(imageops.warp(image, np.array([[1.0, 0, 5], [0, 1.0, 7]]), 50, 40), image[7:47, 5:55])


@pytest.mark.parametrize("angle", [0, 90, 180, 270])
def test_turn_is_clockwise(angle):
    image = np.zeros((4, 6, 3), np.uint8)
    image[0, 0] = 255  # top left
    corner = {0: (0, 0), 90: (0, -1), 180: (-1, -1), 270: (-1, 0)}[angle]
    turned = imageops.turn(image, angle)
    assert turned.shape[:2] == ((6, 4) if angle % 180 else (4, 6))
    assert turned[corner].tolist() == [255, 255, 255] and turned.sum() == 3 * 255
