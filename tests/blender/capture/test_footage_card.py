"""Before the capture: the invitation, the card of the footage, the sample, and a button that says why it is off."""

import shutil
from pathlib import Path

import bpy
import pytest
from fake_worker import finished
from layouts import drawn
from takes import make_take

from addon.capture import choose, clip, drop

DEMO = Path(__file__).parents[2] / "data" / "demo.mp4"


@pytest.fixture
def video(tmp_path):
    clip.forget()
    yield Path(shutil.copy(DEMO, tmp_path / "dance.mp4"))
    clip.forget()


def test_an_empty_panel_invites(worker, mocap, scene):
    texts = drawn(mocap)
    for words in ("Drop a video", "Choose Footage", "Try It on a Sample", "head to toe", "Choose the footage first"):
        assert words in texts, words
    assert "(off)" in texts, "Capture cannot be pressed"
    scene.romp_mocap.source = "/somewhere/clip.mp4"
    texts = drawn(mocap)
    assert "Drop a video" not in texts and "clip.mp4" in texts and "(off)" not in texts


def test_the_card_shows_size_rate_and_length(worker, mocap, scene, video):
    scene.romp_mocap.source = str(video)
    assert clip.find(str(video)) is None, "nothing is loaded while a panel is drawn"
    clip.look_at_requested()
    assert "480 \u00d7 480, 30 fps, 0:04.0" in drawn(mocap)
    assert not bpy.data.movieclips and not bpy.data.images


def test_images_and_folders(video, tmp_path):
    image = bpy.data.images.new("Still", 64, 32)
    for number in (1, 2, 3):
        image.save(filepath=str(tmp_path / f"shot_{number}.png"))
    assert clip.look(str(tmp_path / "shot_1.png")).text == "64 \u00d7 32"
    folder = clip.look(str(tmp_path))
    assert folder.text == "64 \u00d7 32, 3 images" and folder.image.endswith("shot_1.png")
    assert any("small" in each for each in folder.warnings)


def test_footage_chosen_in_the_browser(worker, scene, video):
    assert bpy.ops.romp_mocap.choose_footage(filepath=str(video)) == {"FINISHED"}
    assert scene.romp_mocap.source == str(video)
    bpy.ops.romp_mocap.clear_footage()
    assert scene.romp_mocap.source == ""


def test_the_sample_is_captured_and_does_not_lie_in_the_extension(worker, scene, waiting):
    worker.script = [finished(make_take())]
    assert bpy.ops.romp_mocap.try_sample() == {"FINISHED"}
    source = Path(worker.started[0].command.source)
    assert source.is_file() and source.parent == waiting.parent / "samples"
    assert scene.romp_mocap.takes


def test_a_copy_without_its_sample_says_so(worker, monkeypatch, waiting):
    monkeypatch.setattr(choose, "_SAMPLE_FILES", ())
    with pytest.raises(RuntimeError, match="has no sample"):
        bpy.ops.romp_mocap.try_sample()


def test_a_dropped_video_opens_the_tab(worker, scene, video, monkeypatch):
    shown = []
    monkeypatch.setattr(drop, "show_tab", shown.append)
    window = bpy.context.window_manager.windows[0]
    area = next(area for area in window.screen.areas if area.type == "VIEW_3D")
    with bpy.context.temp_override(window=window, area=area):
        bpy.ops.romp_mocap.set_source(filepath=str(video))
    assert shown == [area] and scene.romp_mocap.source == str(video)
