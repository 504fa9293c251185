"""The face of a retargeting: the target's own shape keys with ARKit's names."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import bpy

from ..bake.face import expression, moving_units
from ..blender import scene_index
from .keys import SOURCE, assign, ensure_action, write_values

if TYPE_CHECKING:
    from .sources import Source


def retarget_face(scene: bpy.types.Scene, source: Source, item: bpy.types.Object) -> tuple[int, list[str]]:
    """Put the face of a source onto the meshes of an armature that have shape keys for it; other keys stay as they are.

    Returns:
        how many of the face units there are keys for, and remarks for the user.
    """
    from romp_core.geometry.face_units import FACE_UNITS

    assert source.face is not None, "only a captured face can be retargeted"
    rows, values = expression(source.face)
    found, remarks = set[str](), list[str]()
    for mesh, units, has_driven in faces_of(scene, item):
        keys = mesh.data.shape_keys
        if has_driven:
            remarks.append(f'Shape keys of "{mesh.name}" that have drivers are left to them.')
        if not units:
            continue
        found |= set(units)
        action, remark = ensure_action(keys, source.key, scene_index.short_name(source.name, mesh.name, "Face"))
        remarks += [remark] if remark else []
        shown = {units[unit]: values[:, FACE_UNITS.index(unit)] for unit in moving_units(values) if unit in units}
        write_values(keys, action, shown, source.frames[rows])
        before = keys.animation_data.action if keys.animation_data else None
        if before is not None and before != action and not before.get(SOURCE):
            remarks.append(f'The action "{before.name}" of the shape keys of "{mesh.name}" is kept, but plays no more.')
        assign(keys, action)
    if found:
        remarks.insert(0, f"Face: {len(found)} of {len(FACE_UNITS)} shape keys found.")
    else:
        remarks.append(f'No mesh of "{item.name}" has shape keys with ARKit\'s names, so its face does not move.')
    return len(found), remarks


def faces_of(scene: bpy.types.Scene, item: bpy.types.Object) -> Iterator[tuple[bpy.types.Object, dict[str, str], bool]]:
    """Meshes of an armature with shape keys: the names of those for face units, by unit, and whether drivers move some
    of these, which are left out.
    """
    from romp_core.retarget.face_names import find_units

    for mesh in _meshes(scene, item):
        keys = mesh.data.shape_keys
        driven = _driven(keys)
        free = [key.name for key in keys.key_blocks if key != keys.reference_key and key.name not in driven]
        units = find_units(free)
        yield mesh, units, find_units([*free, *driven]) != units


def _meshes(scene: bpy.types.Scene, item: bpy.types.Object) -> list[bpy.types.Object]:
    """Meshes of this file below an armature, or deformed by it, with shape keys; of those that share them, one."""
    parts = [*scene_index.meshes_of(scene, item), *(each for each in item.children_recursive if each.type == "MESH")]
    shaped = [each for each in parts if each.data.shape_keys is not None and not each.data.library]
    return list({each.data.shape_keys: each for each in reversed(shaped) if scene_index.is_in(scene, each)}.values())


def _driven(keys: bpy.types.Key) -> list[str]:
    """Names of the shape keys that drivers move."""
    paths = {driver.data_path for driver in keys.animation_data.drivers} if keys.animation_data else set[str]()
    return [key.name for key in keys.key_blocks if key.path_from_id("value") in paths]
