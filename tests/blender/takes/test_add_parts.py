"""Hands and faces that are found in the footage of a take afterwards: the worker's command, and what becomes of it."""

from pathlib import Path

import bpy
import pytest
from fake_worker import finished
from takes import footage, make_take, motion

from addon.blender import compat, scene_index
from addon.takes import characters, take_list
from romp_core.storage.take_file import save_take
from romp_core.worker.commands import AddParts, Failed

DATA = Path(__file__).resolve().parents[2] / "data"


@pytest.fixture
def entry(worker, scene, tmp_path):
    info = footage(12, path=str(DATA / "counting.mp4"))
    entry = take_list.add_take(scene, save_take(make_take(info=info), tmp_path / "take.npz"))
    scene.romp_mocap.with_body = False
    characters.make_characters(scene, entry, {1})
    return entry


def test_the_footage_is_read_and_the_take_solved_as_the_scene_has_it(entry, worker, scene):
    entry.solve.height = 1.5
    worker.script = [finished(make_take([motion(40, seed=3)]))]
    assert bpy.ops.romp_mocap.add_parts(parts="hands") == {"FINISHED"}
    (job,) = worker.started
    command = job.command
    assert isinstance(command, AddParts) and command.parts == "hands"
    assert command.take == command.out == entry.path
    assert Path(command.footage) == DATA / "counting.mp4"
    assert command.solve.scale.height == pytest.approx(1.5)
    assert not entry.unsolved
    assert len(list(scene_index.characters(scene))) == 1


def test_what_is_wrong_is_told_and_nothing_changes(entry, worker, scene):
    worker.script = [Failed(sentence="It is another footage.", hint="Choose it.")]
    before = [curve.evaluate(3) for curve in _curves(scene)]
    with pytest.raises(RuntimeError, match="another footage"):
        bpy.ops.romp_mocap.add_parts(parts="all")
    assert [curve.evaluate(3) for curve in _curves(scene)] == before


def _curves(scene):
    (armature,) = scene_index.characters(scene)
    return list(compat.assigned_channels(armature).fcurves)
