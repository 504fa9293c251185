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
def scene():
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
