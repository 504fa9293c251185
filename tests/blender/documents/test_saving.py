"""Takes follow their .blend: paths are relative to it, and what waited for the first save moves beside it."""

import shutil
from pathlib import Path

import bpy
import pytest
from fake_worker import finished
from layouts import drawn
from project import made, save
from takes import footage, make_take

from addon.documents import saving, uses
from addon.takes import take_list
from addon.worker import jobs
from romp_core.storage.take_file import load_take, save_take


def reopen(path):
    bpy.ops.wm.open_mainfile(filepath=str(path))
    return bpy.context.scene.romp_mocap


def capture(worker, clip, take_id="take-1"):
    worker.script = [finished(make_take(info=footage(path=str(clip)), id=take_id))]
    assert bpy.ops.romp_mocap.capture(filepath=str(clip)) == {"FINISHED"}
    return bpy.context.scene.romp_mocap.takes[-1]


def test_in_a_saved_file_everything_is_relative_from_the_start(worker, scene, project):
    save(project / "dance.blend")
    scene.romp_mocap.source = str(project / "clip.mp4")
    entry = capture(worker, project / "clip.mp4")
    assert scene.romp_mocap.source == "//clip.mp4" == entry.footage
    assert entry.path.startswith("//clip 20") and (project / entry.path[2:]).is_file()


def test_a_capture_given_relative_paths_writes_beside_the_blend(worker, scene, project):
    save(project / "dance.blend")
    worker.script = [finished(make_take())]
    assert bpy.ops.romp_mocap.capture(filepath="//clip.mp4", out="//take.npz") == {"FINISHED"}
    assert worker.started[0].command.source == str(project / "clip.mp4")
    assert scene.romp_mocap.takes[0].path == "//take.npz" and (project / "take.npz").is_file()


@pytest.mark.parametrize("path", ["filepath", "out"])
def test_relative_to_a_file_that_was_never_saved_is_one_sentence(worker, project, path):
    paths = {"filepath": str(project / "clip.mp4"), path: "//clip.npz"}
    with pytest.raises(RuntimeError, match="never saved"):
        bpy.ops.romp_mocap.capture(**paths)
    assert not worker.started


def test_a_moved_folder_finds_its_takes_and_footage(worker, scene, project, tmp_path):
    save(project / "dance.blend")
    scene.romp_mocap.source = str(project / "clip.mp4")
    capture(worker, project / "clip.mp4")
    save(project / "dance.blend")
    shutil.move(project, tmp_path / "renamed")
    group = reopen(tmp_path / "renamed" / "dance.blend")
    worker.script = [finished(make_take())]
    assert bpy.ops.romp_mocap.solve() == {"FINISHED"}
    assert Path(worker.started[-1].command.take).parent == tmp_path / "renamed"
    assert bpy.ops.romp_mocap.capture() == {"FINISHED"}
    assert worker.started[-1].command.source == str(tmp_path / "renamed" / "clip.mp4")
    assert group.takes[0].footage == "//clip.mp4"


def test_the_first_save_moves_the_take_beside_the_blend(worker, scene, project, waiting, mocap):
    entry = capture(worker, project / "clip.mp4")
    (old,) = waiting.iterdir()
    assert Path(entry.path) == old
    for kind in ("LINK_COPY", "FULL_COPY", "NEW"):
        bpy.ops.scene.new(type=kind)
    take_list.add_take(bpy.context.scene, old)
    scene.romp_mocap.source = str(project / "clip.mp4")
    scene.romp_mocap.capture.selection = "0.5,0.5"
    save(project / "dance.blend")
    assert not list(waiting.iterdir()) and load_take(project / old.name).id == "take-1"
    assert len(bpy.data.scenes) == 4
    for scene in bpy.data.scenes:
        assert {(entry.path, entry.footage) for entry in scene.romp_mocap.takes} == {(f"//{old.name}", "//clip.mp4")}
    group = bpy.data.scenes["Scene"].romp_mocap
    assert group.source == "//clip.mp4" and group.capture.selection == "0.5,0.5", "it is the same footage"
    assert "1 take was moved" in drawn(mocap)
    assert reopen(project / "dance.blend").takes[0].path == f"//{old.name}"


def test_a_take_of_that_name_is_not_overwritten(worker, project, waiting):
    capture(worker, project / "clip.mp4")
    (old,) = waiting.iterdir()
    (project / old.name).write_bytes(b"mine")
    save(project / "dance.blend")
    assert (project / old.name).read_bytes() == b"mine"
    assert load_take(project / f"{old.stem} 2.npz").id == "take-1"


def test_a_take_that_another_blend_uses_is_copied(worker, scene, project, waiting):
    capture(worker, project / "clip.mp4")
    (old,) = waiting.iterdir()
    uses.note(str(project / "other.blend"), {str(old)})
    save(project / "dance.blend")
    assert old.is_file() and (project / old.name).is_file()
    assert scene.romp_mocap.takes[0].path == f"//{old.name}" and "copied" in jobs.last_outcome().text


