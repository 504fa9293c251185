"""How a skeleton's rest pose differs from the T-pose: automatic rest-pose alignment.

The T-pose is that of the body facing -y in the world, z up: arms along x, legs straight down, palms and soles down.
Trunk, neck, head and collars keep the posture they have at rest, since their bones run differently in every rig.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from ..geometry.fingers import FINGER_NAMES, SIDES
from ..geometry.rotations import cross, normalize
from ..typing import Array

_DOWN, _UP, _FORWARD = np.array([0.0, 0.0, -1.0]), np.array([0.0, 0.0, 1.0]), np.array([0.0, -1.0, 0.0])
_STANDING_DEG = 15.0
"""A trunk that leans less than this at rest stands; its lean is the character's posture."""
_HINGE_DEG = 10.0
"""A limb that is bent by more than this at rest shows the axis of its elbow or knee."""
_LARGEST_TWIST_DEG = 75.0
_SHORT_M = 1e-5


@dataclass(frozen=True)
class Landmarks:
    """Where a skeleton at rest has its joints, in the world, meters.

    Attributes:
        heads: joint -> (3,) where it is. ends: joint -> (3,) to where its bone leads.
        floor: height of the soles at rest.
        soles: side -> (3,) unit normal of the sole at rest, upward, where it is known.
    """

    heads: Mapping[str, Array]
    ends: Mapping[str, Array]
    floor: float = 0.0
    soles: Mapping[str, Array] = field(default_factory=dict)

    def direction(self, joint: str) -> Array | None:
        """Unit vector (3,) of a joint's bone, None for a bone without length."""
        if joint not in self.heads or joint not in self.ends:
            return None
        along = np.asarray(self.ends[joint]) - self.heads[joint]
        return normalize(along) if np.linalg.norm(along) > _SHORT_M else None

    def length(self, joint: str) -> float:
        """Meters from a joint to where its bone leads."""
        return float(np.linalg.norm(np.asarray(self.ends[joint]) - self.heads[joint]))

    @property
    def leg_length(self) -> float:
        """Thigh and shin, mean of both legs, meters."""
        return sum(self.length(f"{side}_{part}") for side in SIDES for part in ("hip", "knee")) / 2

    @property
    def ankle_height(self) -> float:
        """Height of the ankles above the soles, mean of both, meters."""
        return float(np.mean([self.ends[f"{side}_knee"][2] for side in SIDES])) - self.floor


@dataclass(frozen=True)
class Alignment:
    """What brings a rest pose into the T-pose.

    Attributes:
        turns: joint -> (3, 3) world rotation.
        directions: joint -> (3,) unit direction of feet and fingers in the T-pose reached.
    """

    turns: Mapping[str, Array]
    directions: Mapping[str, Array]


def align(rest: Landmarks, directions: Mapping[str, Array] | None = None) -> Alignment:
    """Find the rotation of each joint that brings a rest pose into the T-pose, parents first.

    Args:
        directions: how feet and fingers lie in the T-pose of the motion's source; without them, they stay as they are
            built. Feet whose soles are known go by the sole.
    """
    facing = _facing(rest)
    turns = dict.fromkeys(rest.heads, facing)
    reached: dict[str, Array] = {}
    for side in SIDES:
        outward = np.array([1.0 if side == "left" else -1.0, 0.0, 0.0])
        _straighten(rest, turns, (f"{side}_shoulder", f"{side}_elbow"), outward, -outward[0] * _UP)
        _straighten(rest, turns, (f"{side}_hip", f"{side}_knee"), _DOWN, np.array([1.0, 0.0, 0.0]))
        _place_foot(rest, turns, reached, side, directions or {})
        _place_hand(rest, turns, reached, side, outward, directions or {})
    return Alignment(turns, reached)


def _facing(rest: Landmarks) -> Array:
    """The rotation (3, 3) that lets a skeleton face -y; one that does not stand is put upright."""
    leftward = np.zeros(3)
    for part in ("hip", "shoulder"):
        leftward = leftward + normalize(rest.heads[f"left_{part}"] - rest.heads[f"right_{part}"])
    top = rest.heads.get("neck", (rest.heads["left_shoulder"] + rest.heads["right_shoulder"]) / 2)
    up = normalize(top - (rest.heads["left_hip"] + rest.heads["right_hip"]) / 2)
    if up[2] > np.cos(np.radians(_STANDING_DEG)):
        up = _UP
    across = normalize(leftward - up * (leftward @ up))
    return np.array([across, cross(up, across), up])


