"""The BlazePose `Estimator`: everybody in the footage, frame by frame."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from ...people import Frame, People
from ...rotations import Array
from ...take import FootageInfo
from .detector import Detector, whole_picture
from .follow import RegionFollower
from .landmarks import BODY_POINTS, LandmarkNet, Pose
from .region import Region

LEAST_FLAG = 0.5


class BlazePose:
    """Detector and landmark network over a stream of frames.

    Args:
        footage: what is filmed.
        people: the most people to follow, 0 for all.
    """

    def __init__(self, footage: FootageInfo, people: int = 0) -> None:
        self._detector, self._net = Detector(), LandmarkNet()
        self.provider = self._net.provider

    def run(self, frames: Iterable[Frame]) -> Iterator[People]:
        """One `People` per frame, in order; its `frame` counts the frames that were given."""
        region: Region | None = None
        for row, frame in enumerate(frames):
            if region is None:
                follower = RegionFollower()
                found = self._detector.detect(frame.image, whole_picture(frame.image))
                region = found[0].region if found else None
            poses: list[Pose] = []
            if region is not None:
                pose = self._net.look(frame.image, region)
                seen = pose.flag > LEAST_FLAG
                region = follower.follow(pose, frame.time) if seen else None
                poses = [pose] if seen else []
            yield people_of(row, poses, [0] * len(poses), cut=False)


def people_of(row: int, poses: list[Pose], ids: list[int], cut: bool) -> People:
    """Poses of one frame as `People`."""

    def stacked(values: list[Array], *shape: int) -> Array:
        return np.asarray(values, dtype=np.float32).reshape(len(poses), *shape)

    return People(
        frame=row,
        ids=np.array(ids, dtype=np.int32),
        confidence=stacked([np.asarray(pose.flag) for pose in poses]),
        keypoints2d=stacked([pose.points[:BODY_POINTS, :2] for pose in poses], BODY_POINTS, 2),
        visibility=stacked([pose.visibility[:BODY_POINTS] for pose in poses], BODY_POINTS),
        keypoints3d=stacked([pose.world[:BODY_POINTS] for pose in poses], BODY_POINTS, 3),
        cut=cut,
    )
