"""Guards against hands of others: the wrong side, one hand claimed twice, and leaps."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from romp_core.models.common.claims import same
from romp_core.models.hands.followed import LEFT, RIGHT, Followed, is_of, keeps
from romp_core.models.hands.networks import HandPoints
from romp_core.models.hands.regions import tracked_region


def hand(x: float, y: float = 200.0, right: float = 0.0, presence: float = 0.99) -> HandPoints:
    """An upright hand of 80 pixels whose wrist is there."""
    points = np.zeros((21, 3))
    points[0, :2] = x, y
    for finger in range(5):
        for joint in range(4):
            points[1 + 4 * finger + joint, :2] = x + 10 * (finger - 2), y - 35 - 15 * joint
    return HandPoints(presence, right, points, np.zeros((21, 3)), 100.0, tracked_region(points))


def wrist_of(each: HandPoints) -> np.ndarray:
    return each.points[0, :2]


def test_only_hands_that_are_surely_of_the_other_side_are_refused() -> None:
    assert is_of(hand(100, right=0.05), LEFT) and not is_of(hand(100, right=0.05), RIGHT)
    assert is_of(hand(100, right=0.5), LEFT) and is_of(hand(100, right=0.5), RIGHT)  # a blurred one
    assert not is_of(hand(100, presence=0.3), LEFT)


def test_one_hand_that_both_sides_claim_goes_to_the_side_that_it_has() -> None:
    seen = hand(100, right=0.03)
    assert same(seen, hand(104, right=0.04)) and not same(seen, hand(190))
    left, right = (seen, LEFT, np.array([140.0, 200.0])), (seen, RIGHT, np.array([101.0, 200.0]))
    assert keeps(left, right) and not keeps(right, left)


def test_one_hand_that_two_people_claim_goes_to_the_nearer_wrist() -> None:
    seen = hand(100, right=0.9)
    near, far = (seen, RIGHT, np.array([103.0, 202.0])), (seen, RIGHT, np.array([160.0, 210.0]))
    assert keeps(near, far) and not keeps(far, near)


def test_a_palm_that_leaps_without_its_wrist_is_believed_only_when_it_stays() -> None:
    followed, first, leapt = Followed(), hand(100), hand(170)
    followed.saw(first, wrist_of(first))
    assert not followed.leaps(hand(110), wrist_of(first))
    assert followed.leaps(leapt, wrist_of(first))
    assert not followed.leaps(leapt, wrist_of(first))
    followed.saw(leapt, wrist_of(leapt))
    assert not followed.leaps(hand(240), np.array([240.0, 200.0]))  # the whole arm moved


def test_a_lost_hand_is_looked_for_by_the_pose_again() -> None:
    followed, first = Followed(), hand(100)
    assert followed.region is None and not followed.is_trusted(LEFT)
    followed.saw(first, wrist_of(first))
    assert followed.region is not None and followed.is_trusted(LEFT) and not followed.is_trusted(RIGHT)
    followed.saw(None, wrist_of(first))
    assert followed.region is None and followed.missed == 1
    followed.saw(replace(first, presence=0.6), wrist_of(first))
    assert followed.region is not None and not followed.is_trusted(LEFT)
