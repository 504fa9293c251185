"""Retargeting, and looking at its worst frames."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import bpy
from bpy.props import BoolProperty, EnumProperty, FloatProperty, IntProperty, StringProperty
from bpy.types import Operator

from ..blender import report, scene_index
from ..blender.reporting import Reporting
from ..takes import take_list
from .mappings import mapping_for
from .properties import KEY_MODES, ROOT_MODES
from .retargeting import Options, retarget
from .rig_reader import check_armature
from .sources import Source, from_armature, from_take

if TYPE_CHECKING:
    from romp_core.retarget.mapping import RigMapping

SETTINGS = ("root_mode", "key_mode", "plants", "reduces", "bound_mm", "bound_deg")


class _WithOptions(Reporting):
    """What the operators that retarget have in common."""

    root_mode: EnumProperty(name="Root Motion", items=ROOT_MODES)
    key_mode: EnumProperty(name="Keys", items=KEY_MODES)
    plants: BoolProperty(name="Plant Feet", default=True)
    reduces: BoolProperty(name="Fewer Keys")
    bound_mm: FloatProperty(name="Within (mm)", default=2.0, min=0.01)
    bound_deg: FloatProperty(name="Within (°)", default=0.5, min=0.01)

    def put(self: Any, scene: bpy.types.Scene, source: Source, item: bpy.types.Object, mapping: RigMapping) -> str:
        """Retarget onto one armature; returns a remark."""
        options = Options(**{name: getattr(self, name) for name in SETTINGS})
        measured, remarks = retarget(scene, source, item, mapping, options)
        summary = f"{source.name} moves {item.name}: directions within {measured.max_deg:.2g}°"
        if measured.slide_before_mm:
            summary += f", feet slide at most {measured.slide_mm:.1f} mm a frame"
        return " ".join([f"{summary}.", *remarks])


class ROMP_MOCAP_OT_retarget(_WithOptions, Operator):
    """Put a motion onto the armature of your own character"""

    bl_idname = "romp_mocap.retarget"
    bl_label = "Retarget"
    bl_options = {"UNDO"}

    take: StringProperty(name="Take", description="Id of a take in the scene, or a take file. Empty: the selected take")
    person: IntProperty(name="Person", description="Id of the person. -1: the selected one", default=-1)
    source: StringProperty(name="Source", description="Name of an animated armature to take the motion from instead")
    target: StringProperty(name="Target", description="Name of the armature. Empty: the selected one")
    mapping: StringProperty(
        name="Mapping", description="File. Empty: as in the panel, or detected", subtype="FILE_PATH"
    )

    def run(self, context: bpy.types.Context) -> str:
        scene = context.scene
        target = self._target(context)
        mapping = mapping_for(scene, target, self.mapping)
        if self.source:
            return self.put(scene, self._armature_source(context, target), target, mapping)
        if not self.take and not scene.romp_mocap.takes and (other := _animated(context, target)) is not None:
            return self.put(scene, from_armature(scene, other), target, mapping)
        return self.put(scene, from_take(scene, self.take, self.person), target, mapping)

    def _target(self, context: bpy.types.Context) -> bpy.types.Object:
        """The armature that is meant, whichever of several selected ones is active: never one of a take."""
        from romp_core.errors import RetargetError

        scene = context.scene
        if self.target:
            return check_armature(scene, bpy.data.objects.get(self.target), self.target)
        chosen = [context.view_layer.objects.active, *context.view_layer.objects.selected]
        own = [item for item in chosen if item is not None and item.type == "ARMATURE" and not _is_made(item)]
        still = [item for item in own if not _moves(item)]
        found = next(iter(still if len(set(own)) > 1 and still else own), None)
        if found is None:
            raise RetargetError("No armature of yours is selected.", "Select the armature of your character.")
        return check_armature(scene, found, found.name)

    def _armature_source(self, context: bpy.types.Context, target: bpy.types.Object) -> Source:
        from romp_core.errors import RetargetError

        item = check_armature(context.scene, bpy.data.objects.get(self.source), self.source)
        if item == target:
            raise RetargetError(f'"{item.name}" is the source and the target.', "Choose another armature.")
        return from_armature(context.scene, item)


class ROMP_MOCAP_OT_retarget_all(_WithOptions, Operator):
    """Put everyone of the take who has a rig onto that rig"""

    bl_idname = "romp_mocap.retarget_all"
    bl_label = "Retarget All"
    bl_options = {"UNDO"}

    def run(self, context: bpy.types.Context) -> str:
        from romp_core.errors import RetargetError

        scene = context.scene
        entry = take_list.selected_take(scene)
        pairs = [(person, person.rig) for person in entry.people if person.rig is not None]
        if not pairs:
            raise RetargetError("Nobody of this take has a rig.", "Choose a rig for a person first.")
        if len({item for _, item in pairs}) < len(pairs):
            raise RetargetError("Two people have the same rig.", "Choose another rig for one of them.")
        mappings = [mapping_for(scene, check_armature(scene, item, item.name)) for _, item in pairs]
        summaries = [
            self.put(scene, from_take(scene, entry.take_id, person.person_id), item, mapping)
            for (person, item), mapping in zip(pairs, mappings, strict=True)
        ]
        return " ".join(summaries)


class ROMP_MOCAP_OT_go_to_worst(Operator):
    """Go to a frame in which the retargeted pose differs most from its source"""

    bl_idname = "romp_mocap.go_to_worst"
    bl_label = "Go to Worst Frame"

    rank: IntProperty(name="Rank", description="0 is the worst", min=0)

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return bool(report.section(context.scene, "retarget"))

    def execute(self, context: bpy.types.Context) -> set[str]:
        frames = list(report.section(context.scene, "retarget")["worst_frames"])
        context.scene.frame_set(int(frames[min(self.rank, len(frames) - 1)]))
        return {"FINISHED"}


def _is_made(item: bpy.types.Object) -> bool:
    return item.get(scene_index.ROLE) == scene_index.ARMATURE


def _moves(item: bpy.types.Object) -> bool:
    return bool(item.animation_data and item.animation_data.action)


def _animated(context: bpy.types.Context, target: bpy.types.Object) -> bpy.types.Object | None:
    """Another selected armature that moves."""
    chosen = context.view_layer.objects.selected
    return next((item for item in chosen if item.type == "ARMATURE" and item != target and _moves(item)), None)


CLASSES = (ROMP_MOCAP_OT_retarget, ROMP_MOCAP_OT_retarget_all, ROMP_MOCAP_OT_go_to_worst)
