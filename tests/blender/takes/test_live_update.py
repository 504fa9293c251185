"""Characters follow a setting that is being changed; panels stay as they are meanwhile."""

import bpy
import numpy as np
import pytest
from fake_worker import finished
from layouts import drawn
from measure import track
from takes import make_take, motion

from addon.blender import scene_index
from addon.takes import characters, live_update, removal, take_list
from addon.worker import jobs
from romp_core.storage.take_file import save_take
from romp_core.worker.commands import Failed, Progressed


@pytest.fixture
def entry(worker, scene, tmp_path, monkeypatch):
    """A take with its character, as in a window."""
    entry = take_list.add_take(scene, save_take(make_take(), tmp_path / "take.npz"))
    characters.make_characters(scene, entry, {1})
    monkeypatch.setattr(live_update, "must_wait", lambda requested: False)
    yield entry
    live_update.stop()


def run_timers():
    for _ in range(50):
        again = bpy.app.timers.is_registered(live_update._solve_requested) and live_update._solve_requested()
        if jobs.current() is not None:
            jobs._on_timer()
        elif not again:
            if bpy.app.timers.is_registered(live_update._solve_requested):
                bpy.app.timers.unregister(live_update._solve_requested)
            return
    raise AssertionError("it does not end")


def test_the_character_follows_a_setting(entry, worker, scene):
    worker.script = [finished(make_take([motion(40, seed=3)]))]
    entry.solve.strength = 0.4
    run_timers()
    (job,) = worker.started
    assert job.command.solve.smoothing.strength == pytest.approx(0.4)
    (armature,) = scene_index.characters(scene)
    heads, _ = track(scene, armature, [1, 40])
    assert np.abs(heads - motion(40, seed=3).joints()[[0, 39]]).max() < 1e-4
    assert jobs.last_outcome() is None, "no message for each step of a slider"
    assert entry.solve.strength == pytest.approx(0.4)


def test_changes_while_it_solves_are_taken_up_together(entry, worker, mocap):
    worker.script = [Progressed("solve", 0.5, 1.0, 0.0, 0.0), finished(make_take())]
    entry.solve.height = 1.6
    live_update._solve_requested()
    jobs._on_timer()
    texts = drawn(mocap)
    assert "Solving motion" in texts and "Nearest People" not in texts and "Cancel" not in texts and "Capture" in texts
    worker.script = [finished(make_take())]
    for height in (1.62, 1.65, 1.68):
        entry.solve.height = height
    entry.people[0].height = 1.5
    run_timers()
    first, second = worker.started
    assert first.command.solve.scale.height == pytest.approx(1.6)
    assert second.command.solve.scale.height == pytest.approx(1.68) and second.command.heights == {1: 1.5}
    assert entry.solve.height == pytest.approx(1.68), "the slider does not jump back"


def test_a_drag_is_one_undo_step(entry, worker, monkeypatch):
    pushed = []
    monkeypatch.setattr(live_update, "push_undo", pushed.append)
    for height in (1.6, 1.65):
        worker.script = [finished(make_take())]
        entry.solve.height = height
        assert not bpy.app.timers.is_registered(live_update._push_undo), "the slider moves again"
        run_timers()
        assert bpy.app.timers.is_registered(live_update._push_undo) and not pushed
    live_update._push_undo()
    assert pushed == ["Solve Again"]


def test_what_has_no_characters_or_is_switched_off_stays(entry, worker, scene):
    scene.romp_mocap.live_update = False
    entry.solve.tilt = 5.0
    scene.romp_mocap.live_update = True
    scene.romp_mocap.solve.height = 1.5  # the next capture's
    removal.remove_characters(scene, entry.take_id)
    entry.solve.roll = 5.0
    run_timers()
    assert not worker.started and not live_update.pending()


def test_reading_a_take_again_solves_nothing(entry, worker, scene):
    take_list.add_take(scene, entry.path)
    run_timers()
    assert not worker.started


def test_a_failure_leaves_a_message(entry, worker, tmp_path):
    worker.script = [Failed(sentence="The disk is full.")]
    entry.solve.tilt = 3.0
    run_timers()
    assert jobs.last_outcome().text == "The disk is full."
    (tmp_path / "take.npz").unlink()
    entry.solve.tilt = 4.0
    run_timers()
    assert "was not found" in jobs.last_outcome().text and jobs.last_outcome().kind == "failed"


def test_without_a_window_nothing_happens(entry, worker, monkeypatch):
    monkeypatch.undo()
    entry.solve.tilt = 3.0
    assert not live_update.pending() and not worker.started
