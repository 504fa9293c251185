"""Moments of capture: spaced as the stamps say, though frames arrive late and unevenly."""

import numpy as np
import pytest

from romp_core.footage.stream.arrival_clock import ArrivalClock


def captured(stamps, arrivals, tick=0.001):
    clock = ArrivalClock(tick)
    return np.array([clock.captured(stamp, at) for stamp, at in zip(stamps, arrivals, strict=True)])


def test_uneven_arrivals_are_evened_out():
    true = 5.0 + np.arange(200) / 25
    late = np.random.default_rng(1).uniform(0.0, 0.08, 200)
    late[:3] = 0.05
    found = captured([round(1000 * each) for each in true], true + 0.02 + late)
    errors = found[60:] - true[60:]
    assert np.ptp(errors) < 0.01
    assert (found <= true + 0.02 + late + 1e-9).all(), "no frame was captured after it came"


def test_clocks_that_part_are_followed():
    true = np.arange(0, 600, 0.5)
    found = captured([round(1000 * each * (1 + 2e-4)) for each in true], true)
    assert np.abs(found - true).max() < 0.06


@pytest.mark.parametrize("stamps", [[None] * 5, [0, 0, 0, 0, 0], [90, 60, 30, 0, 0]])
def test_stamps_that_mean_nothing_leave_the_arrivals(stamps):
    arrivals = [1.0, 1.1, 1.2, 1.3, 1.4]
    np.testing.assert_allclose(captured(stamps, arrivals), arrivals)


def test_a_clock_that_starts_again_is_followed():
    stamps = [*range(1000, 2000, 100), *range(0, 1000, 100)]
    arrivals = 3.0 + np.arange(20) / 10
    np.testing.assert_allclose(captured(stamps, arrivals), arrivals, atol=1e-6)
