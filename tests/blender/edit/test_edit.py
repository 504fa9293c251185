"""Putting takes right in Blender: list, file and characters follow each decision, and undo takes it back."""

from dataclasses import replace

import bpy
import numpy as np
import pytest
from fake_worker import FakeWorker
from layouts import drawn
from measure import track
from takes import make_take, motion

from addon.blender import scene_index
from addon.takes import characters, take_list
from romp_core.storage.take_file import load_take, save_take
from romp_core.take.edits import Assign, ContactEdit, FloorEdit, FloorFoot, GapEdit, Merge, Split, Swap
from romp_core.worker.commands import Finished


def solver(command):
    """Everybody moves as their number says, in the frames in which they are seen."""
    take = load_take(command.take)
    take = replace(take, edits=command.edits, solve=command.solve, solved_for="", made_motions={})
    motions = {}
    for person in take.edits.apply(take.people, take.footage.times):
        frames = person.observations.frame_index
        motions[person.id] = motion(int(frames[-1] - frames[0] + 1), seed=person.id, start_row=int(frames[0]))
    people = tuple(replace(each, motion=motions.pop(each.id, None)) for each in take.people)
    save_take(replace(take, people=people, made_motions=motions), command.out)
    return Finished(command.out)


@pytest.fixture
def entry(worker, scene, tmp_path):
    """A take of three people of 40 frames at 30 fps, with characters of the first two."""
    worker.script = [solver]
    take = make_take([motion(40, seed=seed) for seed in (1, 2, 3)])
    entry = take_list.add_take(scene, save_take(take, tmp_path / "take.npz"))
    scene.romp_mocap.live_update = False
    characters.make_characters(scene, entry, {1, 2})
    return entry


def decide(name, **arguments):
    FakeWorker.script = [solver]
    return getattr(bpy.ops.romp_mocap, f"edit_{name}")(**arguments)


def listed(entry):
    return [(item.person_id, item.name, item.frames) for item in entry.people]


def made(scene, entry):
    return {item[scene_index.PERSON] for item in scene_index.characters(scene)}


def test_split_makes_a_second_character_that_can_be_named_and_sized(entry, scene):
    scene.frame_set(21)
    assert decide("split") == {"FINISHED"}
    assert listed(entry) == [(1, "Person 1", 20), (2, "Person 2", 40), (3, "Person 3", 40), (4, "Person 4", 20)]
    assert made(scene, entry) == {1, 2, 4}
    take = load_take(entry.path)
    assert take.edits.operations == (Split(1, pytest.approx(20 / 30), 4),) and set(take.made_motions) == {4}
    item = scene_index.find_object(scene, entry.take_id, scene_index.ARMATURE, 4)
    heads, _ = track(scene, item, [25, 40], ["pelvis"])
    assert np.abs(heads[:, 0] - motion(20, seed=4, start_row=20).root[[4, 19]]).max() < 1e-3
    entry.people[3].name, entry.people[3].height = "Bea", 1.5
    FakeWorker.script = [solver]
    bpy.ops.romp_mocap.solve()
    take = load_take(entry.path)
    assert take.characters[-1].name == "Bea" and take.characters[-1].height == pytest.approx(1.5)
    assert item.name.endswith("Bea")


def test_merge_removes_the_other_character_and_taking_it_back_returns_the_person(entry, scene):
    entry.people[1].name = "Bea"
    with pytest.raises(RuntimeError, match="seen at the same time for"):
        decide("merge", other=2)
    assert decide("merge", other=2, force=True) == {"FINISHED"}
    assert [each[1] for each in listed(entry)] == ["Person 1", "Person 3"] and made(scene, entry) == {1}
    assert load_take(entry.path).edits.operations == (Merge(1, 2),)
    assert decide("remove", kind="OPERATION", index=0) == {"FINISHED"}
    assert [each[1] for each in listed(entry)] == ["Person 1", "Bea", "Person 3"] and made(scene, entry) == {1, 2}


def test_the_rig_of_a_person_stays_theirs(entry, scene):
    rig = bpy.data.objects.new("Rig", bpy.data.armatures.new("Rig"))
    scene.collection.objects.link(rig)
    entry.people[2].rig = rig
    scene.frame_set(21)
    decide("split")
    assert [item.rig for item in entry.people] == [None, None, rig, None]
    entry.active_person = 2
    bpy.ops.romp_mocap.remove_person()
    bpy.ops.romp_mocap.restore_person(person_id=3)
    assert next(item for item in entry.people if item.person_id == 3).rig == rig


