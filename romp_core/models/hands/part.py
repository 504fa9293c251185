"""Hands as a part of people: what `HandFollower` finds, as arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ...take.keypoints import Layout
from ...take.observations import People
from ...typing import Array
from .follower import HandFollower
from .networks import POINTS


class Hands:
    """Adds hands to people; `layout` is that of their keypoints."""

    def __init__(self, layout: Layout) -> None:
        self._follower = HandFollower(layout)

    def restart(self) -> None:
        """See `Part`."""
        self._follower.restart()

    def added(self, people: People, ids: Sequence[int], image: Array) -> People:
        """See `Part`."""
        found = self._follower.find(image, ids, people.keypoints2d, people.visibility)
        points, world = (np.zeros((len(people), 2, POINTS, 3), np.float32) for _ in range(2))
        presence, right, sharpness = (np.zeros((len(people), 2), np.float32) for _ in range(3))
        for (id, side), hand in found.items():
            at = ids.index(id), side
            points[at], world[at] = hand.points, hand.world
            presence[at], right[at], sharpness[at] = hand.presence, hand.right, hand.sharpness
        return replace(
            people,
            hand_points=points,
            hand_world=world,
            hand_presence=presence,
            hand_right=right,
            hand_sharpness=sharpness,
        )
