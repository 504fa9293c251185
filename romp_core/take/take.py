"""`Take`: the one contract among inference, clean-up, baking, import and export. Immutable; stages return new takes.

A take keeps the raw observations next to the solved motion, so every clean-up setting can be changed after the run.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import numpy as np

from ..geometry.projection import BODY_MODEL_FOCAL, body_model_fov, focal_from_fov
from ..geometry.rotations import matrix_from_quat, quat_from_matrix
from ..geometry.skeleton import forward_kinematics
from ..geometry.spaces import WORLD_FROM_CAMERA_AXES
from ..typing import Array
from .edits import Edits
from .estimates import Estimates, FovSource
from .observations import Observations
from .settings import CaptureSettings, SolveSettings
from .settings.fit import DEFAULT_FOV_DEG, FitSettings


@dataclass(frozen=True)
class FootageInfo:
    """What was filmed. A *frame index* counts the T frames that were read, in order, from 0.

    Attributes:
        path: the source as the user gave it.
        width, height: size of the upright image with square pixels, in pixels.
        fps: nominal frame rate: that of the parts where frames are dense; 0 for a still.
        times: (T,) float64, presentation time of each frame in seconds from the first frame of the file.
        source_frames: (T,) int32, number of each frame in the file (0 is the first).
        fov: horizontal field of view in radians from the file's metadata, None when it says nothing.
        cuts: frame indices at which a new shot starts.
        rotation: degrees clockwise by which the stored image is turned to stand upright: 0, 90, 180 or 270.
        mirrored: left and right are swapped after that.
        sample_aspect: width of a stored pixel over its height.
    """

    path: str
    width: int
    height: int
    fps: float
    times: Array
    source_frames: Array
    fov: float | None = None
    cuts: tuple[int, ...] = ()
    rotation: int = 0
    mirrored: bool = False
    sample_aspect: float = 1.0


@dataclass(frozen=True)
class Motion:
    """Solved motion of one person in the world (z up, floor at 0), in m consecutive frames.

    Attributes:
        frame_index: (m,) int32, consecutive.
        valid: (m,) bool; False in a gap, where the last pose before it is held.
        rotations: (m, 24, 4) float32 quaternions wxyz, sign-continuous; index 0 takes SMPL rest space to the world,
            the others are parent-local.
        root: (m, 3) float32 pelvis joint in the world, meters.
        rest_joints: (24, 3) float32 joints of the rest pose (SMPL rest space, pelvis at the origin), meters.
        contacts: (m, 2) bool: left, right foot stands.
    """

    frame_index: Array
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
        position: (C, 3) meters. C is 1 for a static camera, else T, one per frame.
    """

    fov: float
    rotation: Array
    position: Array

    def at(self, frame_index: Array) -> tuple[Array, Array]:
        """Rotation (m, 4) and position (m, 3) at these frames (m,)."""
        index = np.zeros_like(frame_index) if len(self.rotation) == 1 else frame_index
        return self.rotation[index], self.position[index]

    def to_camera(self, points: Array, frame_index: Array) -> Array:
        """World points (m, N, 3) at these frames (m,) -> camera space (m, N, 3)."""
        rotation, position = self.at(frame_index)
        return np.einsum("mji,mnj->mni", matrix_from_quat(rotation), points - position[:, None])

    def focal(self, width_px: float) -> float:
        """Focal length in pixels for an image of this width."""
        return focal_from_fov(self.fov, width_px)


def level_camera(fov: float) -> Camera:
    """A static, level camera at the world's origin."""
    return Camera(fov, quat_from_matrix(WORLD_FROM_CAMERA_AXES)[None], np.zeros((1, 3)))


@dataclass(frozen=True)
class Provenance:
    """Where a take comes from; stamped into exports.

    Attributes:
        model: registry name; model_license, body_license: SPDX or short license lines.
        weights: sha256 of each weight file by name.
        core_version: version of romp_core; created: ISO 8601 UTC.
        complete: False when the capture was cancelled or interrupted.
        remark: what the user should know about the capture, such as truncated footage; may be empty.
        model_focal: focal length of a body model's pinhole, in lengths of the image's longer side.
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

    @classmethod
    def stamped(cls, **facts: Any) -> Provenance:
        """With the present time and the version of this package."""
        from .. import __version__  # reading it takes a while

        return cls(**facts, core_version=__version__, created=datetime.now(UTC).isoformat(timespec="seconds"))


@dataclass(frozen=True)
class Take:
    """Everything one capture produced. `storage.take_file` describes the file.

    Attributes:
        id: unique, survives re-solving; the scene finds its characters by it.
        people: everyone who was captured, as captured; `characters` are those that the edits leave.
        camera: None until solved. estimates: what the solve found out about the field of view and heights; None until
            then, and in takes of older versions.
        solved_for: `solve_digest` of what the motion was solved for, which may be older than the take's settings and
            edits; "" where nobody noted it.
    """

    id: str
    footage: FootageInfo
    people: tuple[Person, ...]
    capture: CaptureSettings = field(default_factory=CaptureSettings)
    solve: SolveSettings = field(default_factory=SolveSettings)
    provenance: Provenance = field(default_factory=Provenance)
    camera: Camera | None = None
    edits: Edits = field(default_factory=Edits)
    estimates: Estimates | None = None
    solved_for: str = ""

    @property
    def solved(self) -> bool:
        """True once the take was solved; people of whom nothing usable was seen have no motion even then."""
        return self.camera is not None

    @property
    def edited_people(self) -> tuple[Person, ...]:
        """The people with the edits applied: what the next solve works on."""
        return self.edits.apply(self.people, self.footage.times)

    @property
    def characters(self) -> tuple[Person, ...]:
        """The edited people that have a motion: those to bake and export."""
        return tuple(person for person in self.edited_people if person.motion is not None)

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
    return take.camera.to_camera(motion.joints(), motion.frame_index)


def as_float32(value: Any) -> Array:
    """Storage type of raw and solved arrays."""
    return np.asarray(value, dtype=np.float32)


def horizontal_fov(footage: FootageInfo, settings: FitSettings, model_focal: float | None = None) -> float:
    """Horizontal field of view, radians: the user's, else the file's, else the model's, else a usual camera's.

    Args:
        model_focal: focal length of a body model's pinhole in lengths of the image's longer side; None where the model
            assumes none.
    """
    return _fov_and_source(footage, settings, model_focal)[0]


def take_fov(take: Take) -> float:
    """The `horizontal_fov` that a take is solved with, radians, unless the solve estimates a better one."""
    return _take_fov_and_source(take)[0]


def fov_source(take: Take) -> FovSource:
    """Where the `take_fov` is from."""
    return _take_fov_and_source(take)[1]


def _take_fov_and_source(take: Take) -> tuple[float, FovSource]:
    body_model = any(person.observations.has_rotations for person in take.people)
    return _fov_and_source(take.footage, take.solve.fit, take.provenance.model_focal if body_model else None)


def _fov_and_source(footage: FootageInfo, settings: FitSettings, model_focal: float | None) -> tuple[float, FovSource]:
    if settings.fov:
        return float(np.radians(settings.fov)), "user"
    if footage.fov:
        return footage.fov, "footage"
    if model_focal is not None:
        return body_model_fov(footage.width, footage.height, model_focal), "model"
    return float(np.radians(DEFAULT_FOV_DEG)), "assumed"
