"""The nominal frame rate comes from the stamps where frames are dense, whatever the container states."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from romp_core.footage.rate import COMMON_RATES, nominal_fps


def rounded(rate: float, count: int, ticks_per_second: float) -> np.ndarray:
    return np.round(np.arange(count) / rate * ticks_per_second).astype(int)


@given(
    rate=st.sampled_from(COMMON_RATES),
    count=st.integers(60, 400),
    ticks=st.sampled_from([1000, 15360, 90000, 1000000]),
    absurd=st.lists(st.sampled_from([1000.0, 90000.0, 1.0, 15.1]), max_size=2),
    start=st.integers(-5000, 5000),
)
def test_rounded_stamps_tell_the_exact_rate(rate, count, ticks, absurd, start):
    stamps = rounded(rate, count, ticks) + start
    fps = nominal_fps(stamps, 1 / ticks, absurd)
    assert fps == pytest.approx(rate, rel=2 / (stamps[-1] - stamps[0]) + 1e-9)


@given(
    rate=st.floats(2, 240),
    count=st.integers(30, 200),
    holes=st.lists(st.tuples(st.integers(1, 199), st.floats(0.5, 20)), max_size=3),
    seed=st.integers(0, 1000),
)
def test_holes_and_order_and_duplicates_do_not_matter(rate, count, holes, seed):
    times = np.arange(count) / rate
    for index, seconds in holes:
        times[index % count :] += max(seconds, 3 / rate)
    stamps = np.round(times * 90000).astype(int)
    shuffled = np.random.default_rng(seed).permutation(np.concatenate([stamps, stamps[: count // 3]]))
    assert nominal_fps(shuffled, 1 / 90000) == pytest.approx(rate, rel=5e-3)


@given(rate=st.sampled_from([24.0, 25.0, 30.0, 60.0]), jitter=st.floats(0, 0.15), seed=st.integers(0, 1000))
def test_jitter_does_not_change_the_rate(rate, jitter, seed):
    noise = np.random.default_rng(seed).uniform(-jitter, jitter, 300)
    stamps = np.round((np.arange(300) + noise) / rate * 1000).astype(int)
    assert nominal_fps(stamps, 1e-3) == pytest.approx(rate, rel=5e-3)


@given(seed=st.integers(0, 1000))
def test_a_grid_finer_than_the_frames_is_not_the_rate(seed):
    steps = np.random.default_rng(seed).choice([3, 4, 4, 4, 5], 100)
    assert nominal_fps(np.cumsum(steps), 1 / 120) == pytest.approx(30, rel=2e-3)


def test_left_out_duplicates_do_not_change_the_rate():
    assert nominal_fps(np.cumsum([1, 1, 2, 3, 1, 5, 1, 2] * 10), 1 / 30) == 30


def test_slides_before_a_clip_do_not_change_the_rate():
    slides, clip = np.arange(20) * 90000, 20 * 90000 + np.arange(60) * 3000
    assert nominal_fps(np.concatenate([slides, clip]), 1 / 90000) == 30


def test_slow_and_still_footage():
    assert nominal_fps(np.arange(10) * 8192, 1 / 16384) == 2
    assert nominal_fps(np.arange(10) * 50000, 1 / 10000) == pytest.approx(0.2)
    assert nominal_fps([5], 1e-3, [90000]) == nominal_fps([], 1e-3) == nominal_fps([7, 7], 1e-3) == 0


def test_the_container_is_believed_where_it_agrees():
    stamps = rounded(29.5, 5, 1000)
    assert nominal_fps(stamps, 1e-3, [29.5]) == 29.5
    assert nominal_fps(stamps, 1e-3, [1000]) != 1000


@given(st.lists(st.integers(-(10**12), 10**12), max_size=60))
def test_any_stamps_give_a_sensible_rate(stamps):
    fps = nominal_fps(stamps, 1e-3)
    assert fps == 0 if len(set(stamps)) < 2 else 0 < fps <= 1000
