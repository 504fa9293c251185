"""The list of takes in a scene and of the people in each."""

from __future__ import annotations

from typing import Any

import bpy
from bpy.props import BoolProperty, CollectionProperty, FloatProperty, IntProperty, PointerProperty, StringProperty
from bpy.types import PropertyGroup

from romp_core.take.settings import SolveSettings, setting_fields

from ..blender import paths, settings_properties


def _setting_changed(owner: Any, context: bpy.types.Context) -> None:
    from . import solve_state
    from .live_update import setting_changed

    if not solve_state.is_copying():
        solve_state.note_change(owner)
        setting_changed(owner, context)


class ROMP_MOCAP_PG_solve_settings(PropertyGroup):
    """How the raw result becomes motion."""

    __annotations__ = settings_properties.properties_of(
        SolveSettings, changed={item.name: _setting_changed for item in setting_fields(SolveSettings)}
    )


def _person_renamed(person: Any, _context: bpy.types.Context) -> None:
    from . import characters, edits, solve_state

    if solve_state.is_copying():
        return
    scene = person.id_data
    entry = next((entry for entry in scene.romp_mocap.takes if person in entry.people.values()), None)
    if entry is not None:
        characters.rename_character(scene, entry, person)
        edits.save(entry)


def _person_chosen(entry: Any, context: bpy.types.Context) -> None:
    from .follow import person_chosen

    person_chosen(entry, context)


def _take_renamed(entry: Any, _context: bpy.types.Context) -> None:
    from .characters import rename_take

    rename_take(entry.id_data, entry)


class ROMP_MOCAP_PG_person(PropertyGroup):
    """A person of a take."""

    name: StringProperty(name="Name", description="Name of the person and the character", update=_person_renamed)
    person_id: IntProperty()
    height: FloatProperty(
        name="Height (m)",
        description="Body height of this person. 0 uses the height of the take",
        min=0.0,
        max=2.6,
        update=_setting_changed,
    )
    rig: PointerProperty(
        type=bpy.types.Object,
        name="Rig",
        description="Armature of your own that this person is to move",
        poll=lambda _person, item: item.type == "ARMATURE",
    )
    frames: IntProperty(name="Frames", description="Number of frames in which the person was detected")
    confidence: FloatProperty()  # of the model, 0 to 1, mean over these frames
    warning: StringProperty()  # what is doubtful, one sentence or two per line


class ROMP_MOCAP_PG_take(PropertyGroup):
    """A take on disk, as this scene lists it."""

    name: StringProperty(name="Name", description="Name of the take and its collection", update=_take_renamed)
    take_id: StringProperty()
    path: StringProperty(subtype="FILE_PATH", options=paths.RELATIVE)
    footage: StringProperty(subtype="FILE_PATH", options=paths.RELATIVE)
    fingerprint: StringProperty()  # of the footage
    license: StringProperty()
    complete: BoolProperty(default=True)
    seconds: FloatProperty()  # from the first to the last frame of the footage that was read
    remark: StringProperty()
    warning: StringProperty()  # as that of a person
    unsolved: BoolProperty()  # a setting was changed since the solve
    solve: PointerProperty(type=ROMP_MOCAP_PG_solve_settings)
    people: CollectionProperty(type=ROMP_MOCAP_PG_person)
    removed_people: CollectionProperty(type=ROMP_MOCAP_PG_person)
    active_person: IntProperty(name="Person", update=_person_chosen)
    other_edits: StringProperty()  # those of the file that the lists of people do not show, as JSON
    file_state: StringProperty()  # of the take file when this scene last read or wrote it


CLASSES = (ROMP_MOCAP_PG_solve_settings, ROMP_MOCAP_PG_person, ROMP_MOCAP_PG_take)
