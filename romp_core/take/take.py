"""`Take`: the one contract among inference, clean-up, baking, import and export. Immutable; stages return new takes.

A take keeps the raw observations next to the solved motion, so every clean-up setting can be changed after the run.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from ..geometry.projection import BODY_MODEL_FOCAL, body_model_fov, focal_from_fov
from ..geometry.rotations import matrix_from_quat, quat_from_matrix
from ..geometry.skeleton import forward_kinematics
from ..geometry.spaces import WORLD_FROM_CAMERA_AXES
from ..typing import Array
from .observations import Observations
from .settings import DEFAULT_FOV_DEG, CaptureSettings, SolveSettings


@dataclass(frozen=True)
class FootageInfo:
    """What was filmed. A *row* is an index into `times`: the T pictures that were read, in order.

    Attributes:
        path: the source as the user gave it.
        width, height: size of the upright picture in pixels.
        fps: nominal (mean) frame rate of the file; 0 for a still.
        times: (T,) float64, presentation time of each read picture in seconds from the first picture of the file.
        numbers: (T,) int32, number of each read picture in the file (0 is the first).
        fov: horizontal field of view in radians from the file's metadata, None when it says nothing.
        cuts: rows at which a new shot starts.
        rotation: degrees clockwise by which the stored picture is turned to stand upright: 0, 90, 180 or 270.
    """

    path: str
    width: int
    height: int
    fps: float
    times: Array
    numbers: Array
    fov: float | None = None
    cuts: tuple[int, ...] = ()
    rotation: int = 0


@dataclass(frozen=True)
class Motion:
    """Solved motion of one person in the world (z up, floor at 0), on m consecutive rows of the footage.

    Attributes:
        frames: (m,) int32 consecutive rows.
        valid: (m,) bool; False in a gap, where the numbers are only a hold of the last seen pose.
        rotations: (m, 24, 4) float32 quaternions wxyz, sign-continuous; index 0 takes SMPL rest space to the world,
            the others are parent-local.
        root: (m, 3) float32 pelvis joint in the world, meters.
        rest_joints: (24, 3) float32 joints of the rest pose (SMPL rest space, pelvis at the origin), meters.
        contacts: (m, 2) bool: left, right foot stands.
    """

    frames: Array
    valid: Array
    rotations: Array
    root: Array
    rest_joints: Array
    contacts: Array

    def joints(self) -> Array:
        """World joint positions (m, 24, 3), meters."""
        return forward_kinematics(self.rotations, self.root, self.rest_joints)[0]


@dataclass(frozen=True)
class Person:
    """One person of a take. `height` overrides the take's setting (meters); `motion` is None until solved."""

    id: int
    name: str
    observations: Observations
    height: float | None = None
    motion: Motion | None = None


@dataclass(frozen=True)
class Camera:
    """The filming camera in the world.

    Attributes:
        fov: horizontal field of view, radians.
        rotation: (C, 4) wxyz, takes camera space (x right, y down, z forward) to the world.
        position: (C, 3) meters. C is 1 for a still camera, else T, one per row.
    """

    fov: float
    rotation: Array
    position: Array

    def at(self, frames: Array) -> tuple[Array, Array]:
        """Rotation (m, 4) and position (m, 3) at rows `frames` (m,)."""
        index = np.zeros_like(frames) if len(self.rotation) == 1 else frames
        return self.rotation[index], self.position[index]

    def to_camera(self, points: Array, frames: Array) -> Array:
        """World points (m, N, 3) at rows `frames` (m,) -> camera space (m, N, 3)."""
        rotation, position = self.at(frames)
        return np.einsum("mji,mnj->mni", matrix_from_quat(rotation), points - position[:, None])

    def focal(self, width_px: float) -> float:
        """Focal length in pixels for a picture of this width."""
        return focal_from_fov(self.fov, width_px)


def level_camera(fov: float) -> Camera:
    """A still, level camera at the world's origin."""
    return Camera(fov, quat_from_matrix(WORLD_FROM_CAMERA_AXES)[None], np.zeros((1, 3)))


@dataclass(frozen=True)
class Provenance:
    """Where a take comes from; stamped into exports.

    Attributes:
        model: registry name; model_license, body_license: SPDX or short license lines.
        weights: sha256 of each weight file by name.
        core_version: version of romp_core; created: ISO 8601 UTC.
        complete: False when the run was cancelled or broke off.
        remark: what the user should know about the capture, such as footage that breaks off; may be empty.
        model_focal: focal length of a body model's pinhole, in lengths of the picture's longer side.
    """

    model: str = ""
    model_license: str = ""
    body_license: str = ""
    weights: Mapping[str, str] = field(default_factory=dict)
    core_version: str = ""
    created: str = ""
    complete: bool = True
    remark: str = ""
    model_focal: float = BODY_MODEL_FOCAL


@dataclass(frozen=True)
class Take:
    """Everything one capture produced. See `take_io` for the file format.

    Attributes:
        id: unique, survives re-solving; the scene finds its characters by it.
        camera: None until solved.
    """

    id: str
    footage: FootageInfo
    people: tuple[Person, ...]
    capture: CaptureSettings = field(default_factory=CaptureSettings)
    solve: SolveSettings = field(default_factory=SolveSettings)
    provenance: Provenance = field(default_factory=Provenance)
    camera: Camera | None = None

    @property
    def solved(self) -> bool:
        """True when camera and every person's motion are there."""
        return self.camera is not None and all(person.motion is not None for person in self.people)

    def with_person(self, person: Person) -> Take:
        """The take with the person of the same id replaced."""
        return replace(self, people=tuple(person if old.id == person.id else old for old in self.people))

    def person(self, id: int) -> Person:
        """The person with this id; KeyError when there is none."""
        for person in self.people:
            if person.id == id:
                return person
        raise KeyError(id)


def joints_camera(take: Take, motion: Motion) -> Array:
    """Joint positions in camera space (m, 24, 3), meters; the take must be solved."""
    assert take.camera is not None
    return take.camera.to_camera(motion.joints(), motion.frames)


def as_float32(value: Any) -> Array:
    """Storage type of raw and solved arrays."""
    return np.asarray(value, dtype=np.float32)


def assumed_fov(take: Take) -> float:
    """Horizontal field of view, radians: the user's, else the file's, else what the model or a usual camera has."""
    footage = take.footage
    if take.solve.fov:
        return float(np.radians(take.solve.fov))
    if footage.fov:
        return footage.fov
    if any(person.observations.of_body for person in take.people):
        return body_model_fov(footage.width, footage.height, take.provenance.model_focal)
    return float(np.radians(DEFAULT_FOV_DEG))
