"""From a take to objects: a collection with a character for each person and the filming camera."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import bpy

from ..blender import scene_index
from ..blender.animation import is_animated
from ..blender.modes import in_object_mode
from ..blender.timing import Timing, fit_scene, fits, scene_fps, timing_of
from ..blender.units import units_per_meter
from .action import bake_action, ensure_action, is_ours
from .armature import ensure_armature, floor_of, is_shaped, rest_in_armature, shape_armature
from .body import LICENSE, ensure_body, is_of, lacks_file, license_of
from .camera import ensure_camera, place_camera
from .footage import show_footage
from .person_body import body_of
from .visibility import bake_visibility

if TYPE_CHECKING:
    from romp_core.take.take import Person, Take


@dataclass(frozen=True)
class BakeOptions:
    """What a bake makes; bodies that are there already are kept up in any case.

    Attributes:
        keep_edits: whether keys that the user changed by hand stay, on top of the motion.
    """

    with_root: bool = False
    with_body: bool = True
    set_scene: bool = True
    keep_edits: bool = True


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
    is_free = not is_animated(scene, besides=_moved_by_bakes(scene, take.id))
    lost, remarks = scene_index.lost_parts(scene, take.id), []
    if options.set_scene and is_free:
        fit_scene(scene, take.footage)
    elif options.set_scene and not fits(scene, take.footage):
        remarks.append(
            "The scene has other animation, so its frame rate, range and resolution stay: "
            f"the keys are laid out at {scene_fps(scene):.4g} frames per second."
        )
    bake = _Bake(scene, take, title, timing_of(take.footage, scene), options, options.set_scene and is_free)
    with in_object_mode(scene, scene_index.objects_of(scene, take.id)):
        for person in take.characters:
            if person_ids is None or person.id in person_ids:
                remarks += bake.person(person)
        remarks += bake.camera()
    if names := sorted(scene_index.names_of_parts(scene, take.id, lost)):
        remarks.insert(0, f"Made again, since it was deleted: {', '.join(names)}.")
    return list(dict.fromkeys(remarks))


def _moved_by_bakes(scene: bpy.types.Scene, take_id: str) -> set[bpy.types.Object]:
    """The objects of a take with no other animation than the take's."""
    return {
        item
        for item in scene_index.objects_of(scene, take_id)
        if item.animation_data is None or item.animation_data.action is None or is_ours(item)
    }


class _Bake:
    """One bake of a take into a scene."""

    def __init__(
        self, scene: bpy.types.Scene, take: Take, title: str, timing: Timing, options: BakeOptions, sets_camera: bool
    ) -> None:
        self.scene, self.take, self.title, self.timing, self.options = scene, take, title, timing, options
        self.sets_camera = sets_camera

    def person(self, person: Person) -> list[str]:
        """Make or update a character; returns remarks."""
        import numpy as np

        from romp_core.take.resample import resample

        scene, take, timing = self.scene, self.take, self.timing
        name = scene_index.short_name(self.title, person.name)
        motion = person.motion
        assert motion is not None, "only people with a motion become characters"
        skin = scene_index.find_object(scene, take.id, scene_index.BODY, person.id)
        if library := self._library(scene_index.ARMATURE, person.id) or self._library(scene_index.BODY, person.id):
            return [scene_index.left_alone(library)]
        clip, joints = resample(motion, take.footage, timing.fps), motion.rest_joints
        body, remarks = body_of(person, motion) if self.options.with_body or skin else (None, [])
        floor = body.floor_m if body else float(joints[:, 1].min())

        armature, is_new = ensure_armature(scene, take.id, person.id, name)
        if is_new:
            self._link(armature)
            armature.scale = [units_per_meter(scene)] * 3  # bones and keys stay in meters
            armature.data.display_type = "BBONE" if body else "OCTAHEDRAL"  # thin rods do not cover the body
        elif lacks_file(skin, body):
            floor = floor_of(armature)
            remarks.append(f"Without its SMPL file the body of {person.name} stays as it is.")
        heads = rest_in_armature(joints, floor)
        shaped = not is_new and is_shaped(armature, heads, self.options.with_root)
        if not shaped:
            shape_armature(armature, heads, self.options.with_root)
        _stamp(armature, take, license_of(skin, body) or take.provenance.body_license)
        finite = np.isfinite(clip.rotations).all(axis=(1, 2)) & np.isfinite(clip.root).all(axis=1)
        clip = replace(clip, valid=clip.valid & finite)  # NaN and infinity never become keys
        samples = np.arange(clip.first, clip.first + len(clip.valid))
        action = ensure_action(scene, armature, name)
        bake_action(armature, action, clip, timing.first + samples, self.options.keep_edits)

        detected = np.zeros(max(timing.samples, clip.first + len(clip.valid)), dtype=bool)
        detected[samples] = clip.valid
        bake_visibility(scene, armature, armature, name, detected, timing.first)
        if body is None:
            return remarks
        if not lacks_file(skin, body) and not (shaped and is_of(scene, skin, body)):
            title = scene_index.short_name(self.title, person.name, "Body")
            skin, is_new = ensure_body(scene, armature, body.fitted(joints), floor, title)
            if is_new:
                self._link(skin)
        bake_visibility(scene, armature, skin, name, detected, timing.first)
        return remarks

    def camera(self) -> list[str]:
        """Make or update the filming camera; returns remarks."""
        import numpy as np

        from romp_core.take.resample import resample_camera

        scene, take, timing = self.scene, self.take, self.timing
        assert take.camera is not None, "only solved takes are baked"
        if library := self._library(scene_index.CAMERA):
            return [scene_index.left_alone(library)]
        name = scene_index.short_name(self.title, "Camera")
        camera, is_new = ensure_camera(scene, take.id, name)
        if is_new:
            self._link(camera)
        path = resample_camera(take.camera, take.footage, timing.fps)
        frames = timing.first + np.arange(len(path.position))
        place_camera(scene, camera, path, frames, name, units_per_meter(scene))
        remark = show_footage(camera.data, take.footage, timing.first, scene_fps(scene))
        if scene.camera is None or (is_new and self.sets_camera):
            scene.camera = camera
        return [remark] if remark else []

    def _library(self, role: str, person_id: int = scene_index.NO_PERSON) -> str:
        """The .blend that a part of the take is linked from, or ""."""
        item = scene_index.find_object(self.scene, self.take.id, role, person_id)
        return scene_index.library_of(item) if item is not None else ""

    def _link(self, item: bpy.types.Object) -> None:
        """Put a new object into the take's collection, which is made when missing."""
        collection = scene_index.find_collection(self.scene, self.take.id)
        if collection is None or scene_index.library_of(collection):
            collection = bpy.data.collections.new(self.title)
            self.scene.collection.children.link(collection)
            scene_index.keep_collection(self.scene, self.take.id, collection)
        collection.objects.link(item)


def _stamp(item: bpy.types.Object, take: Take, body_license: str) -> None:
    """Note on the character where it comes from and under which licenses; exports keep it."""
    provenance = take.provenance
    item["romp_mocap_source"] = Path(take.footage.path).name  # not the folder: exports are given away
    item["romp_mocap_model"] = provenance.model
    item["romp_mocap_model_license"] = provenance.model_license
    item[LICENSE] = body_license
    item["romp_mocap_version"] = provenance.core_version