def test_a_save_that_fails_leaves_everything_as_it_was(worker, scene, project, waiting):
    entry = capture(worker, project / "clip.mp4")
    before = entry.path, entry.footage
    with pytest.raises(RuntimeError):
        save(project / "missing" / "dance.blend")
    assert not (project / "missing").exists() and (entry.path, entry.footage) == before
    saving._on_save(str(project / "dance.blend"), None)  # as when the disk is full
    assert list(project.glob("*.npz"))
    saving._on_save_failed(str(project / "dance.blend"), None)
    assert (entry.path, entry.footage) == before and len(list(waiting.iterdir())) == 1
    assert not list(project.glob("*.npz"))


def test_a_job_that_may_write_the_take_keeps_it_until_the_next_save(worker, scene, project, waiting, monkeypatch):
    entry = capture(worker, project / "clip.mp4")
    with monkeypatch.context() as patch:
        patch.setattr(jobs, "current", lambda: object())
        save(project / "dance.blend")
    assert Path(entry.path).is_absolute() or entry.path.startswith("//../user")
    assert len(list(waiting.iterdir())) == 1
    save(project / "dance.blend")
    assert entry.path.startswith("//clip ") and not list(waiting.iterdir())


def test_save_as_to_another_folder_keeps_the_paths_right(worker, scene, project):
    save(project / "dance.blend")
    entry = capture(worker, project / "clip.mp4")
    name = entry.path[2:]
    save(made(project / "versions" / "2") / "dance.blend")
    assert (entry.path, entry.footage) == (f"//../../{name}", "//../../clip.mp4")
    group = reopen(project / "versions" / "2" / "dance.blend")
    assert take_list.load(group.takes[0]).id == "take-1"
    assert not list((project / "versions").rglob("*.npz")), "saved files do not pull takes behind them"


def test_a_saved_copy_gets_its_own_paths_and_the_open_file_keeps_its_own(worker, scene, project, tmp_path):
    save(project / "dance.blend")
    entry = capture(worker, project / "clip.mp4")
    before = entry.path, entry.footage
    save(made(tmp_path / "backup") / "copy.blend", copy=True)
    assert (entry.path, entry.footage) == before
    assert take_list.load(reopen(tmp_path / "backup" / "copy.blend").takes[0]).id == "take-1"


def test_a_copy_of_an_unsaved_file_gets_a_copy_of_the_take(worker, scene, project, waiting):
    entry = capture(worker, project / "clip.mp4")
    save(project / "copy.blend", copy=True)
    (old,) = waiting.iterdir()
    assert Path(entry.path) == old and (project / old.name).is_file()
    assert reopen(project / "copy.blend").takes[0].path == f"//{old.name}"


def test_undo_after_the_first_save_still_finds_the_take(worker, scene, project, waiting):
    bpy.context.preferences.edit.use_global_undo = True
    capture(worker, project / "clip.mp4")
    bpy.ops.ed.undo_push(message="captured")
    bpy.context.scene.frame_current = 5
    bpy.ops.ed.undo_push(message="moved")
    save(project / "dance.blend")
    bpy.ops.ed.undo()
    (entry,) = bpy.context.scene.romp_mocap.takes
    assert take_list.load(entry).id == "take-1" and entry.path.startswith("//clip ")


def test_a_folder_that_cannot_be_written_keeps_the_take_where_it_is(worker, scene, project, waiting, monkeypatch):
    from addon.documents import locations

    capture(worker, project / "clip.mp4")
    monkeypatch.setattr(locations, "problem_of", lambda folder: "it is read-only")
    save(project / "dance.blend")
    assert len(list(waiting.iterdir())) == 1 and take_list.load(scene.romp_mocap.takes[0]).id == "take-1"


def test_uses_are_noted_when_files_are_saved_and_opened(worker, scene, project, waiting, tmp_path):
    save(project / "dance.blend")
    take = save_take(make_take(), project / "take.npz")
    take_list.add_take(scene, take)
    save(project / "dance.blend")
    assert uses.users_of(str(take)) == [str(project / "dance.blend")]
    assert uses.users_of(str(take), besides=str(project / "dance.blend")) == []
    shutil.move(project, tmp_path / "renamed")
    reopen(tmp_path / "renamed" / "dance.blend")
    assert uses.users_of(str(tmp_path / "renamed" / "take.npz")) == [str(tmp_path / "renamed" / "dance.blend")]
    bpy.context.scene.romp_mocap.takes.clear()
    save(tmp_path / "renamed" / "dance.blend")
    assert uses.users_of(str(tmp_path / "renamed" / "take.npz")) == []


def test_switching_the_extension_off_leaves_no_handlers(mocap):
    mocap.unregister()
    names = ("save_pre", "save_post", "save_post_fail", "load_post")
    left = [item for name in names for item in getattr(bpy.app.handlers, name) if item.__module__ == saving.__name__]
    mocap.register()
    assert not left
