"""Which armature is the target, as the panel has it."""

from __future__ import annotations

import bpy

from ..takes import take_list


def chosen_target(context: bpy.types.Context) -> bpy.types.Object | None:
    """The rig of the selected person, or the target field where the source is an armature or there is no take."""
    group = context.scene.romp_mocap.retarget
    person = None if group.source is not None else take_list.active_person(context.scene)
    item: bpy.types.Object | None = person.rig if person is not None else group.target
    return item
