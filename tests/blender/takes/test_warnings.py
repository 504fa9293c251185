"""Doubts about a take are marked in the list; settings say whether they are solved."""

from dataclasses import replace

import numpy as np
import pytest
from fake_worker import finished
from layouts import drawn
from takes import footage, make_take, motion

from addon.takes import characters, take_list, warnings
from romp_core.storage.take_file import save_take


@pytest.fixture
def entry(scene, tmp_path):
    """Two people, the second of whom is unsure, in footage with a cut."""
    take = make_take([motion(40), motion(40, seed=2)], replace(footage(40), cuts=(20,)))
    first, second = take.people
    seen = replace(second.observations, confidence=np.full(40, 0.2))
    take = replace(take, people=(first, replace(second, observations=seen)))
    entry = take_list.add_take(scene, save_take(take, tmp_path / "t.npz"))
    characters.make_characters(scene, entry, {1, 2})
    return entry


def test_doubts_are_shown_for_the_take_and_the_person_that_is_selected(entry, mocap):
    assert "1 cut" in entry.warning and "confidence is 20%" in entry.people[1].warning
    assert not entry.people[0].warning.count("confidence")
    texts = drawn(mocap).replace(" | ", " ")
    assert "The footage has 1 cut" in texts and "confidence is 20%" not in texts
    entry.active_person = 1
    assert "confidence is 20%" in drawn(mocap).replace(" | ", " ")
    assert any("1 cut" in each for each in warnings.first_ones(entry))


def test_a_changed_setting_is_told_until_it_is_solved(entry, mocap, scene, worker):
    assert "not solved yet" not in drawn(mocap)
    entry.solve.strength = 0.2
    assert "Changed, not solved yet." in drawn(mocap)
    worker.script = [finished(make_take([motion(40), motion(40, seed=2)]))]
    import bpy

    bpy.ops.romp_mocap.solve()
    assert "not solved yet" not in drawn(mocap)
