"""Takes and footage are found again after their folders were moved, renamed, linked, or brought from another system."""

import os
import shutil

import bpy
import pytest
from project import made, save
from takes import footage, make_take

from addon.blender import paths
from addon.documents import lookup, status
from addon.takes import take_list
from romp_core.errors import TakeError
from romp_core.storage.take_file import save_take


@pytest.fixture
def entry(mocap, scene, project, waiting):
    """A listed take beside a saved .blend and the clip."""
    save(project / "dance.blend")
    take = make_take(info=footage(path=str(project / "clip.mp4")))
    status.forget()
    return take_list.add_take(scene, save_take(take, project / "take.npz"))


def test_a_take_in_a_sub_folder_is_found_by_its_name_and_id(entry, project):
    save_take(make_take(id="other"), made(project / "a") / "take.npz")
    shutil.move(project / "take.npz", made(project / "b" / "deep") / "take.npz")
    assert take_list.load(entry).id == "take-1" and entry.path == "//b/deep/take.npz"


def test_a_take_that_is_nowhere_is_one_sentence(entry, project):
    (project / "take.npz").unlink()
    with pytest.raises(TakeError, match=r"was not found\. Use Find Take File"):
        take_list.load(entry)


def test_another_take_under_its_name_is_never_used(entry, project):
    save_take(make_take(id="other"), project / "take.npz")
    with pytest.raises(TakeError, match="is another take"):
        take_list.load(entry)


def test_the_search_is_bounded(entry, project, monkeypatch):
    monkeypatch.setattr(lookup, "_MOST_FOLDERS", 5)
    shutil.move(project / "take.npz", made(project / "z") / "take.npz")
    for name in "abcdefgh":
        made(project / name)
    with pytest.raises(TakeError):
        take_list.load(entry)


def test_footage_of_the_same_name_must_be_the_same(entry, project):
    (made(project / "a") / "clip.mp4").write_bytes(b"another clip")
    shutil.move(project / "clip.mp4", made(project / "b") / "clip.mp4")
    assert lookup.footage_file(entry) == str(project / "b" / "clip.mp4")
    (project / "b" / "clip.mp4").unlink()
    assert lookup.footage_file(entry) == str(project / "clip.mp4"), "where it was, and it is missing"


def test_footage_is_found_beside_a_take_elsewhere(entry, project, tmp_path):
    elsewhere = made(tmp_path / "elsewhere")
    shutil.move(project / "clip.mp4", elsewhere)
    shutil.move(project / "take.npz", elsewhere)
    entry.path = str(elsewhere / "take.npz")
    assert lookup.footage_file(entry) == str(elsewhere / "clip.mp4")


@pytest.mark.parametrize("recorded", [r"D:\shoot\clip.mp4", "/home/someone/clip.mp4", r"\\server\share\clip.mp4"])
def test_footage_of_another_system_is_found_by_its_name(mocap, scene, project, recorded):
    save(project / "dance.blend")
    entry = take_list.add_take(scene, save_take(make_take(info=footage(path=recorded)), project / "take.npz"))
    assert (entry.footage, entry.name) == ("//clip.mp4", "clip")


def test_opening_a_moved_blend_writes_down_where_everything_is(entry, project, tmp_path):
    save(project / "dance.blend")
    moved = tmp_path / "moved"
    shutil.move(project, moved)
    shutil.move(moved / "take.npz", made(moved / "takes"))
    shutil.move(moved / "clip.mp4", made(moved / "footage"))
    bpy.ops.wm.open_mainfile(filepath=str(moved / "dance.blend"))
    (entry,) = bpy.context.scene.romp_mocap.takes
    assert (entry.path, entry.footage) == ("//takes/take.npz", "//footage/clip.mp4")


@pytest.mark.skipif(os.name == "nt", reason="links need rights on Windows")
def test_a_folder_opened_through_a_link_keeps_relative_paths(mocap, scene, project, tmp_path):
    (tmp_path / "link").symlink_to(project, target_is_directory=True)
    save(tmp_path / "link" / "dance.blend")
    entry = take_list.add_take(scene, save_take(make_take(), project / "take.npz"))
    assert entry.path == "//take.npz" and take_list.load(entry).id == "take-1"


@pytest.mark.parametrize(
    ("path", "folder", "kept"),
    [
        ("/a/b/clip.mp4", "/a/b", "//clip.mp4"),
        ("/a/b/c/clip.mp4", "/a/b", "//c/clip.mp4"),
        ("/a/footage/clip.mp4", "/a/scenes", "//../footage/clip.mp4"),
        ("/media/clip.mp4", "/home/me", "/media/clip.mp4"),
        ("/a/b/clip.mp4", "", "/a/b/clip.mp4"),
        ("", "/a", ""),
    ],
)
@pytest.mark.skipif(os.name == "nt", reason="paths of other systems")
def test_paths_are_relative_where_something_is_shared(path, folder, kept):
    assert paths.stored(path, folder) == kept


def test_a_relative_path_chosen_on_windows_is_found(mocap, project):
    save(project / "dance.blend")
    (made(project / "a") / "clip.mp4").write_bytes(b"x")
    assert paths.find_file(r"//a\clip.mp4") == str(project / "a" / "clip.mp4")
