"""Choosing among the people of the first picture; the worker is played by a script of messages."""

import bpy
import numpy as np
import pytest
from takes import make_take
from test_capture import STARTED, FakeJob, finished, run_timer
from test_panels import drawn

from addon import jobs, model_files, pictures
from romp_core.take.settings import CaptureSettings, read_positions, to_mapping

PLACES = ["0.2000,0.5000", "0.5000,0.4000", "0.8000,0.5000"]


@pytest.fixture
def worker(monkeypatch, mocap):
    monkeypatch.setattr("romp_core.worker.client.WorkerJob", FakeJob)
    FakeJob.script, FakeJob.started = [STARTED, seen], []
    jobs.dismiss()
    yield FakeJob
    jobs.stop()


@pytest.fixture
def clip(tmp_path, scene, worker):
    path = tmp_path / "tanz \u00fcbung 1.mp4"
    path.write_bytes(b"x")
    scene.mocap.source = str(path)
    return path


def seen(command):
    """A picture of three people, 320 x 180, red at its lower left."""
    image = bpy.data.images.new("made up", 320, 180)
    pixels = np.ones((180, 320, 4), np.float32)
    pixels[:90, :160] = (1, 0, 0, 1)
    image.pixels.foreach_set(pixels.ravel())
    image.filepath_raw, image.file_format = command["picture"], "PNG"
    image.save()
    bpy.data.images.remove(image)
    people = [
        {"number": n, "id": 7 - n, "x": 0.2, "y": 0.5, "confidence": 0.9, "place": p} for n, p in enumerate(PLACES, 1)
    ]
    result = {"picture": command["picture"], "time": 0.0, "people": people}
    return {"type": "finished", "report": "3 people at 0.00 s.", "result": result}


def progress(done):
    return {"type": "progress", "stage": "scout", "done": done, "total": 0, "fps": 9.0, "eta": 0.0}


def choose(scene, *numbers):
    for person in scene.mocap.scout.people:
        person.chosen = person.number in numbers


def captured(worker, **settings):
    """The capture settings that reach the worker."""
    worker.script = [finished(make_take())]
    bpy.ops.mocap.capture(**settings)
    return worker.started[-1].command["capture"]


def test_people_are_looked_for_chosen_and_captured(worker, scene, clip, mocap, monkeypatch):
    group = scene.mocap
    shown = pictures.Picture(1, 0.5)  # without a window there are no icons
    monkeypatch.setattr(pictures, "find", lambda path: shown if path == group.scout.picture else None)
    group.capture.start, group.capture.people, group.capture.selection = 2.0, 1, "0.5,0.5"
    assert bpy.ops.mocap.choose_people(wait=True) == {"FINISHED"}
    command = worker.started[0].command
    assert command["type"] == "scout" and command["source"] == str(clip) and command["picture"].endswith(".png")
    assert command["capture"]["start"] == 2.0 and command["capture"]["selection"] == ""
    assert "3 people at 0.00 s. Choose them by their numbers." in jobs.last_outcome().text
    assert [person.number for person in group.scout.people] == [1, 2, 3] and group.capture.selection == ""
    texts = drawn(mocap)
    assert "Choose People | Everybody | (picture) | 1 | 2 | 3 | Newcomers | Clear | Height" in texts

    choose(scene, 1, 3)
    assert group.capture.selection == f"{PLACES[0]} {PLACES[2]}" and len(read_positions(group.capture.selection)) == 2
    assert "2 of 3 chosen, and newcomers" in drawn(mocap)
    group.capture.new_people = False
    assert "2 of 3 chosen | (picture)" in drawn(mocap)
    wanted = CaptureSettings("blazepose", people=1, selection=group.capture.selection, new_people=False, start=2.0)
    assert captured(worker) == to_mapping(wanted)

    choose(scene)
    assert group.capture.selection == "" and "Everybody of the first picture" in drawn(mocap)
    choose(scene, 2)
    assert bpy.ops.mocap.clear_people() == {"FINISHED"}
    assert not group.scout.people and "Newcomers" not in drawn(mocap)
    assert captured(worker)["selection"] == "" and captured(worker)["new_people"]


def test_other_footage_or_start_forgets_the_choice(worker, scene, clip, tmp_path):
    group = scene.mocap
    for change in (lambda: setattr(group, "source", str(tmp_path)), lambda: setattr(group.capture, "start", 1.0)):
        group.source, group.capture.start = str(clip), 0.0
        worker.script = [seen]
        bpy.ops.mocap.choose_people(wait=True)
        choose(scene, 2)
        group.capture.model, group.capture.end, group.capture.people = "bev", 3.0, 2
        assert group.capture.selection == PLACES[1]
        group.capture.model = "blazepose"
        change()
        assert group.capture.selection == "" and not group.scout.people


def test_a_script_that_captures_something_else_is_not_given_the_panels_choice(worker, scene, clip, tmp_path):
    bpy.ops.mocap.choose_people(wait=True)
    choose(scene, 2)
    other = tmp_path / "other.mp4"
    other.write_bytes(b"x")
    assert captured(worker, filepath=str(clip))["selection"] == PLACES[1]
    assert captured(worker, filepath=str(other))["selection"] == ""
    assert captured(worker, start=1.0)["selection"] == ""
    assert captured(worker, filepath=str(other), selection="0.1,0.2")["selection"] == "0.1,0.2"


