"""Where somebody is, and the piece of the image that the network sees there."""

from __future__ import annotations

import numpy as np

from romp_core.geometry.projection import Pinhole
from romp_core.images.resize_smooth import resize_smooth
from romp_core.models.moro.boxes import conditions, corners, crop, normalized, tracks
from romp_core.take.observations import Observations

SIZE = 640, 360


def seen(rows, boxes, visible=33):
    """Keypoints in the corners of these boxes (left, top, right, bottom)."""
    points = np.array([[[box[2 * (k & 1)], box[1 + (k & 2)]] for k in range(33)] for box in boxes], np.float32)
    visibility = np.zeros((len(rows), 33), np.float32)
    visibility[:, :visible] = 1
    points[visibility == 0] = 1e6
    return Observations(np.array(rows, np.int32), np.ones(len(rows), np.float32), points, visibility)


def test_a_box_is_around_what_is_seen():
    (track,) = tracks(seen([0, 1], [(100, 50, 160, 250)] * 2, visible=8), np.arange(2) / 30, (), SIZE)
    np.testing.assert_allclose(track.boxes, [[130, 150, 1.2 * 1.1 * 200 / 200]] * 2)
    (track,) = tracks(seen([0], [(100, 50, 160, 1250)]), np.arange(2) / 30, (), SIZE)
    np.testing.assert_allclose(track.boxes[0, 1], (50 + 360) / 2, err_msg="it ends with the image")


def test_short_gaps_are_filled_and_long_ones_and_cuts_part():
    times = np.arange(200) / 30
    boxes = [(100, 50, 160, 250), (130, 50, 190, 250), (130, 50, 190, 250), (130, 50, 190, 250)]
    found = tracks(seen([2, 5, 120, 124], boxes), times, (122,), SIZE)
    assert [each.rows.tolist() for each in found] == [[2, 3, 4, 5], [120], [124]]
    np.testing.assert_allclose(found[0].boxes[:, 0], [130, 140, 150, 160])
    np.testing.assert_allclose(found[0].times, times[2:6])


def test_nobody_is_where_hardly_anything_is_seen():
    assert not tracks(seen([0, 1], [(100, 50, 160, 250)] * 2, visible=2), np.arange(2) / 30, (), SIZE)


def test_corners_are_cut_off_towards_zero():
    low, high = corners(np.array([10.6, 100.9, 0.5]))
    assert (low.tolist(), high.tolist()) == ([-39, 50], [60, 150])


def test_a_crop_is_black_outside_of_the_image():
    image = np.full((100, 200, 3), 200, np.uint8)
    found = crop(image, np.array([0, 50, 0.64]))
    assert found.shape == (256, 256, 3)
    assert not found[:, :126].any() and not found[:24].any() and (found[60:196, 132:] == 200).all()
    assert not crop(image, np.array([-300, 50, 0.64])).any()
    assert not crop(image, np.array([100, 50, 3.01])).any(), "more than three times the image"
    assert crop(image, np.array([100, 50, 2.9])).any()


def test_a_crop_shows_what_is_there():
    image = np.zeros((300, 300, 3), np.uint8)
    image[100:228, 50:178] = np.random.default_rng(0).integers(0, 255, (128, 128, 3))
    exact = crop(image, np.array([50 + 64, 100 + 64, 256 / 200]))
    np.testing.assert_array_equal(exact, np.pad(image[36:292, :242], ((0, 0), (14, 0), (0, 0))))
    values = normalized(exact[None])
    np.testing.assert_allclose(values[0, 1, 100, 100], (exact[100, 100, 1] / 255 - 0.456) / 0.224, rtol=1e-5)


def test_resizing_is_that_of_pillow():
    """Averages over a triangle when an image gets smaller; between neighbors when it grows."""
    line = np.zeros((1, 8, 3), np.uint8)
    line[0, 4] = 240
    assert resize_smooth(line, 4, 1)[0, :, 0].tolist() == [0, 30, 90, 0]
    assert resize_smooth(line[:, 4:6], 4, 1)[0, :, 0].tolist() == [240, 180, 60, 0]


def test_conditions_are_in_focal_lengths():
    found = conditions(np.array([[420.0, 80, 1.5]]), Pinhole(500.0, np.array([320.0, 180])))
    np.testing.assert_allclose(found, [[0.2, -0.2, 0.6]], rtol=1e-6)