def test_swap_assign_and_contacts_are_said_in_frames_of_the_scene(entry, scene, mocap):
    scene.frame_set(16)
    assert decide("swap", other=2) == {"FINISHED"}
    assert decide("assign", other=2, start=31, end=34) == {"FINISHED"}
    assert decide("contact", foot="right", start=4, end=10) == {"FINISHED"}
    assert decide("contact", person=2, foot="left", stands=False, start=4, end=10) == {"FINISHED"}
    edits = load_take(entry.path).edits
    assert edits.operations == (
        Swap(1, 2, pytest.approx(0.5)),
        Assign(1, 2, pytest.approx(1.0), pytest.approx(1.1)),
    )
    assert edits.contacts == (
        ContactEdit(1, "right", pytest.approx(0.1), pytest.approx(0.3)),
        ContactEdit(2, "left", pytest.approx(0.1), pytest.approx(0.3), False),
    )
    texts = drawn(mocap)
    assert "Swap Person 1 and Person 2 from 0.50 s" in texts
    assert "Person 1: right foot stands, 0.10 to 0.30 s" in texts
    assert "Person 2: left foot is free, 0.10 to 0.30 s" in texts
    assert decide("remove", kind="CONTACT", index=0) == {"FINISHED"}
    assert [each.foot for each in load_take(entry.path).edits.contacts] == ["left"]


def test_the_floor_is_moved_and_feet_stand_on_it_or_on_a_step(entry, scene, mocap, capfd):
    assert decide("floor", height=0.25, tilt_y=-2.0) == {"FINISHED"}
    assert decide("floor", tilt_x=1.0) == {"FINISHED"}
    assert decide("contact", foot="left", has_level=True, level=0.4, start=4, end=10) == {"FINISHED"}
    edits = load_take(entry.path).edits
    assert edits.floor == FloorEdit((), 0.25, (1.0, -2.0))
    assert edits.contacts == (ContactEdit(1, "left", pytest.approx(0.1), pytest.approx(0.3), True, pytest.approx(0.4)),)
    texts = drawn(mocap)
    assert "Floor moved by 0.25 m" in texts and "Floor tilted by 1.0\u00b0 and -2.0\u00b0" in texts
    assert "Person 1: left foot stands 0.40 m high, 0.10 to 0.30 s" in texts
    scene.frame_set(16)
    assert decide("floor_foot", foot="right") == {"FINISHED"}
    assert "height of the floor, 0.25 m, is dropped" in capfd.readouterr().out
    assert load_take(entry.path).edits.floor == FloorEdit((FloorFoot(1, "right", pytest.approx(0.5)),))
    assert "Person 1: right foot is on the floor at 0.50 s" in drawn(mocap)
    assert decide("remove", kind="FLOOR_FOOT", index=0) == {"FINISHED"}
    assert load_take(entry.path).edits.floor == FloorEdit()
    assert decide("floor", height=0.1) == decide("remove", kind="FLOOR_HEIGHT", index=0) == {"FINISHED"}
    assert load_take(entry.path).edits.floor == FloorEdit() and "Floor moved" not in drawn(mocap)


@pytest.mark.parametrize(
    ("name", "arguments", "message"),
    [
        ("split", {"frame": 1}, "cannot be split at 0.00 s"),
        ("merge", {"other": 9}, "no person 9"),
        ("swap", {"other": 1, "frame": 10}, "swapped with themselves"),
        ("contact", {"foot": "left", "start": 10, "end": 5}, "ends before it starts"),
        ("remove", {"kind": "CONTACT", "index": 3}, "no such edit"),
        ("remove", {"kind": "FLOOR_TILT", "index": 0}, "no such edit"),
        ("floor", {"height": 50.0}, "no height of the floor"),
        ("floor_foot", {"foot": "left", "frame": 500}, "is not seen at"),
        ("accept", {"index": 0}, "no such suggestion"),
    ],
)
def test_what_makes_no_sense_is_told_and_changes_nothing(entry, scene, name, arguments, message):
    before = listed(entry), load_take(entry.path).edits
    with pytest.raises(RuntimeError, match=message):
        decide(name, **arguments)
    assert (listed(entry), load_take(entry.path).edits) == before and made(scene, entry) == {1, 2}


