"""The Blender ring runs only where bpy is: skip it elsewhere, start each test from an empty file."""

import sys
from pathlib import Path

import pytest

bpy = pytest.importorskip("bpy", reason="needs the bpy module")
sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(autouse=True)
def empty_file():
    bpy.ops.wm.read_factory_settings(use_empty=True)


@pytest.fixture
def scene(mocap):
    return bpy.context.scene


@pytest.fixture
def mocap():
    """The add-on, registered."""
    import addon

    addon.register()
    yield addon
    addon.unregister()


@pytest.fixture
def worker(monkeypatch, mocap):
    """The add-on with a `FakeWorker`."""
    from fake_worker import FakeWorker

    from addon.worker import jobs

    jobs.stop()
    monkeypatch.setattr("romp_core.worker.client.Worker", FakeWorker)
    FakeWorker.script, FakeWorker.started = [], []
    jobs.dismiss()
    yield FakeWorker
    jobs.stop()
    jobs.dismiss()


@pytest.fixture
def waiting(monkeypatch, tmp_path):
    """The takes in Blender's folder for user data, which is this test's alone."""
    from project import made

    from addon.preferences import folders

    monkeypatch.setattr(folders, "user_folder", lambda name: made(tmp_path / "user" / name))
    return made(tmp_path / "user" / folders.TAKES)


@pytest.fixture
def project(tmp_path):
    """A folder with a clip, to save into."""
    from project import made

    folder = made(tmp_path / "project")
    (folder / "clip.mp4").write_bytes(b"a clip")
    return folder
