"""Smoothing of a solved motion: calms noise, keeps fast motion, has no lag."""

from itertools import pairwise

import numpy as np
import pytest

from romp_core.geometry.rotations import angle_between, quat_from_rotvec
from romp_core.solve.filters import gaussian, local_quadratic
from romp_core.solve.smoothing import BODY_MODEL, LANDMARKS, smooth_motion

INTERVAL = 1 / 30


def swinging(count: int, degrees: float, hertz: float) -> tuple[np.ndarray, np.ndarray]:
    """All joints swing by `degrees` about z; the root moves along the view in 2 to 3 meters."""
    phase = np.sin(2 * np.pi * hertz * INTERVAL * np.arange(count))
    vectors = np.zeros((count, 24, 3))
    vectors[..., 2] = np.radians(degrees) * phase[:, None]
    root = np.stack([0.3 * phase, 0 * phase, np.linspace(2, 3, count)], axis=1)
    return quat_from_rotvec(vectors), root


def test_strength_zero_changes_nothing():
    rotations, root = swinging(40, 30, 1)
    smooth, moved = smooth_motion(rotations, root, INTERVAL, 0.0)
    np.testing.assert_allclose(smooth, rotations, atol=1e-6)
    np.testing.assert_allclose(moved, root, atol=1e-6)


@pytest.mark.parametrize("widths", [LANDMARKS, BODY_MODEL])
def test_noise_goes_and_more_of_it_with_more_strength(widths):
    rng = np.random.default_rng(0)
    vectors = rng.normal(0, np.radians(2), (120, 24, 3))
    root = np.array([0.0, 0.0, 3.0]) + rng.normal(0, 0.02, (120, 3))
    left = []
    for strength in (0.0, 0.3, 1.0, 3.0):
        smooth, moved = smooth_motion(quat_from_rotvec(vectors), root, INTERVAL, strength, widths)
        assert smooth.dtype == moved.dtype == np.float32
        turns = angle_between(smooth[1:], smooth[:-1])
        left.append((turns.mean(), np.linalg.norm(np.diff(moved, axis=0), axis=1).mean()))
    assert all(after[0] < before[0] and after[1] < before[1] for before, after in pairwise(left))
    assert left[2][0] < 0.3 * left[0][0]


def test_fast_motion_keeps_its_peaks_and_its_time():
    rotations, root = swinging(120, 60, 2)
    smooth, _ = smooth_motion(rotations, root, INTERVAL, 1.0)
    rest = np.array([1.0, 0, 0, 0])
    assert np.degrees(angle_between(smooth[:, 5], rest)).max() > 54
    middle = slice(15, -15)
    lag = [np.mean((np.roll(smooth[:, 5, 3], shift) - rotations[:, 5, 3])[middle] ** 2) for shift in (-1, 0, 1)]
    assert np.argmin(lag) == 1


def test_steady_motion_stays_as_it_is_up_to_the_ends():
    angles = np.radians(np.linspace(0, 90, 60))
    vectors = np.zeros((60, 24, 3))
    vectors[..., 1] = angles[:, None]
    rotations = quat_from_rotvec(vectors)
    root = np.stack([0 * angles, 0 * angles, np.exp(np.linspace(0.5, 1, 60))], axis=1)
    smooth, moved = smooth_motion(rotations, root, INTERVAL, 1.0)
    assert np.degrees(angle_between(smooth, rotations)).max() < 0.5
    np.testing.assert_allclose(moved, root, atol=1e-4)


@pytest.mark.parametrize("count", [1, 2, 3, 7])
def test_very_short_motions(count):
    smooth, moved = smooth_motion(*swinging(count, 30, 1), INTERVAL, 3.0)
    assert smooth.shape == (count, 24, 4) and moved.shape == (count, 3)
    np.testing.assert_allclose(np.linalg.norm(smooth, axis=-1), 1, atol=1e-5)


@pytest.mark.parametrize("count", [2, 9, 64, 200])
@pytest.mark.parametrize("sigma", [0.3, 2.5, 9.0])
def test_filters_keep_what_they_should_whatever_the_length(count, sigma):
    time = np.arange(count, dtype=float)
    line = np.stack([time, 3 - 2 * time], axis=1)
    np.testing.assert_allclose(gaussian(line, sigma), line, atol=1e-9)
    curve = 0.01 * time**2 - time + 4 if count > 2 else time
    np.testing.assert_allclose(local_quadratic(curve, sigma), curve, atol=1e-4 * max(1.0, np.abs(curve).max()))
    trust = np.ones((count, 1))
    both = np.stack([curve, -curve], axis=1)
    np.testing.assert_allclose(local_quadratic(both, sigma, trust), local_quadratic(both, sigma), atol=1e-6)
