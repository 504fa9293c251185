"""Which objects of a scene belong to which take: users may rename and duplicate anything.

What bakes make carries marks, plain custom properties that survive without the extension and travel into exports, and
is pointed to by the scene (`made`). The pointers tell it from the user's duplicates; in a scene without them, such as
one that objects of another file were appended to, the first object with the marks counts.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import bpy

TAKE, PERSON, ROLE = "romp_mocap_take", "romp_mocap_person", "romp_mocap_role"
ARMATURE, BODY, CAMERA, PARENT, COLLECTION = "armature", "body", "camera", "parent", "collection"
FACE = "face"
"""Role of the action that moves the shape keys of a body."""
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


def keep(scene: bpy.types.Scene, item: bpy.types.Object) -> Any:
    """Let the scene point to a marked object as the one that bakes keep up; returns the pointers."""
    pointers = _ensure(scene, _key(item[TAKE], item[ROLE], item[PERSON]))
    if pointers.item != item:
        pointers.item = item
    return pointers


def keep_collection(scene: bpy.types.Scene, take_id: str, collection: bpy.types.Collection) -> None:
    """Let the scene point to the collection of a take."""
    collection[TAKE] = take_id
    _ensure(scene, _key(take_id, COLLECTION)).collection = collection


def pointers_of(scene: bpy.types.Scene, item: bpy.types.Object) -> Any | None:
    """The scene's pointers to a marked object, or None where it points to another one."""
    pointers = scene.romp_mocap.made.get(_key(item[TAKE], item[ROLE], item[PERSON]))
    return pointers if pointers is not None and pointers.item == item else None


def is_kept(scene: bpy.types.Scene, take_id: str, role: str, person_id: int = NO_PERSON) -> bool:
    """True when the scene points to this part of a take: quick enough to be asked while a panel is drawn."""
    pointers = scene.romp_mocap.made.get(_key(take_id, role, person_id))
    return pointers is not None and is_in(scene, pointers.item)


def was_made(scene: bpy.types.Scene, take_id: str, role: str, person_id: int = NO_PERSON) -> bool:
    """True when the scene has this part of a take, or had it until the user deleted it."""
    return _key(take_id, role, person_id) in scene.romp_mocap.made or bool(find_object(scene, take_id, role, person_id))


def is_known(scene: bpy.types.Scene, take_id: str) -> bool:
    """True when something was made from a take in this scene, even if it was deleted since."""
    return next(_parts(scene, take_id), None) is not None


def lost_parts(scene: bpy.types.Scene, take_id: str) -> set[tuple[str, int]]:
    """Role and person of what was made from a take in this scene and is not there any more."""
    return {part for part in _parts(scene, take_id) if _find_part(scene, take_id, *part) is None}


def names_of_parts(scene: bpy.types.Scene, take_id: str, parts: set[tuple[str, int]]) -> list[str]:
    """Names of those of the parts that are in the scene."""
    found = [_find_part(scene, take_id, *part) for part in parts]
    return [datablock.name for datablock in found if datablock is not None]


def forget(scene: bpy.types.Scene, take_id: str, person_id: int | None = None) -> None:
    """Point to nothing of a take, or of one of its people, any more."""
    made = scene.romp_mocap.made
    for index in reversed(range(len(made))):
        take, _, person = made[index].name.rsplit("/", 2)
        if take == take_id and person_id in (None, int(person)):
            made.remove(index)


def drop_deleted(scene: bpy.types.Scene, take_id: str) -> None:
    """Delete objects of a take that the user deleted: only the scene's pointers keep them, and their names, alive.

    The empty is kept: what hangs on it would move.
    """
    for pointers in scene.romp_mocap.made:
        item, (take, role, _) = pointers.item, pointers.name.rsplit("/", 2)
        if take != take_id or role == PARENT or not _is_deleted(item) or item.use_fake_user or library_of(item):
            continue
        data = item.data
        bpy.data.objects.remove(item)
        if data is not None and not data.users:
            bpy.data.batch_remove([data])


def change_take(scene: bpy.types.Scene, take_id: str, new_id: str) -> None:
    """Let what was made from one take belong to another."""
    actions = {action for action in bpy.data.actions if action.get(TAKE) == take_id and action.library is None}
    collection = find_collection(scene, take_id)
    mine = [pointers for pointers in scene.romp_mocap.made if pointers.name.startswith(f"{take_id}/")]
    own = {action for pointers in mine for action in (pointers.action, pointers.face)}
    for datablock in (*objects_of(scene, take_id), *(actions & own), *([collection] if collection else [])):
        if not library_of(datablock):
            datablock[TAKE] = new_id
    for pointers in scene.romp_mocap.made:
        take, role, person = pointers.name.rsplit("/", 2)
        if take == take_id:
            pointers.name = _key(new_id, role, int(person))


def find_object(scene: bpy.types.Scene, take_id: str, role: str, person_id: int = NO_PERSON) -> bpy.types.Object | None:
    """The object of this scene with that part in the take, or None."""
    pointers = scene.romp_mocap.made.get(_key(take_id, role, person_id))
    if pointers is not None:
        return pointers.item if is_in(scene, pointers.item) else None
    return next((item for item in scene.objects if belongs(item, take_id, role, person_id)), None)


