"""The causal solve: people of one frame to their poses in the world, before the next frame comes."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from ...bodies.build import SLIDERS, built_skeleton
from ...geometry.face_units import N_FACE_UNITS
from ...geometry.fingers import N_FINGERS
from ...geometry.projection import Pinhole, focal_from_fov, root_from_pixels
from ...geometry.rotations import side_of
from ...geometry.skeleton import N_JOINTS, forward_kinematics
from ...take.observations import People
from ...take.settings import CaptureSettings, SolveSettings
from ...typing import Array
from ..contacts.soles import sole_heights
from ..heights import stature
from .face import CausalFace
from .filter import CausalFilter
from .floor_hold import FloorHold
from .hands import CausalHands
from .landmark_follower import FORGET_S, LandmarkFollower
from .placement import Placement, Skeleton, assumed_placement


@dataclass(frozen=True)
class CausalPoses:
    """The P people of a frame in the world (z up).

    Attributes:
        ids: (P,) int32. confidence: (P,). root: (P, 3) meters.
        rotations: (P, 24, 4) wxyz, sign-continuous, or (P, 54, 4) with the finger joints where hands are captured.
        face: (P, 52) coefficients of `geometry.face_units`, or (P, 0) where faces are not captured.
        new: ids of people whose skeletons were not known before.
    """

    ids: Array
    confidence: Array
    rotations: Array
    root: Array
    face: Array
    new: tuple[int, ...]


@dataclass
class _Followed:
    skeleton: Skeleton
    follower: LandmarkFollower
    filter: CausalFilter
    hands: CausalHands | None = None
    face: CausalFace | None = None
    floor: FloorHold = field(default_factory=FloorHold)
    time: float = -np.inf
    rotations: Array | None = None


class CausalSolver:
    """Poses people frame by frame.

    Args:
        size: width and height of the images. fov: horizontal field of view, radians. settings: height and smoothing.
        parts: which of hands and face people have; `see` hears of them.
    """

    def __init__(
        self, size: tuple[int, int], fov: float, settings: SolveSettings, parts: CaptureSettings | None = None
    ) -> None:
        self._size, self._settings, self._parts = size, settings, parts or CaptureSettings()
        self._people: dict[int, _Followed] = {}
        self._scale: float | None = None
        self.place(assumed_placement(fov))

    @property
    def placement(self) -> Placement:
        """Camera and skeletons as they are now."""
        return self._placement

    def place(self, placement: Placement) -> None:
        """Take over a calibration; people start anew with their own skeletons."""
        self._placement = placement
        width, height = self._size
        self._pinhole = Pinhole(focal_from_fov(placement.camera.fov, width), np.array([width, height]) / 2)
        self._people = {}

    def skeleton(self, id: int) -> Skeleton:
        """Of somebody who was posed."""
        return self._people[id].skeleton

    def see(self, people: People, time: float) -> None:
        """Take in hands and faces of people of an earlier frame, read at its time; the next poses have them."""
        assert people.ids is not None
        for row, id in enumerate(np.asarray(people.ids).tolist()):
            one = self._people.get(id)
            if one is not None and one.hands is not None and people.hand_points is not None:
                assert people.hand_world is not None
                assert people.hand_presence is not None and people.hand_right is not None
                shown = people.hand_points[row], people.hand_world[row], people.hand_presence[row]
                one.hands.see(*shown, people.hand_right[row], self._size, time)
            if one is not None and one.face is not None and people.face_points is not None:
                assert people.face_presence is not None
                one.face.see(people.face_points[row], float(people.face_presence[row]), time)

    def solve(self, people: People, time: float) -> CausalPoses:
        """The poses of a frame at `time` seconds, later than the one before."""
        assert people.ids is not None
        self._people = {id: one for id, one in self._people.items() if time - one.time < 60 * FORGET_S}
        ids = np.asarray(people.ids).tolist()
        new = tuple(id for id in ids if id not in self._people)
        for row, id in enumerate(ids):
            if id in new:
                self._people[id] = self._followed(id, people, row)
        poses = [self._pose(self._people[id], people, row, time) for row, id in enumerate(ids)]
        joints = N_JOINTS + N_FINGERS if self._parts.with_hands else N_JOINTS
        rotations = np.array([pose[0] for pose in poses], np.float32).reshape(-1, joints, 4)
        root = np.array([pose[1] for pose in poses], np.float32).reshape(-1, 3)
        units = N_FACE_UNITS if self._parts.with_face else 0
        face = np.array([pose[2] for pose in poses], np.float32).reshape(len(ids), units)
        return CausalPoses(np.asarray(people.ids, np.int32), people.confidence, rotations, root, face, new)

    def _followed(self, id: int, people: People, row: int) -> _Followed:
        skeleton = self._placement.skeletons.get(id) or self._first_skeleton(people, row)
        follower = LandmarkFollower(skeleton.rest_joints, self._pinhole)
        hands = CausalHands(skeleton.rest_fingers(), self._pinhole) if self._parts.with_hands else None
        face = CausalFace(self._pinhole, self._settings.face) if self._parts.with_face else None
        return _Followed(skeleton, follower, CausalFilter(self._settings.smoothing.strength), hands, face)

    def _first_skeleton(self, people: People, row: int) -> Skeleton:
        """Of the usual build; as a body model estimates it, in proportion to the people of its first frame."""
        height = self._settings.scale.height
        if people.rest_joints is None:
            build = np.zeros(len(SLIDERS), np.float32)
            return Skeleton(built_skeleton(build, height), build)
        estimated = np.asarray(people.rest_joints, np.float64)
        if self._scale is None:
            self._scale = height / float(np.median([stature(each) for each in estimated]))
        rest = (estimated[row] - estimated[row, 0]) * self._scale
        return Skeleton(rest, np.zeros(0, np.float32))

    def _pose(self, one: _Followed, people: People, row: int, time: float) -> tuple[Array, Array, Array]:
        elapsed = time - one.time
        if elapsed > FORGET_S:
            one.filter, one.floor, one.rotations = CausalFilter(self._settings.smoothing.strength), FloorHold(), None
            elapsed = 1 / 30
        rest = one.skeleton.rest_joints
        rotations, root = one.filter.smooth(*self._in_camera(one, people, row, time), elapsed)
        fingers, units = np.zeros((0, 4)), np.zeros(0)
        if one.face is not None:
            rotations, units = one.face.join(rotations, time)
        if one.hands is not None:
            rotations, fingers = one.hands.join(rotations, time)
        rotations, root = np.array(rotations), self._placement.point(root)
        rotations[0] = self._placement.turned(rotations[0])
        joints = forward_kinematics(rotations, root, rest)[0]
        if not self._placement.floor:
            lift = -float(sole_heights(joints[None], rest).min())
            self._placement = self._placement.lifted(lift)
            root[2], joints[:, 2] = root[2] + lift, joints[:, 2] + lift
        root[2] += one.floor.offset(joints, rest, elapsed)
        rotations = np.concatenate([rotations, fingers])
        if one.rotations is not None:
            rotations *= side_of(rotations, one.rotations)
        one.time, one.rotations = time, rotations
        return rotations, root, units

    def _in_camera(self, one: _Followed, people: People, row: int, time: float) -> tuple[Array, Array]:
        if people.rotations is None:
            assert people.keypoints3d is not None
            return one.follower.follow(people.keypoints2d[row], people.visibility[row], people.keypoints3d[row], time)
        rotations = np.asarray(people.rotations[row], np.float64)
        points = forward_kinematics(rotations, np.zeros(3), one.skeleton.rest_joints)[0]
        weights = people.visibility[row].astype(np.float64) + 1e-3
        return rotations, root_from_pixels(points[None], people.keypoints2d[row][None], weights[None], self._pinhole)[0]
