"""`Take`: the one contract among inference, clean-up, baking, import and export. Immutable; stages return new takes.

A take keeps the raw observations next to the solved motion, so every clean-up setting can be changed after the run.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import numpy as np

from ..geometry.face_units import N_FACE_UNITS
from ..geometry.fingers import N_FINGERS, pose_with_fingers
from ..geometry.projection import BODY_MODEL_FOCAL, body_model_fov, focal_from_fov
from ..geometry.rotations import matrix_from_quat, quat_from_matrix
from ..geometry.skeleton import N_JOINTS, forward_kinematics
from ..geometry.spaces import WORLD_FROM_CAMERA_AXES
from ..typing import Array
from .background import Background
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
        build: (S,) float32 values of `bodies.build.SLIDERS`, which the rest joints have; empty where they are no body's
            of these sliders.
        fingers: (m, 30, 4) float32 rotations of the finger joints of `geometry.fingers`, parent-local, sign-continuous;
            no rows where hands were not captured.
        rest_fingers: (40, 3) float32 finger joints and tips at rest, from their wrist, meters; else no rows.
        hand_confidence: (m, 2) float32 how well left and right hand are seen, 0 where they are relaxed; else no rows.
        face: (m, 52) float32 coefficients of `geometry.face_units`; no rows where the face was not captured.
        face_confidence: (m,) float32 how well the face is seen, 0 where it is relaxed; else no rows.
        confidence: (m, 24) float32 in 0..1, how well each joint is known; no rows in takes of older versions.
        source: (m, 24) uint8, where it is from, see `take.sources`; likewise.
    """

    frame_index: Array
    valid: Array
    rotations: Array
    root: Array
    rest_joints: Array
    contacts: Array
    build: Array = field(default_factory=lambda: np.zeros(0, np.float32))
    fingers: Array = field(default_factory=lambda: np.zeros((0, N_FINGERS, 4), np.float32))
    rest_fingers: Array = field(default_factory=lambda: np.zeros((0, 3), np.float32))
    hand_confidence: Array = field(default_factory=lambda: np.zeros((0, 2), np.float32))
    face: Array = field(default_factory=lambda: np.zeros((0, N_FACE_UNITS), np.float32))
    face_confidence: Array = field(default_factory=lambda: np.zeros(0, np.float32))
    confidence: Array = field(default_factory=lambda: np.zeros((0, N_JOINTS), np.float32))
    source: Array = field(default_factory=lambda: np.zeros((0, N_JOINTS), np.uint8))

    @property
    def has_fingers(self) -> bool:
        """Whether the hands were captured."""
        return len(self.rest_fingers) > 0

    @property
    def has_face(self) -> bool:
        """Whether the face was captured."""
        return len(self.face) > 0

    def finger_points(self) -> Array:
        """World positions (m, 40, 3) of finger joints and tips, meters; the motion must have fingers."""
        posed = pose_with_fingers(self.rotations, self.fingers, self.root, self.rest_joints, self.rest_fingers)
        return np.concatenate([posed[0][:, N_JOINTS:], posed[2]], axis=1)

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
        commercial_use: of the results by the strictest of the licenses, "" where it is not known; license_checked: date
            on which the model's was read; license_evidence: how it is known.
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
    commercial_use: str = ""
    license_checked: str = ""
    license_evidence: str = ""

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
        made_motions: of people whom the edits made, by id: they are not among `people`.
        background: points that tell how the camera moved; None in takes of older versions, and of imports.
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
    background: Background | None = None
    solved_for: str = ""
    made_motions: Mapping[int, Motion] = field(default_factory=dict)

    @property
    def solved(self) -> bool:
        """True once the take was solved; people of whom nothing usable was seen have no motion even then."""
        return self.camera is not None

    @property
    def edited_people(self) -> tuple[Person, ...]:
        """The people with the edits applied: what the next solve works on."""
        people = self.edits.apply(self.people, self.footage.times)
        return tuple(replace(each, motion=self.made_motions.get(each.id, each.motion)) for each in people)

    @property
    def has_poses(self) -> bool:
        """False when all people are known in the image only: there is nothing that a motion could be solved from."""
        return not self.people or any(person.observations.has_pose for person in self.people)

    @property
    def identified_people(self) -> tuple[Person, ...]:
        """The people as the edits say who is who, as captured else, those who were removed included."""
        return self.edits.identified(self.people, self.footage.times)

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
    if take.edits.camera is not None:
        return take.edits.camera.fov, "user"
    body_model = any(person.observations.has_rotations for person in take.people)
    assumed = take.provenance.model_focal
    predicted = predicted_focal([person.observations for person in take.people])
    fov, source = _fov_and_source(take.footage, take.solve.fit, predicted or (assumed if body_model else None))
    if source == "model" and predicted and not np.isclose(predicted, assumed, rtol=1e-6):
        source = "predicted"
    return fov, source


def predicted_focal(people: Sequence[Observations]) -> float | None:
    """The focal length that a model estimated, in lengths of the image's longer side; None where it estimates none.

    The median over all frames with people: that of a single frame flickers.
    """
    known = [(each.frame_index, each.focal) for each in people if each.focal is not None]
    if not known:
        return None
    frames, focals = (np.concatenate(each) for each in zip(*known, strict=True))
    _, first = np.unique(frames, return_index=True)
    return float(np.median(focals[first]))


def _fov_and_source(footage: FootageInfo, settings: FitSettings, model_focal: float | None) -> tuple[float, FovSource]:
    if settings.fov:
        return float(np.radians(settings.fov)), "user"
    if footage.fov:
        return footage.fov, "footage"
    if model_focal is not None:
        return body_model_fov(footage.width, footage.height, model_focal), "model"
    return float(np.radians(DEFAULT_FOV_DEG)), "assumed"
