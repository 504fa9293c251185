"""The list of models shows what is there; several files are downloaded with one click; providers are this system's."""

import sys
from types import SimpleNamespace

import bpy
import pytest
from layouts import Layout, drawn

from addon.models import about, files, online, options
from addon.models.panel import draw_missing
from addon.preferences import folders, properties
from addon.worker import jobs
from romp_core.models.registry import MODELS
from romp_core.worker.commands import Finished, Progressed, SelfTest


@pytest.fixture
def nothing_there(monkeypatch, tmp_path):
    for name in ("HOME", "USERPROFILE", "LOCALAPPDATA", "XDG_DATA_HOME"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.setattr(folders, "weights_folder", lambda: tmp_path / "weights")
    monkeypatch.setattr(online, "allowed", lambda: True)
    files.forget()
    yield
    files.forget()


def test_models_are_marked_by_whether_they_can_run(mocap, nothing_there):
    items = {name: (label, icon, number) for name, label, _, icon, number in options.model_items(None, None)}
    assert items["blazepose"] == ("Built-in (fast)", "CHECKMARK", 0)
    assert items["trace"][0].endswith("(files missing)") and items["trace"][1] == "IMPORT"
    assert bpy.context.scene.romp_mocap.capture.model == "blazepose"


def test_only_models_whose_results_may_be_sold_are_offered_on_request(mocap, nothing_there, monkeypatch):
    everything = [item[0] for item in options.model_items(None, None)]
    monkeypatch.setattr(folders, "preferences", lambda: SimpleNamespace(commercial_only=True))
    offered = [item[0] for item in options.model_items(None, None)]
    assert {"blazepose", "rtmo"} <= set(offered) and not {"romp", "bev", "trace"} & set(offered)
    assert [name for name in everything if name in offered] == offered
    capture = bpy.context.scene.romp_mocap.capture
    monkeypatch.setattr(folders, "preferences", lambda: None)
    capture.model = "romp"
    monkeypatch.setattr(folders, "preferences", lambda: SimpleNamespace(commercial_only=True))
    properties._commercial_changed(None, bpy.context)
    assert capture.model == "blazepose", "a model that is no longer offered is not left chosen"


def test_all_files_of_a_model_with_one_click(worker, scene, nothing_there):
    missing = files.missing("trace")
    offered = [state.file for state in missing if state.file.url]
    layout = Layout()
    draw_missing(layout, missing, 300)
    assert any(text.startswith("Download All") for text in layout.texts) == (len(offered) > 1)
    keys = ["ROMP.pkl", "BEV.pth"]
    worker.script = [Finished()]
    bpy.ops.romp_mocap.download_file(key=" ".join(keys), accept_license=True)
    assert list(worker.started[-1].command.keys) == keys
    with pytest.raises(RuntimeError, match="not accepted"):
        bpy.ops.romp_mocap.download_file(key=" ".join(keys))


@pytest.mark.parametrize("model", MODELS)
def test_each_model_says_what_it_is_and_opens_its_page(scene, nothing_there, monkeypatch, model):
    card, opened = MODELS[model], []
    monkeypatch.setattr(about, "open_page", lambda url: opened.append(url) or {"FINISHED"})
    bpy.ops.romp_mocap.open_website(model=model)
    assert opened == [card.website] and card.website.startswith("https://")
    layout, shown = Layout(), bpy.types.ROMP_MOCAP_OT_about_model
    shown.draw(SimpleNamespace(model=model, layout=layout), bpy.context)
    text = " ".join(layout.texts)
    assert card.label in layout.texts and card.description in text and card.terms.commercial_use.value in text
    assert ("(missing)" in text) == bool(card.needs) and ("needs no files" in text) == (not card.needs)
    assert "Open Website" in layout.texts


def test_a_model_of_another_version_has_no_page(scene):
    with pytest.raises(RuntimeError, match='no model "gone"'):
        bpy.ops.romp_mocap.open_website(model="gone")


def test_help_and_web_page_are_beside_the_model(mocap):
    texts = drawn(mocap)
    assert "Model |  |  | " in texts


@pytest.mark.parametrize(
    ("platform", "there", "missing"),
    [("linux", "cuda", "directml"), ("win32", "directml", "coreml"), ("darwin", "coreml", "cuda")],
)
def test_providers_of_this_system_alone(monkeypatch, platform, there, missing):
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setattr(properties, "_items", [])
    keys = [key for key, *_ in properties._provider_items(None, None)]
    assert keys[0] == "auto" and keys[-1] == "cpu" and there in keys and missing not in keys


def test_the_self_test_does_not_block_a_window(mocap, worker, monkeypatch):
    from addon.preferences import operators

    monkeypatch.setattr(operators, "must_wait", lambda asked: asked)
    testing = Progressed("self_test", 3, 8, 4.0, 0.0)
    worker.script = [testing, Finished(report="Ready")]
    assert bpy.ops.romp_mocap.self_test() == {"FINISHED"}
    assert jobs.current() is not None and isinstance(worker.started[0].command, SelfTest)
    jobs._on_timer()
    assert drawn(mocap).count("Testing, frame 3 / 8 | Cancel") == 2, "in the sidebar and in the preferences"
    jobs._on_timer()
    assert jobs.last_outcome().text == "Ready" and drawn(mocap).count("Ready") == 2
    worker.script = [testing, testing]
    bpy.ops.romp_mocap.self_test()
    jobs._on_timer()
    bpy.ops.romp_mocap.cancel()
    jobs._on_timer()
    assert jobs.current() is None and "The self-test was cancelled." in drawn(mocap)
