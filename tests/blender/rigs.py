"""Rigs that users bring: an armature with an action, as other programs and people leave them."""

import bpy
import numpy as np

from addon.blender import compat
from addon.blender.edit_bones import edit_bones

FRAMES = 12
CHAIN = {  # name: (parent, head, tail), z up, in meters
    "Hüfte": ("", (0, 0, 0.9), (0, 0, 1.1)),
    "mixamorig:Spine": ("Hüfte", (0, 0, 1.1), (0, 0.02, 1.4)),
    "arm.L": ("mixamorig:Spine", (0.2, 0, 1.4), (0.6, 0, 1.4)),
    "fore arm.L": ("arm.L", (0.6, 0, 1.4), (0.9, 0, 1.35)),
    "Bein L": ("Hüfte", (0.1, 0, 0.9), (0.1, -0.02, 0.45)),
}


def make_rig(scene, name="Rigg Ü", units=1.0, frames=FRAMES, chain=CHAIN):
    """An armature of `chain`, its bones in units of which so many are a meter, with an action that moves all of it."""
    item = bpy.data.objects.new(name, bpy.data.armatures.new(name))
    scene.collection.objects.link(item)
    with edit_bones(item) as bones:
        for bone, (parent, head, tail) in chain.items():
            made = bones.new(bone)
            made.head, made.tail, made.roll = np.multiply(head, units), np.multiply(tail, units), 0.3
            if parent:
                made.parent = bones[parent]
    action = bpy.data.actions.new(f"{name} walks")
    channels = compat.own_channels(item, action)
    top = next(iter(chain))
    for index, bone in enumerate(chain):
        item.pose.bones[bone].rotation_mode = "XYZ"
        for axis in range(3):
            add_keys(
                channels, f'pose.bones["{bone}"].rotation_euler', axis, lambda t, a=axis, i=index: np.sin(t + a + i)
            )
    for axis in range(3):
        add_keys(channels, f'pose.bones["{top}"].location', axis, lambda t, a=axis: units * 0.2 * t * (a + 1))
    compat.assign_action(item, action)
    assert item.animation_data.action.frame_range[1] == frames
    return item


def add_keys(channels, path, index, value_at):
    """Linear keys on each frame of an f-curve."""
    curve = compat.ensure_fcurve(channels, path, index, "Keys")
    for frame in range(1, FRAMES + 1):
        curve.keyframe_points.insert(frame, float(value_at(frame / 10))).interpolation = "LINEAR"


def add_mesh(scene, rig, name="Coat"):
    """A cube around each bone of a rig, skinned to it."""
    corners = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)]) * 0.05 * rig.data.bones[0].length
    faces = np.array([[0, 1, 3, 2], [4, 6, 7, 5], [0, 4, 5, 1], [2, 3, 7, 6], [0, 2, 6, 4], [1, 5, 7, 3]])
    points, polygons = [], []
    for index, bone in enumerate(rig.data.bones):
        points += (corners + np.array(bone.head_local)).tolist()
        polygons += (faces + 8 * index).tolist()
    mesh = bpy.data.meshes.new(name)
    mesh.from_pydata(points, [], polygons)
    item = bpy.data.objects.new(name, mesh)
    scene.collection.objects.link(item)
    for index, bone in enumerate(rig.data.bones):
        item.vertex_groups.new(name=bone.name).add(range(8 * index, 8 * index + 8), 1.0, "REPLACE")
    item.parent = rig
    item.modifiers.new("Armature", "ARMATURE").object = rig
    return item


def copy_of_character(scene, take) -> bpy.types.Object:
    """The skeleton of a take's character as a rig of the user's own, without marks."""
    from addon.bake.take import BakeOptions, bake_take

    bake_take(scene, take, "Clip", options=BakeOptions(with_body=False))
    made = next(item for item in scene.objects if item.type == "ARMATURE")
    rig = bpy.data.objects.new("Mine", made.data.copy())
    scene.collection.objects.link(rig)
    bpy.context.view_layer.update()
    return rig
