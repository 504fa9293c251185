"""Relaxing hands and faces that were seen wrongly."""

from dataclasses import replace

import bpy
import numpy as np
import pytest
from fake_worker import FakeWorker, finished
from layouts import drawn
from takes import make_take, motion

from addon.takes import characters, take_list
from romp_core.storage.take_file import save_take
from romp_core.take.edits import RelaxEdit


@pytest.fixture
def entry(worker, scene, tmp_path):
    """A take of somebody with hands, at 30 fps."""
    take = make_take([motion(40, seed=1)])
    (person,) = take.people
    count = len(person.observations.frame_index)
    points, seen = np.zeros((count, 2, 21, 3), np.float32), np.ones((count, 2), np.float32)
    observations = replace(
        person.observations, hand_points=points, hand_world=points, hand_presence=seen, hand_right=seen,
        hand_sharpness=seen,
    )  # fmt: skip
    take = replace(take, people=(replace(person, observations=observations),))
    scene.romp_mocap.live_update = False
    scene.render.fps, scene.render.fps_base = 30, 1.0
    entry = take_list.add_take(scene, save_take(take, tmp_path / "take.npz"))
    scene.romp_mocap.with_body = False
    characters.make_characters(scene, entry, {1})
    return entry


def test_a_hand_is_relaxed_listed_and_taken_back(entry, mocap):
    FakeWorker.script = [finished(make_take([motion(40, seed=1)]))]
    assert bpy.ops.romp_mocap.edit_relax(part="right_hand", start=4, end=10) == {"FINISHED"}
    (edit,) = FakeWorker.started[-1].command.edits.relaxed
    assert isinstance(edit, RelaxEdit) and edit.part == "right_hand"
    assert (edit.start, edit.end) == (pytest.approx(0.1), pytest.approx(0.3))
    assert "right hand relaxed, 0.10 to 0.30 s" in drawn(mocap)
    assert bpy.ops.romp_mocap.edit_remove(kind="RELAXED", index=0) == {"FINISHED"}
    assert "relaxed" not in drawn(mocap)


def test_a_face_that_was_not_captured_cannot_be_relaxed(entry):
    with pytest.raises(RuntimeError, match="face was not captured"):
        bpy.ops.romp_mocap.edit_relax(part="face", start=4, end=10)
