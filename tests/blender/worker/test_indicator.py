"""Progress and ends of jobs are seen wherever the user is, and only what changed is drawn again."""

from types import SimpleNamespace

import bpy
import pytest
from fake_worker import PREVIEW, PROGRESS, STARTED, run_timer
from layouts import Layout

from addon.worker import indicator, jobs, popup, preview, refresh
from addon.worker.outcome import Outcome
from romp_core.worker.commands import Failed, Finished, SelfTest


def bars():
    """Texts of the top bar and the status bar."""
    layout = Layout()
    for draw in (indicator.draw_top_bar, indicator.draw_status_bar):
        region = SimpleNamespace(alignment="RIGHT")
        draw(SimpleNamespace(layout=layout), SimpleNamespace(region=region, window=None))
    return layout.texts


@pytest.fixture
def drawn(monkeypatch):
    """What was drawn again."""
    found = []
    monkeypatch.setattr(refresh, "_SECONDS", 0.0)
    monkeypatch.setattr(refresh, "redraw_sidebars", lambda: found.append("sidebars"))
    monkeypatch.setattr(refresh, "redraw_views", lambda: found.append("views"))
    return found


def start(worker, script, quiet=False):
    worker.script = script
    jobs.start("Capture clip.mp4", SelfTest(), lambda outcome: "", wait=False, quiet=quiet)


def test_the_bars_show_progress_and_a_button_to_cancel(worker):
    assert bars() == []
    start(worker, [STARTED, PROGRESS, PROGRESS])
    assert bars()[0] == "Capture clip.mp4"
    jobs._on_timer(), jobs._on_timer()
    assert bars()[:2] == ["Capturing, 20 / 40, 12.5 fps, 0:02 left", ""]
    jobs.cancel()
    assert "(off)" in bars()
    run_timer()
    assert bars() == []


def test_a_slider_that_is_dragged_leaves_the_bars_alone(worker):
    start(worker, [PROGRESS, PROGRESS], quiet=True)
    jobs._on_timer()
    assert bars() == []


def test_only_what_changed_is_drawn_again(worker, drawn):
    start(worker, [STARTED, PROGRESS, PROGRESS, PREVIEW, PROGRESS, Finished()])
    seen = []
    for _ in range(6):
        drawn.clear()
        jobs._on_timer()
        seen.append(tuple(drawn))
    assert seen[1] == ("sidebars",), "progress is no reason to draw the 3D views"
    assert seen[2] == (), "nor is the same progress again"
    assert seen[3] == ("views",), "poses are"
    assert seen[4] == ()
    assert seen[5] == ("views", "sidebars"), "at the end the stick figures go"


def test_poses_of_an_earlier_job_are_gone(worker):
    before = preview.changes()
    preview.begin()
    assert preview.changes() > before and preview.shown() == 0


@pytest.mark.parametrize(
    ("outcome", "seconds", "told"),
    [
        (Outcome("failed", sentence="It broke."), 0.5, True),
        (Outcome("finished", sentence="1 person."), 60.0, True),
        (Outcome("finished", sentence="1 person."), 2.0, False),
        (Outcome("finished"), 60.0, False),
        (Outcome("cancelled", sentence="Cancelled."), 60.0, False),
    ],
)
def test_what_interrupts(outcome, seconds, told):
    assert popup.is_worth_it(outcome, seconds) == told


def test_a_failure_is_told(worker, monkeypatch):
    told = []
    monkeypatch.setattr(popup, "tell", lambda outcome, title: told.append((title, outcome.text)))
    start(worker, [Failed("", "The disk is full.", "Free some space.")])
    run_timer()
    assert told == [("Capture clip.mp4", "The disk is full. Free some space.")]


def test_bars_are_as_before_when_the_extension_is_disabled(mocap):
    import addon

    own = {indicator.draw_top_bar, indicator.draw_status_bar}
    headers = bpy.types.TOPBAR_HT_upper_bar, bpy.types.STATUSBAR_HT_header
    assert all(own & set(header._dyn_ui_initialize()) for header in headers)
    addon.unregister()
    assert not any(own & set(header._dyn_ui_initialize()) for header in headers)
    addon.register()
