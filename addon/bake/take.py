"""From a take to objects: a collection with a character for each person and the filming camera."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import bpy

from ..blender import scene_index
from ..blender.timing import Timing, fit_scene, scene_fps, timing_of
from ..blender.units import units_per_meter
from .action import bake_action, ensure_action
from .armature import ensure_armature, floor_of, is_shaped, rest_in_armature, shape_armature
from .body import LICENSE, ensure_body, is_of, lacks_file, license_of
from .camera import ensure_camera, place_camera
from .footage import show_footage
from .movie import on_blenders_clock
from .person_body import body_of
from .visibility import bake_visibility

if TYPE_CHECKING:
    from romp_core.take.take import Person, Take


@dataclass(frozen=True)
class BakeOptions:
    """What a bake makes; bodies that are there already are kept up in any case."""

    with_root: bool = False
    with_body: bool = True
    set_scene: bool = True


def bake_take(
    scene: bpy.types.Scene,
    take: Take,
    title: str,
    person_ids: set[int] | None = None,
    options: BakeOptions | None = None,
) -> list[str]:
    """Make or update the characters of a solved take, its camera and the scene's timing.

    Baking again replaces bones, keys and mesh in place; names, the user's own objects, modifiers, constraints and
    sliders stay.

    Args:
        take: solved; its people are baked with the edits applied. title: name of the collection.
        person_ids: None bakes everyone.

    Returns:
        Remarks for the user, may be empty.

    Raises:
        romp_core.errors.TakeError: the take is not solved.
    """
    from romp_core.errors import TakeError

    options = options or BakeOptions()
    if not take.solved:
        raise TakeError("The take is not solved yet.", "Use Solve Again.")
    take = replace(take, footage=on_blenders_clock(take.footage))
    collection = _ensure_collection(scene, take.id, title)
    if options.set_scene:
        fit_scene(scene, take.footage)
    timing = timing_of(take.footage, scene)
    remarks = []
    for person in take.characters:
        if person_ids is None or person.id in person_ids:
            remarks += _bake_person(scene, collection, take, person, title, timing, options)
    remarks += _bake_camera(scene, collection, take, title, timing)
    return list(dict.fromkeys(remarks))


def _bake_person(
    scene: bpy.types.Scene,
    collection: bpy.types.Collection,
    take: Take,
    person: Person,
    title: str,
    timing: Timing,
    options: BakeOptions,
) -> list[str]:
    import numpy as np

    from romp_core.take.resample import resample

    name = scene_index.short_name(title, person.name)
    motion = person.motion
    assert motion is not None, "only people with a motion become characters"
    clip, joints = resample(motion, take.footage), motion.rest_joints
    skin = scene_index.find_object(scene, take.id, scene_index.BODY, person.id)
    body, remarks = body_of(person, motion) if options.with_body or skin else (None, [])
    floor = body.floor_m if body else float(joints[:, 1].min())

    armature, is_new = ensure_armature(scene, take.id, person.id, name)
    if is_new:
        collection.objects.link(armature)
        armature.scale = [units_per_meter(scene)] * 3  # bones and keys stay in meters
        armature.data.display_type = "BBONE" if body else "OCTAHEDRAL"  # thin rods do not cover the body
    elif lacks_file(skin, body):
        floor = floor_of(armature)
        remarks.append(f"Without its SMPL file the body of {person.name} stays as it is.")
    heads = rest_in_armature(joints, floor)
    shaped = not is_new and is_shaped(armature, heads, options.with_root)
    if not shaped:
        shape_armature(armature, heads, options.with_root)
    _stamp(armature, take, license_of(skin, body) or take.provenance.body_license)
    finite = np.isfinite(clip.rotations).all(axis=(1, 2)) & np.isfinite(clip.root).all(axis=1)
    clip = replace(clip, valid=clip.valid & finite)  # NaN and infinity never become keys
    samples = np.arange(clip.first, clip.first + len(clip.valid))
    action = ensure_action(take.id, person.id, name)
    bake_action(armature, action, clip, timing.frames(samples))

    detected = np.zeros(max(timing.samples, clip.first + len(clip.valid)), dtype=bool)
    detected[samples] = clip.valid
    bake_visibility(armature, name, detected, timing.first, timing.rate)
    if body is None:
        return remarks
    if not lacks_file(skin, body) and not (shaped and is_of(skin, body)):
        title = scene_index.short_name(title, person.name, "Body")
        skin, is_new = ensure_body(scene, armature, body.fitted(joints), floor, title)
        if is_new:
            collection.objects.link(skin)
    bake_visibility(skin, name, detected, timing.first, timing.rate)
    return remarks


def _bake_camera(
    scene: bpy.types.Scene, collection: bpy.types.Collection, take: Take, title: str, timing: Timing
) -> list[str]:
    from romp_core.take.resample import to_grid

    assert take.camera is not None, "only solved takes are baked"
    name = scene_index.short_name(title, "Camera")
    camera, is_new = ensure_camera(scene, take.id, name)
    if is_new:
        collection.objects.link(camera)
    frames = timing.frames(to_grid(take.footage.times, take.footage))
    place_camera(camera, take.camera, frames, name, units_per_meter(scene))
    remark = show_footage(camera.data, take.footage, timing.first, scene_fps(scene))
    if is_new or scene.camera is None:
        scene.camera = camera
    return [remark] if remark else []


def _ensure_collection(scene: bpy.types.Scene, take_id: str, title: str) -> bpy.types.Collection:
    collection = scene_index.find_collection(scene, take_id)
    if collection is None:
        collection = bpy.data.collections.new(title)
        scene.collection.children.link(collection)
        collection[scene_index.TAKE] = take_id
    return collection


def _stamp(item: bpy.types.Object, take: Take, body_license: str) -> None:
    """Note on the character where it comes from and under which licenses; exports keep it."""
    provenance = take.provenance
    item["romp_mocap_source"] = Path(take.footage.path).name  # not the folder: exports are given away
    item["romp_mocap_model"] = provenance.model
    item["romp_mocap_model_license"] = provenance.model_license
    item[LICENSE] = body_license
    item["romp_mocap_version"] = provenance.core_version
