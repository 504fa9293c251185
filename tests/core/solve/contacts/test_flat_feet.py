"""A foot that stands flat is still from heel to ball; one on its toes turns as it did."""

import numpy as np
import pytest

from romp_core.bodies.embedded import load_body
from romp_core.geometry.rotations import angle_between, quat_from_rotvec, quat_multiply, quat_rotate
from romp_core.solve.contacts.flat_feet import flat_feet
from romp_core.solve.contacts.legs import ANKLES, BALLS, LegTracks
from romp_core.solve.contacts.soles import sole_clearance

UP = quat_from_rotvec(np.array([np.pi / 2, 0.0, 0.0]))
TIMES = np.arange(40) / 30


@pytest.fixture(scope="module")
def rest() -> np.ndarray:
    return load_body().rest_joints(1.7)


def feet(pitch_deg: np.ndarray, rest: np.ndarray) -> tuple[np.ndarray, LegTracks]:
    """Rotations and tracks of two feet whose heels are up by these angles (m,), the balls on the floor."""
    pitch = quat_from_rotvec(np.radians(pitch_deg)[:, None] * [1.0, 0.0, 0.0])
    turned = np.repeat(quat_multiply(UP, pitch)[:, None], 2, axis=1)
    balls = np.zeros((len(pitch_deg), 2, 3))
    balls[..., 2] = sole_clearance(rest)[2:]
    ankles = balls - quat_rotate(turned, rest[BALLS] - rest[ANKLES])
    return turned, LegTracks(ankles + np.array([0, 0, 0.8]), ankles, balls)


def test_a_trembling_flat_foot_is_still(rest):
    turned, legs = feet(np.random.default_rng(0).normal(0, 2, 40), rest)
    held = flat_feet(turned, legs, np.ones((40, 2), bool), rest, TIMES)
    assert np.degrees(angle_between(held, held[:1])).max() < 1e-3
    assert np.degrees(angle_between(held[0], UP)).max() < 1.5


def test_the_heel_leaves_the_floor_before_the_ball(rest):
    pitch = np.concatenate([np.zeros(20), np.linspace(0, 50, 20)])
    turned, legs = feet(pitch, rest)
    held = flat_feet(turned, legs, np.ones((40, 2), bool), rest, TIMES)
    np.testing.assert_allclose(np.degrees(angle_between(held[30:], turned[30:])), 0, atol=1e-3)


def test_a_foot_in_the_air_turns_as_it_did(rest):
    turned, legs = feet(np.random.default_rng(0).normal(0, 2, 40), rest)
    held = flat_feet(turned, legs, np.zeros((40, 2), bool), rest, TIMES)
    np.testing.assert_array_equal(held, turned)


@pytest.mark.parametrize(("frames", "flat"), [(5, True), (15, False)])
def test_a_decided_foot_is_set_down_whole_unless_it_is_on_its_toes_for_a_while(rest, frames, flat):
    """Who says that a foot stands does not mean that its heel falls down in the next moment."""
    pitch = np.concatenate([np.full(frames, 40.0), np.zeros(40 - frames)])
    turned, legs = feet(pitch, rest)
    held = flat_feet(turned, legs, np.ones((40, 2), bool), rest, TIMES, np.full((40, 2), 0.35))
    assert (np.degrees(angle_between(held[:frames], UP)).max() < 1) == flat
    seen = flat_feet(turned, legs, np.ones((40, 2), bool), rest, TIMES)
    assert np.degrees(angle_between(seen[0], UP)).max() > 30
