"""Dresses the body by face colours, so that it looks like a person and not like a mannequin."""

from __future__ import annotations

import numpy as np

from ..skeleton import JOINT

# Linear RGB.
_COLORS = {
    "skin": (0.55, 0.31, 0.21),
    "shirt": (0.05, 0.17, 0.36),
    "trousers": (0.035, 0.04, 0.055),
    "shoes": (0.45, 0.43, 0.40),
    "hair": (0.035, 0.020, 0.012),
    "lips": (0.45, 0.16, 0.13),
    "eyes": (0.80, 0.80, 0.78),
    "iris": (0.035, 0.022, 0.015),
}


def dress(
    vertices: np.ndarray,
    faces: np.ndarray,
    joints: np.ndarray,
    joint_weights: np.ndarray,
    bone_weights: dict[str, np.ndarray],
) -> tuple[dict[str, tuple[float, float, float]], np.ndarray]:
    """Materials by name (linear RGB), and the number of each face's material (F,).

    Works on the T-pose with the pelvis at the origin: `vertices` (N, 3), `faces` (F, 4), `joints` (24, 3),
    `joint_weights` (N, 24), and the weights (N,) of each bone of the full rig, which tell eyes and lips.
    """
    centers = vertices[faces].mean(1)
    part = joint_weights[faces].mean(1)  # (F, 24)
    number = {name: index for index, name in enumerate(_COLORS)}
    chosen = np.full(len(faces), number["skin"])

    def put(name: str, where: np.ndarray) -> None:
        chosen[where] = number[name]

    def share(*names: str) -> np.ndarray:
        return part[:, [JOINT[name] for name in names]].sum(1)

    def both(part_name: str) -> tuple[str, str]:
        return f"left_{part_name}", f"right_{part_name}"

    x, y, z = centers.T
    waist = joints[JOINT["spine1"], 1]
    legs = share("pelvis", *both("hip"), *both("knee"), *both("ankle"))
    trunk = share("pelvis", "spine1", "spine2", "spine3", *both("collar"), *both("shoulder"))
    upper_arm = joints[JOINT["left_elbow"], 0] - joints[JOINT["left_shoulder"], 0]
    sleeve = joints[JOINT["left_shoulder"], 0] + 0.62 * upper_arm
    put("shirt", (trunk > 0.5) & (y > waist) & (np.abs(x) < sleeve) & (share("neck", "head") < 0.3))
    put("trousers", (legs > 0.5) & (y <= waist))
    ankle = joints[JOINT["left_ankle"], 1]
    put("shoes", (share(*both("ankle"), *both("foot")) > 0.5) & (y < ankle))

    eye_weights = {side: bone_weights[f"eye.{side}"][faces].mean(1) for side in "LR"}
    lids = sum(eye_weights.values()) > 0.99
    eyes = {side: vertices[np.unique(faces[weight > 0.99])] for side, weight in eye_weights.items()}
    put("eyes", lids)
    for side, points in eyes.items():
        middle = points.mean(0)
        toward = (centers - middle) / np.linalg.norm(centers - middle, axis=1, keepdims=True)
        put("iris", (eye_weights[side] > 0.99) & (toward[:, 2] > 0.88))
    lip_bones = [bone for bone in bone_weights if bone.startswith("oris")]
    put("lips", sum(bone_weights[bone] for bone in lip_bones)[faces].mean(1) > 0.6)
    return _COLORS, chosen
