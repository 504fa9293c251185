"""The capture operator and what becomes of its result; the worker is played by a script of messages."""

import os
import time
from pathlib import Path

import bpy
import numpy as np
import pytest
from fake_worker import PREVIEW, PROGRESS, STARTED, FakeWorker, finished, run_timer
from measure import track
from takes import footage, make_take, motion

from addon.blender import scene_index
from addon.takes import characters, take_list
from addon.worker import jobs, preview
from romp_core.storage.take_file import save_take
from romp_core.take.settings import CaptureSettings
from romp_core.worker.commands import Capture, Failed, SelfTest, Solve


@pytest.fixture
def clip(tmp_path):
    path = tmp_path / "tanz \u00fcbung 1.mp4"
    path.write_bytes(b"x")
    return path


def start_async(take_or_script, clip, scene):
    """As the button does it in a window, where a timer goes on with it."""
    from addon.capture.operators import take_arrived

    FakeWorker.script = take_or_script
    uid = scene.session_uid
    command = Capture(str(clip), str(clip.with_suffix(".npz")))
    jobs.start("Capture", command, lambda outcome: take_arrived(outcome, uid), wait=False)


def test_a_script_captures_without_a_window(worker, scene, clip, tmp_path):
    take = make_take([motion(40), motion(40, seed=2)])
    worker.script = [STARTED, PROGRESS, PREVIEW, finished(take)]
    out = tmp_path / "out" / "take.npz"
    result = bpy.ops.romp_mocap.capture(filepath=str(clip), out=str(out), people=2, height=1.8, fov=60.0, strength=0.5)
    assert result == {"FINISHED"}
    command = worker.started[0].command
    assert command.source == str(clip) and command.out == str(out)
    assert command.capture == CaptureSettings(people=2, model_options={"detector": "builtin"})
    assert command.solve.scale.height == pytest.approx(1.8) and command.solve.fit.fov == 60.0
    assert [item.name for item in scene.romp_mocap.takes[0].people] == ["Person 1", "Person 2"]
    armatures = list(scene_index.characters(scene))
    assert len(armatures) == 2
    heads, _ = track(scene, scene_index.find_object(scene, take.id, scene_index.ARMATURE, 2), [1, 40])
    assert np.abs(heads - take.people[1].motion.joints()[[0, 39]]).max() < 1e-4


def test_unset_operator_settings_come_from_the_panel(worker, scene, clip):
    worker.script = [finished(make_take())]
    scene.romp_mocap.source = str(clip)
    scene.romp_mocap.solve.height, scene.romp_mocap.capture.start = 1.5, 2.0
    bpy.ops.romp_mocap.capture(fov=40.0)
    command = worker.started[0].command
    assert command.solve.scale.height == pytest.approx(1.5) and command.solve.fit.fov == 40.0
    assert command.capture.start == 2.0


@pytest.mark.parametrize("source", ["", "/nowhere/clip.mp4"])
def test_missing_footage_is_one_clear_sentence_and_starts_nothing(worker, source):
    with pytest.raises(RuntimeError, match=r"No footage is chosen|does not exist"):
        bpy.ops.romp_mocap.capture(filepath=source)
    assert not worker.started


def test_failure_shows_sentence_hint_and_log_and_the_next_run_works(worker, scene, clip):
    partial = make_take(id="partial")

    def dies(command):
        save_take(partial, command.out)
        return Failed(command.out, "The capture process ended unexpectedly.", "The log is at /x/y.log.", "/x/y.log")

    worker.script = [STARTED, dies]
    with pytest.raises(RuntimeError, match=r"ended unexpectedly. The log is at /x/y.log"):
        bpy.ops.romp_mocap.capture(filepath=str(clip))
    assert jobs.last_outcome().log == "/x/y.log"
    assert take_list.find_take(scene, "partial") is not None
    worker.script = [finished(make_take())]
    assert bpy.ops.romp_mocap.capture(filepath=str(clip)) == {"FINISHED"}
    assert jobs.last_outcome().kind == "finished"


def test_starting_twice_is_refused(worker, scene, clip):
    start_async([STARTED, PROGRESS], clip, scene)
    assert not bpy.ops.romp_mocap.capture.poll()
    with pytest.raises(RuntimeError):
        bpy.ops.romp_mocap.capture(filepath=str(clip))
    from romp_core.errors import MocapError

    with pytest.raises(MocapError, match="is still running"):
        jobs.start("Other", SelfTest(), lambda outcome: "", wait=False)
    assert len(worker.started) == 1


