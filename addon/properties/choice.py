"""The people of the first picture, and which of them the user chose. The choice itself is a setting of the capture."""

from __future__ import annotations

from typing import Any

import bpy
from bpy.props import BoolProperty, CollectionProperty, IntProperty, StringProperty
from bpy.types import PropertyGroup


def _choice_changed(candidate: Any, _context: bpy.types.Context) -> None:
    group = candidate.id_data.mocap
    group.capture.selection = " ".join(one.place for one in group.scout.people if one.chosen)


class MOCAP_PG_candidate(PropertyGroup):
    """Somebody who can be chosen."""

    number: IntProperty()
    place: StringProperty()
    chosen: BoolProperty(
        name="Choose", description="Capture this person; while nobody is chosen, all are", update=_choice_changed
    )


class MOCAP_PG_scout(PropertyGroup):
    """Who was seen in the first picture with people."""

    picture: StringProperty(subtype="FILE_PATH")
    people: CollectionProperty(type=MOCAP_PG_candidate)


def offer(group: Any, result: dict[str, Any]) -> None:
    """Offer the people of a scout's result (see `romp_core.jobs.detect_people.Scouted`); nobody is chosen yet."""
    forget(group)
    group.scout.picture = result["picture"]
    for person in result["people"]:
        candidate = group.scout.people.add()
        candidate.number, candidate.place = person["number"], person["place"]


def forget(group: Any) -> None:
    """Forget the people and the choice: they mean nothing in other footage."""
    group.scout.people.clear()
    group.scout.picture = ""
    group.capture.selection = ""


def footage_changed(owner: Any, _context: bpy.types.Context) -> None:
    """Update callback of what decides about the first picture."""
    forget(owner.id_data.mocap)


classes = (MOCAP_PG_candidate, MOCAP_PG_scout)