def deleted_object(scene: bpy.types.Scene, take_id: str, role: str) -> bpy.types.Object | None:
    """The object with that part in the take, if the user deleted it and the scene's pointers keep it alive."""
    pointers = scene.romp_mocap.made.get(_key(take_id, role))
    return pointers.item if pointers is not None and _is_deleted(pointers.item) else None


def objects_of(scene: bpy.types.Scene, take_id: str, person_id: int | None = None) -> list[bpy.types.Object]:
    """All objects of a take in this scene, or only one person's; without the user's duplicates."""
    parts = {
        (str(item[ROLE]), int(item[PERSON])): None
        for item in scene.objects
        if item.get(TAKE) == take_id and item.get(ROLE) and person_id in (None, item.get(PERSON))
    }
    found = [find_object(scene, take_id, *part) for part in parts]
    return [item for item in found if item is not None]


def find_collection(scene: bpy.types.Scene, take_id: str) -> bpy.types.Collection | None:
    """The take's collection in this scene, or None."""
    inside = scene.collection.children_recursive
    pointers = scene.romp_mocap.made.get(_key(take_id, COLLECTION))
    if pointers is not None and pointers.collection is not None:
        return pointers.collection if pointers.collection in inside else None
    return next((item for item in inside if item.get(TAKE) == take_id), None)


def characters(scene: bpy.types.Scene) -> Iterator[bpy.types.Object]:
    """Armatures of all takes in the scene, the user's duplicates included."""
    return (item for item in scene.objects if item.type == "ARMATURE" and item.get(ROLE) == ARMATURE)


def character_of(item: bpy.types.Object | None, scene: bpy.types.Scene) -> bpy.types.Object | None:
    """The armature of the person that this object is a part of, or None."""
    if item is None or item.get(ROLE) not in (ARMATURE, BODY):
        return None
    armature = item if item[ROLE] == ARMATURE else item.parent
    if armature is not None and armature.get(ROLE) == ARMATURE:
        return armature
    return find_object(scene, item[TAKE], ARMATURE, item[PERSON])


def body_of(scene: bpy.types.Scene, armature: bpy.types.Object) -> bpy.types.Object | None:
    """The body on an armature, or None."""
    bodies = [child for child in armature.children if child.get(ROLE) == BODY and is_in(scene, child)]
    return bodies[0] if bodies else find_object(scene, armature[TAKE], BODY, armature[PERSON])


def meshes_of(scene: bpy.types.Scene, armature: bpy.types.Object) -> list[bpy.types.Object]:
    """The meshes that an armature deforms, whoever made both."""
    body = body_of(scene, armature) if armature.get(ROLE) == ARMATURE else None
    return [item for item in scene.objects if item.type == "MESH" and (item == body or _deforms(armature, item))]


def _deforms(armature: bpy.types.Object, item: bpy.types.Object) -> bool:
    if item.parent == armature and item.parent_type == "ARMATURE":
        return True
    return any(modifier.type == "ARMATURE" and modifier.object == armature for modifier in item.modifiers)


def is_in(scene: bpy.types.Scene, item: bpy.types.Object | None) -> bool:
    """True for an object that is in one of the scene's collections."""
    if item is None or (found := scene.objects.get(item.name)) is None:
        return False
    return found == item or scene in item.users_scene  # linked objects may have the name of another one


def library_of(datablock: Any) -> str:
    """Name of the .blend that a datablock, or an object's data, is linked from or overrides; "" for the file's own."""
    for block in (datablock, getattr(datablock, "data", None)):
        if block is None:
            continue
        override = block.override_library
        source = override.reference if override is not None else block
        if source is not None and source.library is not None:
            return Path(source.library.filepath.replace("\\", "/")).name
    return ""


def left_alone(library: str) -> str:
    """A remark about what bakes cannot change."""
    return f'What is linked from "{library}" stays as it is: open that file, or make it local.'


def short_name(*parts: str) -> str:
    """The parts joined to a name short enough for Blender: the first one is cut."""
    rest = " ".join(parts[1:])
    room = _NAME_BYTES - 12 - len(rest.encode())  # 12: suffixes such as " visibility"
    first = parts[0].encode()[: max(room, 8)].decode(errors="ignore")
    return f"{first} {rest}".strip()


def _is_deleted(item: bpy.types.Object | None) -> bool:
    return item is not None and not item.users_collection


def _key(take_id: str, role: str, person_id: int = NO_PERSON) -> str:
    return f"{take_id}/{role}/{person_id}"


def _parts(scene: bpy.types.Scene, take_id: str) -> Iterator[tuple[str, int]]:
    for pointers in scene.romp_mocap.made:
        take, role, person = pointers.name.rsplit("/", 2)
        if take == take_id:
            yield role, int(person)


def _find_part(scene: bpy.types.Scene, take_id: str, role: str, person_id: int) -> Any | None:
    if role == COLLECTION:
        return find_collection(scene, take_id)
    return find_object(scene, take_id, role, person_id)


def _ensure(scene: bpy.types.Scene, key: str) -> Any:
    pointers = scene.romp_mocap.made.get(key)
    if pointers is None:
        pointers = scene.romp_mocap.made.add()
        pointers.name = key
    return pointers
