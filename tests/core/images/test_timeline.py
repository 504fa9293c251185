"""The picture of when people are seen."""

import numpy as np

from romp_core.images.colors import color_of
from romp_core.images.timeline import draw_timeline


def test_each_person_has_a_strip_in_their_color_where_they_are_seen() -> None:
    image = draw_timeline([np.arange(50), np.arange(75, 100)], 100, [0, 3], selected=3, width=200)
    first, second = image[4], image[20]
    np.testing.assert_array_equal(first[:100], np.tile(np.rint(255 * np.array(color_of(0))), (100, 1)))
    assert (first[101:] == first[-1]).all() and np.ptp(first[-1]) == 0
    np.testing.assert_array_equal(second[151:], np.tile(np.rint(255 * np.array(color_of(3))), (49, 1)))
    assert second[0, 0] > first[-1, 0], "the selected strip is brighter where it is empty"
    assert not image[13].any(), "strips are apart"


def test_a_moment_is_seen_in_a_long_take() -> None:
    image = draw_timeline([np.array([50_000])], 100_000, [1], None, width=100)
    assert np.ptp(image[4, 50]) > 50 and np.ptp(image[4, 10]) == 0
    assert image.shape == (16, 100, 3)


def test_one_frame_and_nobody() -> None:
    assert draw_timeline([np.array([0])], 1, [2], None, 40)[0].min() >= 0
    assert draw_timeline([], 10, [], None, 40).shape == (0, 40, 3)
