"""Hands that are seen live: angles come back from the points, between readings they hold, and what is gone relaxes."""

import numpy as np
import pytest

from romp_core.bodies.build import built_fingers
from romp_core.geometry.fingers import WRISTS
from romp_core.geometry.rotations import angle_between, quat_from_matrix
from romp_core.geometry.skeleton import JOINT, forward_kinematics
from romp_core.solve.causal.hands import CausalHands
from romp_core.solve.hands.angles import RELAXED
from tests.core.solve.hands.moving_hand import COUNT, FPS, OPTICS, model_of, moving_hand, seen

SIZE = (640, 480)
STILL = np.tile([1.0, 0.0, 0.0, 0.0], (24, 1))


def hands() -> CausalHands:
    return CausalHands(built_fingers(np.zeros(0), 1.8), OPTICS)


def show(followed: CausalHands, side: int, row: int, presence: float = 1.0, right: float | None = None) -> None:
    """Read the hand of a frame; the other one is not there."""
    evidence = seen(model_of(side), moving_hand(side))
    points, world = np.zeros((2, 21, 3)), np.zeros((2, 21, 3))
    points[side, :, :2], world[side] = evidence.pixels[row], evidence.world[row]
    present = np.zeros(2)
    present[side] = presence
    followed.see(points, world, present, np.full(2, side if right is None else right), SIZE, row / FPS)


def bends(fingers: np.ndarray, side: int) -> np.ndarray:
    """Degrees by which the joints of a hand are bent, (15,)."""
    return np.degrees(angle_between(fingers[15 * side : 15 * side + 15], np.array([1.0, 0.0, 0.0, 0.0])))


def true_bends(side: int, row: int) -> np.ndarray:
    return bends(
        np.tile(quat_from_matrix(model_of(side).rotations(moving_hand(side)[2][row : row + 1]))[0], (2, 1)), side
    )


@pytest.mark.parametrize("side", [0, 1])
@pytest.mark.parametrize("every", [1, 2])
def test_fingers_and_wrist_follow(side: int, every: int) -> None:
    followed, off, turned = hands(), [], []
    for row in range(COUNT):
        if row % every == 0:
            show(followed, side, row)
        body, fingers = followed.join(STILL, row / FPS)
        if row < COUNT // 3:
            continue
        off.append(np.abs(bends(fingers, side) - true_bends(side, row)))
        palm = forward_kinematics(body, np.zeros(3), np.zeros((24, 3)))[1][WRISTS[side]]
        turned.append(np.degrees(angle_between(palm, quat_from_matrix(moving_hand(side)[1][row]))))
    assert np.mean(off) < (4 if every == 1 else 6)
    # A still arm cannot turn its hand as far as it is here; what it can, it does.
    assert np.ptp(turned) < 60


def test_a_hand_that_is_gone_relaxes_within_half_a_second() -> None:
    followed = hands()
    for row in range(COUNT // 2):
        show(followed, 0, row)
        followed.join(STILL, row / FPS)
    last = (COUNT // 2 - 1) / FPS
    relaxed = bends(np.tile(quat_from_matrix(model_of(0).rotations(RELAXED[None]))[0], (2, 1)), 0)
    away = []
    for step in range(1, 25):
        _, fingers = followed.join(STILL, last + step / FPS)
        away.append(float(np.abs(bends(fingers, 0) - relaxed).mean()))
    assert away[5] > 0.5 * away[0], "a short gap is bridged"
    assert away[-1] < 2
    assert np.abs(np.diff(away)).max() < 10, "it relaxes without a jump"


def test_the_other_hand_in_its_place_is_not_believed() -> None:
    followed = hands()
    relaxed = bends(np.tile(quat_from_matrix(model_of(0).rotations(RELAXED[None]))[0], (2, 1)), 0)
    for row in range(20):
        show(followed, 0, row, right=1.0)
        body, fingers = followed.join(STILL, row / FPS)
    np.testing.assert_allclose(bends(fingers, 0), relaxed, atol=1e-6)
    np.testing.assert_allclose(body[JOINT["left_wrist"]], [1, 0, 0, 0], atol=1e-9)
