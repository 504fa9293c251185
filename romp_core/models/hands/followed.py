"""One hand of a person, as it is followed from frame to frame, and what speaks against a hand found in a region."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...typing import Array
from ..common.claims import extent
from ..common.region import Region
from .networks import HandPoints
from .regions import tracked_region

LEFT, RIGHT = 0, 1
PRESENT = 0.5
_TRUSTED = 0.8
_OTHER_HAND = 0.2
"""Below this probability of its side it is the other hand; between this and a half the network does not know."""

_LEAP, _STILL = 0.5, 0.25
"""Share of a hand's size that its palm cannot move from frame to frame while the wrist moves less than the other."""

_KNUCKLES = [5, 9, 13, 17]


@dataclass
class Followed:
    """What is known of a hand from the frames before.

    Attributes:
        hand: as last seen. wrist: (2,) pixels where the pose had the wrist then.
        age: frames since its region was last found from the pose.
        missed: frames in a row in which it was not found.
        leapt: the last frame was dropped because of a leap.
    """

    hand: HandPoints | None = None
    wrist: Array | None = None
    age: int = 0
    missed: int = 0
    leapt: bool = False

    @property
    def region(self) -> Region | None:
        """Where the hand should be now; None when it has to be found from the pose."""
        return None if self.hand is None or self.missed else tracked_region(self.hand.points)

    def is_trusted(self, side: int) -> bool:
        """Whether the region may be used without asking the pose: there was clearly a hand, and of this side."""
        hand = None if self.missed else self.hand
        return hand is not None and hand.presence > _TRUSTED and fits(hand, side) > 0.5

    def saw(self, hand: HandPoints | None, wrist: Array) -> None:
        """Note what this frame showed; None where it was not found."""
        if hand is None:
            self.missed += 1
            return
        self.hand, self.wrist = hand, wrist
        self.missed, self.leapt = 0, False

    def leaps(self, hand: HandPoints, wrist: Array) -> bool:
        """Whether the palm jumped while the wrist hardly moved; believed when it is still there in the frame after."""
        if self.hand is None or self.wrist is None or self.missed or self.leapt:
            return False
        size = extent(hand)
        palms = [each.points[_KNUCKLES, :2].mean(axis=0) for each in (self.hand, hand)]
        moved, arm = float(np.hypot(*(palms[1] - palms[0]))), float(np.hypot(*(wrist - self.wrist)))
        self.leapt = moved > _LEAP * size and arm < _STILL * size
        return self.leapt


def fits(hand: HandPoints, side: int) -> float:
    """Probability that the hand is one of this side."""
    return hand.right if side == RIGHT else 1 - hand.right


def is_of(hand: HandPoints, side: int) -> bool:
    """Whether there is a hand, and not surely one of the other side."""
    return hand.presence > PRESENT and fits(hand, side) > _OTHER_HAND


def keeps(a: tuple[HandPoints, int, Array], b: tuple[HandPoints, int, Array]) -> bool:
    """Which of two claims on the same hand holds, each with its side and the pose's wrist: True for the first.

    The one whose side the hand has, unless that is unsure; else the one whose wrist is nearer.
    """
    of_a, of_b = fits(a[0], a[1]), fits(b[0], b[1])
    if abs(of_a - of_b) > 0.5:
        return of_a > of_b
    away = [float(np.hypot(*(hand.points[0, :2] - wrist))) for hand, _, wrist in (a, b)]
    return away[0] <= away[1]
