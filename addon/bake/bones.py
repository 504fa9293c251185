"""Which bone of an armature is which joint: by a property of the bone, so users may rename bones for another rig."""

from __future__ import annotations

from typing import Any

import bpy

ROOT_BONE = "root"
_JOINT = "romp_mocap_joint"


def bone_names(armature: bpy.types.Armature) -> dict[str, str]:
    """Name of the bone of each joint, and of the root bone, as far as the armature has them.

    Of bones that the user duplicated, the one that has the joint's name counts, else the first. Armatures of earlier
    versions have no properties; their bones are named like the joints.
    """
    from romp_core.geometry.fingers import ALL_JOINTS

    found: dict[str, str] = {}
    for bone in armature.bones:
        joint = bone.get(_JOINT)
        if joint and (joint not in found or bone.name == joint):
            found[joint] = bone.name
    return found or {name: name for name in (*ALL_JOINTS, ROOT_BONE) if name in armature.bones}


def mark_bone(bone: Any, joint: str) -> None:
    """Note on a bone, or an edit bone, which joint it is."""
    bone[_JOINT] = joint
