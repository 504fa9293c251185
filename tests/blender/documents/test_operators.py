"""Deleting takes never takes away what a .blend, the open file, or a running capture uses."""

import bpy
import pytest
from takes import make_take

from addon.documents import operators, uses
from addon.preferences import folders
from addon.takes import take_list
from romp_core.storage.journal import journal_path
from romp_core.storage.lock import open_locked
from romp_core.storage.take_file import save_take


@pytest.fixture
def takes(mocap, scene, waiting):
    """Takes: of nobody, of the open file, of another .blend, and one that is being captured again."""
    paths = {name: waiting / f"{name}.npz" for name in ("nobody", "open", "other", "running")}
    for name, path in paths.items():
        save_take(make_take(id=name), path)
    take_list.add_take(scene, paths["open"])
    uses.note(str(waiting / "other.blend"), {str(paths["other"])})
    (waiting / "interrupted.npz.journal").write_bytes(b"rows")
    with open_locked(journal_path(paths["running"])):
        yield paths


def left(takes):
    return sorted(name for name, path in takes.items() if path.exists())


def test_only_what_nobody_uses_is_deleted(takes, waiting):
    assert bpy.ops.romp_mocap.delete_takes() == {"FINISHED"}
    assert left(takes) == ["open", "other", "running"]
    assert (waiting / "interrupted.npz.journal").exists() and journal_path(takes["running"]).exists()


def test_takes_in_use_are_deleted_when_the_user_says_so_but_never_a_running_capture(takes):
    bpy.ops.romp_mocap.delete_takes(used_too=True)
    assert left(takes) == ["running"]


def test_the_question_lists_the_takes_with_their_files(takes):
    assert operators.deletable() == {
        str(takes["nobody"]): [],
        str(takes["open"]): ["this file"],
        str(takes["other"]): ["other.blend"],
    }


def test_deleting_logs_deletes_no_take(takes):
    log = folders.new_log_path("capture")
    log.write_bytes(b"log")
    assert bpy.ops.romp_mocap.clear_files() == {"FINISHED"}
    assert not log.exists() and left(takes) == ["nobody", "open", "other", "running"]
