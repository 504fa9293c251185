"""Atomic writes: a target is the old file or the new one, whatever happens in between."""

import os
import sys

import pytest

from romp_core.storage.atomic import finish, replacing, write_bytes
from romp_core.storage.lock import open_locked


def test_a_file_and_its_folder_appear(tmp_path):
    target = tmp_path / "new" / "folder" / "file.bin"
    write_bytes(target, b"content")
    assert target.read_bytes() == b"content"
    assert list(target.parent.iterdir()) == [target]


def test_the_old_file_stays_until_the_new_one_is_whole(tmp_path):
    target = tmp_path / "file.bin"
    target.write_bytes(b"old")
    with replacing(target) as file:
        file.write(b"new")
        file.flush()
        assert target.read_bytes() == b"old"
    assert target.read_bytes() == b"new"


@pytest.mark.parametrize("error", [ValueError, OSError, KeyboardInterrupt])
def test_after_an_error_the_old_file_is_there_and_nothing_else(tmp_path, error):
    target = tmp_path / "file.bin"
    target.write_bytes(b"old")
    with pytest.raises(error), replacing(target) as file:
        file.write(b"half of the ne")
        raise error
    assert target.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.skipif(sys.platform != "linux", reason="needs /dev/full")
def test_a_full_disk_leaves_the_old_file(tmp_path):
    target = tmp_path / "file.bin"
    target.write_bytes(b"old")
    (tmp_path / f"file.bin.{os.getpid()}.tmp").symlink_to("/dev/full")
    with pytest.raises(OSError, match="No space left"):
        write_bytes(target, b"new")
    assert target.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [target]


def test_content_is_synced_before_it_is_renamed(tmp_path, monkeypatch):
    done = []
    original = os.replace
    monkeypatch.setattr(os, "fsync", lambda _: done.append("sync"))
    monkeypatch.setattr(os, "replace", lambda *names: (done.append("rename"), original(*names)))
    write_bytes(tmp_path / "file.bin", b"content")
    finish(tmp_path / "file.bin", tmp_path / "renamed.bin")
    assert done == ["sync", "rename"] * 2
    assert [path.name for path in tmp_path.iterdir()] == ["renamed.bin"]


def test_a_file_that_cannot_be_finished_stays_where_it_is(tmp_path):
    unfinished = tmp_path / "file.part"
    unfinished.write_bytes(b"content")
    with pytest.raises(OSError):
        finish(unfinished, tmp_path / "no such folder" / "file.bin")
    assert unfinished.read_bytes() == b"content"


def test_what_a_killed_process_left_is_removed_and_what_another_writes_is_not(tmp_path):
    target = tmp_path / "take [1].npz"
    abandoned, running, young = (tmp_path / f"{target.name}.{number}.tmp" for number in (1, 2, 3))
    for file in (abandoned, running, young):
        file.write_bytes(b"half")
    for file in (abandoned, running):
        os.utime(file, (0, 0))
    with open_locked(running):
        write_bytes(target, b"whole")
    assert sorted(tmp_path.iterdir()) == sorted([target, running, young])
