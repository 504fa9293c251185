"""What flows between footage, estimators and trackers: one picture, and the people an estimator saw in it."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any

from ..typing import Array


@dataclass(frozen=True)
class Frame:
    """One upright picture of the footage.

    Attributes:
        index: number of the picture in the footage, 0 for the first of the file.
        time: presentation time in seconds from the first picture of the file.
        image: (H, W, 3) uint8 RGB, turned as the footage is meant to be shown.
    """

    index: int
    time: float
    image: Array


@dataclass(frozen=True)
class People:
    """The P people seen in one frame. Optional arrays are None where the model does not give them.

    A landmark model (BlazePose) gives its own K keypoints and no rotations. A body model (ROMP, BEV) gives rotations,
    root and rest_joints, and its keypoints are the 24 SMPL joints.

    Attributes:
        frame: row of the footage, counting the pictures that were read from 0.
        ids: (P,) int32, one per person, kept as long as the person is recognized; None when a tracker must follow.
        confidence: (P,) float32 in 0..1.
        keypoints2d: (P, K, 2) float32 pixels of the upright picture.
        visibility: (P, K) float32 in 0..1.
        keypoints3d: (P, K, 3) float32 meters, camera axes (x right, y down, z forward), relative to the pelvis.
        rotations: (P, 24, 4) local joint rotations, wxyz; index 0 takes SMPL rest space to camera space.
        betas: (P, B) shape coefficients.
        root: (P, 3) pelvis joint in camera space, meters, for the camera that the model assumes.
        rest_joints: (P, 24, 3) meters, the skeleton the model saw: SMPL rest axes, pelvis at the origin.
        world_rotation: (P, 4), world_root: (P, 3): pelvis orientation and place, as `rotations[:, 0]` and `root`, in a
            space that stays where the camera was when the person appeared; from models that follow the camera (TRACE).
        cut: True when this frame starts a new shot.
    """

    frame: int
    confidence: Array
    keypoints2d: Array
    visibility: Array
    keypoints3d: Array
    ids: Array | None = None
    rotations: Array | None = None
    betas: Array | None = None
    root: Array | None = None
    rest_joints: Array | None = None
    world_rotation: Array | None = None
    world_root: Array | None = None
    cut: bool = False

    def __len__(self) -> int:
        return len(self.confidence)

    def only(self, rows: Array) -> People:
        """The people of these rows."""
        arrays = {field.name: getattr(self, field.name) for field in fields(self) if field.name not in ("frame", "cut")}
        chosen: dict[str, Any] = {name: None if array is None else array[rows] for name, array in arrays.items()}
        return replace(self, **chosen)


@dataclass(frozen=True)
class Observations:
    """Raw result of one person: n observed rows. Arrays as in `people.People`, without the P axis.

    Attributes:
        frames: (n,) int32 rows of the footage, increasing, with holes where the person was not seen.
        confidence: (n,); keypoints2d: (n, K, 2); visibility: (n, K); keypoints3d: (n, K, 3).
        rotations: (n, 24, 4), betas: (n, B), root: (n, 3) camera space, rest_joints: (n, 24, 3),
        world_rotation: (n, 4), world_root: (n, 3): where the model gives them, else None.
    """

    frames: Array
    confidence: Array
    keypoints2d: Array
    visibility: Array
    keypoints3d: Array
    rotations: Array | None = None
    betas: Array | None = None
    root: Array | None = None
    rest_joints: Array | None = None
    world_rotation: Array | None = None
    world_root: Array | None = None

    @property
    def of_body(self) -> bool:
        """True when a body model saw the person: whole poses, and the 24 SMPL joints as keypoints."""
        return self.rotations is not None
