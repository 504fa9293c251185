"""Which objects of the file belong to which take: found by custom properties, so users may rename anything.

The properties are plain ones: they survive without the extension, and travel into exports.
"""

from __future__ import annotations

from collections.abc import Iterator

import bpy

TAKE, PERSON, ROLE = "romp_mocap_take", "romp_mocap_person", "romp_mocap_role"
ARMATURE, BODY, CAMERA = "armature", "body", "camera"
NO_PERSON = -1
_NAME_BYTES = 63


def mark(datablock: bpy.types.ID, take_id: str, role: str = "", person_id: int = NO_PERSON) -> None:
    """Note on a datablock which take and person it belongs to."""
    datablock[TAKE], datablock[ROLE], datablock[PERSON] = take_id, role, person_id


def belongs(datablock: bpy.types.ID, take_id: str, role: str, person_id: int = NO_PERSON) -> bool:
    """True when the datablock carries exactly these marks."""
    return (datablock.get(TAKE), datablock.get(ROLE), datablock.get(PERSON)) == (take_id, role, person_id)


def scene_of(uid: int) -> bpy.types.Scene | None:
    """The scene of this `session_uid`; None when another file was loaded since."""
    return next((scene for scene in bpy.data.scenes if scene.session_uid == uid), None)


def find_object(scene: bpy.types.Scene, take_id: str, role: str, person_id: int = NO_PERSON) -> bpy.types.Object | None:
    """The object of this scene with that part in the take, or None."""
    return next((item for item in scene.objects if belongs(item, take_id, role, person_id)), None)


def objects_of(scene: bpy.types.Scene, take_id: str, person_id: int | None = None) -> list[bpy.types.Object]:
    """All objects of a take in this scene, or only one person's."""
    return [
        item
        for item in scene.objects
        if item.get(TAKE) == take_id and item.get(ROLE) and person_id in (None, item.get(PERSON))
    ]


def find_collection(scene: bpy.types.Scene, take_id: str) -> bpy.types.Collection | None:
    """The take's collection in this scene, or None."""
    return next((item for item in scene.collection.children_recursive if item.get(TAKE) == take_id), None)


def characters(scene: bpy.types.Scene) -> Iterator[bpy.types.Object]:
    """Armatures of all takes in the scene."""
    return (item for item in scene.objects if item.type == "ARMATURE" and item.get(ROLE) == ARMATURE)


def character_of(item: bpy.types.Object | None, scene: bpy.types.Scene) -> bpy.types.Object | None:
    """The armature of the person that this object is a part of, or None."""
    if item is None or item.get(ROLE) not in (ARMATURE, BODY):
        return None
    return find_object(scene, item[TAKE], ARMATURE, item[PERSON])


def short_name(*parts: str) -> str:
    """The parts joined to a name short enough for Blender: the first one is cut."""
    rest = " ".join(parts[1:])
    room = _NAME_BYTES - 12 - len(rest.encode())  # 12: suffixes such as " visibility"
    first = parts[0].encode()[: max(room, 8)].decode(errors="ignore")
    return f"{first} {rest}".strip()
