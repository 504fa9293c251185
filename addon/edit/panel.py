"""The edits of a take: what can be decided, what seems right, and what was decided."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import bpy
from bpy.types import Menu, Panel

from romp_core.take.settings import GAP_CHOICES, RELAXED_PARTS

from ..blender.layout import SidebarPanel, wrapped
from ..takes import take_list
from ..takes.needs_take import NeedsTake
from . import proposals, timeline

if TYPE_CHECKING:
    from ..takes.properties import ROMP_MOCAP_PG_take

_NAMED = 2
"""Joints of a pose that the list names."""


def _draw_others(layout: bpy.types.UILayout, context: bpy.types.Context, operator: str) -> None:
    """A button of this operator for everybody but the selected person."""
    entry, active = take_list.active_take(context.scene), take_list.active_person(context.scene)
    others = [item for item in entry.people if item != active] if entry is not None else []
    if not others:
        layout.label(text="No Other People")
    layout.operator_context = "INVOKE_DEFAULT"
    for item in others:
        layout.operator(operator, text=item.name).other = item.person_id


class ROMP_MOCAP_MT_edit_merge(Menu):
    bl_label = "Merge with"

    def draw(self, context: bpy.types.Context) -> None:
        _draw_others(self.layout, context, "romp_mocap.edit_merge")


class ROMP_MOCAP_MT_edit_swap(Menu):
    bl_label = "Swap from Frame with"

    def draw(self, context: bpy.types.Context) -> None:
        _draw_others(self.layout, context, "romp_mocap.edit_swap")


class ROMP_MOCAP_MT_edit_assign(Menu):
    bl_label = "Assign Frames to"

    def draw(self, context: bpy.types.Context) -> None:
        _draw_others(self.layout, context, "romp_mocap.edit_assign")


class ROMP_MOCAP_PT_edits(NeedsTake, SidebarPanel, Panel):
    bl_label = "Edits"
    bl_parent_id = "ROMP_MOCAP_PT_takes"
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context: bpy.types.Context) -> None:
        layout, entry = self.layout, take_list.selected_take(context.scene)
        person = take_list.active_person(context.scene)
        timeline.draw(layout, context, entry)
        layout.label(text=person.name if person is not None else "Nobody Selected", icon="ARMATURE_DATA")
        column = layout.column(align=True)
        column.enabled = person is not None
        column.menu("ROMP_MOCAP_MT_edit_merge", icon="AUTOMERGE_ON")
        column.operator("romp_mocap.edit_split", icon="SELECT_DIFFERENCE")
        column.menu("ROMP_MOCAP_MT_edit_swap", icon="UV_SYNC_SELECT")
        column.menu("ROMP_MOCAP_MT_edit_assign", icon="FORWARD")
        column.menu("ROMP_MOCAP_MT_edit_gap", icon="IPO_BEZIER")
        row = layout.row(align=True)
        row.enabled = person is not None
        row.operator_context = "INVOKE_DEFAULT"
        for foot, text in (("left", "Left Foot\u2026"), ("right", "Right Foot\u2026")):
            row.operator("romp_mocap.edit_contact", text=text, icon="CON_FLOOR").foot = foot
        row = layout.row()
        row.enabled = person is not None
        row.operator_context = "INVOKE_DEFAULT"
        row.operator("romp_mocap.edit_relax", text="Relax Hand or Face\u2026", icon="VIEW_PAN")
        _draw_floor(layout, person is not None)
        row = layout.row(align=True)
        row.operator("romp_mocap.edit_pose", icon="ARMATURE_DATA")
        row.prop(context.scene.romp_mocap, "pose_ease")
        layout.operator("romp_mocap.edit_suggest", icon="VIEWZOOM")
        for index, suggestion in enumerate(proposals.known(entry.take_id)):
            box = layout.box()
            wrapped(box, suggestion.reason, context.region.width)
            text = "Remove Person" if suggestion.operation is None else type(suggestion.operation).__name__
            box.operator("romp_mocap.edit_accept", text=text, icon="CHECKMARK").index = index
        _draw_made(layout, entry)


def _draw_floor(layout: bpy.types.UILayout, has_person: bool) -> None:
    column = layout.column(align=True)
    row = column.row(align=True)
    row.enabled = has_person
    for foot, text in (("left", "Left Is on Floor"), ("right", "Right Is on Floor")):
        row.operator("romp_mocap.edit_floor_foot", text=text, icon="TRIA_DOWN_BAR").foot = foot
    row = column.row(align=True)
    row.operator_context = "INVOKE_DEFAULT"
    row.operator("romp_mocap.edit_floor", text="Move Floor\u2026", icon="MESH_PLANE")
    column.operator("romp_mocap.edit_camera", icon="CAMERA_DATA")


def _draw_made(layout: bpy.types.UILayout, entry: ROMP_MOCAP_PG_take) -> None:
    """Every edit that was made, with a button that takes it back."""
    values = _values(entry.other_edits)
    names = {item.person_id: item.name for item in (*entry.people, *entry.removed_people)}
    column = layout.column(align=True)
    made = [
        (kind, index, text_of(edit, names))
        for kind, key, text_of in _LISTED
        for index, edit in enumerate(values.get(key, ()))
    ]
    if camera := values.get("camera"):
        made.append(("CAMERA", 0, f"Camera as given, {'moving' if len(camera['positions']) > 1 else 'still'}"))
    for kind, index, text in (*made, *_floor_texts(values.get("floor"), names)):
        row = column.row(align=True)
        if kind == "POSE":
            _draw_pose(row, index, text, values["poses"][index]["muted"])
        else:
            row.label(text=text)
        button = row.operator("romp_mocap.edit_remove", text="", icon="X", emboss=False)
        button.kind, button.index = kind, index


@lru_cache(maxsize=8)
def _values(edits: str) -> dict[str, Any]:
    """The edits of a list entry: poses have many numbers, and the panel is drawn again and again."""
    return json.loads(edits) if edits else {}


def _draw_pose(row: bpy.types.UILayout, index: int, text: str, muted: bool) -> None:
    """A pose, with buttons that go there, set its ease, and switch it off and on."""
    row.operator("romp_mocap.edit_pose_go", text=text, icon="TIME").index = index
    part = row.row(align=True)
    part.operator_context = "INVOKE_DEFAULT"
    part.operator("romp_mocap.edit_pose_ease", text="", icon="IPO_EASE_IN_OUT", emboss=False).index = index
    icon = "HIDE_ON" if muted else "HIDE_OFF"
    part.operator("romp_mocap.edit_pose_mute", text="", icon=icon, emboss=False).index = index


def _operation_text(edit: dict[str, Any], names: dict[int, str]) -> str:
    kind = edit["kind"]

    def name(key: str) -> str:
        return names.get(edit[key], f"#{edit[key]}")

    if kind == "merge":
        return f"Merge {name('keep')} and {name('other')}"
    if kind == "split":
        return f"Split {name('person')} at {edit['second']:.2f} s"
    if kind == "swap":
        return f"Swap {name('first')} and {name('other')} from {edit['second']:.2f} s"
    return f"Assign {name('person')} to {name('to')}, {edit['start']:.2f} to {edit['end']:.2f} s"


def _contact_text(edit: dict[str, Any], names: dict[int, str]) -> str:
    who, verb = names.get(edit["person"], f"#{edit['person']}"), "stands" if edit["stands"] else "is free"
    level = "" if edit.get("level") is None else f" {edit['level']:.2f} m high"
    return f"{who}: {edit['foot']} foot {verb}{level}, {edit['start']:.2f} to {edit['end']:.2f} s"


def _gap_text(edit: dict[str, Any], names: dict[int, str]) -> str:
    who = names.get(edit["person"], f"#{edit['person']}")
    return f"{who}: gap at {edit['second']:.2f} s: {GAP_CHOICES[edit['decision']].lower()}"


def _pose_text(edit: dict[str, Any], names: dict[int, str]) -> str:
    who = names.get(edit["person"], f"#{edit['person']}")
    joints = [*(["position"] if edit["shifts"] else []), *(joint.replace("_", " ") for joint in edit["turns"])]
    others = f" and {len(joints) - _NAMED} more" if len(joints) > _NAMED else ""
    first, last = edit["seconds"][0], edit["seconds"][-1]
    when = f"{first:.2f} to {last:.2f} s" if last > first else f"{first:.2f} s"
    off = ", muted" if edit["muted"] else ""
    return f"{who}: {', '.join(joints[:_NAMED])}{others}, {when}, ease {edit['ease']:.2f} s{off}"


def _relax_text(edit: dict[str, Any], names: dict[int, str]) -> str:
    who = names.get(edit["person"], f"#{edit['person']}")
    return f"{who}: {RELAXED_PARTS[edit['part']].lower()} relaxed, {edit['start']:.2f} to {edit['end']:.2f} s"


_LISTED = (
    ("OPERATION", "operations", _operation_text),
    ("CONTACT", "contacts", _contact_text),
    ("GAP", "gaps", _gap_text),
    ("POSE", "poses", _pose_text),
    ("RELAXED", "relaxed", _relax_text),
)


def _floor_texts(floor: dict[str, Any] | None, names: dict[int, str]) -> Iterator[tuple[str, int, str]]:
    """Kind, number and text of each edit of the floor."""
    if floor is None:
        return
    for index, each in enumerate(floor["feet"]):
        who = names.get(each["person"], f"#{each['person']}")
        yield "FLOOR_FOOT", index, f"{who}: {each['foot']} foot is on the floor at {each['second']:.2f} s"
    if floor["height"]:
        yield "FLOOR_HEIGHT", 0, f"Floor moved by {floor['height']:.2f} m"
    if any(floor["tilt"]):
        yield "FLOOR_TILT", 0, f"Floor tilted by {floor['tilt'][0]:.1f}\u00b0 and {floor['tilt'][1]:.1f}\u00b0"


CLASSES = (ROMP_MOCAP_MT_edit_merge, ROMP_MOCAP_MT_edit_swap, ROMP_MOCAP_MT_edit_assign, ROMP_MOCAP_PT_edits)
