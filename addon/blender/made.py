"""What was made from the takes of a scene: pointers that the scene keeps.

A pointer follows its object through renames, undo and saving, and in a full copy of the scene it leads to the copied
object. It does not follow a duplicate that the user makes, although that carries the same marks.
"""

from __future__ import annotations

import bpy
from bpy.props import PointerProperty
from bpy.types import PropertyGroup


class ROMP_MOCAP_PG_made(PropertyGroup):
    """One object or collection that was made from a take; its name tells the part, see `scene_index`.

    A part whose pointers are empty was made and has been deleted since.
    """

    item: PointerProperty(type=bpy.types.Object)
    collection: PointerProperty(type=bpy.types.Collection)
    action: PointerProperty(type=bpy.types.Action)  # what bakes write to, assigned to the object or not
    face: PointerProperty(type=bpy.types.Action)  # likewise, for the shape keys of a body


CLASSES = (ROMP_MOCAP_PG_made,)