def test_the_button_says_why_it_is_off(worker, scene, clip, monkeypatch):
    assert bpy.ops.mocap.choose_people.poll()
    scene.mocap.source = ""
    assert not bpy.ops.mocap.choose_people.poll()
    scene.mocap.source = str(clip)
    scene.mocap.capture.model = "romp"
    model_files.forget()
    assert model_files.missing("romp") and not bpy.ops.mocap.choose_people.poll()
    scene.mocap.capture.model = "blazepose"
    scene.mocap.source = "/nowhere/clip.mp4"
    with pytest.raises(RuntimeError, match="does not exist"):
        bpy.ops.mocap.choose_people()


def start_async(scene, script):
    """As the button does it in a window, where a timer goes on with it."""
    from functools import partial

    from addon.operators.subjects import _arrived

    FakeJob.script = script
    asked = {"uid": scene.session_uid, "source": scene.mocap.source, "start": scene.mocap.capture.start}
    command = {"type": "scout", "picture": scene.mocap.source + ".png", "out": None}
    jobs.start("Look for people", command, partial(_arrived, **asked), wait=False)


def test_progress_and_cancel(worker, scene, clip, mocap):
    start_async(scene, [STARTED, progress(12), progress(13)])
    for _ in range(2):
        jobs._on_timer()
    texts = drawn(mocap)
    assert "Looking for people, 12, 9.0 fps" in texts and "Cancel" in texts and "Built-in on CPU" in texts
    assert not bpy.ops.mocap.choose_people.poll() and not bpy.ops.mocap.capture.poll()
    bpy.ops.mocap.cancel()
    run_timer()
    assert jobs.last_outcome().kind == "cancelled" and not scene.mocap.scout.people


def test_footage_changed_while_people_were_looked_for(worker, scene, clip):
    start_async(scene, [STARTED, seen])
    jobs._on_timer()
    scene.mocap.source = "/other.mp4"
    run_timer()
    assert not scene.mocap.scout.people and "Other footage is chosen by now" in jobs.last_outcome().text


def test_another_file_opened_while_people_were_looked_for(worker, scene, clip):
    start_async(scene, [STARTED, seen])
    jobs._on_timer()
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    run_timer()
    assert not bpy.context.scene.mocap.scout.people and jobs.last_outcome().kind == "finished"


def test_failure_is_told_and_keeps_the_choice_there_was(worker, scene, clip):
    bpy.ops.mocap.choose_people(wait=True)
    choose(scene, 1)
    worker.script = [{"type": "failed", "sentence": "Nobody was found in the footage.", "hint": "A hint."}]
    with pytest.raises(RuntimeError, match="Nobody was found"):
        bpy.ops.mocap.choose_people(wait=True)
    assert scene.mocap.capture.selection == PLACES[0]


def test_undo_takes_choices_back(worker, scene, clip):
    bpy.context.preferences.edit.use_global_undo = True
    bpy.ops.mocap.choose_people(wait=True)
    bpy.ops.ed.undo_push(message="people")
    choose(scene, 1)
    bpy.ops.ed.undo_push(message="chosen")
    bpy.ops.mocap.clear_people()
    bpy.ops.ed.undo_push(message="cleared")
    bpy.ops.ed.undo()
    group = bpy.context.scene.mocap
    assert [person.chosen for person in group.scout.people] == [True, False, False]
    assert group.capture.selection == PLACES[0]
    bpy.ops.ed.undo()
    assert bpy.context.scene.mocap.capture.selection == "" and len(bpy.context.scene.mocap.scout.people) == 3


def test_the_picture_is_shown_whole_and_given_back(worker, scene, clip, mocap):
    bpy.ops.mocap.choose_people(wait=True)
    path = scene.mocap.scout.picture
    assert pictures.find(path).share == 180 / 320 and not bpy.data.images
    preview = pictures._collection[path]
    assert tuple(preview.image_size) == (320, 320)
    square = np.array(preview.image_pixels_float).reshape(320, 320, 4)
    assert not square[:140].any(), "nothing under the picture"
    assert (square[140:230, :160] == (1, 0, 0, 1)).all() and (square[230:] == 1).all()
    pictures.free()
    assert pictures._collection is None
    drawn(mocap)  # as after opening the saved file again
    assert bpy.app.timers.is_registered(pictures._load_wanted)
    pictures._load_wanted()
    assert pictures.find(path)
    mocap.unregister()
    assert pictures._collection is None and not bpy.app.timers.is_registered(pictures._load_wanted)
    mocap.register()


def test_a_picture_that_is_gone_or_damaged_leaves_the_numbers(worker, scene, clip, mocap, tmp_path):
    bpy.ops.mocap.choose_people(wait=True)
    for path in (tmp_path / "gone.png", tmp_path / "damaged.png"):
        scene.mocap.scout.picture = str(path)
        (tmp_path / "damaged.png").write_bytes(b"no")
        assert pictures.find(str(path)) is None
        pictures._load_wanted()
        texts = drawn(mocap)
        assert "(picture)" not in texts and "1 | 2 | 3" in texts


def test_settings_of_the_core_are_checked_by_it(worker, scene, clip):
    assert CaptureSettings().new_people and scene.mocap.capture.new_people
    assert bpy.ops.mocap.capture.get_rna_type().properties["selection"].description
