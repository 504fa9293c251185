"""From what a file of SAM 3D Body carries of its own body, MHR, to the 24 SMPL joints: positions, rotations, skeleton.

Positions are those of MHR's joints. Rotations come from the axes of its joints: in a spine, leg or arm x lies along the
bone and z is the hinge, those of the root are SMPL's. Wrists and ankles follow from keypoints, since the file's
rotations of a hand are out of date where the hand was refined. MHR has y up; positions have y down and z forward.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from ..bodies.embedded import load_body
from ..geometry.rotations import cross, normalize, quat_conjugate, quat_from_matrix, quat_multiply
from ..geometry.skeleton import JOINT, N_JOINTS, PARENTS
from ..typing import Array

N_MHR, N_KEYPOINTS = 127, 70
_CAMERA_FROM_MHR = np.diag([1.0, -1.0, -1.0])
_POSITIONS: Final = {
    "left_hip": 2, "right_hip": 18, "left_knee": 3, "right_knee": 19, "left_ankle": 4, "right_ankle": 20,
    "left_foot": 8, "right_foot": 24, "spine1": 35, "spine2": 36, "spine3": 37, "neck": 110, "head": 113,
    "left_collar": 74, "right_collar": 38, "left_shoulder": 75, "right_shoulder": 39, "left_elbow": 76,
    "right_elbow": 40, "left_wrist": 78, "right_wrist": 42, "left_hand": 88, "right_hand": 52,
}  # fmt: skip
"""MHR joint by SMPL joint; hands are the middle knuckles."""
_ROOT = 1
_SPINE = ((2, 1), (0, 1), (1, 1))
_LEFT_LEG, _RIGHT_LEG = ((2, 1), (0, -1), (1, -1)), _SPINE
_LEFT_ARM, _RIGHT_ARM = ((0, 1), (2, -1), (1, 1)), ((0, 1), (2, 1), (1, -1))
_AXES: Final = {
    **dict.fromkeys(("spine1", "spine2", "spine3", "neck", "head"), _SPINE),
    **dict.fromkeys(("left_hip", "left_knee"), _LEFT_LEG),
    **dict.fromkeys(("right_hip", "right_knee"), _RIGHT_LEG),
    **dict.fromkeys(("left_collar", "left_shoulder", "left_elbow"), _LEFT_ARM),
    **dict.fromkeys(("right_collar", "right_shoulder", "right_elbow"), _RIGHT_ARM),
}
"""For x, y, z of a SMPL joint the axis of its MHR joint, and its sign."""
_FEET = {"left_ankle": (15, 16, 17), "right_ankle": (18, 19, 20)}
"""Keypoints of big toe, small toe and heel."""
_KNUCKLES = {"left_wrist": (49, 53, 61), "right_wrist": (28, 32, 40)}
"""Keypoints of the knuckles of index, middle and little finger."""


def smpl_pose(joints: Array, rotations: Array, keypoints: Array) -> tuple[Array, Array, Array]:
    """Local rotations (n, 24, 4) with the pelvis in camera axes, joints (n, 24, 3), rest skeletons (n, 24, 3), meters.

    Args:
        joints: (n, 127, 3), keypoints: (n, 70, 3) in camera axes; rotations: (n, 127, 3, 3) to MHR's y-up space.
    """
    count = len(joints)
    frames = np.empty((count, N_JOINTS, 3, 3))
    turned = _CAMERA_FROM_MHR @ rotations
    frames[:, 0] = turned[:, _ROOT]
    for name, axes in _AXES.items():
        columns = [sign * turned[:, _POSITIONS[name], :, axis] for axis, sign in axes]
        frames[:, JOINT[name]] = np.stack(columns, axis=-1)
    for name, (big_toe, small_toe, heel) in _FEET.items():
        forward = (keypoints[:, big_toe] + keypoints[:, small_toe]) / 2 - keypoints[:, heel]
        outward = keypoints[:, small_toe] - keypoints[:, big_toe]
        frames[:, JOINT[name]] = _frame(outward if name.startswith("left") else -outward, normalize(forward))
    for name, (index, middle, little) in _KNUCKLES.items():
        along = normalize(keypoints[:, middle] - joints[:, _POSITIONS[name]])
        x = along if name.startswith("left") else -along
        inward = keypoints[:, index] - keypoints[:, little]
        y = normalize(cross(inward, x))
        frames[:, JOINT[name]] = np.stack([x, y, cross(x, y)], axis=-1)
    for end in ("left_foot", "right_foot", "left_hand", "right_hand"):
        frames[:, JOINT[end]] = frames[:, PARENTS[JOINT[end]]]
    found = np.empty((count, N_JOINTS, 3))
    for name, row in _POSITIONS.items():
        found[:, JOINT[name]] = joints[:, row]
    found[:, 0] = _pelvis(found, frames[:, 0])
    orientations = quat_from_matrix(frames)
    local = orientations.copy()
    parents = list(PARENTS[1:])
    local[:, 1:] = quat_multiply(quat_conjugate(orientations[:, parents]), orientations[:, 1:])
    return local, found, _rest(found, frames)


def _frame(towards_x: Array, z: Array) -> Array:
    """Rotations (n, 3, 3) whose third column is the unit vector z and whose first leans towards the given vector."""
    y = normalize(cross(z, towards_x))
    return np.stack([cross(y, z), y, z], axis=-1)


def _pelvis(joints: Array, turn: Array) -> Array:
    """The pelvis (n, 3): over the middle of the hips as in the embedded body, in proportion to the thighs."""
    hips, knees = [JOINT["left_hip"], JOINT["right_hip"]], [JOINT["left_knee"], JOINT["right_knee"]]
    rest = load_body().rest_joints(1.0)
    thigh = np.linalg.norm(joints[:, hips] - joints[:, knees], axis=-1).mean(axis=1)
    usual = np.linalg.norm(rest[hips] - rest[knees], axis=-1).mean()
    up = rest[0] - rest[hips].mean(axis=0)
    return np.asarray(joints[:, hips].mean(axis=1) + (turn @ up) * (thigh / usual)[:, None])


def _rest(joints: Array, frames: Array) -> Array:
    """Skeletons at rest (n, 24, 3): each bone in the axes of its parent."""
    rest = np.zeros_like(joints)
    for joint in range(1, N_JOINTS):
        parent = PARENTS[joint]
        offset = (np.swapaxes(frames[:, parent], 1, 2) @ (joints[:, joint] - joints[:, parent])[..., None])[..., 0]
        rest[:, joint] = rest[:, parent] + offset
    return rest
