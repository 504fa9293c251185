"""Characters are made in small steps while the window lives on: with progress, cancel, and all or nothing."""

import bpy
import pytest
from fake_worker import finished
from takes import make_take, motion

from addon.blender import scene_index
from addon.capture.operators import take_arrived
from addon.worker import hold, jobs
from addon.worker.panel import progress_text
from romp_core.worker.commands import Capture

KINDS = "objects", "armatures", "meshes", "cameras", "actions", "collections", "materials"


@pytest.fixture
def arrived(worker, scene, tmp_path, monkeypatch):
    """A capture of three people whose worker has just ended, in a window."""
    held = []
    monkeypatch.setattr(hold, "begin", lambda: held.append(True))
    worker.script = [finished(make_take([motion(40, seed) for seed in (0, 2, 4)]))]
    uid = scene.session_uid
    command = Capture("clip.mp4", str(tmp_path / "clip.npz"))
    jobs.start("Capture clip.mp4", command, lambda outcome: take_arrived(outcome, uid), wait=False)
    monkeypatch.setattr(jobs, "STEP_SECONDS", 0.0001)  # one step each time
    jobs._tick(spread=True)
    assert held == [True]
    return scene


def data():
    return {kind: len(getattr(bpy.data, kind)) for kind in KINDS}


def people(scene):
    return len(list(scene_index.characters(scene)))


def test_it_takes_many_ticks_with_progress_until_all_are_there(arrived):
    shares, texts = [], set()
    while jobs.current() is not None:
        shares.append(jobs.current().share)
        texts.add(progress_text(jobs.current().progress))
        jobs._tick(spread=True)
    assert len(shares) > 30 and shares == sorted(shares) and texts == {"Making characters"}
    assert people(arrived) == 3 and jobs.last_outcome().text.startswith("3 people")


def test_cancelling_takes_back_what_was_made_and_keeps_the_take(arrived):
    before = {"objects": 0, "armatures": 0, "meshes": 0, "cameras": 0, "actions": 0, "collections": 0, "materials": 0}
    for _ in range(40):
        jobs._tick(spread=True)
    assert people(arrived) > 0 and jobs.current() is not None
    bpy.ops.romp_mocap.cancel()
    jobs._tick(spread=True)
    assert jobs.current() is None and data() == before
    assert jobs.last_outcome().kind == "cancelled" and len(arrived.romp_mocap.takes) == 1
    bpy.ops.romp_mocap.make_characters()
    assert people(arrived) == 3


def test_another_file_that_a_script_loads_meanwhile_gets_nothing(arrived):
    for _ in range(40):
        jobs._tick(spread=True)
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    jobs._tick(spread=True)
    assert jobs.current() is None and people(bpy.context.scene) == 0


def test_a_file_that_is_saved_meanwhile_has_whole_characters(arrived, tmp_path):
    for _ in range(40):
        jobs._tick(spread=True)
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "scene.blend"))
    assert people(arrived) == 3
    jobs._tick(spread=True)
    assert jobs.current() is None and jobs.last_outcome().kind == "finished"
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "scene.blend"))
    assert people(bpy.context.scene) == 3 and len(bpy.data.cameras) == 1


def test_an_error_half_way_is_told_and_leaves_nothing(arrived, monkeypatch):
    from addon.bake import take as bake_module

    monkeypatch.setattr(bake_module, "place_camera", lambda *_, **__: 1 / 0)
    while jobs.current() is not None:
        jobs._tick(spread=True)
    assert jobs.last_outcome().kind == "failed" and people(arrived) == 0 and not bpy.data.meshes


def test_disabling_the_extension_takes_it_back(arrived, mocap):
    for _ in range(40):
        jobs._tick(spread=True)
    mocap.unregister()
    assert not bpy.data.armatures
    mocap.register()
