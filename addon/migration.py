"""Files of version 0.1.0 are brought up to date when they are opened, and when the add-on is enabled.

That version kept its settings and takes in `Scene.mocap` and marked what it made with properties named `mocap_...`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import bpy
from bpy.app.handlers import persistent

from .bake.bones import bone_names, mark_bone
from .blender import scene_index
from .capture.selection import properties as selection
from .models import options

_GROUP = "mocap"
_KEYS = {"source", "capture", "scout", "solve", "takes", "active_take", "with_body", "with_root", "set_scene"}
_MODELS = ("blazepose", "romp", "bev", "trace")  # enums are stored as numbers
_MARKS = {
    f"mocap_{old}": f"romp_mocap_{new}"
    for old, new in {
        **{name: name for name in ("take", "person", "role", "source", "model", "version", "body", "material")},
        "model_licence": "model_license",
        "body_licence": "body_license",
    }.items()
}


def register() -> None:
    """Migrate the open file, and every file that is opened from now on."""
    bpy.app.handlers.load_post.append(_on_load)
    if isinstance(bpy.data, bpy.types.BlendData):
        migrate()
    else:  # while Blender enables an add-on, data is out of reach
        bpy.app.timers.register(migrate, first_interval=0.0)


def unregister() -> None:
    """Undo `register`."""
    bpy.app.handlers.load_post.remove(_on_load)
    if bpy.app.timers.is_registered(migrate):
        bpy.app.timers.unregister(migrate)


def migrate() -> None:
    """Bring the open file up to date."""
    for datablock in _datablocks():
        for old in [key for key in datablock.keys() if key in _MARKS]:  # noqa: SIM118 - IDs are no mappings
            datablock[_MARKS[old]] = datablock[old]
            del datablock[old]
    for scene in bpy.data.scenes:
        records = [(store, store[_GROUP].to_dict()) for store in _stores(scene) if _holds_group(store)]
        if records:
            _migrate_scene(scene.romp_mocap, records[0][1])
        for store, _ in records:
            del store[_GROUP]
        if scene.library is None and not scene.romp_mocap.made:
            _point_to_made(scene)


@persistent
def _on_load(*_: Any) -> None:
    migrate()


def _datablocks() -> Iterator[bpy.types.ID]:
    data = bpy.data
    for kind in (data.objects, data.actions, data.collections, data.materials, data.meshes, data.armatures):
        yield from (datablock for datablock in kind if datablock.library is None)


def _point_to_made(scene: bpy.types.Scene) -> None:
    """Find by its marks what versions before 0.3.0 made, which kept no pointers."""
    for item in [item for item in scene.objects if item.get(scene_index.ROLE) and not scene_index.library_of(item)]:
        marks = item[scene_index.TAKE], item[scene_index.ROLE], item[scene_index.PERSON]
        if scene_index.find_object(scene, *marks) != item:
            continue
        pointers = scene_index.keep(scene, item)
        assigned = item.animation_data.action if item.animation_data else None
        candidates = [assigned] if assigned and scene_index.belongs(assigned, *marks) else bpy.data.actions
        pointers.action = next((each for each in candidates if scene_index.belongs(each, *marks)), None)
        if item.type == "ARMATURE":
            for joint, bone in bone_names(item.data).items():
                mark_bone(item.data.bones[bone], joint)
    for collection in scene.collection.children_recursive:
        if scene_index.TAKE in collection and collection.library is None:
            scene_index.keep_collection(scene, collection[scene_index.TAKE], collection)


def _stores(scene: bpy.types.Scene) -> Iterator[Any]:
    """Where the values of a property group are while its class is not registered.

    From 5.0 on they have a store of their own; what older files hold is there and with the custom properties.
    """
    system = scene.bl_system_properties_get() if hasattr(scene, "bl_system_properties_get") else None
    if system is not None:
        yield system
    yield scene


def _holds_group(store: Any) -> bool:
    """True for the group of version 0.1.0; another add-on's may have the same name."""
    group: Any = store[_GROUP] if _GROUP in store.keys() else None  # noqa: SIM118
    return hasattr(group, "to_dict") and set(group.keys()) <= _KEYS


def _migrate_scene(group: Any, old: Mapping[str, Any]) -> None:
    _assign(group, {key: value for key, value in old.items() if not isinstance(value, dict | list)})
    capture = dict(old.get("capture", {}))
    people, image = old.get("scout", {}).get("people", []), old.get("scout", {}).get("picture", "")
    if "model" in capture:
        capture["model"] = _MODELS[capture["model"]]
    rounds = capture.pop("flow_rounds", None)
    picked, later = capture.pop("subjects", ""), capture.pop("newcomers", True)
    _assign(group.capture, {**capture, "new_people": later})
    if rounds is not None:
        options.assign(group.capture.model_options, "trace", {"flow_rounds": rounds})
    selection.offer(
        group, {"image": image, "people": [{"number": one["number"], "position": one["place"]} for one in people]}
    )
    for item, one in zip(group.detected.people, people, strict=True):
        item.selected = bool(one.get("chosen", False))
    group.capture.selection = picked
    _assign_solve(group.solve, old)
    for take in old.get("takes", []):
        _migrate_take(group.takes.add(), take)
    group.active_take = old.get("active_take", 0)


def _migrate_take(entry: Any, old: Mapping[str, Any]) -> None:
    plain = {key: value for key, value in old.items() if not isinstance(value, dict | list)}
    last = {name: plain.pop(name, "") for name in ("path", "take_id")}  # names set before rename and write nothing
    _assign(entry, {**plain, "license": plain.pop("licence", "")})
    _assign_solve(entry.solve, old)
    for person in old.get("people", []):
        _assign(entry.people.add(), {"frames": person.get("seen", 0), **person})
    _assign(entry, last)


def _assign_solve(settings: Any, old: Mapping[str, Any]) -> None:
    values = dict(old.get("solve", {}))
    if not values.pop("follow_camera", True):
        settings.camera = "static"
    _assign(settings, values)


def _assign(group: Any, values: Mapping[str, Any]) -> None:
    """Set the properties that still exist; truths were stored as numbers."""
    for name, value in values.items():
        kind = group.bl_rna.properties.get(name)
        if kind is not None and not kind.is_readonly:
            setattr(group, name, bool(value) if kind.type == "BOOLEAN" else value)
