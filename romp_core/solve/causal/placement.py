"""Where the camera is in the world of a live capture, and how people are built: assumed, or from a calibration."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from ...bodies.build import built_fingers
from ...geometry.rotations import matrix_from_quat, quat_from_matrix, quat_multiply, quat_rotate
from ...take.take import Camera, Take, level_camera
from ...typing import Array
from ..heights import height_of, stature

_FACING = np.array([0.0, 0.0, 1.0])  # of SMPL's rest pose
_FRONT = np.array([0.0, -1.0])  # Blender's front view


@dataclass(frozen=True)
class Skeleton:
    """Rest joints (24, 3), meters, and build (S,) of a person, as in `Motion`."""

    rest_joints: Array
    build: Array

    def rest_fingers(self) -> Array:
        """Finger joints and tips (40, 3) at rest, from their wrist, meters, as `Motion` has them."""
        return built_fingers(self.build, stature(self.rest_joints, self.build))


@dataclass(frozen=True)
class Placement:
    """Camera and skeletons.

    Attributes:
        camera: static. skeletons: of people by id, as far as they were measured. floor: where the floor is, is known.
    """

    camera: Camera
    skeletons: dict[int, Skeleton] = field(default_factory=dict)
    floor: bool = False

    def lifted(self, height: float) -> Placement:
        """The same with the camera so much higher, now that the floor is known."""
        position = self.camera.position + np.array([0.0, 0.0, height])
        return replace(self, camera=replace(self.camera, position=position), floor=True)

    def point(self, in_camera: Array) -> Array:
        """A point (..., 3) of camera space in the world."""
        return quat_rotate(self.camera.rotation[0], in_camera) + self.camera.position[0]

    def turned(self, in_camera: Array) -> Array:
        """A rotation (..., 4) to camera space as one to the world."""
        return quat_multiply(self.camera.rotation[0], in_camera)


def assumed_placement(fov: float) -> Placement:
    """A level camera at the origin; the floor is not known yet."""
    return Placement(level_camera(fov))


def measured_placement(take: Take, face: bool) -> Placement:
    """What a solved take of a few seconds says.

    Args:
        face: turn and move the world so that the first person stands at the origin, facing -y.
    """
    assert take.camera is not None
    people = [(person.id, person.motion) for person in take.characters if person.motion is not None]
    skeletons = {id: Skeleton(motion.rest_joints.astype(np.float64), motion.build) for id, motion in people}
    camera = take.camera
    if face and people:
        motion = people[0][1]
        facing = quat_rotate(motion.rotations[motion.valid, 0].astype(np.float64), _FACING).mean(axis=0)
        origin = np.array([*motion.root[motion.valid].mean(axis=0)[:2], 0.0])
        yaw = np.arctan2(_FRONT[1], _FRONT[0]) - np.arctan2(facing[1], facing[0])
        turn = np.array([[np.cos(yaw), -np.sin(yaw), 0], [np.sin(yaw), np.cos(yaw), 0], [0, 0, 1.0]])
        rotation = quat_from_matrix(turn @ matrix_from_quat(camera.rotation))
        camera = replace(camera, rotation=rotation, position=(camera.position - origin) @ turn.T)
    return Placement(camera, skeletons, floor=True)


def heights(take: Take) -> dict[int, float]:
    """Meters of the people of a solved take by id."""
    return {person.id: height_of(person.motion) for person in take.characters if person.motion is not None}
