"""Clips of a track: every moment once and in order, at the network's rate, and brought back to true times."""

from __future__ import annotations

import numpy as np
import pytest

from romp_core.geometry.rotations import angle_between, quat_from_rotvec
from romp_core.models.moro.clips import at_times, clips, sampled


@pytest.mark.parametrize("count", [1, 2, 7, 8, 9, 14, 15, 100])
def test_every_sample_is_kept_once_and_far_from_the_seams(count):
    found = clips(count, length=8, overlap=4)
    kept = [index for clip in found for index in range(clip.first, clip.last)]
    assert kept == list(range(count))
    for clip in found:
        assert clip.stop - clip.start == min(8, count)
        assert clip.start <= clip.first < clip.last <= clip.stop
        assert clip.first - clip.start >= 2 or clip.first == 0
        assert clip.stop - clip.last >= 2 or clip.last == count


def test_footage_of_the_usual_rates_is_taken_as_it_is():
    for fps in (30, 30000 / 1001):
        times = np.arange(40) / fps
        samples = sampled(times)
        np.testing.assert_array_equal(samples.times, times)
        np.testing.assert_array_equal(samples.nearest, np.arange(40))


def test_other_rates_are_sampled_thirty_times_a_second():
    fast = sampled(2 + np.arange(61) / 60)
    np.testing.assert_allclose(fast.times, 2 + np.arange(31) / 30)
    np.testing.assert_array_equal(fast.nearest, np.arange(0, 61, 2))
    slow = sampled(np.arange(11) / 15)
    assert len(slow.times) == 21 and set(slow.nearest) == set(range(11))
    assert (np.diff(slow.nearest) >= 0).all()


@pytest.mark.parametrize("fps", [15, 24, 30, 50, 60])
def test_motion_comes_back_at_the_true_times(fps):
    """A turn of 90 degrees a second, at frames that do not last equally long."""
    times = np.cumsum(np.random.default_rng(0).uniform(0.7, 1.3, 2 * fps)) / fps
    samples = sampled(times)
    turn = quat_from_rotvec(np.radians(90) * samples.times[:, None, None] * [0, 0, 1.0])
    turn[::2] *= -1
    found = at_times(turn, samples, times, rotations=True)
    true = quat_from_rotvec(np.radians(90) * times[:, None, None] * [0, 0, 1.0])
    assert np.degrees(angle_between(found, true)).max() < 1e-3
    path = at_times(samples.times[:, None] * [1.0, 2.0, 3.0], samples, times)
    np.testing.assert_allclose(path, times[:, None] * [1, 2, 3], atol=1e-9)