def _straighten(rest: Landmarks, turns: dict[str, Array], limb: tuple[str, str], along: Array, hinge: Array) -> None:
    """Lay the two bones of a limb along a direction; where they are bent at rest, they bend about `hinge` then."""
    upper, lower = limb
    first, second = rest.direction(upper), rest.direction(lower)
    if first is None:
        return
    turn = turns[upper]
    turn = between(turn @ first, along) @ turn
    if second is not None:
        axis = cross(turn @ first, turn @ second)
        bend = np.degrees(np.arcsin(min(1.0, float(np.linalg.norm(axis)))))
        if bend > _HINGE_DEG:
            twist = between(normalize(axis), hinge)
            if np.degrees(np.arccos(np.clip((np.trace(twist) - 1) / 2, -1, 1))) < _LARGEST_TWIST_DEG:
                turn = twist @ turn
    turns[upper] = turn
    turns[lower] = between(turn @ second, along) @ turn if second is not None else turn
    for end in _beyond(lower):
        if end in turns:
            turns[end] = turns[lower]


def _beyond(joint: str) -> list[str]:
    side, part = joint.split("_")
    if part == "knee":
        return [f"{side}_ankle", f"{side}_foot"]
    return [f"{side}_wrist", *(f"{side}_{finger}{number}" for finger in FINGER_NAMES for number in (1, 2, 3))]


def _place_foot(
    rest: Landmarks, turns: dict[str, Array], reached: dict[str, Array], side: str, given: Mapping[str, Array]
) -> None:
    """Point a foot forward, its sole flat where it is known."""
    ankle, toes = f"{side}_ankle", f"{side}_foot"
    along = rest.direction(ankle)
    if along is None:
        return
    turn = turns[ankle]
    if side in rest.soles:
        turn = between(turn @ rest.soles[side], _UP) @ turn
        turn = between(_flat(turn @ along), _FORWARD) @ turn
    elif ankle in given:
        turn = between(turn @ along, given[ankle]) @ turn
    else:
        turn = between(_flat(turn @ along), _FORWARD) @ turn
    turns[ankle] = turn
    reached[ankle] = turn @ along
    if toes in turns:
        turns[toes] = turn


def _place_hand(
    rest: Landmarks,
    turns: dict[str, Array],
    reached: dict[str, Array],
    side: str,
    outward: Array,
    given: Mapping[str, Array],
) -> None:
    """Lay a hand outward, palm down where its knuckles show the palm, and its fingers as in the source."""
    wrist = f"{side}_wrist"
    along = rest.direction(wrist)
    if along is None:
        return
    turn = between(turns[wrist] @ along, outward) @ turns[wrist]
    knuckles = [rest.heads.get(f"{side}_{finger}1") for finger in ("index", "pinky")]
    if knuckles[0] is not None and knuckles[1] is not None:
        back = outward[0] * cross(turn @ (knuckles[0] - rest.heads[wrist]), turn @ (knuckles[1] - rest.heads[wrist]))
        back = back - outward * (back @ outward)
        if np.linalg.norm(back) > _SHORT_M**2:
            turn = between(normalize(back), _UP) @ turn
    turns[wrist] = turn
    for finger in FINGER_NAMES:
        before = turn
        for number in (1, 2, 3):
            joint = f"{side}_{finger}{number}"
            along = rest.direction(joint)
            if along is None:
                continue
            if joint in given:
                before = between(before @ along, given[joint]) @ before
            turns[joint] = before
            reached[joint] = before @ along


def _flat(direction: Array) -> Array:
    """The horizontal part of a direction, unit length."""
    return normalize(direction * [1.0, 1.0, 0.0])


def between(a: Array, b: Array) -> Array:
    """The smallest rotation (3, 3) from one unit vector to another (Rodrigues); about any axis for opposite ones."""
    axis, cosine = cross(a, b), float(a @ b)
    if cosine < -1 + 1e-9:
        axis = normalize(cross(a, np.eye(3)[np.abs(a).argmin()]))
        return 2 * np.outer(axis, axis) - np.eye(3)
    x, y, z = axis
    skew = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    return np.eye(3) + skew + skew @ skew / (1 + cosine)
