"""The face as a part of people: what `FaceFollower` finds, as arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ...take.keypoints import Layout
from ...take.observations import People
from ...typing import Array
from .follower import FaceFollower
from .mesh import POINTS


class Faces:
    """Adds faces to people; `layout` is that of their keypoints."""

    def __init__(self, layout: Layout) -> None:
        self._follower = FaceFollower(layout)

    def restart(self) -> None:
        """See `Part`."""
        self._follower.restart()

    def added(self, people: People, ids: Sequence[int], image: Array) -> People:
        """See `Part`."""
        points, presence = np.zeros((len(people), POINTS, 3), np.float32), np.zeros(len(people), np.float32)
        for id, face in self._follower.find(image, ids, people.keypoints2d, people.visibility).items():
            row = ids.index(id)
            points[row], presence[row] = face.points, face.presence
        return replace(people, face_points=points, face_presence=presence)
