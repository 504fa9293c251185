"""Takes and model files of earlier versions leave the extension's folder, which Blender deletes with it."""

from pathlib import Path

import pytest
from layouts import drawn
from project import made
from takes import make_take

from addon.preferences import folders, old_folders
from addon.takes import take_list
from romp_core.storage.lock import open_locked
from romp_core.storage.take_file import load_take, save_take


@pytest.fixture
def old(monkeypatch, tmp_path, waiting):
    """The extension's own folder of an earlier version."""
    monkeypatch.setattr(old_folders.bpy.utils, "extension_path_user", lambda name, path, create: str(tmp_path / path))
    save_take(make_take(), made(tmp_path / folders.TAKES) / "clip 1.npz")
    (made(tmp_path / folders.WEIGHTS / "smil") / "a.pkl").write_bytes(b"weights")
    return tmp_path


def test_enabling_moves_what_is_the_users_and_says_so(old, waiting, tmp_path):
    import addon

    addon.register()
    try:
        assert "1 take and 1 model file" in drawn(addon)
    finally:
        addon.unregister()
    assert load_take(waiting / "clip 1.npz").id == "take-1"
    assert (tmp_path / "user" / folders.WEIGHTS / "smil" / "a.pkl").read_bytes() == b"weights"
    assert not (old / folders.TAKES).exists() and not (old / folders.WEIGHTS).exists()
    assert old_folders.rescue_files() == ""


def test_a_file_that_lists_the_old_path_finds_the_take(old, waiting, mocap, scene):
    entry = take_list.add_take(scene, waiting / "clip 1.npz")  # moved when the add-on was enabled
    entry.path = str(old / folders.TAKES / "clip 1.npz")
    assert take_list.load(entry).id == "take-1" and Path(entry.path) == waiting / "clip 1.npz"


def test_nothing_is_overwritten_and_what_stays_is_found(old, waiting, mocap, scene):
    old_path = made(old / folders.TAKES) / "clip 1.npz"
    save_take(make_take(id="older"), old_path)
    assert old_folders.rescue_files() == ""
    assert load_take(waiting / "clip 1.npz").id == "take-1" and load_take(old_path).id == "older"
    entry = take_list.add_take(scene, old_path)
    entry.path = "/nowhere/clip 1.npz"
    assert take_list.load(entry).id == "older"


def test_a_running_capture_keeps_its_files(old, waiting):
    takes = made(old / folders.TAKES)
    with open_locked(takes / "clip 1.npz.journal"):
        old_folders.rescue_files()
        assert sorted(file.name for file in takes.iterdir()) == ["clip 1.npz", "clip 1.npz.journal"]
    old_folders.rescue_files()
    assert sorted(file.name for file in waiting.iterdir()) == ["clip 1.npz", "clip 1.npz.journal"]