def test_an_edit_that_others_need_is_not_taken_back(entry, scene):
    decide("split", frame=21)
    entry.active_person = 3
    decide("swap", other=2, frame=30)
    with pytest.raises(RuntimeError, match="Other edits need this one: The take has no person 4"):
        decide("remove", kind="OPERATION", index=0)


def test_what_is_done_about_one_gap(entry, scene, mocap, tmp_path, capfd):
    take = make_take([motion(40, seed=1)], id="holed")
    seen = take.people[0].observations
    holed = replace(take.people[0], observations=seen.rows([*range(10), *range(20, 40)]))
    path = save_take(replace(take, people=(holed,)), tmp_path / "holed.npz")
    take_list.add_take(scene, path)
    scene.frame_set(16)
    assert decide("gap", decision="hold") == {"FINISHED"}
    assert load_take(path).edits.gaps == (GapEdit(1, pytest.approx(0.5), "hold"),)
    assert "Person 1: gap at 0.50 s: hold" in drawn(mocap)
    assert decide("gap", decision="hide", frame=18) == {"FINISHED"}
    assert "The earlier decision about the gap at 0.50 s" in capfd.readouterr().out
    assert [each.decision for each in load_take(path).edits.gaps] == ["hide"]
    with pytest.raises(RuntimeError, match=r"no gap at 0.00 s. They are not seen from 0.30 to 0.67 s"):
        decide("gap", decision="hide", frame=1)
    assert decide("remove", kind="GAP", index=0) == {"FINISHED"}
    assert load_take(path).edits.gaps == () and "gap at" not in drawn(mocap)


def test_suggestions_are_shown_with_reasons_and_applied(entry, scene, mocap, tmp_path):
    take = make_take([motion(40, seed=1)], id="cut")
    seen = take.people[0].observations
    first = replace(take.people[0], observations=seen.rows(slice(0, 18)))
    second = replace(take.people[0], id=2, name="Person 2", observations=seen.rows(slice(20, 40)))
    cut = take_list.add_take(scene, save_take(replace(take, people=(first, second)), tmp_path / "cut.npz"))
    characters.make_characters(scene, cut, {1})
    assert decide("suggest") == {"FINISHED"}
    assert "Person 2 appears 0.10 s after Person 1" in drawn(mocap).replace(" | ", " ")
    assert decide("accept", index=0) == {"FINISHED"}
    assert listed(cut) == [(1, "Person 1", 38)] and load_take(cut.path).edits.operations == (Merge(1, 2),)
    assert "appears" not in drawn(mocap).replace(" | ", " ")


def test_undo_and_reopening(entry, scene, tmp_path):
    bpy.context.preferences.edit.use_global_undo = True
    bpy.ops.ed.undo_push(message="made")
    decide("split", frame=21)
    bpy.ops.ed.undo_push(message="split")
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "scene.blend"))
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "scene.blend"))
    (entry,) = bpy.context.scene.romp_mocap.takes
    assert [each[0] for each in listed(entry)] == [1, 2, 3, 4]
    assert decide("remove", kind="OPERATION", index=0) == {"FINISHED"}
    assert [each[0] for each in listed(entry)] == [1, 2, 3] and made(bpy.context.scene, entry) == {1, 2}


def test_undo_takes_an_edit_back_in_the_list(entry):
    bpy.context.preferences.edit.use_global_undo = True
    bpy.ops.ed.undo_push(message="made")
    decide("split", frame=21)
    bpy.ops.ed.undo_push(message="split")
    bpy.ops.ed.undo()
    while len(bpy.context.scene.romp_mocap.takes[0].people) > 3:
        bpy.ops.ed.undo()
    (entry,) = bpy.context.scene.romp_mocap.takes
    assert [each[0] for each in listed(entry)] == [1, 2, 3]
    FakeWorker.script = [solver]
    assert bpy.ops.romp_mocap.make_characters() == {"FINISHED"}
    assert made(bpy.context.scene, entry) == {1, 2, 3} and load_take(entry.path).edits.operations == ()
