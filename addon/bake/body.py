"""The skinned body of a person: mesh, materials, weights and shape sliders around the person's own skeleton."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import bpy

from ..blender import scene_index
from ..blender.steps import Steps, part
from .bones import bone_names

if TYPE_CHECKING:
    from romp_core.bodies.body import Body, Material

MODIFIER = "MoCap Skin"
EMBEDDED = "MakeHuman"
LICENSE = "romp_mocap_body_license"
"""Property of objects: license line of the body that they show."""
_EQUAL = 1e-4
_OWN, _CLOTH = {"shirt"}, 0.35
"""Materials in the color that the person has in images and previews, as dark as cloth."""
_KIND, _MATERIAL = "romp_mocap_body", "romp_mocap_material"
_FACE = "romp_mocap_face"
"""Property of meshes that have shape keys of face units."""
_BUILD = "romp_mocap_build"
"""Property of meshes: the values of the sliders as last baked. A slider with another value is the user's."""


def ensure_body_steps(
    scene: bpy.types.Scene,
    armature: bpy.types.Object,
    body: Body,
    floor: float,
    name: str,
    like: bpy.types.Object | None = None,
) -> Steps[tuple[bpy.types.Object, bool]]:
    """The person's body object and whether it is new; its mesh is rebuilt, and sliders that the user moved and other
    modifiers stay.

    Args:
        body: around the armature's rest joints. floor: height of the soles in SMPL axes.
        like: a body that was just made, whose mesh is copied where it is of the same kind: that is quicker.
    """
    take_id, person_id = armature[scene_index.TAKE], armature[scene_index.PERSON]
    item = scene_index.find_object(scene, take_id, scene_index.BODY, person_id)
    is_new = item is None
    names = bone_names(armature.data)
    if item is None:
        if like is not None and _is_alike(like, body, names):
            mesh = like.data.copy()
            mesh.name = name
            mesh.shape_keys.animation_data_clear()
            for slot, material in enumerate(body.materials):
                if material.name in _OWN:
                    mesh.materials[slot] = _material(material, take_id, person_id)
            item = bpy.data.objects.new(name, mesh)
            yield 0.1
        else:
            item = bpy.data.objects.new(name, (yield from part(_mesh_steps(body, name, take_id, person_id), 0.0, 0.2)))
            yield from part(_weights_steps(item, body, names), 0.2, 0.6)
        scene_index.mark(item, take_id, scene_index.BODY, person_id)
    elif kind_of(item) != body.name or shows_face(item) != body.has_face:
        item.data = yield from part(_mesh_steps(body, item.data.name, take_id, person_id), 0.0, 0.2)
        yield from part(_weights_steps(item, body, names), 0.2, 0.6)
    scene_index.keep(scene, item)
    item[LICENSE] = body.license
    if len(item.data.vertices) == len(body.vertices):
        yield from part(_shape_steps(item, body, floor), 0.6, 1.0)
    modifier = item.modifiers.get(MODIFIER) or item.modifiers.new(MODIFIER, "ARMATURE")
    if not scene_index.is_in(scene, item.parent):  # none yet, or one that the user deleted
        item.parent = armature
    if not scene_index.is_in(scene, modifier.object):
        modifier.object = armature
    return item, is_new


def _is_alike(like: bpy.types.Object, body: Body, names: Mapping[str, str]) -> bool:
    """Whether a body that was just made has the mesh and the weights that another one is to have."""
    from romp_core.geometry.fingers import ALL_JOINTS

    groups = {names.get(joint) for joint in ALL_JOINTS[: body.all_weights.shape[1]]}
    is_same = kind_of(like) == body.name and len(like.data.vertices) == len(body.vertices)
    return is_same and {group.name for group in like.vertex_groups} == groups


def kind_of(item: bpy.types.Object) -> str:
    """Name of the body that an object's mesh was made from."""
    return str(item.data.get(_KIND, EMBEDDED))


def shows_face(item: bpy.types.Object) -> bool:
    """Whether an object's mesh has shape keys of face units."""
    return bool(item.data.get(_FACE))


def is_of(scene: bpy.types.Scene, item: bpy.types.Object | None, body: Body) -> bool:
    """True when the object was made from this body in this build, and hangs on an armature of the scene."""
    if item is None or kind_of(item) != body.name or MODIFIER not in item.modifiers:
        return False
    if shows_face(item) != body.has_face:
        return False
    before = _baked(item.data)
    if any(abs(before.get(key.name, 0.0) - key.value) > _EQUAL for key in body.shape_keys):
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


