"""Every panel draws in every state, and names only properties and operators that exist."""

import bpy
import pytest
from fake_worker import running
from layouts import drawn
from takes import make_take, motion

from addon.takes import take_list
from addon.worker import jobs
from addon.worker.outcome import Outcome
from romp_core.storage.take_file import save_take
from romp_core.worker.commands import Progressed, Started


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
    assert "Smoothing by Part | Hip Height" in texts and texts.count("Hip Height") == 1, "in a subpanel of its own"


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
