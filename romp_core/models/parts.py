"""People together with their hands: what `HandFollower` finds, added to the people of each frame."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import replace

import numpy as np

from ...take.keypoints import Layout
from ...take.observations import Frame, People
from ..common.prefetch import prefetch
from .follower import HandFollower
from .networks import POINTS


def with_hands(
    frames: Iterable[Frame], estimate: Callable[[Iterable[Frame]], Iterator[People]], layout: Layout
) -> Iterator[People]:
    """The people of each frame as estimated, with their hands. Hands are read while the next people are estimated.

    Args:
        estimate: gives one `People` per frame, in order, with ids.
        layout: of their keypoints.
    """
    follower = HandFollower(layout)
    waiting: deque[Frame] = deque()

    def kept() -> Iterator[Frame]:
        for frame in frames:
            waiting.append(frame)
            yield frame

    with closing(prefetch(estimate(kept()))) as estimated:  # type: ignore[type-var]
        for people in estimated:
            yield add_hands(people, waiting.popleft(), follower)


def add_hands(people: People, frame: Frame, follower: HandFollower) -> People:
    """The people of a frame with their hands, those of later frames of the same footage as before."""
    if people.cut:
        follower.restart()
    ids = [] if people.ids is None else [int(id) for id in people.ids]
    found = follower.find(frame.image, ids, people.keypoints2d, people.visibility)
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
