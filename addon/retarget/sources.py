"""Where a motion to retarget comes from: a person of a take, or an armature that moves already."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

import bpy

from ..bake.take import moved_by_bakes
from ..blender.evaluated import evaluated_bones
from ..blender.matching import match_scene
from ..blender.modes import in_object_mode
from ..blender.timing import scene_fps, timing_of
from ..blender.units import units_per_meter
from ..takes import take_list
from ..takes.edits import load_edited
from .keys import made_from
from .rig_reader import bones_of, check_armature, to_meters

if TYPE_CHECKING:
    from romp_core.retarget.body_motion import BodyMotion
    from romp_core.take.take import Take
    from romp_core.typing import Array


@dataclass(frozen=True)
class Source:
    """A motion to retarget.

    Attributes:
        key: by which it is known again. name: of the person or armature.
        motion: in n frames. frames: (n,) scene frame of each. fps: frames per second.
        remarks: for the user. face: (n, 52) coefficients of `geometry.face_units`, None where it was not captured.
    """

    key: str
    name: str
    motion: BodyMotion
    frames: Array
    fps: float
    remarks: tuple[str, ...] = ()
    face: Array | None = None


def from_take(scene: bpy.types.Scene, take: str, person_id: int) -> Source:
    """The motion of a person.

    Args:
        take: id or file; the selected take where it is empty.
        person_id: the selected person, or the first, where it is negative.

    Raises:
        romp_core.errors.MocapError: there is no such take or person, or the take is not solved.
    """
    import numpy as np

    from romp_core.errors import TakeError
    from romp_core.retarget.body_motion import of_person

    found, selected = _load(scene, take)
    if not found.solved or not found.characters:
        raise TakeError("The take is not solved yet.", "Use Solve Again.")
    ids = [person.id for person in found.characters]
    if person_id < 0:
        person_id = selected if selected in ids else ids[0]
    if person_id not in ids:
        raise TakeError(f"The take has no person {person_id}.", f"It has {', '.join(map(str, ids))}.")
    person = next(each for each in found.characters if each.id == person_id)
    assert person.motion is not None, "characters have a motion"
    remarks = _match(scene, found) if scene.romp_mocap.set_scene else []
    timing = timing_of(found.footage, scene)
    motion, clip = of_person(person.motion, found.footage, timing.fps)
    finite = np.isfinite(clip.root).all(axis=1) & np.isfinite(clip.rotations).all(axis=(1, 2))
    seen = np.flatnonzero(clip.valid & finite)
    if not len(seen):
        raise TakeError(f"{person.name} was never seen well enough to be animated.")
    frames = (timing.first + clip.first + seen).astype(np.float64)
    face = clip.face[seen] if clip.has_face else None
    return Source(f"{found.id}/{person.id}", person.name, motion.at(seen), frames, timing.fps, tuple(remarks), face)


def _match(scene: bpy.types.Scene, take: Take) -> list[str]:
    """Fit the scene to a take's footage, if nothing moves but what was made from the take; returns remarks."""
    rigs = {item for item in scene.objects if item.type == "ARMATURE" and made_from(item).startswith(f"{take.id}/")}
    return match_scene(scene, take.footage, moved_by_bakes(scene, take.id) | rigs)[1]


def _load(scene: bpy.types.Scene, take: str) -> tuple[Take, int]:
    """The take, and the id of its selected person or -1."""
    from romp_core.errors import TakeError
    from romp_core.storage.take_file import load_take

    entry = take_list.find_take(scene, take) if take else take_list.selected_take(scene)
    if entry is not None:
        person = entry.people[entry.active_person] if 0 <= entry.active_person < len(entry.people) else None
        return load_edited(entry), person.person_id if person is not None else -1
    path = bpy.path.abspath(take)
    if not os.path.isfile(path):
        raise TakeError(f'There is no take "{take}" in this scene.', "Give the id of a listed take, or a take file.")
    return load_take(path), -1


def from_armature(scene: bpy.types.Scene, item: bpy.types.Object) -> Source:
    """The motion of an armature with an action, whose skeleton is recognized.

    Raises:
        romp_core.errors.RetargetError: it does not move, or its bones are not recognized.
    """
    import numpy as np

    from romp_core.errors import RetargetError
    from romp_core.retarget.body_motion import from_rig
    from romp_core.retarget.contacts import find_contacts
    from romp_core.retarget.rig import Rig

    from .mappings import mapping_for

    check_armature(scene, item, item.name)
    action = item.animation_data.action if item.animation_data else None
    if action is None:
        raise RetargetError(f'"{item.name}" has no action.', "Choose an armature that is animated.")
    with in_object_mode(scene, [item]):
        mapping = mapping_for(scene, item)
        names = list(dict.fromkeys(name for name in (*bones_of(mapping), *mapping.deform.values()) if name))
        first, last = (int(np.ceil(action.frame_range[0] - 1e-3)), int(np.floor(action.frame_range[1] + 1e-3)))
        frames = np.arange(first, last + 1)
        posed = evaluated_bones(scene, item, names, frames)
        per_meter = units_per_meter(scene)
        rest = to_meters(item, np.array([item.data.bones[name].matrix_local for name in names]), per_meter)
        scale = item.matrix_world.to_scale()[0] / per_meter
        lengths = np.array([item.data.bones[name].length for name in names]) * scale
        rig = Rig(tuple(names), np.full(len(names), -1), rest, lengths, np.ones(len(names), bool))
    motion = from_rig(rig, mapping, to_meters(item, posed, per_meter), np.zeros((len(frames), 2), bool))
    motion = find_contacts(motion, scene_fps(scene))
    return Source(f"{item.name}:{action.name}", item.name, motion, frames.astype(np.float64), scene_fps(scene))
