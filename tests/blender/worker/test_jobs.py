"""A job that goes wrong in any way ends with a message and the log; a cancelled one leaves what there is."""

from dataclasses import replace
from pathlib import Path

import bpy
import pytest
from fake_worker import PROGRESS, STARTED, FakeWorker, finished, run_timer
from layouts import drawn
from takes import make_take

from addon.blender import scene_index
from addon.capture.operators import take_arrived
from addon.worker import jobs
from romp_core.storage.take_file import save_take
from romp_core.worker.commands import Cancelled, Capture, Finished, Saving


def broken(_command):
    raise ValueError("not what was expected")


def start(script, then=lambda outcome: "", wait=False):
    FakeWorker.script = script
    return jobs.start("Capture x", Capture("x.mp4", ""), then, wait)


def assert_failed(outcome, *parts):
    assert jobs.current() is None and outcome.kind == "failed" and outcome.details
    assert all(part in outcome.text for part in parts)


def test_an_error_while_messages_are_read_ends_the_job(worker, mocap):
    start([STARTED, broken])
    run_timer()
    assert_failed(jobs.last_outcome(), "ValueError: not what was expected", "The log has the details")
    assert worker.started[0].killed, "the process does not go on unseen"
    log = Path(jobs.last_outcome().log).read_text()
    assert "Traceback" in log and "in broken" in log
    texts = drawn(mocap)
    assert "not what was expected" in texts.replace(" | ", " ") and "Show Log" in texts
    assert start([Finished()], wait=True).kind == "finished", "the next job starts"


@pytest.mark.parametrize("wait", [True, False])
def test_an_error_while_the_result_is_applied_is_a_failure(worker, wait):
    outcome = start([STARTED, Finished()], broken, wait)
    if not wait:
        run_timer()
        outcome = jobs.last_outcome()
    assert_failed(outcome, "ValueError: not what was expected")
    assert "in broken" in Path(outcome.log).read_text()


def test_a_failed_bake_is_reported_by_the_operator(worker, tmp_path, monkeypatch):
    (tmp_path / "clip.mp4").write_bytes(b"x")
    monkeypatch.setattr("addon.takes.characters.bake_take_steps", lambda *_: broken(None))
    worker.script = [finished(make_take())]
    with pytest.raises(RuntimeError, match="not what was expected"):
        bpy.ops.romp_mocap.capture(filepath=str(tmp_path / "clip.mp4"))
    assert_failed(jobs.last_outcome())


def test_cancelling_shows_that_it_saves(worker, mocap):
    start([STARTED, PROGRESS])
    jobs._on_timer()
    assert "| Cancel" in drawn(mocap) and "(off) | Cancel" not in drawn(mocap)
    bpy.ops.romp_mocap.cancel()
    assert "(off) | Cancelling\u2026" in drawn(mocap)
    worker.started[0].messages = [Saving(), Cancelled()]
    jobs._on_timer()
    assert "(off) | Saving\u2026" in drawn(mocap)
    jobs._on_timer()
    assert jobs.current() is None and jobs.last_outcome().kind == "cancelled"


def test_one_worker_serves_all_jobs_until_one_goes_wrong(worker):
    start([Finished()], wait=True)
    first = jobs._worker
    start([Finished()], wait=True)
    assert jobs._worker is first and not any(job.killed for job in worker.started)
    start([broken], wait=True)
    assert jobs._worker is None


@pytest.mark.parametrize("saved", [False, True])
def test_a_cancel_before_the_first_frame_leaves_no_entry(worker, scene, tmp_path, saved):
    out = tmp_path / "take.npz"
    if saved:
        save_take(replace(make_take(), people=(), camera=None), out)
    uid = scene.session_uid
    start([STARTED, Cancelled(str(out) if saved else "")], lambda outcome: take_arrived(outcome, uid))
    run_timer()
    assert jobs.last_outcome().kind == "cancelled" and ("Nothing was kept" in jobs.last_outcome().text) != saved
    assert not scene.romp_mocap.takes and not list(scene_index.characters(scene))
