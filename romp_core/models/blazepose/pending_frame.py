"""One frame whose result is not given yet: people who are found later may still be tracked back to it."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from ...take.observations import Frame, People
from ...typing import Array
from .landmark_network import BODY_POINTS, Pose
from .sightings import Sighting, measurements


@dataclass
class PendingFrame:
    """A frame, the poses found in it, and the areas of silhouettes where measured, by person.

    Attributes:
        sightings: what another model saw in it, where one is the detector.
    """

    frame: Frame
    cut: bool
    poses: dict[int, Pose] = field(default_factory=dict)
    areas: dict[int, float] = field(default_factory=dict)
    sightings: list[Sighting] | None = None

    def people(self) -> People:
        """The frame's result."""
        poses = list(self.poses.values())

        def stacked(values: list[Array], *shape: int) -> Array:
            return np.asarray(values, dtype=np.float32).reshape(len(poses), *shape)

        points, visibility = (None, None) if self.sightings is None else measurements(self.sightings, self.poses)
        return People(
            ids=np.array(list(self.poses), dtype=np.int32),
            confidence=stacked([np.asarray(pose.flag) for pose in poses]),
            keypoints2d=stacked([pose.points[:BODY_POINTS, :2] for pose in poses], BODY_POINTS, 2),
            visibility=stacked([pose.visibility[:BODY_POINTS] for pose in poses], BODY_POINTS),
            keypoints3d=stacked([pose.world[:BODY_POINTS] for pose in poses], BODY_POINTS, 3),
            silhouette=stacked([np.asarray(self.areas.get(id, 0.0)) for id in self.poses]),
            detector_points=points,
            detector_visibility=visibility,
            cut=self.cut,
        )

    def hand_over(self, id: int, other: int) -> None:
        """The pose of one person is that of another."""
        self.poses[other] = self.poses.pop(id)
        if id in self.areas:
            self.areas[other] = self.areas.pop(id)
