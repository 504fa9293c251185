"""The feet of the meshes on a rig, which show where its soles are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import bpy

if TYPE_CHECKING:
    from romp_core.retarget.mapping import RigMapping
    from romp_core.typing import Array

_MOSTLY = 0.5
"""Share of a vertex' weight from which on it belongs to a foot."""


def foot_vertices(item: bpy.types.Object, mapping: RigMapping, per_meter: float) -> dict[str, Array]:
    """Side -> (n, 3) vertices of foot and toes at rest, relative to the armature's origin, meters.

    Meshes are taken as they are without modifiers: that is how they were bound.
    """
    import numpy as np

    origin = item.matrix_world.translation
    found: dict[str, Array] = {}
    skins = [mesh for mesh in bpy.context.scene.objects if mesh.type == "MESH" and _deformed_by(mesh, item)]
    for side in ("left", "right"):
        names = {bone for part in ("ankle", "foot") for bone in mapping.bones.get(f"{side}_{part}", ())}
        names |= {mapping.deform[joint] for part in ("ankle", "foot") if (joint := f"{side}_{part}") in mapping.deform}
        points = [(mesh.matrix_world @ vertex.co) - origin for mesh in skins for vertex in _owned(mesh, names)]
        if points:
            found[side] = np.array(points) / per_meter
    return found


def _deformed_by(mesh: bpy.types.Object, item: bpy.types.Object) -> bool:
    return any(each.type == "ARMATURE" and each.object == item for each in mesh.modifiers)


def _owned(mesh: bpy.types.Object, names: set[str]) -> list[bpy.types.MeshVertex]:
    """Vertices that mostly belong to bones."""
    groups = {group.index for group in mesh.vertex_groups if group.name in names}
    if not groups:
        return []
    return [
        vertex
        for vertex in mesh.data.vertices
        if sum(each.weight for each in vertex.groups if each.group in groups) > _MOSTLY
    ]
