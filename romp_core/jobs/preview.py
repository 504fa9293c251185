"""A quick pose of the latest people of a running capture, a few times a second."""

from __future__ import annotations

import time

import numpy as np

from ..bodies.embedded import load_body
from ..geometry.projection import focal_from_fov
from ..geometry.skeleton import forward_kinematics
from ..geometry.spaces import WORLD_FROM_CAMERA_AXES
from ..solve import quick_pose
from ..take.observations import People
from ..take.settings import SolveSettings
from ..take.take import FootageInfo, horizontal_fov
from ..tracking.one_euro import PreviewFilter
from ..typing import Array
from .listener import Listener

_INTERVAL_S = 0.25


class Preview:
    """Poses people and hands them to a listener."""

    def __init__(self, footage: FootageInfo, settings: SolveSettings, listener: Listener) -> None:
        fov = horizontal_fov(footage, settings.fit)
        self._focal = focal_from_fov(fov, footage.width)
        self._center = np.array([footage.width, footage.height]) / 2
        self._rest = load_body().rest_joints(settings.scale.height)
        self._filter = PreviewFilter()
        self._listener = listener
        self._shown = 0.0

    def show(self, people: People, at: float) -> None:
        """Show the people of a frame at `at` seconds, unless others were shown just now."""
        if not len(people) or (people.keypoints3d is None and people.rotations is None):
            return
        ids = np.arange(len(people)) if people.ids is None else people.ids
        root, rotations = people.root, people.rotations
        if root is not None and rotations is not None:  # every frame counts for the filter, shown or not
            rotations, root = self._filter.smooth(ids, rotations, root, at)
        now = time.monotonic()
        if now - self._shown < _INTERVAL_S:
            return
        self._shown = now
        if root is None or rotations is None or people.rest_joints is None:
            joints = self._fitted(people)
        else:
            joints = forward_kinematics(rotations, root, people.rest_joints)[0]
        self._listener.preview(ids, joints @ WORLD_FROM_CAMERA_AXES.T)

    def _fitted(self, people: People) -> Array:
        """Joints (P, 24, 3) in camera space of people of whom landmarks alone are known."""
        assert people.keypoints3d is not None
        poses = [
            quick_pose(points, visible, world, self._focal, self._center, self._rest)
            for points, visible, world in zip(people.keypoints2d, people.visibility, people.keypoints3d, strict=True)
        ]
        return np.stack([forward_kinematics(rotations, root, self._rest)[0] for rotations, root in poses])
