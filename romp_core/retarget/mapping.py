"""Which bones of a rig are which joints of the body."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..geometry.fingers import FINGERS
from ..geometry.skeleton import JOINTS

LIMB_BONES = (("hip", "knee"), ("knee", "ankle"), ("ankle", "foot"), ("shoulder", "elbow"), ("elbow", "wrist"))
"""Joints of a side, and those that their bones lead to."""
BODY_JOINTS = tuple(joint for joint in JOINTS if joint not in ("left_hand", "right_hand"))
TARGET_JOINTS = BODY_JOINTS + FINGERS
"""The joints that bones can be mapped to; SMPL's two hand joints are no joints of their own in other rigs."""
REQUIRED = (
    "pelvis", "left_hip", "right_hip", "left_knee", "right_knee", "left_shoulder", "right_shoulder", "left_elbow",
    "right_elbow",
)  # fmt: skip
"""Without these a rig is no target."""


@dataclass(frozen=True)
class Switch:
    """A custom property of a pose bone that says whether a limb follows its FK or its IK controls.

    Attributes:
        bone: name of the pose bone. prop: name of its custom property. fk, ik: its values.
    """

    bone: str
    prop: str
    fk: float = 1.0
    ik: float = 0.0


@dataclass(frozen=True)
class IkLimb:
    """The IK controls of a limb.

    Attributes:
        joint: the limb's end, such as "left_ankle". control: the bone it follows.
        upper: the bone whose rotation turns the plane of the bend, or "".
        pole: the bone toward which the limb bends, or "".
        tip: the bone that turns what lies beyond the end, such as the toes, while IK plays, or "".
    """

    joint: str
    control: str
    upper: str = ""
    pole: str = ""
    tip: str = ""


@dataclass(frozen=True)
class RigMapping:
    """Which bones of a rig are which joints.

    Attributes:
        bones: joint of `TARGET_JOINTS` -> names of the bones that share its rotation, parent first; the first one
            starts at the joint.
        root: the bone at the floor that carries root motion, or "".
        family: key of the rig family, "" for a mapping that a user made.
        switches: properties to set for FK or IK.
        constants: (bone, property, value) of custom properties that must have this value while our keys play.
        ik: limbs with IK controls.
        deform: joint -> bone that follows the controls and shows the result, where that is not the mapped bone.
        carrier: the bone whose position moves the pelvis, where that is not the pelvis' first bone; everything
            mapped follows it. It may be the bone of another joint, as in rigs whose pelvis hangs from the spine.
    """

    bones: Mapping[str, tuple[str, ...]]
    root: str = ""
    family: str = ""
    switches: tuple[Switch, ...] = ()
    constants: tuple[tuple[str, str, float], ...] = ()
    ik: tuple[IkLimb, ...] = ()
    deform: Mapping[str, str] = field(default_factory=dict)
    carrier: str = ""

    @property
    def missing(self) -> tuple[str, ...]:
        """The joints without which a rig is no target, and which this mapping lacks."""
        return tuple(joint for joint in REQUIRED if not self.bones.get(joint))
