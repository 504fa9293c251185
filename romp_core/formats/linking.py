"""Who is who from frame to frame, where a file has people without ids: whoever is nearest to where they were."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ..tracking.assignment import unique_pairs
from ..typing import Array

_LONGEST = 15
"""Frames after which somebody who was lost is a new person."""


def ids_of(positions: Mapping[int, Array]) -> dict[int, list[int]]:
    """Ids of the people of each frame, 0, 1, ... in the order of their appearance.

    Args:
        positions: by frame index (P, D), in units of the farthest that somebody gets from one frame to the next.
    """
    latest: dict[int, tuple[int, Array]] = {}
    found: dict[int, list[int]] = {}
    count = 0
    for frame, people in sorted(positions.items()):
        known = {id: where for id, (seen, where) in latest.items() if frame - seen <= _LONGEST}
        order = list(known)
        ids = [-1] * len(people)
        if known:
            before = np.stack([known[id] for id in order])
            cost = np.linalg.norm(before[:, None] - people[None], axis=-1)
            for row, column in unique_pairs(cost, 1.0):
                ids[column] = order[row]
        for index, id in enumerate(ids):
            if id < 0:
                ids[index], count = count, count + 1
            latest[ids[index]] = frame, people[index]
        found[frame] = ids
    return found
