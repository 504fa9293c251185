"""Presentation times increase whatever the stamps do, and damaged frames keep their numbers."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from romp_core.footage.clock import FrameNumbers, PresentationClock

STEP = 1 / 30
stamps = st.lists(st.one_of(st.none(), st.integers(-(10**7), 10**7)), min_size=1, max_size=80)


@given(stamps, st.integers(-(10**6), 10**6))
def test_times_increase_for_any_stamps(given_stamps, origin):
    clock = PresentationClock(origin, 1e-3, STEP)
    times = [time for stamp in given_stamps if (time := clock.time(stamp)) is not None]
    assert all(time >= 0 for time in times)
    assert all(later > earlier for earlier, later in itertools.pairwise(times))


@given(st.lists(st.integers(1, 5000), min_size=1, max_size=80), st.integers(-(10**6), 10**6))
def test_increasing_stamps_are_the_times(steps, origin):
    clock, at = PresentationClock(origin, 1e-3, STEP), origin
    assert clock.time(origin) == 0
    for step in steps:
        at += step
        assert clock.time(at) == pytest.approx((at - origin) * 1e-3, abs=1e-9)


def test_a_frame_that_is_replaced_at_once_is_not_seen():
    clock = PresentationClock(0, 1e-3, STEP)
    assert [clock.time(stamp) for stamp in (0, 33, 33, 66, 50, 100)] == pytest.approx(
        [0, 0.033, None, 0.066, None, 0.1]
    )


def test_without_stamps_frames_are_counted():
    for origin, given_stamps in ((None, [0, 0, 0]), (0, [None, None, None])):
        clock = PresentationClock(origin, 1e-3, STEP)
        assert [clock.time(stamp) for stamp in given_stamps] == pytest.approx([0, STEP, 2 * STEP])


def test_a_clock_that_starts_again_goes_on():
    clock = PresentationClock(90, 1e-3, STEP)
    times = [clock.time(stamp) for stamp in (90, 123, 5123, 20, 53, 86)]
    assert times == pytest.approx([0, 0.033, 5.033, 5.033 + STEP, 5.066 + STEP, 5.099 + STEP])


@given(st.sets(st.integers(0, 10**6), min_size=1, max_size=60), st.randoms(use_true_random=False))
def test_numbers_count_damaged_frames(all_stamps, random):
    in_order = sorted(all_stamps)
    numbers, decoded = FrameNumbers(), [stamp for stamp in in_order if random.random() < 0.7]
    for stamp in random.sample(in_order, len(in_order)):
        numbers.expect(stamp)
    assert [numbers.number(stamp) for stamp in decoded] == [in_order.index(stamp) for stamp in decoded]


def test_numbers_without_stamps():
    numbers = FrameNumbers()
    assert [numbers.number(None) for _ in range(3)] == [0, 1, 2]
