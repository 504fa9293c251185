"""Selecting among the people of the first frame; the worker plays a script of events."""

import bpy
import numpy as np
import pytest
from fake_worker import STARTED, FakeWorker, finished, run_timer
from layouts import drawn
from takes import make_take

from addon.blender import icons
from addon.models import files
from addon.worker import jobs
from romp_core.take.settings import CaptureSettings, read_positions
from romp_core.worker.commands import DetectPeople, Failed, Finished, Progressed

POSITIONS = ["0.2000,0.5000", "0.5000,0.4000", "0.8000,0.5000"]


@pytest.fixture
def clip(tmp_path, scene, worker):
    path = tmp_path / "tanz \u00fcbung 1.mp4"
    path.write_bytes(b"x")
    scene.romp_mocap.source = str(path)
    worker.script = [STARTED, seen]
    return path


def seen(command):
    """An image of three people, 320 x 180, red at its lower left."""
    image = bpy.data.images.new("made up", 320, 180)
    pixels = np.ones((180, 320, 4), np.float32)
    pixels[:90, :160] = (1, 0, 0, 1)
    image.pixels.foreach_set(pixels.ravel())
    image.filepath_raw, image.file_format = command.image, "PNG"
    image.save()
    bpy.data.images.remove(image)
    people = [
        {"number": n, "id": 7 - n, "x": 0.2, "y": 0.5, "confidence": 0.9, "position": p}
        for n, p in enumerate(POSITIONS, 1)
    ]
    result = {"image": command.image, "time": 0.0, "people": people}
    return Finished(report="3 people at 0.00 s.", result=result)


def progress(done):
    return Progressed("detect_people", done, 0, 9.0, 0.0)


def select(scene, *numbers):
    for person in scene.romp_mocap.detected.people:
        person.selected = person.number in numbers


def captured(worker, **settings):
    """The capture settings that reach the worker."""
    worker.script = [finished(make_take())]
    bpy.ops.romp_mocap.capture(**settings)
    return worker.started[-1].command.capture


def test_people_are_detected_selected_and_captured(worker, scene, clip, mocap, monkeypatch):
    group = scene.romp_mocap
    shown = icons.Icon(1, 0.5)  # without a window there are no icons
    monkeypatch.setattr(icons, "find", lambda path: shown if path == group.detected.image else None)
    group.capture.start, group.capture.people, group.capture.selection = 2.0, 1, "0.5,0.5"
    assert bpy.ops.romp_mocap.detect_people(wait=True) == {"FINISHED"}
    command = worker.started[0].command
    assert isinstance(command, DetectPeople) and command.source == str(clip) and command.image.endswith(".png")
    assert command.capture.start == 2.0 and command.capture.selection == ""
    assert "3 people at 0.00 s. Select them by their numbers." in jobs.last_outcome().text
    assert [person.number for person in group.detected.people] == [1, 2, 3] and group.capture.selection == ""
    texts = drawn(mocap)
    assert "Select People | Everyone | (image) | 1 | 2 | 3 | New People | Clear | Start" in texts

    select(scene, 1, 3)
    assert (
        group.capture.selection == f"{POSITIONS[0]} {POSITIONS[2]}"
        and len(read_positions(group.capture.selection)) == 2
    )
    assert "2 of 3 selected, and new people" in drawn(mocap)
    group.capture.new_people = False
    assert "2 of 3 selected | (image)" in drawn(mocap)
    expected = CaptureSettings(
        "blazepose",
        people=1,
        selection=group.capture.selection,
        new_people=False,
        start=2.0,
        model_options={"detector": "builtin"},
    )
    assert captured(worker) == expected

    select(scene)
    assert group.capture.selection == "" and "Everyone in the first frame" in drawn(mocap)
    select(scene, 2)
    assert bpy.ops.romp_mocap.clear_selection() == {"FINISHED"}
    assert not group.detected.people and "New People" not in drawn(mocap)
    assert captured(worker).selection == "" and captured(worker).new_people


def test_other_footage_or_start_forgets_the_selection(worker, scene, clip, tmp_path):
    group = scene.romp_mocap
    for change in (lambda: setattr(group, "source", str(tmp_path)), lambda: setattr(group.capture, "start", 1.0)):
        group.source, group.capture.start = str(clip), 0.0
        worker.script = [seen]
        bpy.ops.romp_mocap.detect_people(wait=True)
        select(scene, 2)
        group.capture.model, group.capture.end, group.capture.people = "bev", 3.0, 2
        assert group.capture.selection == POSITIONS[1]
        group.capture.model = "blazepose"
        change()
        assert group.capture.selection == "" and not group.detected.people


def test_a_script_that_captures_something_else_is_not_given_the_panels_selection(worker, scene, clip, tmp_path):
    bpy.ops.romp_mocap.detect_people(wait=True)
    select(scene, 2)
    other = tmp_path / "other.mp4"
    other.write_bytes(b"x")
    assert captured(worker, filepath=str(clip)).selection == POSITIONS[1]
    assert captured(worker, filepath=str(other)).selection == ""
    assert captured(worker, start=1.0).selection == ""
    assert captured(worker, filepath=str(other), selection="0.1,0.2").selection == "0.1,0.2"


def test_the_button_says_why_it_is_off(worker, scene, clip, monkeypatch):
    assert bpy.ops.romp_mocap.detect_people.poll()
    scene.romp_mocap.source = ""
    assert not bpy.ops.romp_mocap.detect_people.poll()
    scene.romp_mocap.source = str(clip)
    scene.romp_mocap.capture.model = "romp"
    files.forget()
    assert files.missing("romp") and not bpy.ops.romp_mocap.detect_people.poll()
    scene.romp_mocap.capture.model = "blazepose"
    scene.romp_mocap.source = "/nowhere/clip.mp4"
    with pytest.raises(RuntimeError, match="does not exist"):
        bpy.ops.romp_mocap.detect_people()