def _mesh_steps(body: Body, name: str, take_id: str, person_id: int) -> Steps[bpy.types.Mesh]:
    import numpy as np

    mesh = bpy.data.meshes.new(name)
    mesh[_KIND] = body.name
    if body.has_face:
        mesh[_FACE] = True
    count, corners = len(body.faces), body.faces.shape[1]
    mesh.vertices.add(len(body.vertices))
    mesh.loops.add(count * corners)
    mesh.polygons.add(count)
    mesh.vertices.foreach_set("co", np.asarray(body.vertices, np.float32).ravel())
    mesh.loops.foreach_set("vertex_index", np.asarray(body.faces, np.int32).ravel())
    yield 0.3
    mesh.polygons.foreach_set("loop_start", np.arange(0, count * corners, corners, dtype=np.int32))
    mesh.polygons.foreach_set("material_index", np.asarray(body.face_materials, np.int32))
    mesh.polygons.foreach_set("use_smooth", np.ones(count, dtype=bool))
    if body.uv is not None:
        mesh.uv_layers.new(name="UVMap").data.foreach_set("uv", np.asarray(body.uv, np.float32).ravel())
    yield 0.5
    for material in body.materials:
        mesh.materials.append(_material(material, take_id, person_id))
    mesh.update(calc_edges=True)
    yield 0.8
    mesh.validate()
    return mesh


def _material(source: Material, take_id: str, person_id: int) -> bpy.types.Material:
    """The material of this name and take: characters of one take share it, but for their shirts, by which they are told
    apart. The user may recolor it.
    """
    from romp_core.images.colors import color_of

    owner = person_id if source.name in _OWN else scene_index.NO_PERSON
    for material in bpy.data.materials:
        if (material.get(scene_index.TAKE), material.get(_MATERIAL)) != (take_id, source.name):
            continue
        if material.get(scene_index.PERSON, owner) == owner:  # those of earlier versions are for all
            return material
    material = bpy.data.materials.new(source.name)
    material[scene_index.TAKE], material[_MATERIAL], material[scene_index.PERSON] = take_id, source.name, owner
    rgb = source.color if owner == scene_index.NO_PERSON else [_CLOTH * each for each in color_of(person_id)]
    color = (*rgb, 1.0)
    material.diffuse_color = color
    if material.node_tree is None:  # before 5.0 materials start without nodes
        material.use_nodes = True
    shader = next(node for node in material.node_tree.nodes if node.type == "BSDF_PRINCIPLED")
    shader.inputs["Base Color"].default_value = color
    shader.inputs["Roughness"].default_value = 0.6
    return material


def _weights_steps(item: bpy.types.Object, body: Body, names: Mapping[str, str]) -> Steps[None]:
    """One vertex group per joint, with its bone's name. Equal weights are added in one call: there is no bulk form."""
    import numpy as np

    from romp_core.geometry.fingers import ALL_JOINTS

    for joint, column in enumerate(body.all_weights.T):
        name = ALL_JOINTS[joint]
        group = item.vertex_groups.get(names[name]) or item.vertex_groups.new(name=names[name])
        values, which = np.unique(np.round(column, 4), return_inverse=True)
        order = np.argsort(which, kind="stable")
        parts = np.split(order, np.flatnonzero(np.diff(which[order])) + 1)
        for value, rows in zip(values, parts, strict=True):
            if value > 0:
                group.add(rows.tolist(), float(value), "REPLACE")
        yield (joint + 1) / body.all_weights.shape[1]


def _baked(mesh: bpy.types.Mesh) -> dict[str, float]:
    """Values of the sliders as last baked, by name; those at 0 are left out."""
    return dict(mesh[_BUILD]) if _BUILD in mesh else {}


def _shape_steps(item: bpy.types.Object, body: Body, floor: float) -> Steps[None]:
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
    before = _baked(mesh)
    for number, (source, delta) in enumerate(zip(body.shape_keys, deltas, strict=True)):
        yield number / len(deltas)
        key = mesh.shape_keys.key_blocks.get(source.name)
        if key is None:
            key = item.shape_key_add(name=source.name, from_mix=False)
            key.slider_min, key.slider_max, key.value = source.low, source.high, source.value
        elif abs(key.value - before.get(source.name, 0.0)) < _EQUAL:
            key.value = source.value
        key.data.foreach_set("co", np.asarray(vertices + delta, np.float32).ravel())
    for unit in body.face_units:
        key = mesh.shape_keys.key_blocks.get(unit.name)
        if key is None:
            key = item.shape_key_add(name=unit.name, from_mix=False)
            key.value = 0.0
        moved = vertices.astype(np.float32)
        moved[unit.vertices] += rest_in_armature(unit.deltas, 0.0)
        key.data.foreach_set("co", moved.ravel())
    mesh[_BUILD] = {source.name: source.value for source in body.shape_keys if source.value}
    mesh.update()
