"""From a take to objects: a collection with a character for each person and the filming camera."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import bpy

from ..blender import scene_index
from ..blender.matching import match_scene
from ..blender.modes import in_object_mode
from ..blender.steps import Steps, at_once, part
from ..blender.timing import Timing, scene_fps, timing_of
from ..blender.units import units_per_meter
from .action import bake_action_steps, ensure_action, is_ours
from .all_or_nothing import Guard, all_or_nothing
from .armature import ensure_armature, floor_of, is_shaped, rest_in_armature, shape_armature
from .body import LICENSE, ensure_body_steps, is_of, lacks_file, license_of, shows_face
from .camera import ensure_camera, place_camera
from .face import bake_face_steps
from .footage import show_footage
from .parent import ensure_parent, hang
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


def bake_take_steps(
    scene: bpy.types.Scene,
    take: Take,
    title: str,
    person_ids: set[int] | None = None,
    options: BakeOptions | None = None,
) -> Steps[list[str]]:
    """Make or update the characters of a solved take, its camera, the empty that they hang on and the scene's timing.

    Baking again replaces bones, keys and mesh in place; names, the user's own objects, modifiers, constraints and
    sliders stay. When it fails, or is closed before its end, the scene is as before. Between two steps nothing but the
    view may change.

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
    items, lost = scene_index.objects_of(scene, take.id), scene_index.lost_parts(scene, take.id)
    scene_index.drop_deleted(scene, take.id)
    with in_object_mode(scene, items), all_or_nothing(scene) as guard:
        remarks = yield from _bake_all(scene, take, title, person_ids, options, guard)
    if names := sorted(scene_index.names_of_parts(scene, take.id, lost)):
        remarks.insert(0, f"Made again, since it was deleted: {', '.join(names)}.")
    return list(dict.fromkeys(remarks))


bake_take = at_once(bake_take_steps)


def _bake_all(
    scene: bpy.types.Scene, take: Take, title: str, person_ids: set[int] | None, options: BakeOptions, guard: Guard
) -> Steps[list[str]]:
    """Timing of the scene, the empty, characters and camera; returns remarks."""
    sets_camera, remarks = False, list[str]()
    guard.note(scene_index.objects_of(scene, take.id, scene_index.NO_PERSON))
    if options.set_scene:
        sets_camera, remarks = match_scene(scene, take.footage, moved_by_bakes(scene, take.id))
    bake = _Bake(scene, take, title, timing_of(take.footage, scene), options, sets_camera)
    bake.empty(guard)
    people = [person for person in take.characters if person_ids is None or person.id in person_ids]
    for number, person in enumerate(people):
        guard.note(scene_index.objects_of(scene, take.id, person.id))
        yield number / len(people)
        remarks += yield from part(bake.person(person), number / len(people), (number + 1) / len(people))
    yield 1.0
    return remarks + bake.camera()