def test_panel_state_while_running_and_cancel_keeps_the_partial_take(worker, scene, clip):
    from addon.worker.panel import progress_text

    start_async([STARTED, PROGRESS, PREVIEW], clip, scene)
    for _ in range(4):
        jobs._on_timer()
    session = jobs.current()
    assert session.started.provider == "CPUExecutionProvider"
    assert progress_text(session.progress) == "Capturing, 20 / 40, 12.5 fps, 0:02 left"
    assert preview.shown() == 2
    save_take(make_take(id="cut"), clip.with_suffix(".npz"))
    bpy.ops.romp_mocap.cancel()
    run_timer()
    assert jobs.current() is None and preview.shown() == 0
    entry = take_list.find_take(scene, "cut")
    assert entry is not None and not list(scene_index.characters(scene))
    bpy.ops.romp_mocap.make_characters()
    assert len(list(scene_index.characters(scene))) == 1


def test_another_file_opened_during_a_capture(worker, scene, clip):
    start_async([STARTED, PROGRESS, finished(make_take())], clip, scene)
    jobs._on_timer()
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    run_timer()
    other = bpy.context.scene
    assert [entry.take_id for entry in other.romp_mocap.takes] == ["take-1"]
    assert not list(scene_index.characters(other))
    assert "scene of this capture was closed" in jobs.last_outcome().text


def test_characters_deleted_and_undo_pressed_while_solving(worker, scene, clip):
    take = make_take()
    worker.script = [finished(take)]
    bpy.context.preferences.edit.use_global_undo = True
    bpy.ops.romp_mocap.capture(filepath=str(clip))
    bpy.ops.ed.undo_push(message="captured")
    uid = scene.session_uid
    worker.script = [PROGRESS, PROGRESS, finished(make_take([motion(40, seed=4)]))]
    start_solving()
    jobs._on_timer()
    for item in list(bpy.context.scene.objects):
        bpy.data.objects.remove(item)
    bpy.ops.ed.undo_push(message="deleted")
    bpy.ops.ed.undo()
    run_timer()
    assert jobs.last_outcome().kind == "finished"
    scene = next(scene for scene in bpy.data.scenes if scene.session_uid == uid)
    (armature,) = scene_index.characters(scene)
    heads, _ = track(scene, armature, [1, 40])
    assert np.abs(heads - motion(40, seed=4).joints()[[0, 39]]).max() < 1e-4


def start_solving():
    """As the button does it in a window."""
    from addon.takes.solve import start_solving

    scene = bpy.context.scene
    entry = scene.romp_mocap.takes[0]
    start_solving(scene, entry, characters.made_characters(scene, entry), wait=False)


def test_solve_again_updates_the_characters_and_sends_heights(worker, scene, clip):
    take = make_take([motion(40), motion(40, seed=2)])
    worker.script = [finished(take)]
    bpy.ops.romp_mocap.capture(filepath=str(clip))
    entry = scene.romp_mocap.takes[0]
    entry.people[1].height = 1.5
    entry.solve.strength = 0.3
    armature = scene_index.find_object(scene, take.id, scene_index.ARMATURE, 2)
    name = armature.name
    changed = make_take([motion(40, seed=9), motion(40, seed=8)])
    worker.script = [finished(changed)]
    assert bpy.ops.romp_mocap.solve() == {"FINISHED"}
    command = worker.started[-1].command
    assert isinstance(command, Solve) and command.heights == {1: None, 2: pytest.approx(1.5)}
    assert command.solve.smoothing.strength == pytest.approx(0.3)
    assert armature.name == name and len(list(scene_index.characters(scene))) == 2
    heads, _ = track(scene, armature, [1, 40])
    assert np.abs(heads - changed.people[1].motion.joints()[[0, 39]]).max() < 1e-4


