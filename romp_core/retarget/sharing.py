"""Which rotation each bone of a rig takes: joints that a rig lacks, and joints that it has several bones for."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ..geometry.fingers import FINGERS
from ..geometry.rotations import (
    make_continuous,
    normalize,
    quat_conjugate,
    quat_from_rotvec,
    quat_multiply,
    quat_rotate,
    shortest_turn,
    slerp,
)
from ..geometry.skeleton import JOINTS, PARENTS
from ..typing import Array
from .mapping import RigMapping

_BENDING = (("spine1", "spine2", "spine3"), ("neck", "head"))
"""Chains whose bones share a bend evenly, however many there are."""
_ABOVE = {name: JOINTS[parent] for name, parent in zip(JOINTS[1:], PARENTS[1:], strict=True)} | {
    finger: f"{finger.split('_')[0]}_wrist" if finger.endswith("1") else f"{finger[:-1]}{int(finger[-1]) - 1}"
    for finger in FINGERS
}


def joint_turns(known: Mapping[str, Array], needed: list[str]) -> dict[str, Array]:
    """Rotations of the joints that a target has, from those that a source knows.

    A chain of the back or the neck with another number of joints bends as the source's does, evenly, to the same end;
    the other joints that the source does not know stay with the joint above them.

    Args:
        known: joint -> (n, 4) world rotations, identity in the T-pose; has the pelvis.
    """
    turns = {joint: known[joint] for joint in needed if joint in known}
    for chain in _BENDING:
        have, need = ([joint for joint in chain if joint in group] for group in (known, needed))
        if have == need or not need or not have:
            continue
        base = known[_known_above(chain[0], known)]
        curve = [base, *(known[joint] for joint in have)]
        for number, joint in enumerate(need, start=1):
            position = number / len(need) * len(have)
            before = min(int(position), len(have) - 1)
            turns[joint] = slerp(curve[before], curve[before + 1], position - before)
    return turns


def shared(
    known: Mapping[str, Array], turns: Mapping[str, Array], mapping: RigMapping, joint: str, segments: Array | None
) -> list[Array]:
    """World rotations (n, 4) of the bones that share a joint, parent first; the last one has the whole rotation.

    Bones of the back and neck share the bend. Those of a limb share the twist about it. Where they lie in one line,
    that leaves its direction alone; where they do not, all turn back by what the twist moved the limb's end.

    Args:
        segments: (bones, 3) from bone to bone and to the end of a limb, in the T-pose.
    """
    whole, count = turns[joint], len(mapping.bones[joint])
    if count == 1:
        return [whole]
    base = turns[above] if (above := _known_above(joint, turns)) in turns else known["pelvis"]
    if any(joint in chain for chain in _BENDING) or segments is None:
        return [slerp(base, whole, number / count) for number in range(1, count + 1)]
    axis = normalize(segments.sum(axis=0))
    local = make_continuous(quat_multiply(quat_conjugate(base), whole))
    twist = np.unwrap(2 * np.arctan2(local[:, 1:] @ axis, local[:, 0]))
    twist -= 2 * np.pi * np.round(np.median(twist) / (2 * np.pi))
    back = [quat_from_rotvec(axis * (twist * (number / count - 1))[:, None]) for number in range(1, count + 1)]
    along = normalize(np.sum([quat_rotate(turn, part) for turn, part in zip(back, segments, strict=True)], axis=0))
    restored = quat_multiply(whole, shortest_turn(along, np.broadcast_to(axis, along.shape)))
    return [quat_multiply(restored, each) for each in back]


def _known_above(joint: str, turns: Mapping[str, Array]) -> str:
    """The nearest joint above that has a rotation."""
    above = _ABOVE[joint]
    while above not in turns and above in _ABOVE:
        above = _ABOVE[above]
    return above
