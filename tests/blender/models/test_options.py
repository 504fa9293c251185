"""Options that only one model has come from its card: shown for that model alone, and sent to the worker."""

from dataclasses import dataclass, replace

import bpy
import pytest
from fake_worker import FakeWorker, finished
from layouts import drawn
from takes import make_take

from addon.models import options
from romp_core.models.registry import MODELS
from romp_core.take.settings import setting


@dataclass(frozen=True)
class DummyOptions:
    rounds: int = setting(3, "Test Rounds", "Repetitions", min=1, max=9)
    blend: float = setting(0.5, "Test Blend", "Share of the second result", min=0.0, max=1.0)
    both: bool = setting(False, "Test Both", "Use both halves")


@pytest.fixture
def dummy(monkeypatch, worker):
    """A model with options, added to the registry before its options are needed."""
    card = replace(MODELS["blazepose"], name="dummy", label="Dummy", options=DummyOptions)
    monkeypatch.setitem(MODELS, "dummy", card)
    monkeypatch.setattr(options, "_items", {})
    options.register_groups()
    worker.script = [finished(make_take())]
    return bpy.context.scene.romp_mocap.capture


@pytest.fixture
def clip(tmp_path):
    path = tmp_path / "clip.mp4"
    path.write_bytes(b"x")
    return str(path)


def sent():
    return FakeWorker.started[-1].command.capture.model_options


def test_they_are_drawn_for_their_model_only(dummy, mocap):
    assert "Test Rounds" not in drawn(mocap)
    dummy.model = "dummy"
    assert "Test Rounds | Test Blend | Test Both" in drawn(mocap)
    rounds = dummy.model_options.dummy.bl_rna.properties["rounds"]
    assert (rounds.description, rounds.hard_min, rounds.hard_max, rounds.default) == ("Repetitions", 1, 9, 3)


def test_they_reach_the_worker_with_a_capture(dummy, clip):
    dummy.model_options.dummy.rounds = 7
    dummy.model = "dummy"
    bpy.ops.romp_mocap.capture(filepath=clip)
    assert sent() == {"rounds": 7, "blend": pytest.approx(0.5), "both": False}
    FakeWorker.script = [finished(make_take())]
    bpy.ops.romp_mocap.capture(filepath=clip, model_options='{"rounds": 2}')
    assert sent()["rounds"] == 2
    with pytest.raises(RuntimeError, match="not a JSON object"):
        bpy.ops.romp_mocap.capture(filepath=clip, model_options="rounds=2")
    FakeWorker.script = [finished(make_take())]
    bpy.ops.romp_mocap.capture(filepath=clip, model="blazepose")
    assert "rounds" not in sent(), "options of other models stay here"


def test_every_model_of_the_registry_offers_its_options(mocap):
    options.register_groups()
    group = bpy.context.scene.romp_mocap.capture.model_options
    for card in MODELS.values():
        own = options.group_of(group, card.name)
        assert (own is None) == (card.options is None)
        if own is not None:
            assert own.__annotations__.keys() == {item for item in vars(card.options()) if item}


def test_they_are_kept_in_the_file(mocap, tmp_path):
    options.register_groups()
    name = "trace"
    own = options.group_of(bpy.context.scene.romp_mocap.capture.model_options, name)
    item = next(iter(own.__annotations__))
    setattr(own, item, own.bl_rna.properties[item].default - 1)
    value = getattr(own, item)
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "x.blend"))
    mocap.unregister()
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    mocap.register()
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "x.blend"))
    options.register_groups()  # as its timer does in a window
    assert getattr(options.group_of(bpy.context.scene.romp_mocap.capture.model_options, name), item) == value
