"""Image operations: the same images as OpenCV's, from any memory layout."""

import numpy as np
import pytest

from romp_core.images import ops
from romp_core.images.pixels import compact, image_of, pixels_of

cv2 = pytest.importorskip("cv2", reason="NOT CHECKED: OpenCV is the reference")


def smooth_image(height: int = 90, width: int = 120) -> np.ndarray:
    """Waves of color, without edges that would amplify rounding."""
    y, x = np.mgrid[:height, :width] / 20.0
    waves = np.stack([np.sin(x), np.cos(y), np.sin(x + y)], axis=-1)
    return (128 + 120 * waves).astype(np.uint8)


def layouts(image: np.ndarray) -> dict[str, np.ndarray]:
    """The same image in several memory layouts: as decoded, with gaps between rows, without a fourth byte, mirrored."""
    gaps = np.zeros((image.shape[0], image.shape[1] + 7), np.uint32)
    gaps[:, : image.shape[1]] = pixels_of(image)
    return {
        "pixels": image_of(pixels_of(image)),
        "gaps": image_of(gaps[:, : image.shape[1]]),
        "rgb": image,
        "reversed": np.ascontiguousarray(image[..., ::-1])[..., ::-1],
        "mirrored": np.ascontiguousarray(image[:, ::-1])[:, ::-1],
    }


MATRICES = {
    "shrunk": [[3.0, 0, 2.0], [0, 3.0, 1.0]],
    "turned": [[0.8, -0.6, 30.0], [0.6, 0.8, -10.0]],
    "far outside": [[1.0, 0, 1e6], [0, 1.0, -1e6]],
    "enlarged over the edge": [[0.25, 0, 110.0], [0, 0.25, 80.0]],
}


@pytest.mark.parametrize("border", ["black", "replicate"])
@pytest.mark.parametrize("matrix", MATRICES.values(), ids=MATRICES.keys())
def test_warp_is_that_of_opencv(matrix, border):
    image, matrix = smooth_image(), np.array(matrix)
    mode = cv2.BORDER_CONSTANT if border == "black" else cv2.BORDER_REPLICATE
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    expected = cv2.warpAffine(image, matrix, (64, 48), flags=flags, borderMode=mode).astype(int)
    for name, source in layouts(image).items():
        warped = ops.warp(source, matrix, 64, 48, border)
        assert warped.shape == (48, 64, 3) and warped.dtype == np.uint8
        # OpenCV rounds positions to 1/32 pixel; on the black border's edge that is worth a few levels.
        gap = np.abs(warped - expected)
        assert gap.mean() < 0.6 and np.percentile(gap, 99) <= 8, name


def test_warp_keeps_whole_pixels():
    image = smooth_image()
    assert np.array_equal(ops.warp(image, np.array([[1.0, 0, 5], [0, 1.0, 7]]), 50, 40), image[7:47, 5:55])
    assert np.array_equal(ops.warp(image, np.eye(3)[:2], 120, 90), image)


@pytest.mark.parametrize("size", [(512, 512), (40, 30), (121, 33)])
def test_resize_is_that_of_opencv(size):
    image = smooth_image(180, 320)
    expected = cv2.resize(image, size, interpolation=cv2.INTER_CUBIC).astype(int)
    for name, source in layouts(image).items():
        assert np.abs(ops.resize_cubic(source, *size) - expected).max() <= 1, name


def test_every_nth_pixel():
    image = smooth_image()
    for name, source in layouts(image).items():
        assert np.array_equal(ops.every_nth(source, 3), image[::3, ::3]), name


@pytest.mark.parametrize("shape", [(4, 8), (3, 5), (1, 1)])
def test_compact_leaves_out_the_fourth_bytes(shape):
    pixels = np.random.default_rng(0).integers(0, 2**32, shape, dtype=np.uint32)
    assert np.array_equal(compact(pixels), image_of(pixels)) and compact(pixels).flags.c_contiguous