def start_async(scene, script):
    """As the button does it in a window, where a timer goes on with it."""
    from functools import partial

    from addon.capture.selection.operators import _arrived

    FakeWorker.script = script
    asked = {"uid": scene.session_uid, "source": scene.romp_mocap.source, "start": scene.romp_mocap.capture.start}
    command = DetectPeople(scene.romp_mocap.source, scene.romp_mocap.source + ".png")
    jobs.start("Look for people", command, partial(_arrived, **asked), wait=False)


def test_progress_and_cancel(worker, scene, clip, mocap):
    start_async(scene, [STARTED, progress(12), progress(13)])
    for _ in range(2):
        jobs._on_timer()
    texts = drawn(mocap)
    assert "Detecting people, 12, 9.0 fps" in texts and "Cancel" in texts and "Built-in on CPU" in texts
    assert not bpy.ops.romp_mocap.detect_people.poll() and not bpy.ops.romp_mocap.capture.poll()
    bpy.ops.romp_mocap.cancel()
    run_timer()
    assert jobs.last_outcome().kind == "cancelled" and not scene.romp_mocap.detected.people


def test_footage_changed_while_people_were_looked_for(worker, scene, clip):
    start_async(scene, [STARTED, seen])
    jobs._on_timer()
    scene.romp_mocap.source = "/other.mp4"
    run_timer()
    assert not scene.romp_mocap.detected.people and "The footage has changed since" in jobs.last_outcome().text


def test_another_file_opened_while_people_were_looked_for(worker, scene, clip):
    start_async(scene, [STARTED, seen])
    jobs._on_timer()
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    run_timer()
    assert not bpy.context.scene.romp_mocap.detected.people and jobs.last_outcome().kind == "finished"


def test_failure_is_reported_and_keeps_the_selection(worker, scene, clip):
    bpy.ops.romp_mocap.detect_people(wait=True)
    select(scene, 1)
    worker.script = [Failed(sentence="Nobody was found in the footage.", hint="A hint.")]
    with pytest.raises(RuntimeError, match="Nobody was found"):
        bpy.ops.romp_mocap.detect_people(wait=True)
    assert scene.romp_mocap.capture.selection == POSITIONS[0]


def test_undo_takes_selections_back(worker, scene, clip):
    bpy.context.preferences.edit.use_global_undo = True
    bpy.ops.romp_mocap.detect_people(wait=True)
    bpy.ops.ed.undo_push(message="people")
    select(scene, 1)
    bpy.ops.ed.undo_push(message="chosen")
    bpy.ops.romp_mocap.clear_selection()
    bpy.ops.ed.undo_push(message="cleared")
    bpy.ops.ed.undo()
    group = bpy.context.scene.romp_mocap
    assert [person.selected for person in group.detected.people] == [True, False, False]
    assert group.capture.selection == POSITIONS[0]
    bpy.ops.ed.undo()
    assert (
        bpy.context.scene.romp_mocap.capture.selection == "" and len(bpy.context.scene.romp_mocap.detected.people) == 3
    )


def test_the_image_is_shown_whole_and_released(worker, scene, clip, mocap):
    bpy.ops.romp_mocap.detect_people(wait=True)
    path = scene.romp_mocap.detected.image
    assert icons.find(path).share == 180 / 320 and not bpy.data.images
    preview = icons._collection[path]
    assert tuple(preview.image_size) == (320, 320)
    padded = np.array(preview.image_pixels_float).reshape(320, 320, 4)
    assert not padded[:140].any(), "nothing under the image"
    assert (padded[140:230, :160] == (1, 0, 0, 1)).all() and (padded[230:] == 1).all()
    icons.free()
    assert icons._collection is None
    drawn(mocap)  # as after opening the saved file again
    assert bpy.app.timers.is_registered(icons._load_requested)
    icons._load_requested()
    assert icons.find(path)
    mocap.unregister()
    assert icons._collection is None and not bpy.app.timers.is_registered(icons._load_requested)
    mocap.register()


def test_an_image_is_decoded_once(worker, scene, clip, mocap, monkeypatch):
    decoded = []
    decode = icons._decode
    monkeypatch.setattr(icons, "_decode", lambda path: decoded.append(path) or decode(path))
    bpy.ops.romp_mocap.detect_people(wait=True)
    for _ in range(3):
        icons.load(scene.romp_mocap.detected.image)
        icons.find(scene.romp_mocap.detected.image)
    assert decoded == [scene.romp_mocap.detected.image]


def test_an_image_that_is_gone_or_damaged_leaves_the_numbers(worker, scene, clip, mocap, tmp_path):
    bpy.ops.romp_mocap.detect_people(wait=True)
    for path in (tmp_path / "gone.png", tmp_path / "damaged.png"):
        scene.romp_mocap.detected.image = str(path)
        (tmp_path / "damaged.png").write_bytes(b"no")
        assert icons.find(str(path)) is None
        icons._load_requested()
        texts = drawn(mocap)
        assert "(image)" not in texts and "1 | 2 | 3" in texts


def test_settings_of_the_core_are_checked_by_it(worker, scene, clip):
    assert CaptureSettings().new_people and scene.romp_mocap.capture.new_people
    assert bpy.ops.romp_mocap.capture.get_rna_type().properties["selection"].description
