"""Characters as files: only their own motion, one clip each, nothing simplified."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import bpy

from ..blender import scene_index
from . import exporters, preflight
from .amass import joint_motion, write_amass
from .bvh import bvh_name, write_bvh
from .morphs import Morphs, sample_morphs
from .motion import SampledMotion, below_root, renamed, with_root_bone
from .presets import PRESETS, Preset
from .sample import sample_motion
from .stamp import write_license
from .stand_in import Role, stage
from .vrm_animation import add_humanoid, humanoid_bones

_SKELETON_ONLY = ("BVH", "AMASS")


@dataclass(frozen=True)
class Written:
    """A file, and what it must show when it is read.

    Attributes:
        motions: of its characters. remarks: for the user. morphs: of each character, of meshes whose shape keys change.
    """

    path: Path
    format: str
    motions: tuple[SampledMotion, ...]
    remarks: list[str]
    morphs: tuple[tuple[Morphs, ...], ...] = ()


def export_characters(
    scene: bpy.types.Scene,
    armatures: Sequence[bpy.types.Object],
    path: Path,
    format: str,
    preset: str = "BLENDER",
) -> Written:
    """Write characters to one file; the scene, selection, frame and actions are afterwards as before.

    Args:
        format: a key of `FORMATS` with the body of that preset.

    Raises:
        romp_core.errors.TakeError: nothing to export, or the file cannot be written.
    """
    from romp_core.errors import TakeError
    from romp_core.storage.atomic import finish

    exporters.require(format)
    target = PRESETS[preset]
    ranges = [preflight.frame_range(armature, scene) for armature in armatures]
    frames = min(first for first, _ in ranges), max(last for _, last in ranges)
    remarks: list[str] = []
    roles = []
    for armature in armatures:
        preflight.check(armature)
        turned = not target.root_bone and format != "AMASS"  # a root bone, or the pelvis, has the heading there
        motion = sample_motion(scene, armature, frames, target.deform_only, turned)
        fitted = _fitted(armature, motion, format, target)
        remarks += preflight.check_motion(fitted)
        meshes = scene_index.meshes_of(scene, armature)
        morphs = sample_morphs(scene, meshes, frames)
        if format in _SKELETON_ONLY:
            remarks += preflight.morph_remarks(morphs, format)
            meshes, morphs = [], []
        remarks += preflight.license_remarks(meshes)
        name = target.object_name if len(armatures) == 1 and target.object_name else armature.name
        roles.append(Role(armature, meshes, fitted, name, morphs))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # Beside the target until it is whole: a good file of that name is never left half overwritten.
        with TemporaryDirectory(prefix=".mocap-", dir=path.parent) as folder:
            unfinished = Path(folder) / path.name
            _write(format, roles, unfinished, target)
            finish(unfinished, path)
        if format == "BVH":
            write_license(roles[0].armature, path)
    except (OSError, RuntimeError) as error:  # Blender's exporters raise RuntimeError with their report
        sentence = f'"{path}" could not be written ({_reason(error)}).'
        raise TakeError(sentence, "Choose another folder or name.") from error
    shown = tuple(tuple(role.morphs) for role in roles)
    return Written(path, format, tuple(role.motion for role in roles), list(dict.fromkeys(remarks)), shown)


def _write(format: str, roles: Sequence[Role], path: Path, preset: Preset) -> None:
    if format == "BVH":
        write_bvh(roles[0].motion, path)
    elif format == "AMASS":
        write_amass(roles[0].armature, roles[0].motion, path)
    else:
        with stage(roles, preset.per_meter if format == "FBX" else 1.0) as scene:
            exporters.write(format, scene, path, preset, has_morphs=any(role.morphs for role in roles))
        if preset.is_vrm and len(roles) == 1 and (bones := humanoid_bones(roles[0].motion)):
            add_humanoid(path, bones)


def _fitted(armature: bpy.types.Object, motion: SampledMotion, format: str, preset: Preset) -> SampledMotion:
    """The motion as a file of this format can hold it."""
    if format == "AMASS":
        return joint_motion(armature, motion)
    if preset.deform_only:
        motion = below_root(motion)
    if preset.root_bone:
        motion = with_root_bone(motion)
    rule = {"BVH": bvh_name, "USD": _identifier}.get(format)
    return renamed(motion, rule) if rule else motion


def _identifier(name: str) -> str:
    """A name of a prim in USD: letters, digits and underscores."""
    name = re.sub(r"\W", "_", name, flags=re.ASCII)
    return f"_{name}" if not name or name[0].isdigit() else name


def _reason(error: Exception) -> str:
    """Why a write failed, in words: Blender reports exporters' errors as whole tracebacks."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    around = (" ", "Error: Python", "Location")
    lines = [line for line in str(error).splitlines() if line and not line.startswith(around)]
    return lines[-1].strip() if lines else type(error).__name__
