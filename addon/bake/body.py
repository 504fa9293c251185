"""The skinned body of a person: mesh, materials, weights and shape sliders around the person's own skeleton."""

from __future__ import annotations

from typing import Any

import bpy

from .. import scene_index

MODIFIER = "MoCap Skin"
_MATERIAL = "mocap_material"


def fitted(body: Any, rest_joints: Any) -> tuple[Any, list[tuple[str, Any]]]:
    """Vertices (N, 3) of the body moved onto another skeleton's rest joints, and (name, deltas) of its shape keys.

    Each vertex follows its bones, so the mesh fits skeletons of other proportions too. Shape keys move the joints of
    the body; that part is taken off, so that a slider never pulls the mesh out of its skeleton.

    Args:
        body: romp_core.body.Body. rest_joints: (24, 3) SMPL axes, pelvis at the origin.
    """
    weights = body.joint_weights
    vertices = body.vertices + weights @ (rest_joints - body.joints)
    keys = [(key.name, key.vertex_deltas - weights @ key.joint_deltas) for key in body.shape_keys]
    return vertices, keys


def ensure_body(
    scene: bpy.types.Scene, armature: bpy.types.Object, body: Any, rest_joints: Any, floor: float, name: str
) -> tuple[bpy.types.Object, bool]:
    """The person's body object and whether it is new; its mesh is rebuilt, slider values and other modifiers stay.

    Args:
        body: romp_core.body.Body of the person's height. floor: height of the soles in SMPL axes.
    """
    from .armature import rest_in_armature

    take_id, person_id = armature[scene_index.TAKE], armature[scene_index.PERSON]
    vertices, keys = fitted(body, rest_joints)
    placed = rest_in_armature(vertices, floor)
    deltas = [(title, rest_in_armature(delta, 0.0)) for title, delta in keys]
    item = scene_index.find_object(scene, take_id, scene_index.BODY, person_id)
    is_new = item is None
    if item is None:
        item = bpy.data.objects.new(name, _mesh(body, name, take_id))
        scene_index.mark(item, take_id, scene_index.BODY, person_id)
        item.parent = armature
        _weights(item, body)
    if len(item.data.vertices) == len(placed):
        _shape(item, placed, deltas)
    modifier = item.modifiers.get(MODIFIER)
    if modifier is None:
        modifier = item.modifiers.new(MODIFIER, "ARMATURE")
    modifier.object = armature
    return item, is_new


def _mesh(body: Any, name: str, take_id: str) -> bpy.types.Mesh:
    import numpy as np

    mesh = bpy.data.meshes.new(name)
    count, corners = len(body.faces), body.faces.shape[1]
    mesh.vertices.add(len(body.vertices))
    mesh.loops.add(count * corners)
    mesh.polygons.add(count)
    mesh.vertices.foreach_set("co", np.asarray(body.vertices, np.float32).ravel())
    mesh.loops.foreach_set("vertex_index", np.asarray(body.faces, np.int32).ravel())
    mesh.polygons.foreach_set("loop_start", np.arange(0, count * corners, corners, dtype=np.int32))
    mesh.polygons.foreach_set("material_index", np.asarray(body.face_materials, np.int32))
    mesh.polygons.foreach_set("use_smooth", np.ones(count, dtype=bool))
    mesh.uv_layers.new(name="UVMap").data.foreach_set("uv", np.asarray(body.uv, np.float32).ravel())
    for material in body.materials:
        mesh.materials.append(_material(material, take_id))
    mesh.update(calc_edges=True)
    mesh.validate()
    return mesh


def _material(source: Any, take_id: str) -> bpy.types.Material:
    """The material of this name and take: characters of one take share it, the user may recolour it."""
    for material in bpy.data.materials:
        if material.get(scene_index.TAKE) == take_id and material.get(_MATERIAL) == source.name:
            return material
    material = bpy.data.materials.new(source.name)
    material[scene_index.TAKE], material[_MATERIAL] = take_id, source.name
    colour = (*source.color, 1.0)
    material.diffuse_color = colour
    if material.node_tree is None:  # before 5.0 materials start without nodes
        material.use_nodes = True
    shader = next(node for node in material.node_tree.nodes if node.type == "BSDF_PRINCIPLED")
    shader.inputs["Base Color"].default_value = colour
    shader.inputs["Roughness"].default_value = 0.6
    return material


def _weights(item: bpy.types.Object, body: Any) -> None:
    """One vertex group per joint. Vertices of equal weight are added in one call: Blender has no bulk form."""
    import numpy as np

    from romp_core.skeleton import JOINTS

    for joint, name in enumerate(JOINTS):
        group = item.vertex_groups.new(name=name)
        column = body.joint_weights[:, joint]
        values, which = np.unique(np.round(column, 4), return_inverse=True)
        order = np.argsort(which, kind="stable")
        parts = np.split(order, np.flatnonzero(np.diff(which[order])) + 1)
        for value, part in zip(values, parts, strict=True):
            if value > 0:
                group.add(part.tolist(), float(value), "REPLACE")


def _shape(item: bpy.types.Object, vertices: Any, deltas: list[tuple[str, Any]]) -> None:
    import numpy as np

    mesh = item.data
    flat = np.asarray(vertices, np.float32).ravel()
    mesh.vertices.foreach_set("co", flat)
    if mesh.shape_keys is None:
        item.shape_key_add(name="Basis", from_mix=False)
    mesh.shape_keys.reference_key.data.foreach_set("co", flat)
    for title, delta in deltas:
        key = mesh.shape_keys.key_blocks.get(title)
        if key is None:
            key = item.shape_key_add(name=title, from_mix=False)
            key.slider_min, key.slider_max, key.value = 0.0, 1.0, 0.0
        key.data.foreach_set("co", np.asarray(vertices + delta, np.float32).ravel())
    mesh.update()
