"""A take whose file or footage is missing says so in the panel, and can be told where they are."""

import shutil
from pathlib import Path

import bpy
import numpy as np
import pytest
from layouts import drawn
from measure import track
from project import made, save
from takes import footage, make_take, motion

from addon.blender import scene_index
from addon.documents import status
from addon.takes import characters, take_list
from romp_core.storage.take_file import save_take

DATA = Path(__file__).resolve().parents[2] / "data"


@pytest.fixture
def entry(mocap, scene, tmp_path, waiting):
    """A take with its character and a clip behind the camera, in a saved .blend."""
    project = made(tmp_path / "project")
    shutil.copy(DATA / "counting.mp4", project / "clip.mp4")
    save(project / "dance.blend")
    info = footage(12, path=str(project / "clip.mp4"), size=clip_size(project / "clip.mp4"))
    entry = take_list.add_take(scene, save_take(make_take(info=info), project / "take.npz"))
    scene.romp_mocap.with_body = False
    characters.make_characters(scene, entry, {1})
    status.forget()
    return entry


@pytest.fixture
def elsewhere(tmp_path):
    return made(tmp_path / "elsewhere")


def clip_size(path):
    clip = bpy.data.movieclips.load(str(path))
    size = tuple(clip.size)
    bpy.data.movieclips.remove(clip)
    return size


def background(scene):
    return scene.camera.data.background_images[0].image


def test_what_is_there_is_not_talked_about(entry, mocap):
    assert "not found" not in drawn(mocap)
    assert background(bpy.context.scene).filepath == "//clip.mp4"


def test_a_missing_take_is_found_by_hand(entry, mocap, tmp_path, elsewhere):
    shutil.move(tmp_path / "project" / "take.npz", elsewhere / "renamed.npz")
    status.forget()
    assert "The take file was not found." in drawn(mocap) and "Find File" in drawn(mocap)
    assert bpy.ops.romp_mocap.find_take(filepath=str(elsewhere / "renamed.npz")) == {"FINISHED"}
    assert entry.path == "//../elsewhere/renamed.npz" and "not found" not in drawn(mocap)


def test_another_take_is_refused_unless_it_is_wanted(entry, scene, elsewhere):
    other = save_take(make_take([motion(40, seed=7)], id="other"), elsewhere / "other.npz")
    with pytest.raises(RuntimeError, match=r"is not the take \"clip\", but another one"):
        bpy.ops.romp_mocap.find_take(filepath=str(other))
    assert entry.take_id == "take-1"
    assert bpy.ops.romp_mocap.find_take(filepath=str(other), another=True) == {"FINISHED"}
    assert entry.take_id == "other"
    bpy.ops.romp_mocap.make_characters()
    (armature,) = scene_index.characters(scene)
    heads, _ = track(scene, armature, [1, 40])
    assert np.abs(heads - motion(40, seed=7).joints()[[0, 39]]).max() < 1e-4


def test_a_file_that_is_no_take_changes_nothing(entry, elsewhere):
    (elsewhere / "x.npz").write_bytes(b"no")
    with pytest.raises(RuntimeError, match="not a readable take"):
        bpy.ops.romp_mocap.find_take(filepath=str(elsewhere / "x.npz"), another=True)
    assert entry.path == "//take.npz"


def test_missing_footage_is_not_talked_about_while_it_is_shown(entry, scene, mocap, tmp_path):
    image = background(scene)
    assert image.size[0] and image.has_data  # drawn once
    (tmp_path / "project" / "clip.mp4").unlink()
    status.forget()
    assert "not found" not in drawn(mocap)
    assert characters.make_characters(scene, entry, {1}) == []
    image.buffers_free()
    status.forget()
    assert "The footage was not found." in drawn(mocap)
    (remark,) = characters.make_characters(scene, entry, {1})
    assert "The footage was not found" in remark


def test_footage_is_found_by_hand_and_shown(entry, scene, mocap, tmp_path, elsewhere):
    shutil.move(tmp_path / "project" / "clip.mp4", elsewhere / "renamed.mp4")
    background(scene).buffers_free()
    status.forget()
    assert "The footage was not found." in drawn(mocap)
    assert bpy.ops.romp_mocap.find_footage(filepath=str(elsewhere / "renamed.mp4")) == {"FINISHED"}
    assert entry.footage == "//../elsewhere/renamed.mp4" == background(scene).filepath
    assert "not found" not in drawn(mocap)
    assert characters.make_characters(scene, entry, {1}) == []


def test_other_footage_says_what_is_different(entry, elsewhere, capsys):
    shutil.copy(DATA / "demo.mp4", elsewhere / "other.mp4")
    bpy.ops.romp_mocap.find_footage(filepath=str(elsewhere / "other.mp4"))
    size = clip_size(elsewhere / "other.mp4")
    assert f"It is {size[0]} x {size[1]}, the take's footage was" in capsys.readouterr().out
    assert entry.footage == "//../elsewhere/other.mp4"


def test_footage_that_is_not_there_changes_nothing(entry, elsewhere):
    with pytest.raises(RuntimeError, match="does not exist"):
        bpy.ops.romp_mocap.find_footage(filepath=str(elsewhere / "nothing.mp4"))
    assert entry.footage == "//clip.mp4"
