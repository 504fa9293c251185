"""Poses as messages of the VMC protocol, by which virtual-character programs follow a performer.

Specification: VirtualMotionCaptureProtocol 2.1 (protocol.vmc.info), over OSC 1.0 bundles. Its space is Unity's:
left-handed, y up; a character that faces +z has its left at -x. Rotations are local, relative to the T-pose of a VRM
humanoid, in which every bone has the axes of the world: so has SMPL's rest pose.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from ..geometry.face_units import FACE_UNITS
from ..geometry.fingers import ALL_JOINTS, ALL_PARENTS, all_rest_joints
from ..geometry.rotations import quat_conjugate, quat_multiply
from ..geometry.skeleton import N_JOINTS
from ..geometry.spaces import WORLD_FROM_SMPL_REST, WORLD_FROM_SMPL_REST_QUAT
from ..retarget.rigs import FAMILIES
from ..typing import Array

if TYPE_CHECKING:
    from pythonosc.osc_bundle import OscBundle
    from pythonosc.osc_message import OscMessage

LARGEST_BYTES = 1400
"""Of a bundle: what fits into one packet of a usual network."""
_MIRROR = np.array([-1.0, 1.0, 1.0])  # right-handed -> left-handed
_NO_TURN = (0.0, 0.0, 0.0, 1.0)
_PART_BYTES = 4  # each part of a bundle has its size before it
_HEAD_BYTES = 16  # of a bundle: its name and time tag


@lru_cache(maxsize=1)
def humanoid_bones() -> dict[int, str]:
    """Index of a joint -> its bone in Unity's HumanBodyBones, which has wrists and fingers, but no hands between."""
    mapping = next(family for family in FAMILIES if family.key == "vrm0").mapping.bones
    return {ALL_JOINTS.index(joint): f"{name[0].upper()}{name[1:]}" for joint, (name,) in mapping.items()}


def unity_pose(
    rotations: Array, root: Array, rest_joints: Array, rest_fingers: Array | None = None
) -> tuple[Array, Array]:
    """Local positions (J, 3) in meters and rotations (J, 4) xyzw of a pose in Unity's space.

    Mirroring x turns a rotation about (x, y, z) into one about (x, -y, -z).

    Args:
        rotations: (J, 4) wxyz; the first takes SMPL rest space to the world (z up), others are local. J is 24, or 54
            with fingers.
        root: (3,) pelvis in the world, meters. rest_joints: (24, 3) SMPL rest space.
        rest_fingers: (40, 3) finger joints and tips from their wrist, needed where there are fingers.
    """
    turns = np.array(rotations, dtype=np.float64)
    turns[0] = quat_multiply(quat_conjugate(WORLD_FROM_SMPL_REST_QUAT), turns[0])
    rest = np.asarray(rest_joints, dtype=np.float64)
    if len(turns) > N_JOINTS:
        assert rest_fingers is not None
        rest = all_rest_joints(rest, rest_fingers)
    rest = rest[: len(turns)]
    steps = rest - rest[np.maximum(ALL_PARENTS[: len(turns)], 0)]
    steps[0] = WORLD_FROM_SMPL_REST.T @ np.asarray(root, dtype=np.float64)
    return steps * _MIRROR, turns[:, [1, 2, 3, 0]] * [1.0, -1.0, -1.0, 1.0]


def bundles(time: float, pose: tuple[Array, Array] | None, face: Array | None = None) -> Iterator[OscBundle]:
    """The bundles of a frame: that the performer is there, the time, and the pose.

    Args:
        time: seconds. pose: see `unity_pose`; None while nobody is seen.
        face: (52,) coefficients of the face units, sent under ARKit's names, which characters for "perfect sync" have
            as blend shapes; None or none at all without.
    """
    from pythonosc.osc_bundle_builder import IMMEDIATELY, OscBundleBuilder

    builder, size = OscBundleBuilder(IMMEDIATELY), _HEAD_BYTES
    for message in _messages(time, pose, face):
        if size + _PART_BYTES + message.size > LARGEST_BYTES:
            yield builder.build()
            builder, size = OscBundleBuilder(IMMEDIATELY), _HEAD_BYTES
        builder.add_content(message)
        size += _PART_BYTES + message.size
    yield builder.build()


def _messages(time: float, pose: tuple[Array, Array] | None, face: Array | None) -> Iterator[OscMessage]:
    yield _message("/VMC/Ext/OK", (1, "i"))
    yield _message("/VMC/Ext/T", (time, "f"))
    if pose is None:
        return
    yield _transform("/VMC/Ext/Root/Pos", "root", (0.0, 0.0, 0.0), _NO_TURN)
    for joint, bone in humanoid_bones().items():
        if joint >= len(pose[0]):
            continue
        yield _transform("/VMC/Ext/Bone/Pos", bone, pose[0][joint].tolist(), pose[1][joint].tolist())
    if face is None or not len(face):
        return
    for unit, value in zip(FACE_UNITS, face.tolist(), strict=True):
        yield _message("/VMC/Ext/Blend/Val", (f"{unit[0].upper()}{unit[1:]}", "s"), (value, "f"))
    yield _message("/VMC/Ext/Blend/Apply")


def _transform(address: str, name: str, position: tuple[float, ...], turn: tuple[float, ...]) -> OscMessage:
    return _message(address, (name, "s"), *((value, "f") for value in (*position, *turn)))


def _message(address: str, *arguments: tuple[str | float, str]) -> OscMessage:
    from pythonosc.osc_message_builder import OscMessageBuilder

    builder = OscMessageBuilder(address)
    for value, kind in arguments:
        builder.add_arg(value, kind)
    return builder.build()
