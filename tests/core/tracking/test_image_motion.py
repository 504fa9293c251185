"""Prediction of where people are in the image."""

import numpy as np
import pytest

from romp_core.tracking.image_motion import ImageMotion

SIZE = 200.0
WALK = np.array([6.0, 0.0])


def walker(frames: int, noise: float = 0.02) -> ImageMotion:
    """Somebody after this many frames of walking to the right."""
    motion = ImageMotion(np.zeros(2), SIZE, 0.0, noise)
    for t in range(1, frames):
        motion.update(WALK * t, SIZE, t / 30, noise)
    return motion


def test_walker_is_expected_further_on_but_not_for_ever():
    motion = walker(30)
    assert motion.expected(30 / 30) == pytest.approx(WALK * 30, abs=2)
    assert motion.expected(36 / 30) == pytest.approx(WALK * 36, abs=12)
    assert motion.expected(10.0)[0] == pytest.approx(motion.expected(20.0)[0], abs=0.1)


def test_uncertain_positions_move_the_prediction_less():
    sure, unsure = walker(30), walker(30)
    off = WALK * 30 + [0, 20]
    sure.update(off, SIZE, 30 / 30, noise=0.02)
    unsure.update(off, SIZE, 30 / 30, noise=0.2)
    assert sure.expected(1.0)[1] > 6 > 2 > unsure.expected(1.0)[1] > 0


def test_cost_grows_with_the_error_and_falls_with_the_time_away():
    motion = walker(30)
    here, aside = WALK * 30, WALK * 30 + [0, 0.2 * SIZE]
    assert 0 <= motion.cost(here, SIZE, 1.0, 0.02) < 2 < 10 < motion.cost(aside, SIZE, 1.0, 0.02)
    assert motion.cost(here, 1.4 * SIZE, 1.0, 0.02) > 5
    late = motion.cost(motion.expected(2.5) + (aside - here), SIZE, 2.5, 0.02)
    assert late < motion.cost(aside, SIZE, 1.0, 0.02)
    # Who has been away for a minute may be anywhere: no less likely than after half a minute.
    minute, half = (motion.cost(motion.expected(at), SIZE, at, 0.02) for at in (60.0, 30.0))
    assert minute == pytest.approx(half)


def test_motion_does_not_depend_on_the_resolution():
    small, large = ImageMotion(np.zeros(2), 100, 0.0, 0.02), ImageMotion(np.zeros(2), 400, 0.0, 0.02)
    for t in range(1, 20):
        small.update(WALK * t, 100, t / 30, 0.02)
        large.update(4 * WALK * t, 400, t / 30, 0.02)
    assert 4 * small.expected(0.8) == pytest.approx(large.expected(0.8))
    assert small.cost(WALK * 21, 100, 0.7, 0.02) == pytest.approx(large.cost(4 * WALK * 21, 400, 0.7, 0.02))