def moved_by_bakes(scene: bpy.types.Scene, take_id: str) -> set[bpy.types.Object]:
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
        self.latest_body: bpy.types.Object | None = None
        self.parent: bpy.types.Object | None = None

    def empty(self, guard: Guard) -> None:
        """Make the empty of the take; what was made before there was one hangs on it then."""
        scene, take_id = self.scene, self.take.id
        if self._library(scene_index.PARENT):
            return
        there = scene_index.objects_of(scene, take_id)
        self.parent, is_new = ensure_parent(scene, take_id, scene_index.short_name(self.title))
        if not self.parent.users_collection:
            self._link(self.parent)
            guard.note_linking(self.parent)
        if is_new:
            tops = [item for item in there if item[scene_index.ROLE] in (scene_index.ARMATURE, scene_index.CAMERA)]
            guard.note_parents(tops)
            hang(scene, self.parent, tops)

    def person(self, person: Person) -> Steps[list[str]]:
        """Make or update a character; returns remarks."""
        import numpy as np

        from romp_core.geometry.fingers import N_TIPS, all_rest_joints
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
            self._hang(armature)
            armature.scale = [units_per_meter(scene)] * 3  # bones and keys stay in meters
            armature.data.display_type = "BBONE" if body else "OCTAHEDRAL"  # thin rods do not cover the body
        elif lacks_file(skin, body):
            floor = floor_of(armature)
            remarks.append(f"Without its SMPL file the body of {person.name} stays as it is.")
        heads, tips = rest_in_armature(joints, floor), None
        if motion.has_fingers:
            points = rest_in_armature(all_rest_joints(joints, motion.rest_fingers), floor)
            heads, tips = points[:-N_TIPS], points[-N_TIPS:]
        shaped = not is_new and is_shaped(armature, heads, self.options.with_root)
        if not shaped:
            shape_armature(armature, heads, self.options.with_root, tips)
        yield 0.1
        _stamp(armature, take, license_of(skin, body) or take.provenance.body_license)
        finite = np.isfinite(clip.rotations).all(axis=(1, 2)) & np.isfinite(clip.root).all(axis=1)
        if clip.has_fingers:
            finite &= np.isfinite(clip.fingers).all(axis=(1, 2))
        clip = replace(clip, valid=clip.valid & finite)  # NaN and infinity never become keys
        samples = np.arange(clip.first, clip.first + len(clip.valid))
        action = ensure_action(scene, armature, name)
        frames, keep_edits = timing.first + samples, self.options.keep_edits
        yield from part(bake_action_steps(armature, action, clip, frames, keep_edits), 0.1, 0.4)

        detected = np.zeros(max(timing.samples, clip.first + len(clip.valid)), dtype=bool)
        detected[samples] = clip.valid
        bake_visibility(scene, armature, armature, name, detected, timing.first, self.options.keep_edits)
        if body is None:
            return remarks
        if not lacks_file(skin, body) and not (shaped and is_of(scene, skin, body)):
            title = scene_index.short_name(self.title, person.name, "Body")
            made = ensure_body_steps(scene, armature, body.fitted(joints), floor, title, self.latest_body)
            skin, is_new = yield from part(made, 0.4, 0.9)
            if is_new:
                self._link(skin)
                self.latest_body = skin
        bake_visibility(scene, armature, skin, name, detected, timing.first, keep_edits)
        if body.has_face and shows_face(skin):
            title = scene_index.short_name(self.title, person.name, "Face")
            yield from part(bake_face_steps(scene, skin, title, clip, frames, keep_edits), 0.9, 1.0)
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
            self._hang(camera)
        path = resample_camera(take.camera, take.footage, timing.fps)
        frames = timing.first + np.arange(len(path.position))
        place_camera(scene, camera, path, frames, name, units_per_meter(scene), timing.fps, self.options.keep_edits)
        remark = show_footage(camera.data, take.footage, timing.first, scene_fps(scene))
        if scene.camera is None or (is_new and self.sets_camera):
            scene.camera = camera
        return [remark] if remark else []

    def _library(self, role: str, person_id: int = scene_index.NO_PERSON) -> str:
        """The .blend that a part of the take is linked from, or ""."""
        item = scene_index.find_object(self.scene, self.take.id, role, person_id)
        return scene_index.library_of(item) if item is not None else ""

    def _hang(self, item: bpy.types.Object) -> None:
        """Let a new character or camera hang on the empty."""
        if self.parent is not None:
            hang(self.scene, self.parent, [item])

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
    from romp_core.models.license import combined_use

    provenance = take.provenance
    item["romp_mocap_source"] = Path(take.footage.path).name  # not the folder: exports are given away
    item["romp_mocap_model"] = provenance.model
    item["romp_mocap_model_license"] = provenance.model_license
    item[LICENSE] = body_license
    item["romp_mocap_version"] = provenance.core_version
    item["romp_mocap_commercial_use"] = combined_use(provenance.commercial_use, body_license)
    item["romp_mocap_license_checked"] = provenance.license_checked
    item["romp_mocap_weights"] = ", ".join(f"{name} {digest}" for name, digest in provenance.weights.items())
