"""The list of takes, the people in them, and solving again."""

from __future__ import annotations

from typing import Any

import bpy
from bpy.types import Menu, Panel, UIList

from .. import catalog, scene_index
from .base import SidebarPanel, wrapped


class MOCAP_UL_takes(UIList):
    def draw_item(
        self, context: Any, layout: Any, data: Any, item: Any, icon: int, active_data: Any, active_property: str
    ) -> None:
        row = layout.split(factor=0.65)
        row.prop(item, "name", text="", emboss=False, icon="SEQUENCE")
        row.label(text=f"{len(item.people)}" if item.complete else f"{len(item.people)}, partial", icon="COMMUNITY")


class MOCAP_UL_people(UIList):
    def draw_item(
        self, context: Any, layout: Any, entry: Any, item: Any, icon: int, active_data: Any, active_property: str
    ) -> None:
        collection = scene_index.find_collection(context.scene, entry.take_id)  # few objects: drawing must be quick
        made = collection and any(
            scene_index.belongs(each, entry.take_id, scene_index.ARMATURE, item.person_id)
            for each in collection.all_objects
        )
        row = layout.split(factor=0.55)
        row.prop(item, "name", text="", emboss=False, icon="OUTLINER_OB_ARMATURE" if made else "ARMATURE_DATA")
        row.label(text=f"{item.seen} pictures")


class MOCAP_MT_take(Menu):
    bl_label = "Take"

    def draw(self, context: bpy.types.Context) -> None:
        self.layout.operator("mocap.open_take", icon="FILEBROWSER")
        self.layout.operator("mocap.save_take", icon="FILE_TICK")
        self.layout.operator("mocap.recover_takes", icon="RECOVER_LAST")
        self.layout.operator("mocap.import_results", icon="IMPORT")
        self.layout.operator("mocap.remove_take", text="Remove from List, Keep Characters").keep_characters = True


class MOCAP_PT_takes(SidebarPanel, Panel):
    bl_label = "Takes"
    bl_order = 1

    def draw(self, context: bpy.types.Context) -> None:
        layout, group = self.layout, context.scene.mocap
        row = layout.row()
        row.template_list("MOCAP_UL_takes", "", group, "takes", group, "active_take", rows=2)
        side = row.column(align=True)
        side.operator("mocap.open_take", text="", icon="ADD")
        side.operator("mocap.remove_take", text="", icon="REMOVE")
        side.menu("MOCAP_MT_take", text="", icon="DOWNARROW_HLT")
        entry = catalog.active_take(context.scene)
        if entry is None:
            layout.operator("mocap.import_results", icon="IMPORT")
            return
        row = layout.row()
        row.template_list("MOCAP_UL_people", "", entry, "people", entry, "active_person", rows=2)
        row.column(align=True).operator("mocap.remove_person", text="", icon="REMOVE")
        row = layout.row(align=True)
        row.operator("mocap.make_characters", icon="OUTLINER_OB_ARMATURE").which = "ALL"
        row.operator("mocap.make_characters", text="Selected").which = "ACTIVE"
        if entry.remark:
            wrapped(layout, entry.remark, context.region.width, "INFO")
        column = layout.column()
        column.active = False
        wrapped(column, entry.license, context.region.width)


class MOCAP_PT_solve(SidebarPanel, Panel):
    bl_label = "Motion"
    bl_parent_id = "MOCAP_PT_takes"
    bl_options = {"DEFAULT_CLOSED"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return catalog.active_take(context.scene) is not None

    def draw(self, context: bpy.types.Context) -> None:
        entry = catalog.active_take(context.scene)
        column = self.layout.column()
        column.use_property_split, column.use_property_decorate = True, False
        for name in entry.solve.__annotations__:
            column.prop(entry.solve, name)
        person = catalog.active_person(context.scene)
        if person is not None:
            column.prop(person, "height", text=f"Height of {person.name} (m)")
        self.layout.operator("mocap.solve", icon="FILE_REFRESH")


classes = (MOCAP_UL_takes, MOCAP_UL_people, MOCAP_MT_take, MOCAP_PT_takes, MOCAP_PT_solve)
