"""What a scene shows and what its panel says are one state, whoever else solves the same take file."""

from dataclasses import replace

import bpy
import numpy as np
import pytest
from fake_worker import FakeWorker
from layouts import drawn
from measure import track
from takes import make_take, motion

from addon.blender import scene_index
from addon.takes import characters, solve_state, take_list, take_record
from romp_core.storage.take_file import load_take, save_take
from romp_core.worker.commands import Finished

SEED_OF_HEIGHT = {1.8: 0, 1.5: 15, 2.2: 22}
"""The stand-in for a solver: each height gives a motion of its own."""


def solver(command):
    take = load_take(command.take)
    height = round(command.solve.scale.height, 2)
    people = tuple(replace(each, motion=motion(40, seed=SEED_OF_HEIGHT[height])) for each in take.people)
    solved = replace(take, people=people, solve=command.solve, edits=command.edits or take.edits, solved_for="")
    save_take(solved, command.out)
    return Finished(command.out)


@pytest.fixture
def entry(worker, scene, tmp_path):
    """A take solved for 1.8 m, with its character."""
    worker.script = [solver]
    entry = take_list.add_take(scene, save_take(make_take(), tmp_path / "take.npz"))
    scene.romp_mocap.live_update = False
    characters.make_characters(scene, entry, {1})
    return entry


def shown(scene):
    """The height whose motion the character of a scene has."""
    bpy.context.window.scene = scene
    item = next(scene_index.characters(scene))
    heads, _ = track(scene, item, [30], ["pelvis"])
    distance = {h: np.abs(heads[0, 0] - motion(40, seed=seed).root[29]).max() for h, seed in SEED_OF_HEIGHT.items()}
    best = min(distance, key=distance.get)
    assert distance[best] < 1e-3
    return best


def solve(scene, height):
    bpy.context.window.scene = scene
    scene.romp_mocap.takes[0].solve.height = height
    FakeWorker.script = [solver]
    assert bpy.ops.romp_mocap.solve() == {"FINISHED"}


def make(scene):
    bpy.context.window.scene = scene
    FakeWorker.script = [solver]
    assert bpy.ops.romp_mocap.make_characters() == {"FINISHED"}


@pytest.mark.parametrize("kind", ["FULL_COPY", "NEW"])
def test_two_scenes_with_one_take_keep_their_own_solves(entry, scene, kind):
    path = entry.path
    bpy.ops.scene.new(type=kind)
    other = bpy.context.scene
    if kind == "NEW":
        bpy.ops.romp_mocap.open_take(filepath=path)
        make(other)
    other.romp_mocap.live_update = False
    solve(other, 2.2)
    assert (shown(scene), shown(other)) == (1.8, 2.2)
    make(scene)
    assert (shown(scene), shown(other)) == (1.8, 2.2), "not what the other scene left in the file"
    make(other)
    assert (shown(scene), shown(other)) == (1.8, 2.2)
    assert scene.romp_mocap.takes[0].solve.height == pytest.approx(1.8)


def test_a_linked_copy_shows_the_settings_of_the_characters_that_it_shares(entry, scene):
    bpy.ops.scene.new(type="LINK_COPY")
    other = bpy.context.scene
    solve(other, 1.5)
    assert scene.romp_mocap.takes[0].solve.height == pytest.approx(1.5)
    assert shown(scene) == shown(other) == 1.5


def test_undo_reverts_settings_and_motion_and_the_next_bake_agrees(entry, scene):
    bpy.context.preferences.edit.use_global_undo = True
    bpy.ops.ed.undo_push(message="made")
    solve(scene, 2.2)
    bpy.ops.ed.undo_push(message="solved")
    assert shown(scene) == 2.2
    bpy.ops.ed.undo()
    scene = bpy.context.scene
    assert (shown(scene), round(scene.romp_mocap.takes[0].solve.height, 2)) == (1.8, 1.8)
    make(scene)
    assert shown(scene) == 1.8 and load_take(scene.romp_mocap.takes[0].path).solve.scale.height == pytest.approx(1.8)


def test_a_file_that_was_changed_elsewhere_is_told_with_a_choice(entry, scene, mocap):
    assert "The take file was" not in drawn(mocap)
    take = load_take(entry.path)
    changed = replace(take.solve, scale=replace(take.solve.scale, height=1.5))
    people = tuple(replace(each, motion=motion(40, seed=SEED_OF_HEIGHT[1.5])) for each in take.people)
    save_take(replace(take, people=people, solve=changed, solved_for=""), entry.path)
    take_record.forget()
    assert solve_state.changed_elsewhere(scene, entry)
    texts = drawn(mocap)
    assert "The take file was" in texts and "Use Scene Settings" in texts and "Use File Settings" in texts
    assert bpy.ops.romp_mocap.use_file_settings() == {"FINISHED"}
    assert shown(scene) == 1.5 and entry.solve.height == pytest.approx(1.5)
    assert not solve_state.changed_elsewhere(scene, entry)


def test_opening_a_listed_take_again_keeps_this_scenes_settings(entry, scene):
    entry.solve.height = 2.2
    entry.people[0].name = "Zoe"
    bpy.ops.romp_mocap.open_take(filepath=entry.path)
    assert len(scene.romp_mocap.takes) == 1
    assert entry.solve.height == pytest.approx(2.2) and entry.people[0].name == "Zoe"
    make(scene)
    assert shown(scene) == 2.2


def test_a_copy_of_the_take_is_what_this_scene_shows(entry, scene, tmp_path):
    bpy.ops.scene.new(type="FULL_COPY")
    other = bpy.context.scene
    solve(other, 1.5)
    bpy.context.window.scene = scene
    FakeWorker.script = [solver]
    assert bpy.ops.romp_mocap.save_take(filepath=str(tmp_path / "copy.npz")) == {"FINISHED"}
    assert load_take(tmp_path / "copy.npz").solve.scale.height == pytest.approx(1.8)
    assert load_take(scene.romp_mocap.takes[0].path).solve.scale.height == pytest.approx(1.5)
