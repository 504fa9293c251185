"""The skinned body of a person: mesh, materials, weights and shape sliders around the person's own skeleton."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import bpy

from ..blender import scene_index
from .bones import bone_names

if TYPE_CHECKING:
    from romp_core.bodies.body import Body, Material

MODIFIER = "MoCap Skin"
EMBEDDED = "MakeHuman"
LICENSE = "romp_mocap_body_license"
"""Property of objects: license line of the body that they show."""
_KIND, _MATERIAL = "romp_mocap_body", "romp_mocap_material"


def ensure_body(
    scene: bpy.types.Scene, armature: bpy.types.Object, body: Body, floor: float, name: str
) -> tuple[bpy.types.Object, bool]:
    """The person's body object and whether it is new; its mesh is rebuilt, slider values and other modifiers stay.

    Args:
        body: around the armature's rest joints. floor: height of the soles in SMPL axes.
    """
    take_id, person_id = armature[scene_index.TAKE], armature[scene_index.PERSON]
    item = scene_index.find_object(scene, take_id, scene_index.BODY, person_id)
    is_new = item is None
    names = bone_names(armature.data)
    if item is None:
        item = bpy.data.objects.new(name, _mesh(body, name, take_id))
        scene_index.mark(item, take_id, scene_index.BODY, person_id)
        _weights(item, body, names)
    elif kind_of(item) != body.name:
        _change_mesh(item, _mesh(body, item.data.name, take_id))
        _weights(item, body, names)
    scene_index.keep(scene, item)
    item[LICENSE] = body.license
    if len(item.data.vertices) == len(body.vertices):
        _shape(item, body, floor)
    modifier = item.modifiers.get(MODIFIER) or item.modifiers.new(MODIFIER, "ARMATURE")
    if not scene_index.is_in(scene, item.parent):  # none yet, or one that the user deleted
        item.parent = armature
    if not scene_index.is_in(scene, modifier.object):
        modifier.object = armature
    return item, is_new


def kind_of(item: bpy.types.Object) -> str:
    """Name of the body that an object's mesh was made from."""
    return str(item.data.get(_KIND, EMBEDDED))


def is_of(scene: bpy.types.Scene, item: bpy.types.Object | None, body: Body) -> bool:
    """True when the object was made from this body, and hangs on an armature of the scene."""
    if item is None or kind_of(item) != body.name or MODIFIER not in item.modifiers:
        return False
    return all(scene_index.is_in(scene, each) for each in (item.parent, item.modifiers[MODIFIER].object))


def lacks_file(item: bpy.types.Object | None, body: Body | None) -> bool:
    """True when the object is of a body whose file is not at hand, so that there is only the embedded one."""
    return item is not None and body is not None and body.name == EMBEDDED != kind_of(item)


def license_of(item: bpy.types.Object | None, body: Body | None) -> str:
    """License line of the body that a character will show; "" when it shows none."""
    if item is not None and lacks_file(item, body):
        return str(item.get(LICENSE, ""))
    return body.license if body else ""


def _change_mesh(item: bpy.types.Object, mesh: bpy.types.Mesh) -> None:
    old, item.data = item.data, mesh
    if not old.users:
        bpy.data.meshes.remove(old)


def _mesh(body: Body, name: str, take_id: str) -> bpy.types.Mesh:
    import numpy as np

    mesh = bpy.data.meshes.new(name)
    mesh[_KIND] = body.name
    count, corners = len(body.faces), body.faces.shape[1]
    mesh.vertices.add(len(body.vertices))
    mesh.loops.add(count * corners)
    mesh.polygons.add(count)
    mesh.vertices.foreach_set("co", np.asarray(body.vertices, np.float32).ravel())
    mesh.loops.foreach_set("vertex_index", np.asarray(body.faces, np.int32).ravel())
    mesh.polygons.foreach_set("loop_start", np.arange(0, count * corners, corners, dtype=np.int32))
    mesh.polygons.foreach_set("material_index", np.asarray(body.face_materials, np.int32))
    mesh.polygons.foreach_set("use_smooth", np.ones(count, dtype=bool))
    if body.uv is not None:
        mesh.uv_layers.new(name="UVMap").data.foreach_set("uv", np.asarray(body.uv, np.float32).ravel())
    for material in body.materials:
        mesh.materials.append(_material(material, take_id))
    mesh.update(calc_edges=True)
    mesh.validate()
    return mesh


def _material(source: Material, take_id: str) -> bpy.types.Material:
    """The material of this name and take: characters of one take share it, the user may recolor it."""
    for material in bpy.data.materials:
        if material.get(scene_index.TAKE) == take_id and material.get(_MATERIAL) == source.name:
            return material
    material = bpy.data.materials.new(source.name)
    material[scene_index.TAKE], material[_MATERIAL] = take_id, source.name
    color = (*source.color, 1.0)
    material.diffuse_color = color
    if material.node_tree is None:  # before 5.0 materials start without nodes
        material.use_nodes = True
    shader = next(node for node in material.node_tree.nodes if node.type == "BSDF_PRINCIPLED")
    shader.inputs["Base Color"].default_value = color
    shader.inputs["Roughness"].default_value = 0.6
    return material


def _weights(item: bpy.types.Object, body: Body, names: Mapping[str, str]) -> None:
    """One vertex group per joint, with its bone's name. Equal weights are added in one call: there is no bulk form."""
    import numpy as np

    from romp_core.geometry.skeleton import JOINTS

    for joint, name in enumerate(JOINTS):
        group = item.vertex_groups.get(names[name]) or item.vertex_groups.new(name=names[name])
        column = body.joint_weights[:, joint]
        values, which = np.unique(np.round(column, 4), return_inverse=True)
        order = np.argsort(which, kind="stable")
        parts = np.split(order, np.flatnonzero(np.diff(which[order])) + 1)
        for value, part in zip(values, parts, strict=True):
            if value > 0:
                group.add(part.tolist(), float(value), "REPLACE")


def _shape(item: bpy.types.Object, body: Body, floor: float) -> None:
    """Place the mesh and its keys. The basis is the body without what its keys hold already."""
    import numpy as np

    from .armature import rest_in_armature

    mesh = item.data
    deltas = [rest_in_armature(key.vertex_deltas, 0.0) for key in body.shape_keys]
    held = sum(key.value * delta for key, delta in zip(body.shape_keys, deltas, strict=True) if key.value)
    vertices = rest_in_armature(body.vertices, floor) - held
    flat = np.asarray(vertices, np.float32).ravel()
    mesh.vertices.foreach_set("co", flat)
    if mesh.shape_keys is None:
        item.shape_key_add(name="Basis", from_mix=False)
    mesh.shape_keys.reference_key.data.foreach_set("co", flat)
    for source, delta in zip(body.shape_keys, deltas, strict=True):
        key = mesh.shape_keys.key_blocks.get(source.name)
        if key is None:
            key = item.shape_key_add(name=source.name, from_mix=False)
            key.slider_min, key.slider_max, key.value = source.low, source.high, source.value
        key.data.foreach_set("co", np.asarray(vertices + delta, np.float32).ravel())
    mesh.update()
