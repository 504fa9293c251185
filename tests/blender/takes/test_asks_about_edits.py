"""Solve Again and Make Characters with keys that were changed by hand: keep, replace, or cancel."""

import bpy
import pytest
from fake_worker import finished
from takes import make_take, motion

from addon.blender import compat, scene_index
from addon.takes import characters, hand_edits, take_list
from romp_core.storage.take_file import save_take


@pytest.fixture
def entry(worker, scene, tmp_path):
    """A take with a character, whose pelvis was moved by hand."""
    entry = take_list.add_take(scene, save_take(make_take(), tmp_path / "take.npz"))
    scene.romp_mocap.live_update = False
    characters.make_characters(scene, entry, {1})
    for point in curve(scene).keyframe_points:
        point.co[1] += 0.5
    return entry


def curve(scene):
    item = scene_index.find_object(scene, scene.romp_mocap.takes[0].take_id, scene_index.ARMATURE, 1)
    return compat.assigned_channels(item).fcurves.find('pose.bones["pelvis"].location', index=0)


def test_cancel_does_nothing_and_says_so(entry, worker, scene):
    before = curve(scene).evaluate(20)
    for operator in (bpy.ops.romp_mocap.solve, bpy.ops.romp_mocap.make_characters):
        with pytest.raises(RuntimeError, match="Keys of Person 1 were changed by hand, so nothing was done"):
            operator(hand_edits="CANCEL")
    assert curve(scene).evaluate(20) == before and not worker.started


@pytest.mark.parametrize(("choice", "shift"), [("KEEP", 0.5), ("REPLACE", 0.0)])
@pytest.mark.parametrize("operator", ["solve", "make_characters"])
def test_keep_and_replace(entry, worker, scene, choice, shift, operator):
    worker.script = [finished(make_take([motion(40)]))]
    plain = curve(scene).evaluate(20) - 0.5
    assert hand_edits.edited_parts(scene) == ["Person 1"]
    assert getattr(bpy.ops.romp_mocap, operator)(hand_edits=choice) == {"FINISHED"}
    assert curve(scene).evaluate(20) == pytest.approx(plain + shift, abs=1e-4)
    assert hand_edits.edited_parts(scene) == []


def test_without_a_choice_edits_are_kept(entry, worker, scene):
    plain = curve(scene).evaluate(20) - 0.5
    assert bpy.ops.romp_mocap.make_characters() == {"FINISHED"}
    assert curve(scene).evaluate(20) == pytest.approx(plain + 0.5, abs=1e-4)


def test_undo_brings_replaced_keys_back(entry, worker, scene):
    bpy.context.preferences.edit.use_global_undo = True
    edited = curve(scene).evaluate(20)
    bpy.ops.ed.undo_push(message="edited")
    worker.script = [finished(make_take([motion(40)]))]
    bpy.ops.romp_mocap.solve(hand_edits="REPLACE")
    assert curve(scene).evaluate(20) != pytest.approx(edited)
    bpy.ops.ed.undo_push(message="solved")
    bpy.ops.ed.undo()
    assert curve(bpy.context.scene).evaluate(20) == pytest.approx(edited)
