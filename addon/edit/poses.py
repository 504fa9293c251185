"""Poses put right in Pose Mode: kept in the take, listed, muted and eased, one operator each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import bpy
from bpy.props import FloatProperty, IntProperty
from bpy.types import Operator

from ..bake.bones import bone_names
from ..blender import compat, scene_index
from ..blender.reporting import Reporting
from ..blender.timing import frame_at
from ..takes import pose_fixes, take_list
from ..takes.follow import following
from . import changes
from .targets import WIDTH_PX, OfTake

if TYPE_CHECKING:
    from romp_core.take.edits import Edits, PoseEdit
    from romp_core.take.take import Take

    from ..bake.posed import Posed


class ROMP_MOCAP_OT_edit_pose(OfTake, Reporting, Operator):
    """Keep the pose at the current frame, and all keys that you changed, in the take: they ease in and out, and stay \
when it is solved again"""

    bl_idname = "romp_mocap.edit_pose"
    bl_label = "Keep Pose Fix"

    ease: FloatProperty(
        name="Ease (s)",
        description="Time before and after it in which the correction comes and goes; that of the scene if negative",
        default=-1.0,
        soft_max=2.0,
        options={"SKIP_SAVE"},
    )

    def run(self, context: bpy.types.Context) -> set[str]:
        from romp_core.errors import EditError

        scene, item = context.scene, _character(context)
        _select_take(scene, item)
        if scene.frame_subframe:
            raise EditError("The scene is between two frames.", "Go to a whole frame, and pose it there.")
        ease = self.ease if self.ease >= 0 else scene.romp_mocap.pose_ease
        others = [each for each in _in_pose_mode(context) if each != item]

        def change(take: Take) -> Edits:
            found = [pose_fixes.posed(scene, each, take, scene.frame_current) for each in (item, *others)]
            edits = pose_fixes.kept(take, found, ease)
            if edits == take.edits:
                raise _nothing_changed(scene, found[0])
            for each in found:
                each.settle()
            return edits

        return changes.decide(self, scene, change)


def _character(context: bpy.types.Context) -> bpy.types.Object:
    """The character of a listed take that is active. Raises EditError."""
    from romp_core.errors import EditError

    scene, active = context.scene, context.view_layer.objects.active
    hint = "Select the character that a take made, pose it in Pose Mode, and press it again."
    if active is None:
        raise EditError("No character is active.", hint)
    item = scene_index.character_of(active, scene)
    if item is None:
        rig = active.type == "ARMATURE"
        follows = "Rigs of your own follow the take: retarget it again afterwards." if rig else ""
        raise EditError(f'"{active.name}" is not a character of a take.', f"{hint} {follows}".strip())
    if scene_index.find_object(scene, item[scene_index.TAKE], item[scene_index.ROLE], item[scene_index.PERSON]) != item:
        raise EditError(
            f'"{item.name}" is a copy of a character, which no solve changes.', "Pose the character itself."
        )
    if take_list.find_take(scene, item[scene_index.TAKE]) is None:
        raise EditError(f'The take of "{item.name}" is not in the list.', "Open its take file first.")
    return item


def _in_pose_mode(context: bpy.types.Context) -> list[bpy.types.Object]:
    """The characters of the selected take in Pose Mode: several can be in it together."""
    scene, entry = context.scene, take_list.selected_take(context.scene)
    found = [
        scene_index.find_object(scene, entry.take_id, scene_index.ARMATURE, person.person_id) for person in entry.people
    ]
    return [item for item in found if item is not None and item.mode == "POSE"]


def _select_take(scene: bpy.types.Scene, item: bpy.types.Object) -> None:
    """Let the list show the take of a character."""
    group = scene.romp_mocap
    ids = [entry.take_id for entry in group.takes]
    with following(False):
        if ids[group.active_take] != item[scene_index.TAKE]:
            group.active_take = ids.index(item[scene_index.TAKE])


def _nothing_changed(scene: bpy.types.Scene, posed: Posed) -> Exception:
    from romp_core.errors import EditError

    item = posed.item
    if not posed.on_frame:
        return EditError(f'Nothing of "{item.name}" is solved at frame {scene.frame_current}.', "Go to another frame.")
    known = set(bone_names(item.data).values())
    for bone in item.pose.bones:
        if compat.is_selected(bone) and bone.name not in known:
            return EditError(f'The bone "{bone.name}" is not one of the character\'s.', "Pose the bones of its joints.")
    hint = "Turn bones in Pose Mode, or move the pelvis, at the frame that is wrong, then press it again."
    return EditError(f'Nothing was changed in the pose of "{item.name}".', hint)


class _OfPose(OfTake):
    """Mixin: about one pose of the list."""

    index: IntProperty(options={"HIDDEN", "SKIP_SAVE"})


def _listed(take: Take, index: int) -> PoseEdit:
    """A pose of the list. Raises EditError."""
    from romp_core.errors import EditError

    if not 0 <= index < len(take.edits.poses):
        raise EditError("There is no such edit.")
    return take.edits.poses[index]


class ROMP_MOCAP_OT_edit_pose_go(_OfPose, Reporting, Operator):
    """Go to this pose"""

    bl_idname = "romp_mocap.edit_pose_go"
    bl_label = "Go to Pose"
    bl_options = {"REGISTER"}

    def run(self, context: bpy.types.Context) -> None:
        _, take = changes.take_of(context.scene)
        second = _listed(take, self.index).seconds[0]
        context.scene.frame_set(round(frame_at(second, take.footage, context.scene)))


class ROMP_MOCAP_OT_edit_pose_mute(_OfPose, Reporting, Operator):
    """Switch this pose off or on again"""

    bl_idname = "romp_mocap.edit_pose_mute"
    bl_label = "Mute Pose"

    def run(self, context: bpy.types.Context) -> set[str]:
        def change(take: Take) -> Edits:
            return take.edits.changed_pose(self.index, muted=not _listed(take, self.index).muted)

        return changes.decide(self, context.scene, change)


class ROMP_MOCAP_OT_edit_pose_ease(_OfPose, Reporting, Operator):
    """Change how long this pose eases in and out"""

    bl_idname = "romp_mocap.edit_pose_ease"
    bl_label = "Ease of Pose"

    ease: FloatProperty(name="Ease (s)", min=0.0, soft_max=2.0, max=10.0, step=1, options={"SKIP_SAVE"})

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        from romp_core.errors import MocapError

        try:
            self.ease = _listed(changes.take_of(context.scene)[1], self.index).ease
        except MocapError:  # reported by `execute`
            return self.execute(context)
        return context.window_manager.invoke_props_dialog(self, width=WIDTH_PX)

    def run(self, context: bpy.types.Context) -> set[str]:
        return changes.decide(self, context.scene, lambda take: take.edits.changed_pose(self.index, ease=self.ease))


CLASSES = (
    ROMP_MOCAP_OT_edit_pose,
    ROMP_MOCAP_OT_edit_pose_go,
    ROMP_MOCAP_OT_edit_pose_mute,
    ROMP_MOCAP_OT_edit_pose_ease,
)
