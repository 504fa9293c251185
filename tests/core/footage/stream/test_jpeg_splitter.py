"""Images are found in a stream of bytes, however it is cut up and whatever lies between them."""

import numpy as np
import pytest

from romp_core.footage.stream.jpeg_splitter import LARGEST_BYTES, JpegSplitter
from tests.mjpeg_server import jpeg_of


@pytest.fixture(scope="module")
def jpegs() -> list[bytes]:
    noise = np.random.default_rng(0)
    return [jpeg_of(noise.integers(0, 255, (48, 64, 3), dtype=np.uint8), (64, 48)) for _ in range(4)]


@pytest.mark.parametrize("step", [1, 2, 7, 100, 10**6])
@pytest.mark.parametrize(
    "between", [b"", b"\r\n--b\r\nContent-Type: image/jpeg\r\nContent-Length: 5\r\n\r\n", b"\xff\x00"]
)
def test_every_image_comes_out_whole(jpegs, step, between):
    stream = between + between.join(jpegs)
    splitter = JpegSplitter()
    found = [image for at in range(0, len(stream), step) for image in splitter.feed(stream[at : at + step])]
    assert found == jpegs


def test_an_image_is_complete_with_its_last_byte(jpegs):
    splitter = JpegSplitter()
    assert splitter.feed(jpegs[0][:-1]) == []
    assert splitter.feed(jpegs[0][-1:]) == [jpegs[0]]


def test_an_end_marker_inside_a_thumbnail_is_none(jpegs):
    thumbnail = b"\xff\xe1" + (2 + 6).to_bytes(2, "big") + b"\xff\xd8\xff\xd9ab"
    image = jpegs[0][:2] + thumbnail + jpegs[0][2:]
    assert JpegSplitter().feed(image) == [image]


def test_damage_costs_one_image(jpegs):
    for kept in (150, 200, 400):  # cut short in the header, and in the data
        found = JpegSplitter().feed(jpegs[0] + jpegs[1][:kept] + jpegs[2] + jpegs[3])
        assert found[0] == jpegs[0] and found[-1] == jpegs[3]


def test_endless_noise_is_not_collected():
    splitter = JpegSplitter()
    for _ in range(40):
        assert splitter.feed(b"\xff\xd8\xff\xda" + bytes(2 << 20)) == []
    assert len(splitter._bytes) <= LARGEST_BYTES + (3 << 20)
