"""The people of the first frame with people, and which of them are selected. The selection is a capture setting."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import bpy
from bpy.props import BoolProperty, CollectionProperty, IntProperty, StringProperty
from bpy.types import PropertyGroup

if TYPE_CHECKING:
    from ...scene_properties import ROMP_MOCAP_PG_scene


def _selection_changed(person: Any, _context: bpy.types.Context) -> None:
    group = person.id_data.romp_mocap
    group.capture.selection = " ".join(one.position for one in group.detected.people if one.selected)


class ROMP_MOCAP_PG_detected_person(PropertyGroup):
    """Somebody who can be selected."""

    number: IntProperty()
    position: StringProperty()
    selected: BoolProperty(
        name="Select",
        description="Capture this person. While no one is selected, everyone is captured",
        update=_selection_changed,
    )


class ROMP_MOCAP_PG_detected(PropertyGroup):
    """Who was detected in the first frame with people, and an image of it with their numbers."""

    image: StringProperty(subtype="FILE_PATH")
    people: CollectionProperty(type=ROMP_MOCAP_PG_detected_person)


def offer(group: ROMP_MOCAP_PG_scene, result: dict[str, Any]) -> None:
    """Offer the people of a detection (see `romp_core.jobs.detect_people`); no one is selected yet."""
    forget(group)
    group.detected.image = result["image"]
    for person in result["people"]:
        item = group.detected.people.add()
        item.number, item.position = person["number"], person["position"]


def forget(group: ROMP_MOCAP_PG_scene) -> None:
    """Forget the people and the selection: they mean nothing in other footage."""
    group.detected.people.clear()
    group.detected.image = ""
    group.capture.selection = ""


def footage_changed(owner: Any, _context: bpy.types.Context) -> None:
    """Update callback of what decides which frame is the first."""
    forget(owner.id_data.romp_mocap)


CLASSES = (ROMP_MOCAP_PG_detected_person, ROMP_MOCAP_PG_detected)
