"""Which control of a rig follows which other one, found out by moving them: constraints and drivers hide it.

In a rig with a mechanism, such as one that Rigify generated, the parent of a control is a helper bone, which is moved
by constraints. What matters is only whose motion arrives at a control, and whether its rotation does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import bpy
from mathutils import Matrix, Quaternion, Vector

if TYPE_CHECKING:
    from romp_core.retarget.mapping import RigMapping

_TURN, _SHIFT = Quaternion((0.3, -0.5, 0.8), 0.4), Vector((0.02, 0.05, -0.03))
_EQUAL = 2e-3
"""Largest difference of matrix entries, with positions in lengths of the rig, at which a control follows rigidly."""


@dataclass(frozen=True)
class Followed:
    """The controls of a rig at rest, and what they follow.

    Attributes:
        order: names, leaders before followers. parents: control -> the control that it follows, or "".
        turns: control -> whether it takes over the rotation. rest: control -> matrix in armature space (Matrix).
        remarks: for the user, about controls that follow partly.
    """

    order: tuple[str, ...]
    parents: dict[str, str]
    turns: dict[str, bool]
    rest: dict[str, Matrix]
    remarks: tuple[str, ...]


def is_constrained(item: bpy.types.Object, names: Iterable[str]) -> bool:
    """True when a constraint acts on one of these bones, or on one above it."""
    seen = set[str]()
    for name in names:
        bone = item.pose.bones[name]
        while bone is not None and bone.name not in seen:
            seen.add(bone.name)
            if any(not constraint.mute for constraint in bone.constraints):
                return True
            bone = bone.parent
    return False


def followed(item: bpy.types.Object, mapping: RigMapping, names: list[str]) -> Followed:
    """Move the controls one by one, and see who follows; afterwards the pose is as before."""
    with at_rest(item, mapping):
        _update()
        rest = {name: item.pose.bones[name].matrix.copy() for name in names}
        size = max((matrix.translation.length for matrix in rest.values()), default=1.0) or 1.0
        rigid: dict[str, set[str]] = {name: set() for name in names}
        carried: dict[str, set[str]] = {name: set() for name in names}
        partly: dict[str, set[str]] = {name: set() for name in names}
        moving = {mapping.root, mapping.carrier, mapping.bones["pelvis"][0], *(limb.control for limb in mapping.ik)}
        for leader in _leaders(names, mapping):
            control = item.pose.bones[leader]
            shift = _SHIFT * size if leader in moving else Vector()  # limbs tear and stretch where they only turn
            control.matrix_basis = Matrix.LocRotScale(shift, _TURN, None)
            _update()
            moved = control.matrix @ rest[leader].inverted()
            for name in names:
                if name == leader:
                    continue
                change = item.pose.bones[name].matrix @ rest[name].inverted()
                place = (item.pose.bones[name].matrix.translation - moved @ rest[name].translation).length / size
                if _differ(change, moved, size) < _EQUAL:
                    rigid[name].add(leader)
                elif _differ(change, Matrix(), size) < _EQUAL:
                    continue
                elif place < _EQUAL and _differ(change.to_3x3().to_4x4(), Matrix(), size) < _EQUAL:
                    carried[name].add(leader)
                else:
                    partly[name].add(leader)
            control.matrix_basis = Matrix()
        _update()
    return _ordered(names, rest, rigid, carried, partly)


def _leaders(names: list[str], mapping: RigMapping) -> list[str]:
    """Controls that others may follow: not the ends of fingers, and of IK controls only those that toes follow."""
    from romp_core.geometry.fingers import FINGERS

    ik = {name for limb in mapping.ik for name in (limb.upper, limb.pole, limb.tip)}
    ik |= {limb.control for limb in mapping.ik if not limb.tip}
    ends = {mapping.bones[joint][-1] for joint in FINGERS if joint.endswith("3") and joint in mapping.bones}
    return [name for name in names if name not in ik and name not in ends]


def _ordered(
    names: list[str],
    rest: dict[str, Matrix],
    rigid: dict[str, set[str]],
    carried: dict[str, set[str]],
    partly: dict[str, set[str]],
) -> Followed:
    """Of several leaders, the one that follows most others itself is the nearest."""
    everyone = {name: rigid[name] | carried[name] for name in names}
    parents = {name: max(everyone[name], key=lambda leader: len(everyone[leader]), default="") for name in names}
    turns = {name: parents[name] in rigid[name] or not parents[name] for name in names}
    order = sorted(names, key=lambda name: len(everyone[name]))
    unclear = [name for name in names if partly[name]]
    remarks: tuple[str, ...] = ()
    if unclear:
        remarks = (f"Some controls follow others only partly, which may cost exactness: {', '.join(unclear[:4])}.",)
    return Followed(tuple(order), parents, turns, rest, remarks)


def _differ(a: Matrix, b: Matrix, size: float) -> float:
    """Largest difference of the entries, positions in units of `size`."""
    return max(
        abs(a[row][column] - b[row][column]) / (size if column == 3 else 1.0) for row in range(3) for column in range(4)
    )


def _update() -> None:
    bpy.context.view_layer.update()


@contextmanager
def at_rest(item: bpy.types.Object, mapping: RigMapping) -> Iterator[None]:
    """The rest pose with the limbs on FK while this lasts; the user's pose, action and settings come back."""
    animation = item.animation_data
    action = animation.action if animation else None
    slot = getattr(animation, "action_slot", None) if animation else None
    uses_nla = animation.use_nla if animation else False
    poses = [(bone, bone.matrix_basis.copy()) for bone in item.pose.bones]
    values = [(bone, prop, bone[prop]) for bone, prop, _ in switch_values(item, mapping, ik=False)]
    if animation:
        animation.action, animation.use_nla = None, False
    try:
        for bone, prop, value in switch_values(item, mapping, ik=False):
            _set(bone, prop, value)
        for bone in item.pose.bones:
            bone.matrix_basis = Matrix()
        item.update_tag()
        yield
    finally:
        for bone, prop, value in values:
            _set(bone, prop, value)
        for bone, matrix in poses:
            bone.matrix_basis = matrix
        if animation:
            animation.use_nla = uses_nla
            if action is not None:
                animation.action = action
                if slot is not None:
                    animation.action_slot = slot
        item.update_tag()
        _update()


def switch_values(item: bpy.types.Object, mapping: RigMapping, ik: bool) -> list[tuple[Any, str, float]]:
    """(pose bone, custom property, value) that let the limbs follow their FK or their IK controls."""
    switches = [(each.bone, each.prop, each.ik if ik else each.fk) for each in mapping.switches]
    found = [(item.pose.bones.get(name), prop, value) for name, prop, value in (*switches, *mapping.constants)]
    return [(bone, prop, value) for bone, prop, value in found if bone is not None and prop in bone]


def set_switches(item: bpy.types.Object, mapping: RigMapping, ik: bool) -> None:
    """Let the limbs follow their FK or their IK controls."""
    for bone, prop, value in switch_values(item, mapping, ik):
        _set(bone, prop, value)
    item.update_tag()  # drivers read the switches


def _set(bone: Any, prop: str, value: float) -> None:
    bone[prop] = type(bone[prop])(value)
