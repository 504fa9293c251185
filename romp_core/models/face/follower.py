"""The faces of everybody whose pose is known, followed from frame to frame."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from ...take.keypoints import Layout
from ...typing import Array
from ..common.claims import extent, losers
from ..common.region import Region
from .mesh import LEFT_IRIS, MOUTH_LEFT, MOUTH_RIGHT, NOSE_TIP, RIGHT_IRIS
from .networks import FaceDetection, FaceNetworks, FacePoints
from .regions import POSE_PARTS, agree, is_near, pose_region, tracked_region

_PRESENT, _TRUSTED = 0.5, 0.8
_FOUND_AGAIN: Final = 5
"""Every so many frames a face is looked for with the detector again."""

_SMALLEST_PX: Final = 60.0
_VISIBLE = 0.1
_FITS = 0.5
"""Share of a face's size that it may be off the pose, on average; more, and it is the face of somebody else."""

_IN_POSE = [POSE_PARTS.index(name) for name in ("nose", "right_eye", "left_eye", "mouth_right", "mouth_left")]
_IN_MESH = [NOSE_TIP, RIGHT_IRIS[0], LEFT_IRIS[0], MOUTH_RIGHT, MOUTH_LEFT]


@dataclass(frozen=True)
class _Head:
    """What the pose says of a face: points (11, 2) in pixels, and a rough region."""

    points: Array
    rough: Region


@dataclass(frozen=True)
class _Followed:
    """A face of the frame before. age: frames since the detector was last asked for it."""

    face: FacePoints
    age: int

    @property
    def region(self) -> Region:
        """Where the face should be now."""
        return tracked_region(self.face.points)


class FaceFollower:
    """Finds the faces of the people of each frame, one frame after the other.

    Args:
        layout: of the people's keypoints; it must have nose, eyes, ears and mouth.
    """

    def __init__(self, layout: Layout) -> None:
        self._networks = FaceNetworks()
        self._points = [layout.index(part) for part in POSE_PARTS]
        self._followed: dict[int, _Followed] = {}

    def restart(self) -> None:
        """Begin anew, as in a new shot."""
        self._followed.clear()

    def find(self, image: Array, ids: Sequence[int], keypoints: Array, visibility: Array) -> dict[int, FacePoints]:
        """The faces of a frame, by person.

        Args:
            image: (H, W, 3) RGB. ids: of P people. keypoints: (P, K, 2) pixels. visibility: (P, K).
        """
        heads = self._heads(image, ids, keypoints, visibility)
        tracked = {
            id: one.region
            for id, one in self._followed.items()
            if id in heads and one.face.presence > _TRUSTED and is_near(one.region, heads[id].rough)
        }
        fresh = {id for id in heads if id not in tracked or self._followed[id].age + 1 >= _FOUND_AGAIN}
        regions = tracked | self._detected(image, heads, tracked, fresh)
        seen = self._read(image, heads, regions)
        # A region that slid off the face, or onto somebody else's: look once more where the pose says.
        retry = {id for id in regions if id not in fresh and id not in seen}
        fresh |= retry
        seen |= self._read(image, heads, self._detected(image, heads, {}, retry))
        for id in losers(seen, lambda a, b: _gap(seen[a], heads[a]) <= _gap(seen[b], heads[b])):
            del seen[id]
        self._followed = {
            id: _Followed(face, 0 if id in fresh else self._followed[id].age + 1) for id, face in seen.items()
        }
        return seen

    def _heads(self, image: Array, ids: Sequence[int], keypoints: Array, visibility: Array) -> dict[int, _Head]:
        """The faces that the pose may show: large enough, and not far outside of the image."""
        heads = {}
        size = np.array(image.shape[1::-1])
        for row, id in enumerate(ids):
            points = keypoints[row, self._points, :2].astype(np.float64)
            rough = pose_region(points)
            inside = bool(((rough.center >= 0) & (rough.center <= size)).all())
            if inside and rough.side > _SMALLEST_PX and visibility[row, self._points].max() > _VISIBLE:
                heads[int(id)] = _Head(points, rough)
        return heads

    def _detected(
        self, image: Array, heads: Mapping[int, _Head], tracked: Mapping[int, Region], ids: set[int]
    ) -> dict[int, Region]:
        """Regions of the faces that the detector finds for these people; tracked ones that agree with them are kept."""
        order = sorted(ids)
        regions = {}
        for id, faces in zip(order, self._networks.detect(image, [heads[id].rough for id in order]), strict=True):
            if faces:
                found = min(faces, key=lambda face: _away(face, heads[id])).region
                kept = id in tracked and agree(tracked[id], found, self._followed[id].face.points)
                regions[id] = tracked[id] if kept else found
        return regions

    def _read(self, image: Array, heads: Mapping[int, _Head], regions: Mapping[int, Region]) -> dict[int, FacePoints]:
        """The faces in these regions that are there, and fit the pose."""
        read = zip(regions, self._networks.infer(image, list(regions.values())), strict=True)
        return {
            id: face for id, face in read if face.presence > _PRESENT and _gap(face, heads[id]) < _FITS * extent(face)
        }


def _gap(face: FacePoints, head: _Head) -> float:
    """Mean distance of nose, eyes and mouth from those of the pose, pixels."""
    return float(np.linalg.norm(face.points[_IN_MESH, :2] - head.points[_IN_POSE], axis=1).mean())


def _away(face: FaceDetection, head: _Head) -> float:
    """Distance of eyes and nose from those of the pose, pixels."""
    return float(np.linalg.norm(face.points[[2, 0, 1]] - head.points[_IN_POSE[:3]], axis=1).mean())
