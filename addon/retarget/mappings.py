"""Which mapping an armature has: chosen by the user, or detected."""

from __future__ import annotations

from typing import TYPE_CHECKING

import bpy

from ..bake.bones import bone_names
from .mapping_editor.properties import find, shown_mapping

if TYPE_CHECKING:
    from romp_core.retarget.mapping import RigMapping
    from romp_core.retarget.recognize import Match


def mapping_for(scene: bpy.types.Scene, item: bpy.types.Object, path: str = "") -> RigMapping:
    """The mapping of an armature: from a file, else as the panel shows it, else detected.

    Raises:
        romp_core.errors.RetargetError: the file is none, or names bones wrongly; the armature is not recognized.
    """
    from romp_core.retarget.mapping_file import check_bones, load_mapping

    names = {bone.name for bone in item.data.bones}
    if path:
        return load_mapping(bpy.path.abspath(path), names)
    if entry := find(scene, item):
        mapping = shown_mapping(entry)
        check_bones(mapping, names)
        return mapping
    return detect(item)


def detect(item: bpy.types.Object) -> RigMapping:
    """The mapping of an armature by the names of its bones.

    Raises:
        romp_core.errors.RetargetError: it is not recognized, or bones are missing.
    """
    from romp_core.errors import RetargetError

    best = best_match(item)
    if best is None:
        raise RetargetError(
            f'The skeleton of "{item.name}" was not recognized.', "Choose its bones under Mapping, or load a mapping."
        )
    if best.mapping.missing:
        missing = ", ".join(joint.replace("_", " ") for joint in best.mapping.missing)
        raise RetargetError(
            f'"{item.name}" looks like {best.label}, but has no bones for: {missing}.', "Choose them under Mapping."
        )
    return best.mapping


def best_match(item: bpy.types.Object) -> Match | None:
    """The kind of rig that an armature most likely is, which may lack bones; None if it is not recognized."""
    from romp_core.retarget.mapping import BODY_JOINTS
    from romp_core.retarget.recognize import recognize, recognize_own

    own = bone_names(item.data)
    if set(BODY_JOINTS) <= set(own):
        return recognize_own(own)
    index = {bone.name: row for row, bone in enumerate(item.data.bones)}
    matches = recognize(list(index), [index[bone.parent.name] if bone.parent else -1 for bone in item.data.bones])
    return matches[0] if matches else None
