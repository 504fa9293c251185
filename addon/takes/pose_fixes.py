"""Poses that the user changed in Blender become edits of the take, which any solve, export and rig follows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import bpy

from ..bake import hand_edits
from ..bake.action import keyed_joints, own_action
from ..bake.bones import bone_names
from ..bake.posed import Posed, read_pose
from ..blender import compat, scene_index
from . import edits, take_list

if TYPE_CHECKING:
    from romp_core.take.edits import Edits
    from romp_core.take.take import Take

    from .properties import ROMP_MOCAP_PG_take


def posed(scene: bpy.types.Scene, item: bpy.types.Object, take: Take, frame: int | None) -> Posed:
    """What was changed of the pose of a take's character; at a frame, if given, also on screen.

    Raises:
        romp_core.errors.EditError: there is nothing to compare it with.
    """
    from romp_core.errors import EditError
    from romp_core.geometry.skeleton import JOINTS

    if library := scene_index.library_of(item):
        raise EditError(scene_index.left_alone(library))
    if missing := [joint for joint in JOINTS if joint not in bone_names(item.data)]:
        raise EditError(f'"{item.name}" has no bone of the joint {missing[0]}.', "Use Make Characters to get it back.")
    action, animation = own_action(scene, item), item.animation_data
    if action is None or animation is None or animation.action != action:
        raise EditError(f'Another action than the take\'s moves "{item.name}".', "Assign the action of the take again.")
    if any(track.strips and not track.mute for track in animation.nla_tracks):
        raise EditError(f'NLA tracks change the pose of "{item.name}".', "Mute them first.")
    written = hand_edits.noted(action)
    if written is None or not len(written.frames) or compat.found_channels(item, action) is None:
        hint = "Use Make Characters, then pose it again."
        raise EditError(f'"{item.name}" was made by an earlier version, so changes of its pose are not known.', hint)
    rotations = 4 * len(keyed_joints(bone_names(item.data)))
    if not rotations + 3 <= written.solved.shape[1] <= rotations + 6:
        raise EditError(f'Bones of "{item.name}" were removed.', "Use Make Characters to get them back.")
    return read_pose(item, action, written, float(take.footage.times[0]), frame)


def kept(take: Take, changed: Sequence[Posed], ease: float) -> Edits:
    """The edits of a take and those of changed poses.

    Raises:
        romp_core.errors.EditError: they make no sense.
    """
    from romp_core.take.edits.pose_changes import pose_edits

    found = take.edits
    for each in changed:
        person = int(each.item[scene_index.PERSON])
        for edit in pose_edits(each.changes, person, take.edits, take.footage, ease):
            found = found.with_pose(edit, take.people, take.footage.times)
    return found


def keep_keys(scene: bpy.types.Scene, entry: ROMP_MOCAP_PG_take, ease: float) -> None:
    """Make edits of all keys of a take's characters that were changed by hand, for the next solve.

    Raises:
        romp_core.errors.TakeError: the take file is unusable, or an edit makes no sense; nothing is changed.
    """
    from romp_core.errors import EditError

    take, found = edits.edited(entry, take_list.load(entry)), []
    for person in entry.people:
        item = scene_index.find_object(scene, entry.take_id, scene_index.ARMATURE, person.person_id)
        if item is None or scene_index.library_of(item):
            continue
        try:
            found.append(posed(scene, item, take, None))
        except EditError:  # what cannot be read stays on top of the motion
            continue
    edits.change(entry, take, kept(take, found, ease))
    for each in found:
        each.settle()
