"""One retargeting: a source onto an armature, into an action, with a report."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import bpy

from ..blender import report, scene_index
from ..blender.evaluated import evaluated_bones
from ..blender.modes import in_object_mode
from ..blender.units import units_per_meter
from .face import retarget_face
from .followers import set_switches
from .keys import assign, curves_of, ensure_action, write_pose
from .rig_reader import read_rig, to_meters
from .sources import Source

if TYPE_CHECKING:
    from romp_core.retarget.mapping import RigMapping
    from romp_core.retarget.report import BoneError, RetargetReport
    from romp_core.retarget.root_modes import RootMode
    from romp_core.retarget.transfer import Retargeted
    from romp_core.typing import Array

KeyMode = Literal["FK", "IK", "BOTH"]
_SAMPLES = 40
"""Frames in which a rig with constraints is evaluated for the report."""


@dataclass(frozen=True)
class Options:
    """How to retarget.

    Attributes:
        plants: whether feet in contact stand still again on legs of other proportions.
        reduces: whether keys are left out, within `bound_mm` and `bound_deg`.
    """

    root_mode: RootMode = "HIPS"
    key_mode: KeyMode = "FK"
    plants: bool = True
    reduces: bool = False
    bound_mm: float = 2.0
    bound_deg: float = 0.5


def retarget(
    scene: bpy.types.Scene, source: Source, item: bpy.types.Object, mapping: RigMapping, options: Options
) -> tuple[RetargetReport, list[str]]:
    """Put a motion onto an armature; its rest pose, constraints, drivers and scale are not changed.

    Returns:
        the report, which is also kept on the action and the scene, and remarks for the user.

    Raises:
        romp_core.errors.RetargetError: bones are missing.
    """
    from romp_core.retarget.reduction import reduce_keys
    from romp_core.retarget.report import measure

    remarks = list(source.remarks)
    with in_object_mode(scene, [item]):
        rig = read_rig(scene, item, mapping)
        uses_ik = options.key_mode != "FK"
        if uses_ik and not mapping.ik:
            remarks.append(f'"{item.name}" has no known IK controls, so its FK bones are keyed.')
            uses_ik = False
        if options.root_mode in ("ROOT", "WORLD") and not mapping.root:
            remarks.append(f'"{item.name}" has no root bone, so the hips carry the motion.')
        result = rig.target.retarget(source.motion, source.fps, options.root_mode, options.plants, uses_ik)
        rows: dict[tuple[str, str], Array] = {}
        reduced = None
        plays_ik = options.key_mode == "IK" and uses_ik
        if options.reduces and plays_ik:
            remarks.append("No keys are left out where IK plays: the limbs would not stay within the bound.")
        elif options.reduces:
            curves, bounds = curves_of(item, result.pose), (options.bound_mm, options.bound_deg)
            reduced = reduce_keys(rig.target.rig, result.pose, curves, source.frames, *bounds)
            rows |= {(bone, "rotation"): kept for bone, kept in reduced.rotations.items()}
            rows |= {(bone, "location"): kept for bone, kept in reduced.locations.items()}
        name = scene_index.short_name(source.name, item.name)
        action, remark = ensure_action(item, source.key, name)
        remarks += [remark] if remark else []
        set_switches(item, mapping, ik=plays_ik)
        count = write_pose(item, action, result.pose, source.frames, rig.units, rows)
        assign(item, action)
        face_units = None
        if source.face is not None:
            face_units, more = retarget_face(scene, source, item)
            remarks += more
    measured = measure(source.motion, result, mapping, result.pose.heads)
    if rig.is_constrained:
        measured = _evaluated(scene, item, source, mapping, result, measured)
    remarks += rig.remarks
    found = _as_dictionary(measured, source, item, options, count)
    if face_units is not None:
        found["face_units"] = face_units
    if reduced is not None:
        found |= {"reduced_error_mm": reduced.error_mm, "reduced_error_deg": reduced.error_deg}
    for owner in (action, scene):
        report.update(owner, "retarget", found)
    return measured, remarks


def _evaluated(
    scene: bpy.types.Scene,
    item: bpy.types.Object,
    source: Source,
    mapping: RigMapping,
    result: Retargeted,
    posed: RetargetReport,
) -> RetargetReport:
    """The report by what Blender makes of the keys, in a number of frames: constraints may have the last word.

    Args:
        posed: the report by the keys alone, whose figures of the feet count.
    """
    import numpy as np

    from romp_core.retarget.report import measure

    rows = np.unique(np.linspace(0, len(source.frames) - 1, _SAMPLES).astype(int))
    shown = {joint: mapping.deform.get(joint, bones[0]) for joint, bones in mapping.bones.items()}
    names = list(dict.fromkeys(shown.values()))
    matrices = evaluated_bones(scene, item, names, source.frames[rows])
    heads = dict(
        zip(names, np.moveaxis(to_meters(item, matrices, units_per_meter(scene))[..., :3, 3], 1, 0), strict=True)
    )
    part = replace(result, balls=result.balls[rows], balls_before=result.balls_before[rows], soles=result.soles[rows])
    mapping = replace(mapping, bones={joint: (name,) for joint, name in shown.items()})
    measured = measure(source.motion.at(rows), part, mapping, heads)
    return replace(
        measured,
        bones={joint: replace(error, worst=int(rows[error.worst])) for joint, error in measured.bones.items()},
        slide_before_mm=posed.slide_before_mm,
        slide_mm=posed.slide_mm,
        lowest_sole_mm=posed.lowest_sole_mm,
        worst=tuple(int(rows[row]) for row in measured.worst),
    )


def _as_dictionary(
    measured: RetargetReport, source: Source, item: bpy.types.Object, options: Options, keys: int
) -> dict[str, Any]:
    """The report in plain values, frames by their number in the scene."""
    return {
        "source": source.name,
        "target": item.name,
        "root_mode": options.root_mode,
        "key_mode": options.key_mode,
        "frames": len(source.frames),
        "fps": source.fps,
        "keys": keys,
        "scale": measured.scale,
        "max_direction_deg": measured.max_deg,
        "joint_mean_mm": measured.joint_mean_mm,
        "joint_max_mm": measured.joint_max_mm,
        "slide_before_mm": measured.slide_before_mm,
        "slide_mm": measured.slide_mm,
        "lowest_sole_mm": measured.lowest_sole_mm,
        "worst_frames": [int(source.frames[row]) for row in measured.worst],
        "bones": {joint: _bone(error, source) for joint, error in measured.bones.items()},
    }


def _bone(error: BoneError, source: Source) -> dict[str, Any]:
    return {"mean_deg": error.mean_deg, "max_deg": error.max_deg, "worst_frame": int(source.frames[error.worst])}
