"""The edits of a character where it is clicked on: its right-click menu in the viewport."""

from __future__ import annotations

from collections.abc import Iterator

import bpy
from bpy.types import Menu

from ..blender import scene_index
from ..takes import take_list

_WITH_ANOTHER = (
    ("merge", "Merge with {}", "AUTOMERGE_ON"),
    ("swap", "Swap with {} from Frame", "UV_SYNC_SELECT"),
    ("assign", "Assign Frames to {}\u2026", "FORWARD"),
)
"""Edits of two people: the operator, or else the menu of everybody; the text about a second selected one; the icon."""


class ROMP_MOCAP_MT_character(Menu):
    bl_label = "Motion Capture"

    def draw(self, context: bpy.types.Context) -> None:
        layout = self.layout
        layout.operator_context = "INVOKE_DEFAULT"
        others = list(_selected_others(context))
        for person, name in others:
            for edit, text, icon in _WITH_ANOTHER:
                layout.operator(f"romp_mocap.edit_{edit}", text=text.format(name), icon=icon).other = person
        if not others:
            for edit, _, icon in _WITH_ANOTHER:
                layout.menu(f"ROMP_MOCAP_MT_edit_{edit}", icon=icon)
        layout.separator()
        layout.operator("romp_mocap.edit_split", icon="SELECT_DIFFERENCE")
        for foot, text in (("left", "Left Foot Stands\u2026"), ("right", "Right Foot Stands\u2026")):
            layout.operator("romp_mocap.edit_contact", text=text, icon="CON_FLOOR").foot = foot
        layout.menu("ROMP_MOCAP_MT_edit_gap", icon="IPO_BEZIER")
        layout.operator("romp_mocap.remove_person", icon="X")


def draw(menu: Menu, context: bpy.types.Context) -> None:
    """The entry of the viewport's context menus, for the character that is selected in the list of takes as well."""
    entry, person = take_list.active_take(context.scene), take_list.active_person(context.scene)
    item = scene_index.character_of(context.object, context.scene)
    if item is None or entry is None or person is None:
        return
    if (item[scene_index.TAKE], item[scene_index.PERSON]) == (entry.take_id, person.person_id):
        menu.layout.separator()
        menu.layout.menu(ROMP_MOCAP_MT_character.__name__, text=f"Motion Capture: {person.name}", icon="ARMATURE_DATA")


def _selected_others(context: bpy.types.Context) -> Iterator[tuple[int, str]]:
    """Id and name of the people of the selected take whose characters are selected, but for the selected person."""
    entry, active = take_list.active_take(context.scene), take_list.active_person(context.scene)
    if entry is None or active is None:
        return
    selected = getattr(context, "selected_objects", ())  # of 3D views only
    items = (scene_index.character_of(item, context.scene) for item in selected)
    chosen = {
        item[scene_index.PERSON] for item in items if item is not None and item[scene_index.TAKE] == entry.take_id
    }
    for person in entry.people:
        if person.person_id in chosen and person != active:
            yield person.person_id, person.name


CLASSES = (ROMP_MOCAP_MT_character,)
