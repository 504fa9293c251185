"""The faces of everybody whose pose is known, followed from frame to frame."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Final

import numpy as np

from ...take.keypoints import Layout
from ...typing import Array
from ..common.claims import extent, losers
from ..common.region import Region, whole_image
from .mesh import LEFT_IRIS, MOUTH_LEFT, MOUTH_RIGHT, NOSE_TIP, RIGHT_IRIS
from .networks import FaceDetection, FaceNetworks, FacePoints
from .regions import POSE_PARTS, agree, pose_region, tracked_region

_PRESENT, _TRUSTED = 0.5, 0.8
_FOUND_AGAIN: Final = 5
"""Every so many frames a face is looked for with the detector again; so also one that was missed so many times."""

_SMALLEST_PX: Final = 20.0
"""The detector finds faces from 16 pixels on, but below this the points are off by as much as expressions move them."""

_VISIBLE = 0.1
_FITS, _FITS_WELL = 0.5, 0.2
"""Share of a face's size that it may be off the pose, on average. More than the first, and it is the face of somebody
else; more than the second, and either of them may be wrong."""

_IN_POSE = [POSE_PARTS.index(name) for name in ("nose", "right_eye", "left_eye", "mouth_right", "mouth_left")]
_IN_DETECTION = [2, 0, 1]
_IN_MESH = [NOSE_TIP, RIGHT_IRIS[0], LEFT_IRIS[0], MOUTH_RIGHT, MOUTH_LEFT]


@dataclass(frozen=True)
class _Head:
    """What the pose says of a face: points (11, 2) in pixels, and a rough region."""

    points: Array
    rough: Region


@dataclass(frozen=True)
class _Followed:
    """What is known of a face from the frames before.

    Attributes:
        face: as seen in the frame before; None where it was not found.
        age: frames since the detector was asked for it. missed: frames in a row in which it was not found.
    """

    face: FacePoints | None = None
    age: int = 0
    missed: int = 0

    @property
    def region(self) -> Region | None:
        """Where the face should be now, when there clearly was one."""
        return None if self.face is None or self.face.presence <= _TRUSTED else tracked_region(self.face.points)

    @property
    def is_due(self) -> bool:
        """Whether to ask the detector for it now."""
        if self.region is not None:
            return self.age + 1 >= _FOUND_AGAIN
        return self.missed < _FOUND_AGAIN or self.missed % _FOUND_AGAIN == 0

    def kept(self, found: Region) -> Region:
        """Where the face should be where that agrees with what the detector found in this frame, else the latter."""
        region, face = self.region, self.face
        return region if region is not None and face is not None and agree(region, found, face.points) else found

    def after(self, face: FacePoints | None, detected: bool) -> _Followed:
        """The same after another frame."""
        return _Followed(face, 0 if detected else self.age + 1, self.missed + 1 if face is None else 0)


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
        followed = {id: self._followed.get(id, _Followed()) for id in heads}
        tracked = {id: region for id, one in followed.items() if (region := one.region) is not None}
        due = {id for id, one in followed.items() if one.is_due}
        seen = self._read(image, heads, tracked | self._detected(image, heads, due, followed))
        # A region that slid off the face, or onto somebody else's: look once more where the pose says.
        doubtful = tracked.keys() - due - _clear(seen, heads)
        seen = _better(seen, self._read(image, heads, self._detected(image, heads, doubtful, {})), heads)
        due |= doubtful
        # Of someone who is near, the pose can be poor, but then the face is large in the image.
        seen = _better(seen, self._read(image, heads, self._large(image, heads, due - _clear(seen, heads))), heads)
        for id in losers(seen, lambda a, b: _gap(seen[a], heads[a]) <= _gap(seen[b], heads[b])):
            del seen[id]
        self._followed = {id: one.after(seen.get(id), id in due) for id, one in followed.items()}
        return seen

    def _heads(self, image: Array, ids: Sequence[int], keypoints: Array, visibility: Array) -> dict[int, _Head]:
        """The faces that the pose may show: visible, and not outside of the image."""
        heads = {}
        size = np.array(image.shape[1::-1])
        for row, id in enumerate(ids):
            points = keypoints[row, self._points, :2].astype(np.float64)
            rough = pose_region(points)
            inside = bool(((rough.center >= 0) & (rough.center <= size)).all())
            if inside and visibility[row, self._points].max() > _VISIBLE:
                heads[int(id)] = _Head(points, rough)
        return heads

    def _detected(
        self, image: Array, heads: Mapping[int, _Head], ids: Set[int], followed: Mapping[int, _Followed]
    ) -> dict[int, Region]:
        """Regions of the faces that the detector finds for these people, or those of the frame before that agree."""
        order = sorted(ids)
        found = self._networks.detect(image, [heads[id].rough for id in order])
        regions = {id: _nearest(faces, heads[id]) for id, faces in zip(order, found, strict=True) if faces}
        return {id: followed[id].kept(region) if id in followed else region for id, region in regions.items()}

    def _large(self, image: Array, heads: Mapping[int, _Head], ids: Set[int]) -> dict[int, Region]:
        """Regions of these people's faces among those that the detector finds in the whole image."""
        (faces,) = self._networks.detect(image, [whole_image(image)]) if ids else [[]]
        return {id: _nearest(faces, heads[id]) for id in ids} if faces else {}

    def _read(self, image: Array, heads: Mapping[int, _Head], regions: Mapping[int, Region]) -> dict[int, FacePoints]:
        """The faces in these regions that are there, large enough, and fit the pose."""
        read = zip(regions, self._networks.infer(image, list(regions.values())), strict=True)
        return {id: face for id, face in read if face.presence > _PRESENT and _fits(face, heads[id])}


def _fits(face: FacePoints, head: _Head) -> bool:
    size = extent(face)
    return size > _SMALLEST_PX and _gap(face, head) < _FITS * size


def _clear(seen: Mapping[int, FacePoints], heads: Mapping[int, _Head]) -> set[int]:
    """Whose faces are where the pose has them."""
    return {id for id, face in seen.items() if _gap(face, heads[id]) < _FITS_WELL * extent(face)}


def _better(
    seen: Mapping[int, FacePoints], again: Mapping[int, FacePoints], heads: Mapping[int, _Head]
) -> dict[int, FacePoints]:
    """What was seen first or again, whichever is nearer to the pose."""
    nearer = {
        id: face for id, face in again.items() if id not in seen or _gap(face, heads[id]) < _gap(seen[id], heads[id])
    }
    return {**seen, **nearer}


def _gap(face: FacePoints, head: _Head) -> float:
    """Mean distance of nose, eyes and mouth from those of the pose, pixels."""
    return float(np.linalg.norm(face.points[_IN_MESH, :2] - head.points[_IN_POSE], axis=1).mean())


def _nearest(faces: Sequence[FaceDetection], head: _Head) -> Region:
    """The region of the face whose nose and eyes are nearest to those of the pose."""
    away = [np.linalg.norm(face.points[_IN_DETECTION] - head.points[_IN_POSE[:3]], axis=1).mean() for face in faces]
    return faces[int(np.argmin(away))].region
