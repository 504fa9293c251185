"""Characters as files: one character per file, only its own motion, nothing simplified."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import bpy

from ..blender import scene_index
from .bvh import write_bvh
from .preflight import check, frame_range, license_remarks
from .stage import staged

SUFFIXES = {"FBX": ".fbx", "GLB": ".glb", "BVH": ".bvh"}
_OPERATORS = {"FBX": "EXPORT_SCENE_OT_fbx", "GLB": "EXPORT_SCENE_OT_gltf"}


def export_character(scene: bpy.types.Scene, armature: bpy.types.Object, path: Path, format: str) -> list[str]:
    """Write one character; the scene, selection, frame and actions are afterwards as before.

    Args:
        format: "FBX", "GLB" or "BVH".

    Returns:
        Remarks for the user.

    Raises:
        romp_core.errors.TakeError: nothing to export, or the file cannot be written.
    """
    from romp_core.errors import TakeError
    from romp_core.storage.atomic import finish

    remarks = check(armature, scene)
    if format in _OPERATORS and not hasattr(bpy.types, _OPERATORS[format]):
        raise TakeError(f"Blender's {format} exporter is disabled.", "Enable it in Edit > Preferences > Add-ons.")
    frames = frame_range(armature, scene)
    body = scene_index.body_of(scene, armature)
    meshes = [body] if body is not None and format != "BVH" else []
    remarks += license_remarks(meshes)
    writer = {"FBX": _write_fbx, "GLB": _write_glb, "BVH": write_bvh}[format]
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # Beside the target until it is whole: a good file of that name is never left half overwritten.
        with TemporaryDirectory(prefix=".mocap-", dir=path.parent) as folder:
            unfinished = Path(folder) / path.name
            with staged(scene, armature, meshes, frames) as stage:
                writer(stage, armature, unfinished, frames)
            finish(unfinished, path)
    except (OSError, RuntimeError) as error:  # Blender's exporters raise RuntimeError with their report
        sentence = f'"{path}" could not be written ({_reason(error)}).'
        raise TakeError(sentence, "Choose another folder or name.") from error
    return remarks


def _reason(error: Exception) -> str:
    """Why a write failed, in words: Blender reports exporters' errors as whole tracebacks."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    around = (" ", "Error: Python", "Location")
    lines = [line for line in str(error).splitlines() if line and not line.startswith(around)]
    return lines[-1].strip() if lines else type(error).__name__


def _write_fbx(_scene: bpy.types.Scene, _armature: bpy.types.Object, path: Path, _frames: tuple[int, int]) -> None:
    bpy.ops.export_scene.fbx(
        filepath=str(path),
        object_types={"ARMATURE", "MESH"},
        use_mesh_modifiers=False,  # applying them would drop the shape keys
        mesh_smooth_type="FACE",
        add_leaf_bones=False,
        apply_scale_options="FBX_SCALE_ALL",  # objects keep scale 1 in other programs
        use_custom_props=True,
        bake_anim=True,
        bake_anim_use_all_bones=True,
        bake_anim_use_nla_strips=False,  # both off: the scene's frames, as seen, in one clip
        bake_anim_use_all_actions=False,
        bake_anim_force_startend_keying=True,
        bake_anim_simplify_factor=0.0,
    )


def _write_glb(scene: bpy.types.Scene, _armature: bpy.types.Object, path: Path, _frames: tuple[int, int]) -> None:
    bpy.ops.export_scene.gltf(
        filepath=str(path),
        export_format="GLB",
        use_active_scene=True,
        export_extras=True,
        export_animations=True,
        export_animation_mode="ACTIVE_ACTIONS",  # one clip of what is seen
        export_anim_single_armature=False,  # on 4.2 it would add the actions of other people
        export_nla_strips_merged_animation_name=scene.name,
        export_force_sampling=True,
        export_frame_range=True,
        export_anim_slide_to_zero=True,
        export_optimize_animation_size=False,
        export_morph_animation=False,
    )
