"""The Motion panel tells what was estimated and how sure it is, and takes a height of each person."""

from dataclasses import replace

import bpy
import numpy as np
import pytest
from layouts import drawn
from takes import make_take, motion

from addon.takes import take_list, take_record
from romp_core.storage.take_file import save_take
from romp_core.take.estimates import Estimates, FovEstimate, HeightEstimate
from romp_core.take.take import level_camera


@pytest.fixture
def take():
    heights = {1: HeightEstimate(1.58, "estimated", 0.031), 2: HeightEstimate(1.7, "set")}
    solved = make_take([motion(40), motion(40, seed=2)], camera=level_camera(np.radians(62.0)))
    return replace(solved, estimates=Estimates(FovEstimate("estimated", 0.043), heights))


def test_what_was_estimated_is_shown_with_its_error(mocap, take, tmp_path):
    entry = take_list.add_take(bpy.context.scene, save_take(take, tmp_path / "t.npz"))
    texts = drawn(mocap).replace(" | ", " ")
    assert "Field of View: auto 62\u00b0, estimated within 4%" in texts
    assert "Person 1 (m) Height: auto 1.58 m, against the others within 3%" in texts
    assert "Person 2 (m) Height: 1.70 m, as set" in texts

    known = replace(take, estimates=Estimates(FovEstimate("user"), {1: HeightEstimate(1.6, "user")}))
    save_take(known, entry.path)
    take_record.forget()
    texts = drawn(mocap).replace(" | ", " ")
    assert "Field of View: auto" not in texts and "Height: 1.60 m, the person's own" in texts


def test_a_take_of_an_older_version_has_no_estimates(mocap, take, tmp_path):
    take_list.add_take(bpy.context.scene, save_take(replace(take, estimates=None), tmp_path / "t.npz"))
    assert "Field of View: " not in drawn(mocap) and "Person 2 (m)" in drawn(mocap)
