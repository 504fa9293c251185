"""What the stages of the solve pass on: people on their way from observations to a motion in the world."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from ..geometry.projection import Pinhole
from ..take.edits import ContactEdit, Edits, RelaxEdit
from ..take.take import Camera, FootageInfo, Motion, Person
from ..typing import Array
from .background.camera_motion import CameraMotion
from .contacts.foot_visibility import FootVisibility
from .face.solved_face import FaceTrack
from .hands.solved_hands import HandTracks
from .heights import stature
from .segments import Segment
from .world.floor_and_sizes import Ground
from .world.focal_length import FocalLength


@dataclass(frozen=True)
class Fitted:
    """A fitted segment at its evenly spaced samples.

    Attributes:
        rotations: (T, 24, 4) float32, local, with the pelvis in camera space; root: (T, 3) float32 in camera space.
        raw: the same frame by frame, without the fit's motion prior; None where it is not known apart.
    """

    rotations: Array
    root: Array
    raw: Fitted | None = None


@dataclass(frozen=True)
class Actor:
    """A person being solved.

    Attributes:
        person: with the take's edits applied.
        estimated: (24, 3) rest skeleton as a body model estimates it, else None.
        rest: (24, 3) rest skeleton to solve with, in meters of the solve.
        build: (S,) what `rest` is built like, see `bodies.build`; None where it is not the embedded body's skeleton.
        segments: stretches in which the person is seen, at least one; fitted: one per segment, once fitted.
        visibility: what the image shows of the feet.
        contacts: (m, 2) bool, feet found standing; all False before the refinement.
        size: factor on `rest` that the ground shows; it changes nothing in the image.
        grounded: the person is known to stand on the common floor; sized: the size may give way.
        size_error: standard deviation of the size against the other people, as a share; None where it is given.
        hands, face: once solved; None where they were not captured.
        motion: once smoothed; in camera space, from `level` on in the world and of the person's size.
    """

    person: Person
    estimated: Array | None
    rest: Array
    segments: tuple[Segment, ...]
    visibility: FootVisibility
    contacts: Array
    build: Array | None = None
    fitted: tuple[Fitted, ...] = ()
    size: float = 1.0
    grounded: bool = False
    sized: bool = False
    size_error: float | None = None
    hands: HandTracks | None = None
    face: FaceTrack | None = None
    motion: Motion | None = None

    @property
    def stature(self) -> float:
        """Height of the body that the person is solved with, meters of the solve."""
        return stature(self.rest, () if self.build is None else self.build)

    @property
    def frame_index(self) -> Array:
        """(m,) int32, all frames from the first to the last in which the person is seen."""
        return np.arange(self.segments[0].frames[0], self.segments[-1].frames[-1] + 1, dtype=np.int32)

    @property
    def solved_motion(self) -> Motion:
        """The motion; only after smoothing."""
        assert self.motion is not None
        return self.motion


@dataclass(frozen=True)
class Scene:
    """All that is known at some stage.

    Attributes:
        fov: horizontal, radians; pinhole: the same in pixels.
        edits: what the user decided; those about people are applied already.
        path: of the camera in the space of the first frame's camera, once known.
        floor_up: (3,) the way up in that space as the background shows it; None where it does not.
        ground: in that space; None where nobody stands upright, or before the refinement.
        focal_length: estimated in the refinement, None where it is known.
        camera: in the world, from `level` on.
        tracked: what the background shows of the camera's motion; None where nobody looked.
        fov_known: the user, the file or the model gives the field of view.
        level: height in the world at which feet stand that stand on the floor; 0 unless the user moved the floor away
            from under them.
    """

    footage: FootageInfo
    fov: float
    pinhole: Pinhole
    actors: tuple[Actor, ...]
    edits: Edits = field(default_factory=Edits)
    path: Camera | None = None
    floor_up: Array | None = None
    ground: Ground | None = None
    focal_length: FocalLength | None = None
    camera: Camera | None = None
    tracked: CameraMotion | None = None
    fov_known: bool = True
    level: float = 0.0

    def relaxed_of(self, actor: Actor) -> list[RelaxEdit]:
        """Hands and face of a person that the user decided to relax."""
        return [each for each in self.edits.relaxed if each.person == actor.person.id]

    def contacts_of(self, actor: Actor) -> list[ContactEdit]:
        """The contacts of a person that the user decided on."""
        return [each for each in self.edits.contacts if each.person == actor.person.id]
