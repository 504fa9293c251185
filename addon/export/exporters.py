"""Calls of Blender's own exporters, with every setting that matters spelled out."""

from __future__ import annotations

from pathlib import Path

import bpy

from .glb import join_clips
from .presets import Preset

_OPERATORS = {"FBX": "export_scene.fbx", "GLB": "export_scene.gltf", "USD": "wm.usd_export"}


def operators() -> set[str]:
    """Names of the exporters that this Blender has."""
    return {name for name in _OPERATORS.values() if name.split(".")[1] in dir(getattr(bpy.ops, name.split(".")[0]))}


def require(format: str) -> None:
    """Raise TakeError when this Blender cannot write the format."""
    from romp_core.errors import TakeError

    if format not in _OPERATORS or _OPERATORS[format] in operators():
        return
    if format == "USD":
        raise TakeError("This Blender was built without USD.", "Choose FBX or glTF, or use a Blender from blender.org.")
    raise TakeError(f"Blender's {format} exporter is disabled.", "Enable it in Edit > Preferences > Add-ons.")


def write(format: str, scene: bpy.types.Scene, path: Path, preset: Preset, has_morphs: bool) -> None:
    """Write the window's scene, in which everything is selected. Raises RuntimeError with Blender's report.

    Args:
        has_morphs: whether shape keys are animated.
    """
    if format == "GLB":
        _write_glb(path, has_morphs)
    else:
        {"FBX": _write_fbx, "USD": _write_usd}[format](path, preset)


def _write_fbx(path: Path, preset: Preset) -> None:
    forward, up = preset.axes
    bpy.ops.export_scene.fbx(
        filepath=str(path),
        object_types={"ARMATURE", "MESH"},
        use_mesh_modifiers=False,  # applying them would drop the shape keys
        mesh_smooth_type="FACE",
        add_leaf_bones=False,
        axis_forward=forward,
        axis_up=up,
        # Objects keep scale 1: meters as the file's unit, or a scene in centimeters, FBX's own unit.
        apply_scale_options="FBX_SCALE_ALL" if preset.per_meter == 1.0 else "FBX_SCALE_NONE",
        use_custom_props=True,
        bake_anim=True,
        bake_anim_use_all_bones=True,
        bake_anim_use_nla_strips=False,  # both off: the scene's frames, as seen, in one clip
        bake_anim_use_all_actions=False,
        bake_anim_force_startend_keying=True,
        bake_anim_simplify_factor=0.0,
    )


def _write_glb(path: Path, has_morphs: bool) -> None:
    bpy.ops.export_scene.gltf(
        filepath=str(path),
        export_format="GLB",
        use_active_scene=True,
        export_extras=True,
        export_animations=True,
        export_animation_mode="SCENE",  # a clip for each object that moves
        export_anim_single_armature=False,  # on 4.2 it would add the actions of other people
        export_force_sampling=True,
        export_frame_range=True,
        export_anim_slide_to_zero=True,
        export_optimize_animation_size=False,
        export_morph_animation=has_morphs,
    )
    if has_morphs:
        join_clips(path)


def _write_usd(path: Path, preset: Preset) -> None:
    bpy.ops.wm.usd_export(
        filepath=str(path),
        selected_objects_only=True,
        export_animation=True,
        export_armatures=True,
        export_shapekeys=True,
        only_deform_bones=False,
        export_custom_properties=True,
    )
