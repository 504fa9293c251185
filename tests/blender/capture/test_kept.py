"""A capture, import or solve that is cancelled or fails says what it kept, and leaves nothing empty behind."""

from dataclasses import replace

import bpy
import numpy as np
import pytest
from fake_worker import PROGRESS, STARTED, FakeWorker, finished
from takes import footage, make_take, motion

from addon.takes import take_list
from addon.worker import jobs
from romp_core.storage.take_file import save_take
from romp_core.worker.commands import Cancelled, Failed


@pytest.fixture
def clip(tmp_path):
    path = tmp_path / "dance.mp4"
    path.write_bytes(b"x")
    return path


def partial(n, people, fps=30.0, complete=False):
    """What a capture of so many frames and people has left: not solved."""
    take = make_take([motion(n, seed=seed) for seed in range(people)], footage(n, fps))
    raw = tuple(replace(person, motion=None) for person in take.people)
    return replace(take, people=raw, camera=None, provenance=replace(take.provenance, complete=complete))


def leaves(take, event):
    """The end of a job that saves this take, and then ends otherwise than finished."""

    def end(command):
        save_take(take, command.out)
        return event(command.out)

    return end


def capture(clip, tmp_path, end):
    FakeWorker.script = [STARTED, PROGRESS, end]
    bpy.ops.romp_mocap.capture(filepath=str(clip), out=str(tmp_path / "take.npz"))
    return jobs.last_outcome()


@pytest.mark.parametrize(
    ("n", "people", "fps", "text"),
    [
        (361, 2, 30.0, "Cancelled at 00:12. 361 frames of 2 people were kept in take.npz."),
        (40, 1, 30.0, "Cancelled at 00:01. 40 frames of 1 person were kept in take.npz."),
        (40, 1, 0.01, "Cancelled at 1:05:00. 40 frames of 1 person were kept in take.npz."),
    ],
)
def test_a_cancelled_capture_says_how_far_it_came(worker, scene, clip, tmp_path, n, people, fps, text):
    outcome = capture(clip, tmp_path, leaves(partial(n, people, fps), Cancelled))
    assert outcome.kind == "cancelled" and outcome.text == text
    (entry,) = scene.romp_mocap.takes
    assert not entry.complete and len(entry.people) == people


def test_people_known_in_the_image_only_are_listed_and_make_no_character(worker, scene, clip, tmp_path):
    take = partial(40, 2, complete=True)
    flat = [replace(each, observations=replace(each.observations, keypoints3d=None)) for each in take.people]
    remark = "These are keypoints in the image."
    take = replace(take, people=tuple(flat), provenance=replace(take.provenance, remark=remark))
    outcome = capture(clip, tmp_path, finished(take))
    assert outcome.kind == "finished" and "2 people" in outcome.text and remark in outcome.text
    assert len(scene.romp_mocap.takes) == 1 and not [item for item in bpy.data.objects if item.type == "ARMATURE"]


def test_a_capture_cancelled_while_it_was_solved_is_whole(worker, scene, clip, tmp_path):
    outcome = capture(clip, tmp_path, leaves(partial(90, 1, complete=True), Cancelled))
    assert "Cancelled after the last frame, at 00:02. 90 frames of 1 person were kept" in outcome.text
    assert "Make Characters" in outcome.text and scene.romp_mocap.takes[0].complete


def test_a_capture_that_failed_says_why_and_what_is_kept(worker, scene, clip, tmp_path):
    def fails(out):
        return Failed(out, "The disk is full.", "Free some space.")

    text = r"disk is full\. Free some space\. It stopped at 00:02\. 61 frames of 2 people were kept in take\.npz"
    with pytest.raises(RuntimeError, match=text):
        capture(clip, tmp_path, leaves(partial(61, 2), fails))
    assert len(scene.romp_mocap.takes) == 1


def test_cancelled_before_anybody_was_captured_says_that_nothing_was_kept(worker, scene, clip, tmp_path):
    outcome = capture(clip, tmp_path, Cancelled(""))
    assert outcome.text == "Cancelled before anybody was captured. Nothing was kept."
    assert not scene.romp_mocap.takes and not list(tmp_path.glob("*.npz*"))


def test_a_failure_before_that_leaves_no_entry(worker, scene, clip, tmp_path):
    with pytest.raises(RuntimeError, match="It broke"):
        capture(clip, tmp_path, Failed("", "It broke.", "Try again."))
    assert not scene.romp_mocap.takes


def test_a_cancelled_import_says_that_nothing_was_imported(worker, scene, tmp_path):
    results = tmp_path / "results.npz"
    np.savez(results, poses=np.zeros(3))
    worker.script = [Cancelled("")]
    bpy.ops.romp_mocap.import_results(filepath=str(results))
    assert jobs.last_outcome().text == "Cancelled. Nothing was imported." and not scene.romp_mocap.takes


def test_a_cancelled_solve_says_that_the_take_is_as_it_was(worker, scene, clip, tmp_path):
    capture(clip, tmp_path, finished(make_take()))
    before = (tmp_path / "take.npz").read_bytes()
    worker.script = [Cancelled("")]
    bpy.ops.romp_mocap.solve()
    assert jobs.last_outcome().text == "Cancelled. The take file is as it was."
    assert (tmp_path / "take.npz").read_bytes() == before
    assert take_list.load(scene.romp_mocap.takes[0]).solved
