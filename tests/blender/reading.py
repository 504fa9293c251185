"""Files as other people's programs would find them: read by Blender's importers into an empty file."""

import bpy
import numpy as np
from measure import track


def read(path, fps=30.0):
    """The armatures of a file, and the frames of the scene on which its clip lies."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    bpy.context.scene.render.fps = round(fps)
    suffix = path.suffix
    if suffix == ".fbx":
        bpy.ops.import_scene.fbx(filepath=str(path))
    elif suffix == ".glb":
        bpy.ops.import_scene.gltf(filepath=str(path))
    elif suffix == ".bvh":
        bpy.ops.import_anim.bvh(filepath=str(path), update_scene_fps=True)
    else:
        bpy.ops.wm.usd_import(filepath=str(path))
    armatures = [item for item in bpy.data.objects if item.type == "ARMATURE"]
    first, last = armatures[0].animation_data.action.frame_range
    return armatures, np.arange(round(first), round(last) + 1)


def largest_errors(path, expected, names):
    """Largest distance in meters and angle in degrees of a file from `measure.track` of the original."""
    from measure import degrees_between

    (armature,), frames = read(path)
    heads, turns = track(bpy.context.scene, armature, frames, names)
    return np.abs(heads - expected[0]).max(), degrees_between(turns, expected[1]).max()
