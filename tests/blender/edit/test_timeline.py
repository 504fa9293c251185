"""The strips that show when the people of a take are seen."""

import bpy
import numpy as np
import pytest
from layouts import drawn
from takes import make_take, motion

from addon.blender import icons
from addon.edit import timeline
from addon.takes import take_list
from romp_core.storage.take_file import save_take


@pytest.fixture
def entry(scene, tmp_path, monkeypatch):
    pictures = {}
    monkeypatch.setattr(icons, "show_array", lambda name, image: pictures.setdefault(name, []).append(image))
    monkeypatch.setattr(icons, "find", lambda name: icons.Icon(1, 0.1) if name in pictures else None)
    monkeypatch.setattr(timeline, "_shown", None)
    entry = take_list.add_take(scene, save_take(make_take([motion(40, 1), motion(40, 2)]), tmp_path / "take.npz"))
    yield entry, pictures
    if bpy.app.timers.is_registered(timeline._update):
        bpy.app.timers.unregister(timeline._update)


def update():
    """Let the timer run, if the panel asked for it."""
    asked = bpy.app.timers.is_registered(timeline._update)
    if asked:
        bpy.app.timers.unregister(timeline._update)
        timeline._update()
    return asked


def test_the_picture_is_made_once_and_again_after_a_change(entry, mocap, scene):
    entry, pictures = entry
    assert "From above" not in drawn(mocap)
    assert update()
    scene.frame_set(16)
    text = drawn(mocap)
    second = 15 / (scene.render.fps / scene.render.fps_base)
    assert "From above: Person 1, Person 2." in text and f"{second:.2f} s" in text
    assert not update(), "nothing has changed"
    entry.active_person = 1
    drawn(mocap)
    assert update() and len(next(iter(pictures.values()))) == 2
    first, second = next(iter(pictures.values()))
    assert first.shape == second.shape and np.ptp(first, axis=(0, 1)).max() > 100


def test_one_person_needs_no_strips(entry, mocap, scene):
    entry, _ = entry
    entry.people.remove(1)
    assert "From above" not in drawn(mocap) and not update()


def test_a_take_that_is_gone_shows_none(entry, mocap, scene, tmp_path):
    (tmp_path / "take.npz").unlink()
    drawn(mocap)
    assert update()
    assert "From above" not in drawn(mocap) and not update()
