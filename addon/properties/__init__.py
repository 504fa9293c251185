"""What the add-on keeps in a scene: the settings of the next capture and the list of takes."""

from __future__ import annotations

from typing import Any

import bpy
from bpy.props import BoolProperty, CollectionProperty, FloatProperty, IntProperty, PointerProperty, StringProperty
from bpy.types import PropertyGroup

from romp_core.take.settings import CaptureSettings, SolveSettings

from . import choice, generated


class MOCAP_PG_capture_settings(PropertyGroup):
    """What to read and which network to run."""

    __annotations__ = generated.annotations(CaptureSettings, changed={"start": choice.footage_changed})


class MOCAP_PG_solve_settings(PropertyGroup):
    """How the raw result becomes motion."""

    __annotations__ = generated.annotations(SolveSettings)


def _person_renamed(person: Any, _context: bpy.types.Context) -> None:
    from ..catalog import rename_character

    scene = person.id_data
    entry = next((entry for entry in scene.mocap.takes if person in entry.people.values()), None)
    if entry is not None:
        rename_character(scene, entry, person)


def _take_renamed(entry: Any, _context: bpy.types.Context) -> None:
    from ..catalog import rename_take

    rename_take(entry.id_data, entry)


class MOCAP_PG_person(PropertyGroup):
    """A person of a take."""

    name: StringProperty(name="Name", description="Name of the person and the character", update=_person_renamed)
    person_id: IntProperty()
    height: FloatProperty(
        name="Height (m)",
        description="Body height of this person; 0 uses the height of the take",
        min=0.0,
        max=2.6,
    )
    seen: IntProperty(name="Pictures", description="Pictures in which the person was seen")


class MOCAP_PG_take(PropertyGroup):
    """A take on disk, as this scene lists it."""

    name: StringProperty(name="Name", description="Name of the take and its collection", update=_take_renamed)
    take_id: StringProperty()
    path: StringProperty(subtype="FILE_PATH")
    license: StringProperty()
    complete: BoolProperty(default=True)
    remark: StringProperty()
    solve: PointerProperty(type=MOCAP_PG_solve_settings)
    people: CollectionProperty(type=MOCAP_PG_person)
    active_person: IntProperty(name="Person")


class MOCAP_PG_scene(PropertyGroup):
    """All that the add-on keeps in a scene."""

    source: StringProperty(
        name="Footage",
        description="Video file, picture, or folder of pictures",
        subtype="FILE_PATH",
        update=choice.footage_changed,
    )
    capture: PointerProperty(type=MOCAP_PG_capture_settings)
    scout: PointerProperty(type=choice.MOCAP_PG_scout)
    solve: PointerProperty(type=MOCAP_PG_solve_settings)
    takes: CollectionProperty(type=MOCAP_PG_take)
    active_take: IntProperty(name="Take")
    with_body: BoolProperty(name="Body", description="Make a skinned body for each person", default=True)
    with_root: BoolProperty(
        name="Root Bone",
        description="Add a root bone that carries the motion along the floor, as game engines expect",
    )
    set_scene: BoolProperty(
        name="Match Scene",
        description="Set frame rate, frame range and picture size of the scene to those of the footage",
        default=True,
    )


classes = (
    *choice.classes,
    MOCAP_PG_capture_settings,
    MOCAP_PG_solve_settings,
    MOCAP_PG_person,
    MOCAP_PG_take,
    MOCAP_PG_scene,
)
