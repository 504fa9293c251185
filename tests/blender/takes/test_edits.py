"""Removing and renaming people are edits: kept in the scene and in the take file, undone at any time."""

import bpy
import pytest
from layouts import drawn
from takes import make_take, motion

from addon.blender import scene_index
from addon.takes import characters, take_list
from romp_core.storage.take_file import load_take, save_take


@pytest.fixture
def entry(mocap, scene, tmp_path):
    """A take of three people with their characters."""
    take = make_take([motion(20, seed=seed) for seed in range(3)])
    entry = take_list.add_take(scene, save_take(take, tmp_path / "take.npz"))
    characters.make_characters(scene, entry, {1, 2, 3})
    return entry


def people(entry):
    return [item.name for item in entry.people], [item.name for item in entry.removed_people]


def remove(entry, index):
    entry.active_person = index
    assert bpy.ops.romp_mocap.remove_person() == {"FINISHED"}


def test_removing_keeps_the_data_and_restoring_brings_the_character_back(entry, scene, mocap):
    entry.people[1].name = "Bob"
    entry.people[1].height = 1.5
    remove(entry, 1)
    assert people(entry) == (["Person 1", "Person 3"], ["Bob"]) and entry.active_person == 1
    assert len(list(scene_index.characters(scene))) == 2
    take = load_take(entry.path)
    assert take.edits.people[2].removed and take.edits.people[2].name == "Bob"
    assert len(take.people) == 3 and take.people[1].motion is not None and len(take.characters) == 2
    bpy.ops.romp_mocap.make_characters()
    assert len(list(scene_index.characters(scene))) == 2, "nobody removed comes back"

    assert "Restore Bob" in drawn(mocap)
    assert bpy.ops.romp_mocap.restore_person(person_id=2) == {"FINISHED"}
    assert people(entry) == (["Person 1", "Bob", "Person 3"], []) and entry.active_person == 1
    assert entry.people[1].height == pytest.approx(1.5) and entry.people[1].frames == 20
    assert scene_index.find_object(scene, entry.take_id, scene_index.ARMATURE, 2).name.endswith("Bob")
    assert not load_take(entry.path).edits.people[2].removed
    assert "No Removed People" in drawn(mocap)


def test_restoring_works_after_saving_and_opening_again(entry, tmp_path):
    remove(entry, 0)
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "scene.blend"))
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "scene.blend"))
    scene = bpy.context.scene
    (entry,) = scene.romp_mocap.takes
    assert people(entry) == (["Person 2", "Person 3"], ["Person 1"])
    bpy.ops.romp_mocap.restore_person(person_id=1)
    assert people(entry) == (["Person 1", "Person 2", "Person 3"], [])
    assert len(list(scene_index.characters(scene))) == 3


def test_another_scene_sees_the_edits_of_the_file(entry):
    remove(entry, 2)
    entry.people[0].name = "Alice"
    path = entry.path
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    other = take_list.add_take(bpy.context.scene, path)
    assert people(other) == (["Alice", "Person 2"], ["Person 3"])


def test_undo_brings_a_person_back_in_scene_and_file(entry, scene):
    bpy.context.preferences.edit.use_global_undo = True
    bpy.ops.ed.undo_push(message="made")
    remove(entry, 1)
    bpy.ops.ed.undo_push(message="removed")
    bpy.ops.ed.undo()
    scene = bpy.context.scene
    (entry,) = scene.romp_mocap.takes
    assert people(entry)[1] == [] and len(list(scene_index.characters(scene))) == 3
    bpy.ops.romp_mocap.make_characters()
    assert not load_take(entry.path).edits.people and len(list(scene_index.characters(scene))) == 3


def test_a_person_who_was_never_solved_is_restored_without_character(mocap, scene, tmp_path):
    from dataclasses import replace

    take = make_take([motion(20), motion(20)])
    first, second = take.people
    entry = take_list.add_take(
        scene, save_take(replace(take, people=(first, replace(second, motion=None))), tmp_path / "take.npz")
    )
    remove(entry, 1)
    assert bpy.ops.romp_mocap.restore_person(person_id=2) == {"FINISHED"}
    assert not list(scene_index.characters(scene))
    with pytest.raises(RuntimeError, match="was not removed"):
        bpy.ops.romp_mocap.restore_person(person_id=2)


def test_a_missing_take_file_does_not_stop_renaming(entry, tmp_path):
    (tmp_path / "take.npz").unlink()
    entry.people[0].name = "Alice"
    remove(entry, 1)
    assert people(entry) == (["Alice", "Person 3"], ["Person 2"])


def test_a_restore_that_fails_changes_nothing(entry, scene, tmp_path):
    remove(entry, 1)
    (tmp_path / "take.npz").rename(tmp_path / "elsewhere")
    with pytest.raises(RuntimeError, match="was not found"):
        bpy.ops.romp_mocap.restore_person(person_id=2)
    assert people(entry) == (["Person 1", "Person 3"], ["Person 2"]) and len(list(scene_index.characters(scene))) == 2
