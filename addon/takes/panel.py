"""The list of takes, the people in them, and solving again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import bpy
from bpy.types import Menu, Panel, UIList

from romp_core.take.settings import SolveSettings, panels_of

from ..blender import scene_index
from ..blender.layout import SidebarPanel, faint, property_column, wrapped
from ..documents import status
from ..worker import jobs
from ..worker.panel import draw_outcome, stage_text
from . import estimates, solve_state, take_list
from .needs_take import NeedsTake

if TYPE_CHECKING:
    from .properties import ROMP_MOCAP_PG_take


_SETTINGS = panels_of(SolveSettings)


class ROMP_MOCAP_UL_takes(UIList):
    def draw_item(
        self, context: Any, layout: Any, data: Any, item: Any, icon: int, active_data: Any, active_property: str
    ) -> None:
        row = layout.split(factor=0.5)
        row.prop(item, "name", text="", emboss=False, icon="ERROR" if item.warning else "SEQUENCE")
        parts = [
            str(len(item.people)),
            f"{item.seconds:.1f} s" if item.seconds else "",
            "" if item.complete else "partial",
        ]
        row.label(text=", ".join(filter(None, parts)), icon="COMMUNITY")


class ROMP_MOCAP_UL_people(UIList):
    def draw_item(
        self, context: Any, layout: Any, entry: Any, item: Any, icon: int, active_data: Any, active_property: str
    ) -> None:
        made = scene_index.is_kept(context.scene, entry.take_id, scene_index.ARMATURE, item.person_id)
        row = layout.split(factor=0.55)
        row.prop(item, "name", text="", emboss=False, icon="OUTLINER_OB_ARMATURE" if made else "ARMATURE_DATA")
        row.label(text=f"{item.frames} frames", icon="ERROR" if item.warning else "NONE")


class ROMP_MOCAP_MT_take(Menu):
    bl_label = "Take"

    def draw(self, context: bpy.types.Context) -> None:
        self.layout.operator("romp_mocap.open_take", icon="FILEBROWSER")
        self.layout.operator("romp_mocap.save_take", icon="FILE_TICK")
        self.layout.operator("romp_mocap.recover_takes", icon="RECOVER_LAST")
        self.layout.operator("romp_mocap.import_results", icon="IMPORT")
        self.layout.operator_menu_enum("romp_mocap.add_parts", "parts", icon="VIEW_PAN")
        self.layout.operator_menu_enum("romp_mocap.refine", "who", icon="MOD_SMOOTH")
        self.layout.menu("ROMP_MOCAP_MT_refiner_files")
        self.layout.operator("romp_mocap.find_take")
        self.layout.operator("romp_mocap.find_footage")
        self.layout.operator("romp_mocap.remove_take", text="Remove from List, Keep Characters").keep_characters = True


class ROMP_MOCAP_MT_people(Menu):
    bl_label = "People"

    def draw(self, context: bpy.types.Context) -> None:
        entry = take_list.active_take(context.scene)
        removed = entry.removed_people if entry is not None else ()
        if not removed:
            self.layout.label(text="No Removed People")
        for person in removed:
            button = self.layout.operator("romp_mocap.restore_person", text=f"Restore {person.name}", icon="LOOP_BACK")
            button.person_id = person.person_id


class ROMP_MOCAP_PT_takes(SidebarPanel, Panel):
    bl_label = "Takes"
    bl_order = 1

    def draw(self, context: bpy.types.Context) -> None:
        layout, group = self.layout, context.scene.romp_mocap
        row = layout.row()
        row.template_list("ROMP_MOCAP_UL_takes", "", group, "takes", group, "active_take", rows=2)
        side = row.column(align=True)
        side.operator("romp_mocap.open_take", text="", icon="ADD")
        side.operator("romp_mocap.remove_take", text="", icon="REMOVE")
        side.menu("ROMP_MOCAP_MT_take", text="", icon="DOWNARROW_HLT")
        entry = take_list.active_take(context.scene)
        if entry is None:
            layout.operator("romp_mocap.import_results", icon="IMPORT")
            return
        row = layout.row()
        row.template_list("ROMP_MOCAP_UL_people", "", entry, "people", entry, "active_person", rows=2)
        side = row.column(align=True)
        side.operator("romp_mocap.remove_person", text="", icon="REMOVE")
        side.menu("ROMP_MOCAP_MT_people", text="", icon="DOWNARROW_HLT")
        person = take_list.active_person(context.scene)
        for warning in (*entry.warning.splitlines(), *(person.warning.splitlines() if person is not None else ())):
            wrapped(layout, warning, context.region.width, "ERROR")
        _draw_missing(layout, context, entry)
        if jobs.current() is None and solve_state.changed_elsewhere(context.scene, entry):
            box = layout.box()
            wrapped(box, "The take file was changed outside of this scene.", context.region.width, "ERROR")
            row = box.row(align=True)
            row.operator("romp_mocap.solve", text="Use Scene Settings")
            row.operator("romp_mocap.use_file_settings")
        row, session = layout.row(align=True), jobs.current()
        if session is not None and session.kind == jobs.MAKING:
            row.progress(factor=session.share, text="Making characters")
            row.operator("romp_mocap.cancel", text="", icon="CANCEL")
        else:
            row.operator("romp_mocap.make_characters", icon="OUTLINER_OB_ARMATURE").which = "ALL"
            row.operator("romp_mocap.make_characters", text="Selected").which = "ACTIVE"
        row.operator("romp_mocap.look_through", text="", icon="VIEW_CAMERA")
        if entry.remark:
            wrapped(layout, entry.remark, context.region.width, "INFO")
        faint(layout, entry.license, context.region.width)
        outcome = jobs.last_outcome()
        if outcome is not None and outcome.text and outcome.job in jobs.OF_TAKES:
            draw_outcome(layout, outcome, context.region.width)


def _draw_missing(layout: bpy.types.UILayout, context: bpy.types.Context, entry: ROMP_MOCAP_PG_take) -> None:
    """Files of the take that were moved or deleted, and how to show where they are."""
    missing = []
    if status.lacks_take(entry):
        missing.append(("The take file was not found.", "romp_mocap.find_take"))
    if status.lacks_footage(context.scene, entry):
        missing.append(("The footage was not found.", "romp_mocap.find_footage"))
    for sentence, operator in missing:
        row = layout.row()
        row.label(text=sentence, icon="ERROR")
        row.operator(operator, text="Find File\u2026", icon="FILEBROWSER")


class ROMP_MOCAP_PT_solve(NeedsTake, SidebarPanel, Panel):
    bl_label = "Motion"
    bl_parent_id = "ROMP_MOCAP_PT_takes"
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context: bpy.types.Context) -> None:
        entry = take_list.selected_take(context.scene)
        column = property_column(self.layout)
        for name in _SETTINGS[""]:
            column.prop(entry.solve, name)
            if name == "camera" and (camera := estimates.camera_text(entry)):
                faint(column, f"Camera: {camera}", context.region.width)
            if name == "fov" and (fov := estimates.fov_text(entry)):
                faint(column, f"Field of View: {fov}", context.region.width)
        for person in entry.people:
            column.prop(person, "height", text=f"{person.name} (m)")
            if height := estimates.height_text(entry, person.person_id):
                faint(column, f"Height: {height}", context.region.width)
        if entry.unsolved and jobs.current() is None:
            self.layout.label(text="Changed, not solved yet.", icon="INFO")
        row = self.layout.row()
        session = jobs.current()
        if session is not None and session.kind in jobs.SOLVING:
            row.progress(factor=session.share, text=stage_text(session))
        else:
            row.operator("romp_mocap.solve", icon="FILE_REFRESH")
        if session is not None and session.kind in jobs.SOLVING and not session.quiet:
            row.operator("romp_mocap.cancel", icon="CANCEL")
        else:
            row.prop(context.scene.romp_mocap, "live_update")
        _draw_subpanels(self.layout, entry.solve)


def _draw_subpanels(layout: bpy.types.UILayout, owner: bpy.types.PropertyGroup) -> None:
    """The settings that are declared to stand in subpanels."""
    for title, names in _SETTINGS.items():
        if not title:
            continue
        header, body = layout.panel(f"romp_mocap_settings_{title}", default_closed=True)
        header.label(text=title)
        if body is not None:
            column = property_column(body)
            for name in names:
                column.prop(owner, name, slider=True)


CLASSES = (
    ROMP_MOCAP_UL_takes,
    ROMP_MOCAP_UL_people,
    ROMP_MOCAP_MT_take,
    ROMP_MOCAP_MT_people,
    ROMP_MOCAP_PT_takes,
    ROMP_MOCAP_PT_solve,
)