def test_rename_remove_and_open_again(worker, scene, clip, tmp_path):
    take = make_take([motion(40, gaps=[(3, 8)]), motion(40, seed=2)])
    worker.script = [finished(take)]
    bpy.ops.romp_mocap.capture(filepath=str(clip))
    entry = scene.romp_mocap.takes[0]
    path = entry.path
    entry.people[0].name = "Alice"
    armature = scene_index.find_object(scene, take.id, scene_index.ARMATURE, 1)
    assert armature.name == f"{entry.name} Alice" == armature.animation_data.action.name
    entry.name = "Dance"
    assert armature.name == "Dance Alice" and scene.camera.name == "Dance Camera"
    assert scene_index.find_collection(scene, take.id).name == "Dance"
    bpy.ops.romp_mocap.make_characters()
    assert scene_index.find_object(scene, take.id, scene_index.ARMATURE, 1).name == "Dance Alice"
    assert len(list(scene_index.characters(scene))) == 2

    hat = bpy.data.objects.new("Hat", None)
    scene.collection.objects.link(hat)
    entry.active_person = 0
    bpy.ops.romp_mocap.remove_person()
    assert [item.name for item in entry.people] == ["Person 2"]
    assert len(list(scene_index.characters(scene))) == 1
    bpy.ops.romp_mocap.save_take(filepath=str(tmp_path / "copy.npz"))
    bpy.ops.romp_mocap.remove_take()
    assert not scene.romp_mocap.takes and [item.name for item in scene.objects] == ["Hat"]
    assert not bpy.data.actions and not bpy.data.armatures
    for file in (path, tmp_path / "copy.npz"):
        bpy.ops.romp_mocap.open_take(filepath=str(file))
    (entry,) = scene.romp_mocap.takes
    assert [item.name for item in entry.people] == ["Person 2"], "edits are kept in the file"
    assert [item.name for item in entry.removed_people] == ["Alice"]


def test_file_that_is_no_take(worker, tmp_path):
    (tmp_path / "x.npz").write_bytes(b"no")
    with pytest.raises(RuntimeError, match=r"x\.npz"):
        bpy.ops.romp_mocap.open_take(filepath=str(tmp_path / "x.npz"))


def test_switching_the_extension_off_ends_the_worker(worker, mocap, scene, clip):
    start_async([STARTED], clip, scene)
    mocap.unregister()
    assert worker.started[0].killed and jobs.current() is None
    mocap.register()


def test_export_operator_writes_one_file_per_character(worker, scene, clip, tmp_path):
    worker.script = [finished(make_take([motion(40), motion(40, seed=2)], footage()))]
    bpy.ops.romp_mocap.capture(filepath=str(clip))
    for format in ("FBX", "GLB", "BVH"):
        bpy.ops.romp_mocap.export(filepath=str(tmp_path / "out" / "all"), format=format, which="ALL")
    bpy.ops.romp_mocap.export(filepath=str(tmp_path / "out" / "one.bvh"), format="BVH", which="ACTIVE")
    names = sorted(file.name for file in (tmp_path / "out").iterdir())
    people = [f"all missing Person {n}" for n in (1, 2)]
    ends = ("fbx", "glb", "bvh", "license.txt")  # a BVH file has no room for the license
    assert names == sorted([f"{name}.{end}" for name in people for end in ends] + ["one.bvh", "one.license.txt"])


def test_export_into_a_folder_keeps_characters_of_like_names_apart(worker, scene, clip, tmp_path):
    worker.script = [finished(make_take([motion(40), motion(40, seed=2)], footage()))]
    bpy.ops.romp_mocap.capture(filepath=str(clip))
    for armature, name in zip(list(scene_index.characters(scene)), ("a/b", "a:b"), strict=True):
        armature.name = name
    bpy.ops.romp_mocap.export(filepath=str(tmp_path), format="BVH", which="ALL")
    assert sorted(file.name for file in tmp_path.glob("*.bvh")) == ["a_b.bvh", "a_b_.bvh"]


def test_interrupted_script_leaves_no_job_behind(worker, scene, clip, monkeypatch):
    def interrupt(_seconds):
        raise KeyboardInterrupt

    worker.script = [STARTED]
    with monkeypatch.context() as patch:
        patch.setattr(jobs.time, "sleep", interrupt)
        with pytest.raises(KeyboardInterrupt):
            jobs.start("Capture", Capture("x.mp4", "x.npz"), lambda outcome: "", wait=True)
    assert worker.started[-1].killed and jobs.current() is None
    worker.script = [finished(make_take())]
    assert bpy.ops.romp_mocap.capture(filepath=str(clip)) == {"FINISHED"}


