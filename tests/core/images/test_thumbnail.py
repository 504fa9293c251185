"""Thumbnails and PNG files."""

import numpy as np
import pytest

from romp_core.errors import TakeError
from romp_core.images.thumbnail import png_bytes, thumbnail, write_png

cv2 = pytest.importorskip("cv2", reason="NOT CHECKED: OpenCV reads the images")


def test_a_thumbnail_is_the_mean_of_what_it_replaces():
    image = np.random.default_rng(0).integers(0, 255, (300, 400, 3), dtype=np.uint8)
    small = thumbnail(image, 100)
    assert small.shape == (75, 100, 3)
    expected = cv2.resize(image, (100, 75), interpolation=cv2.INTER_AREA).astype(int)
    assert np.abs(small - expected).mean() < 1.5


def test_a_small_image_stays_as_it_is():
    image = np.random.default_rng(0).integers(0, 255, (30, 41, 3), dtype=np.uint8)
    assert np.array_equal(thumbnail(image, 100), image)


@pytest.mark.parametrize("shape", [(1, 1), (7, 13), (48, 64)])
def test_a_png_holds_the_image(shape, tmp_path):
    image = np.random.default_rng(0).integers(0, 255, (*shape, 3), dtype=np.uint8)
    decoded = cv2.imdecode(np.frombuffer(png_bytes(image), np.uint8), cv2.IMREAD_COLOR)[..., ::-1]
    assert np.array_equal(decoded, image)
    write_png(image, tmp_path / "картина.png")
    assert (tmp_path / "картина.png").read_bytes() == png_bytes(image)


def test_a_png_that_cannot_be_written(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(TakeError, match="Cannot write"):
        write_png(np.zeros((2, 2, 3), np.uint8), tmp_path / "file" / "x.png")
