"""What flows from footage to takes: one frame, the people of a frame, and all observations of one person."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from ..typing import Array
from .background import FramePoints


@dataclass(frozen=True)
class Frame:
    """One frame of the footage.

    Attributes:
        source_frame: its number in the file, 0 for the first.
        time: presentation time in seconds from the first frame of the file.
        image: (H, W, 3) uint8 RGB, upright as the footage is meant to be shown.
        background: points that were followed to this frame, once it was looked at.
    """

    source_frame: int
    time: float
    image: Array
    background: FramePoints | None = None


@dataclass(frozen=True)
class People:
    """The P people of one frame. Optional arrays are None where the model does not give them.

    A 2D model (RTMO) gives keypoints in the image only; a landmark model (BlazePose) gives keypoints in 3D as well; a
    body model (ROMP, BEV, TRACE) gives rotations, root and rest_joints, and its keypoints are the 24 SMPL joints. Which
    keypoints a model gives is named by its card's layout (`keypoints.Layout`).

    Attributes:
        confidence: (P,) float32 in 0..1.
        keypoints2d: (P, K, 2) float32 pixels of the upright image.
        visibility: (P, K) float32 in 0..1.
        keypoints3d: (P, K, 3) float32 meters, camera axes (x right, y down, z forward), relative to the pelvis.
        ids: (P,) int32, one per person, kept as long as the person is recognized; None when a tracker must follow.
        rotations: (P, 24, 4) local joint rotations, wxyz; index 0 takes SMPL rest space to camera space.
        betas: (P, B) shape coefficients.
        root: (P, 3) pelvis joint in camera space, meters, for the camera that the model assumes.
        rest_joints: (P, 24, 3) meters, the skeleton the model estimates: SMPL rest axes, pelvis at the origin.
        world_rotation: (P, 4), world_root: (P, 3): pelvis orientation and position, as `rotations[:, 0]` and `root`, in
            a space that stays where the camera was when the person appeared; from models that track the camera (TRACE).
        focal: (P,) focal length that the model estimates for this frame, in lengths of the image's longer side: `root`
            holds for a pinhole with it. The same for everybody; from models that estimate the camera (MA-HMR).
        depth_per_focal: (P,) meters by which `root` is farther away for each such length of focal length.
        silhouette: (P,) area of the person in the image, square pixels; 0 where it was not measured, as in most frames.
        spread2d: (P, K, 2) standard deviation of each keypoint's position in pixels, as the model estimates it.
        detector_points: (P, 17, 2) COCO keypoints of another model that found the people, pixels; detector_visibility:
            (P, 17), 0 where it did not find the person in this frame.
        hand_points: (P, 2, 21, 3) left and right hand, where hands are captured, in MediaPipe order: wrist, thumb from
            its root to the tip, index, middle, ring, little finger. Pixels; z relative to the wrist in the same unit,
            smaller is nearer. Zeros where the hand was not found.
        hand_world: (P, 2, 21, 3) meters, camera axes, of a hand of average size.
        hand_presence: (P, 2) probability that a hand is there, 0 where it was not found.
        hand_right: (P, 2) probability that it is a right hand.
        hand_sharpness: (P, 2) variance of the Laplacian of the hand's image; small where it is blurred.
        face_points: (P, 478, 3) where faces are captured, in the order of MediaPipe's face mesh, irises last. Pixels; z
            in the same unit, smaller is nearer. Zeros where the face was not found.
        face_presence: (P,) probability that a face is there, 0 where it was not found.
        cut: True when this frame starts a new shot.
    """

    confidence: Array
    keypoints2d: Array
    visibility: Array
    keypoints3d: Array | None = None
    ids: Array | None = None
    rotations: Array | None = None
    betas: Array | None = None
    root: Array | None = None
    rest_joints: Array | None = None
    world_rotation: Array | None = None
    world_root: Array | None = None
    focal: Array | None = None
    depth_per_focal: Array | None = None
    silhouette: Array | None = None
    spread2d: Array | None = None
    detector_points: Array | None = None
    detector_visibility: Array | None = None
    hand_points: Array | None = None
    hand_world: Array | None = None
    hand_presence: Array | None = None
    hand_right: Array | None = None
    hand_sharpness: Array | None = None
    face_points: Array | None = None
    face_presence: Array | None = None
    cut: bool = False

    @classmethod
    def empty(cls, keypoints: int, cut: bool = False) -> People:
        """A frame in which nobody was found, of a model with this many keypoints."""
        none = np.zeros((0, keypoints), np.float32)
        return cls(none[:, 0], np.zeros((0, keypoints, 2), np.float32), none, ids=np.zeros(0, np.int32), cut=cut)

    def __len__(self) -> int:
        return len(self.confidence)

    def only(self, rows: Array) -> People:
        """The people of these rows."""
        arrays = {field.name: getattr(self, field.name) for field in fields(self) if field.name != "cut"}
        kept: dict[str, Any] = {name: None if array is None else array[rows] for name, array in arrays.items()}
        return replace(self, **kept)


@dataclass(frozen=True)
class Observations:
    """Raw result of one person, in n frames. Arrays as in `People`, without the P axis.

    Attributes:
        frame_index: (n,) int32 indices into the frames that were read, increasing; holes where the person was not seen.
        confidence: (n,); keypoints2d: (n, K, 2); visibility: (n, K).
        keypoints3d: (n, K, 3), rotations: (n, 24, 4), betas: (n, B), root: (n, 3) camera space,
            rest_joints: (n, 24, 3), world_rotation: (n, 4), world_root: (n, 3), focal, depth_per_focal, silhouette:
            (n,), spread2d: (n, K, 2), detector_points: (n, 17, 2), detector_visibility: (n, 17): where the model gives
            them, else None.
        hand_points, hand_world: (n, 2, 21, 3), hand_presence, hand_right, hand_sharpness: (n, 2): where hands were
            captured, else None.
        face_points: (n, 478, 3), face_presence: (n,): where faces were captured, else None.
    """

    frame_index: Array
    confidence: Array
    keypoints2d: Array
    visibility: Array
    keypoints3d: Array | None = None
    rotations: Array | None = None
    betas: Array | None = None
    root: Array | None = None
    rest_joints: Array | None = None
    world_rotation: Array | None = None
    world_root: Array | None = None
    focal: Array | None = None
    depth_per_focal: Array | None = None
    silhouette: Array | None = None
    spread2d: Array | None = None
    detector_points: Array | None = None
    detector_visibility: Array | None = None
    hand_points: Array | None = None
    hand_world: Array | None = None
    hand_presence: Array | None = None
    hand_right: Array | None = None
    hand_sharpness: Array | None = None
    face_points: Array | None = None
    face_presence: Array | None = None

    @property
    def has_rotations(self) -> bool:
        """True when a body model estimated whole poses; its keypoints are then the 24 SMPL joints."""
        return self.rotations is not None

    @property
    def is_metric(self) -> bool:
        """True when sizes and distances are the model's, in meters, for a field of view that it estimates."""
        return self.focal is not None and self.depth_per_focal is not None

    @property
    def has_hands(self) -> bool:
        """True when hands were captured, found or not."""
        return self.hand_points is not None

    @property
    def has_face(self) -> bool:
        """True when the face was captured, found or not."""
        return self.face_points is not None

    @property
    def has_pose(self) -> bool:
        """False of 2D models: there is nothing that a motion could be solved from."""
        return self.rotations is not None or self.keypoints3d is not None

    def rows(self, rows: Array) -> Observations:
        """The observations of these rows: indices or a mask."""
        arrays: dict[str, Any] = {
            name: None if array is None else array[rows] for name, array in self._arrays().items()
        }
        return Observations(**arrays)

    def joined(self, other: Observations) -> Observations:
        """The observations of both, in the order of the frames; what only one of them has is left out."""
        order = np.argsort(np.concatenate([self.frame_index, other.frame_index]), kind="stable")
        theirs = other._arrays()
        arrays: dict[str, Any] = {
            name: None if array is None or theirs[name] is None else np.concatenate([array, theirs[name]])[order]
            for name, array in self._arrays().items()
        }
        return Observations(**arrays)

    def _arrays(self) -> dict[str, Any]:
        return {item.name: getattr(self, item.name) for item in fields(self)}