def test_a_capture_interrupted_together_with_blender_is_recovered(worker, scene, monkeypatch, tmp_path):
    from addon.preferences import folders
    from romp_core.storage.assemble import TakeHead
    from romp_core.storage.journal import Journal
    from romp_core.take.observations import Frame, People
    from romp_core.take.settings import SolveSettings
    from romp_core.take.take import Provenance

    monkeypatch.setattr(folders, "user_folder", lambda name: tmp_path)
    head = TakeHead("lost", footage(n=0), CaptureSettings(), SolveSettings(), Provenance())
    journal = Journal(tmp_path / "clip 1.npz", head)
    one = np.ones((1, 33), np.float32)
    for number in range(30):
        points = np.ones((1, 33, 3), np.float32)
        people = People(one[:, 0], points[..., :2], one, points, ids=np.array([1]))
        journal.add(Frame(number, number / 30, np.zeros((4, 4, 3), np.uint8)), people)
    journal.flush()
    an_hour_ago = time.time() - 3600
    os.utime(journal.path, (an_hour_ago, an_hour_ago))  # its computer was asleep
    bpy.ops.romp_mocap.recover_takes()
    assert len(scene.romp_mocap.takes) == 0 and journal.path.exists(), "another Blender is still writing it"
    journal.close()
    bpy.ops.romp_mocap.recover_takes()
    (entry,) = scene.romp_mocap.takes
    assert entry.take_id == "lost" and not entry.complete and entry.people[0].frames == 30
    assert [file.name for file in tmp_path.iterdir()] == ["clip 1.npz"]


class TestRealWorker:
    """The worker's own process, as far as it goes in a Python without onnxruntime."""

    @pytest.fixture(autouse=True)
    def ready(self, mocap):
        jobs.dismiss()
        yield
        jobs.stop()

    def run(self, limit=120):
        begin = time.monotonic()
        while jobs._on_timer() is not None:
            assert time.monotonic() - begin < limit
            time.sleep(0.02)
        return jobs.last_outcome()

    def test_killed_hard_is_reported_with_the_log_and_the_next_run_starts(self, scene, clip):
        command = SelfTest()
        jobs.start("Self-test", command, lambda outcome: "", wait=False)
        jobs.current().job._process.kill()
        outcome = self.run()
        assert outcome.kind == "failed" and outcome.log in outcome.text
        assert Path(outcome.log).is_file()
        jobs.start("Self-test", command, lambda outcome: "", wait=False)
        assert self.run().kind in ("finished", "failed")
        assert "unexpectedly" not in jobs.last_outcome().sentence

    def test_one_process_solves_again_and_again_with_the_lists_edits(self, scene, tmp_path):
        take = make_take([motion(40), motion(40, seed=2)])
        entry = take_list.add_take(scene, save_take(take, tmp_path / "t.npz"))
        characters.make_characters(scene, entry, {1, 2})
        entry.people[0].name = "Alice"
        entry.active_person = 1
        bpy.ops.romp_mocap.remove_person()
        processes = set()
        for height in (1.6, 1.7):
            entry.solve.height = height
            assert bpy.ops.romp_mocap.solve() == {"FINISHED"}
            processes.add(jobs._worker.pid)
        solved = take_list.load(entry)
        assert len(processes) == 1 and solved.solve.scale.height == pytest.approx(1.7)
        assert [person.name for person in solved.edited_people] == ["Alice"] and len(solved.people) == 2
        (armature,) = scene_index.characters(scene)
        assert armature.name.endswith("Alice")

    def test_damaged_take_is_one_sentence(self, scene, tmp_path):
        take_list.add_take(scene, save_take(make_take([motion(40)]), tmp_path / "t.npz"))
        (tmp_path / "t.npz").write_bytes(b"damaged meanwhile")
        with pytest.raises(RuntimeError, match="not a readable take"):
            bpy.ops.romp_mocap.solve()

    def test_switching_off_ends_the_process(self, mocap):
        jobs.start("Self-test", SelfTest(), lambda outcome: "", wait=False)
        process = jobs.current().job._process
        mocap.unregister()
        begin = time.monotonic()
        while process.alive:
            assert time.monotonic() - begin < 120
            time.sleep(0.02)
        mocap.register()
