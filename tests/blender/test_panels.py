"""Every panel draws in every state, and names only properties and operators that exist."""

from types import SimpleNamespace

import bpy
import pytest
from takes import make_take, motion

from addon.takes import take_list
from addon.worker import jobs
from addon.worker.outcome import Outcome
from romp_core.storage.take_file import save_take
from romp_core.worker.commands import Progressed, Started


class Layout:
    """Takes the calls of a UILayout, checks names, and keeps the texts."""

    def __init__(self, texts=None):
        self.__dict__["texts"] = [] if texts is None else texts

    def _part(self, *_args, **_options):
        return Layout(self.texts)

    row = column = box = split = grid_flow = _part

    def __setattr__(self, name, value):
        self.texts.extend(["(off)"] if (name, value) == ("enabled", False) else [])

    def prop(self, owner, name, text=None, **_options):
        assert name in owner.bl_rna.properties, name
        self.texts.append(owner.bl_rna.properties[name].name if text is None else text)

    def separator(self, **_options):
        pass

    def label(self, text="", **_options):
        self.texts.append(text)

    def progress(self, factor=0.0, text="", **_options):
        assert 0.0 <= factor <= 1.0
        self.texts.append(text)

    def operator(self, name, text=None, **_options):
        module, verb = name.split(".")
        kind = getattr(getattr(bpy.ops, module), verb).get_rna_type()
        self.texts.append(kind.name if text is None else text)
        return SimpleNamespace(**dict.fromkeys(kind.properties.keys()))

    def panel(self, _id, **_options):
        return Layout(self.texts), Layout(self.texts)

    def template_icon(self, icon_value, scale):
        assert icon_value and scale >= 5
        self.texts.append("(image)")

    def menu(self, name, **_options):
        assert hasattr(bpy.types, name)

    def template_list(self, kind, _id, data, items, active, index, **_options):
        list_type = getattr(bpy.types, kind)
        assert index in active.bl_rna.properties
        for item in getattr(data, items):
            list_type.draw_item(None, bpy.context, self, data, item, 0, active, index)


def drawn(mocap):
    """Texts of all panels as they would be drawn now."""
    layout = Layout()
    context = SimpleNamespace(scene=bpy.context.scene, region=SimpleNamespace(width=300), preferences=None)
    for cls in mocap.registration.CLASSES:
        if hasattr(cls, "draw") and (cls.__name__.startswith(("ROMP_MOCAP_PT", "ROMP_MOCAP_AP", "ROMP_MOCAP_MT"))):
            poll = getattr(cls, "poll", None)
            if poll is None or poll(context):
                cls.draw(SimpleNamespace(layout=layout, bl_rna=cls.bl_rna), context)
    return " | ".join(layout.texts)


def running(started, progress):
    """A running job."""
    state = {"cancelling": False, "saving": False, "quiet": False}
    return SimpleNamespace(title="Capture x", started=started, progress=progress, **state)


def test_before_while_and_after(mocap, tmp_path):
    jobs.dismiss()
    texts = drawn(mocap)
    for word in ("Model", "People (0 = All)", "Height", "Start", "End", "FOV (0 = Auto)", "Smoothing", "Capture"):
        assert word in texts, word
    assert "Apache-2.0" in texts  # the license of the chosen model
    path = save_take(make_take([motion(40), motion(40, seed=2)]), tmp_path / "t.npz")
    entry = take_list.add_take(bpy.context.scene, path)
    texts = drawn(mocap)
    assert "Make Characters" in texts and "CC0" in texts and "Solve Again" in texts and "40 frames" in texts
    assert entry.people[1].name == "Person 2"


@pytest.mark.parametrize("progress", [None, Progressed("capture", 5, 0, 0.0, 0.0)])
def test_while_running(mocap, monkeypatch, progress):
    started = Started("Built-in", "CPUExecutionProvider", 10, 20, 30.0, 0) if progress else None
    monkeypatch.setattr(jobs, "_session", running(started, progress))
    texts = drawn(mocap)
    assert "Cancel" in texts and ("Starting" in texts or "Built-in on CPU" in texts)


def test_failure_shows_sentence_hint_and_log(mocap, monkeypatch, tmp_path):
    log = tmp_path / "x.log"
    log.write_text("trace")
    outcome = Outcome("failed", sentence="It broke.", hint=f"The log is at {log}.", log=str(log), details=True)
    monkeypatch.setattr(jobs, "_last", outcome)
    texts = drawn(mocap)
    assert "It broke." in texts and "Show Log" in texts
