"""Settings of retargeting."""

from __future__ import annotations

from typing import Any

import bpy
from bpy.props import BoolProperty, CollectionProperty, EnumProperty, FloatProperty, PointerProperty
from bpy.types import PropertyGroup

from .mapping_editor.properties import ROMP_MOCAP_PG_rig_mapping

ROOT_MODES = (
    ("HIPS", "Hips", "The hips carry all motion, from the origin of the rig"),
    ("ROOT", "Root Bone", "Heading and ground path on the root bone, the rest on the hips, as game engines expect"),
    ("IN_PLACE", "In Place", "Without the path along the ground"),
    ("WORLD", "World", "Where the actor was, in front of the matched camera; a root bone follows along the ground"),
)
KEY_MODES = (
    ("FK", "FK", "Key the FK controls, and let the limbs follow them"),
    ("IK", "IK", "Let the limbs follow their IK controls, where the rig has some"),
    ("BOTH", "Both", "Key FK and IK controls alike; the limbs follow FK"),
)


def is_armature(_owner: Any, item: bpy.types.Object) -> bool:
    """Filter of object fields."""
    return item.type == "ARMATURE"


class ROMP_MOCAP_PG_retarget(PropertyGroup):
    """`Scene.romp_mocap.retarget`."""

    source: PointerProperty(
        type=bpy.types.Object,
        name="Source",
        description="Armature whose motion is retargeted. Empty uses the selected person of the take",
        poll=is_armature,
    )
    target: PointerProperty(
        type=bpy.types.Object, name="Target", description="Armature of your own character", poll=is_armature
    )
    root_mode: EnumProperty(name="Root Motion", items=ROOT_MODES)
    key_mode: EnumProperty(name="Keys", items=KEY_MODES)
    plants: BoolProperty(
        name="Plant Feet",
        description="Let feet that stand stay where they are, also on legs of other proportions",
        default=True,
    )
    reduces: BoolProperty(name="Fewer Keys", description="Leave out keys as long as the pose hardly changes")
    bound_mm: FloatProperty(
        name="Within (mm)", description="Most that any bone may move", default=2.0, min=0.01, soft_max=20.0
    )
    bound_deg: FloatProperty(
        name="Within (°)", description="Most that any bone may turn", default=0.5, min=0.01, soft_max=5.0
    )
    mappings: CollectionProperty(type=ROMP_MOCAP_PG_rig_mapping)


CLASSES = (ROMP_MOCAP_PG_retarget,)
