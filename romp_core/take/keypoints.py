"""Keypoint layouts as data: which points of a body a model gives, in which order."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from ..geometry.skeleton import JOINT, JOINTS, PARENTS

_MIRRORED = {"left": "right", "right": "left"}


@dataclass(frozen=True)
class Layout:
    """The keypoints of a model.

    Attributes:
        name: key in `LAYOUTS`.
        names: of the keypoints, in the model's order; the sides are called "left" and "right".
        edges: pairs of keypoints, for drawing.
        smpl_joints: for each keypoint the SMPL joint whose position it estimates, -1 where there is none.
    """

    name: str
    names: tuple[str, ...]
    edges: tuple[tuple[int, int], ...]
    smpl_joints: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.names)

    def index(self, name: str) -> int:
        """Index of a keypoint. Raises ValueError when this layout has none of that name."""
        return self.names.index(name)

    def pair(self, part: str) -> list[int]:
        """Indices of the left and the right keypoint of a body part, such as "hip"."""
        return [self.index(f"left_{part}"), self.index(f"right_{part}")]

    @property
    def mirror(self) -> tuple[int, ...]:
        """For each keypoint the index of its counterpart on the other side; itself in the middle of the body."""
        swapped = ("_".join(_MIRRORED.get(part, part) for part in name.split("_")) for name in self.names)
        return tuple(self.index(name) for name in swapped)


def _layout(name: str, names: str, edges: str, smpl: dict[str, str] | None = None) -> Layout:
    """From names in order, and chains of names such as "a-b-c d-e"; `side_` in a chain stands for both sides.

    Args:
        smpl: keypoint -> SMPL joint, in addition to those of equal names.
    """
    order = tuple(names.split())
    both = [chain.replace("side_", f"{side}_") for chain in edges.split() for side in ("left", "right")]
    pairs: dict[tuple[int, int], None] = {}
    for chain in both:
        points = [order.index(point) for point in chain.split("-")]
        pairs.update(dict.fromkeys(pairwise(points)))
    joints = {**{joint: joint for joint in JOINTS}, **(smpl or {})}
    return Layout(name, order, tuple(pairs), tuple(JOINT[joints[each]] if each in joints else -1 for each in order))


_TRUNK_AND_LIMBS = (
    "left_shoulder-right_shoulder left_hip-right_hip side_shoulder-side_hip "
    "side_shoulder-side_elbow-side_wrist side_hip-side_knee-side_ankle "
)

BLAZEPOSE_33 = _layout(
    "blazepose_33",
    "nose left_eye_inner left_eye left_eye_outer right_eye_inner right_eye right_eye_outer left_ear right_ear "
    "mouth_left mouth_right left_shoulder right_shoulder left_elbow right_elbow left_wrist right_wrist "
    "left_pinky right_pinky left_index right_index left_thumb right_thumb left_hip right_hip left_knee right_knee "
    "left_ankle right_ankle left_heel right_heel left_foot_index right_foot_index",
    _TRUNK_AND_LIMBS + "nose-side_eye_inner-side_eye-side_eye_outer-side_ear mouth_left-mouth_right "
    "side_wrist-side_pinky-side_index-side_wrist-side_thumb side_ankle-side_heel-side_foot_index-side_ankle",
    {"left_foot_index": "left_foot", "right_foot_index": "right_foot"},
)
"""MediaPipe's pose landmarks."""

COCO_17 = _layout(
    "coco_17",
    "nose left_eye right_eye left_ear right_ear left_shoulder right_shoulder left_elbow right_elbow "
    "left_wrist right_wrist left_hip right_hip left_knee right_knee left_ankle right_ankle",
    _TRUNK_AND_LIMBS + "nose-side_eye-side_ear",
)
"""Keypoints of the COCO data set."""

SMPL_24 = Layout(
    "smpl_24",
    JOINTS,
    tuple((parent, joint) for joint, parent in enumerate(PARENTS) if parent >= 0),
    tuple(range(len(JOINTS))),
)
"""Joints of the SMPL body model."""

LAYOUTS = {layout.name: layout for layout in (BLAZEPOSE_33, COCO_17, SMPL_24)}
