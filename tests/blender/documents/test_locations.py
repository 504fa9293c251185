"""Where a new take goes, and what its file is called."""

import os
from types import SimpleNamespace

import bpy
import pytest
from fake_worker import finished
from project import made, save
from takes import make_take

from addon.blender.paths import file_name
from addon.documents import locations
from addon.preferences import folders
from addon.takes import take_list


@pytest.fixture
def choose(monkeypatch):
    """Sets the preferences."""
    others = {"weights_folder": "", "provider": "auto", "cuda_folder": "", "fast": False, "threads": 0}

    def choose(save_takes="BLEND", takes_folder=""):
        own = SimpleNamespace(save_takes=save_takes, takes_folder=str(takes_folder), **others)
        monkeypatch.setattr(folders, "preferences", lambda: own)

    return choose


def folder_of_new(source):
    path, remark = locations.new_take(str(source))
    return os.path.dirname(path), remark


def test_the_preferences_decide(mocap, choose, project, waiting, tmp_path):
    shots = made(tmp_path / "shots")
    choose()
    assert folder_of_new(shots / "a.mp4") == (str(waiting), "")
    choose("FOOTAGE")
    assert folder_of_new(shots / "a.mp4") == (str(shots), "")
    choose("FOLDER", tmp_path / "all takes")
    assert folder_of_new(shots / "a.mp4") == (str(tmp_path / "all takes"), "")
    choose("FOLDER", "//takes")
    assert folder_of_new(shots / "a.mp4") == (str(waiting), ""), "it counts from a file that was never saved"
    choose("FOLDER")
    assert folder_of_new(shots / "a.mp4") == (str(waiting), "")
    save(project / "dance.blend")
    assert folder_of_new(shots / "a.mp4") == (str(project), "")
    choose("FOLDER", "//takes")
    assert folder_of_new(shots / "a.mp4") == (str(project / "takes"), "")
    choose("FOOTAGE")
    assert folder_of_new(shots / "a.mp4") == (str(shots), "")
    assert folder_of_new(made(tmp_path / "images"))[0] == str(tmp_path), "beside a folder of images, not in it"


def test_takes_lie_outside_of_what_goes_with_the_extension(mocap):
    extensions = bpy.utils.user_resource("EXTENSIONS")
    for name in (folders.TAKES, folders.WEIGHTS):
        assert not str(folders.user_folder(name)).startswith(extensions)


@pytest.mark.parametrize("problem", ["read-only", "full", "no folder"])
def test_a_folder_that_cannot_be_written_is_named_and_the_take_is_kept(
    worker, choose, waiting, tmp_path, problem, monkeypatch
):
    chosen = tmp_path / "chosen"
    choose("FOLDER", chosen)
    if problem == "full":
        monkeypatch.setattr(locations.shutil, "disk_usage", lambda folder: SimpleNamespace(free=1000))
    elif problem == "no folder":
        chosen.write_bytes(b"a file")
    else:

        def refuse(dir):
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr(locations.tempfile, "TemporaryFile", refuse)
    clip = tmp_path / "a.mp4"
    clip.write_bytes(b"x")
    worker.script = [finished(make_take())]
    bpy.ops.romp_mocap.capture(filepath=str(clip))
    from addon.worker import jobs

    assert len(list(waiting.glob("*.npz"))) == 1
    assert "kept in Blender's user folder, since" in jobs.last_outcome().text and "chosen" in jobs.last_outcome().text


@pytest.mark.parametrize(
    "name", ["\u821e" * 80, "e\u0301" * 80, "\U0001f57a" * 60, "x" * 250, "clip_\udce9", "NUL", "a:b?c"]
)
def test_footage_of_any_name_gets_a_take(worker, scene, project, name):
    clip = project / f"{name}.mp4"
    try:
        clip.write_bytes(b"x")
    except OSError:
        pytest.skip("this system has no such names")
    save(project / "dance.blend")
    worker.script = [finished(make_take())]
    assert bpy.ops.romp_mocap.capture(filepath=str(clip)) == {"FINISHED"}
    (take,) = project.glob("*.npz")
    for suffix in (".journal", ".4194304.tmp"):
        assert len(os.fsencode(f"{take.name}{suffix}")) <= 255
    assert take_list.load(scene.romp_mocap.takes[0]).id == "take-1"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("NUL.a", "_NUL.a"),
        ("com1", "_com1"),
        ("console", "console"),
        ("a\udce9b", "a_b"),
        ("  ", "take"),
        ("a/b", "a_b"),
    ],
)
def test_file_names_are_those_that_every_system_takes(text, name):
    assert file_name(text) == name


def test_interrupted_captures_are_looked_for_wherever_takes_are_written(
    mocap, scene, choose, project, waiting, tmp_path
):
    chosen, shots = made(tmp_path / "chosen"), made(tmp_path / "shots")
    choose("FOLDER", chosen)
    save(project / "dance.blend")
    scene.romp_mocap.source = str(shots / "a.mp4")
    assert set(locations.folders_with_takes()) == {chosen, shots, project, waiting}
