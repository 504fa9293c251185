"""How well the joints of a take are known, shown over the characters, and the moments to check first."""

import re
from dataclasses import replace

import bpy
import numpy as np
import pytest
from layouts import drawn
from takes import make_take, motion

from addon.blender import scene_index
from addon.review import known, overlay
from addon.takes import characters, take_list
from romp_core.bodies.build import built_fingers
from romp_core.geometry.skeleton import JOINT
from romp_core.storage.take_file import load_take, save_take


def unsure(n, seed, at):
    """A motion that is known well, but for the left arm around a row."""
    confidence = np.full((n, 24), 0.9, np.float32)
    confidence[at - 3 : at + 4, [JOINT["left_elbow"], JOINT["left_wrist"]]] = 0.0
    return replace(motion(n, seed), confidence=confidence, source=np.zeros((n, 24), np.uint8))


@pytest.fixture
def entry(scene, tmp_path):
    """A take of two people of 40 frames at 30 fps, with the character of the first one."""
    known.forget()
    take = make_take([unsure(40, 1, at=30), unsure(40, 2, at=10)])
    entry = take_list.add_take(scene, save_take(take, tmp_path / "take.npz"))
    scene.romp_mocap.live_update = False
    characters.make_characters(scene, entry, {1})
    return entry


def test_the_worst_moment_of_the_selected_person_is_gone_to(entry, scene):
    for person, row in ((0, 30), (1, 10)):
        entry.active_person = person
        scene.frame_set(1)
        assert bpy.ops.romp_mocap.go_to_unsure() == {"FINISHED"}
        assert abs(scene.frame_current - (row + 1)) <= 3


def test_the_panel_names_the_frames_and_joints(entry, mocap):
    assert re.search(r"Frame (2[89]|3[0-4]): 8[23]%, left (elbow|wrist), left (elbow|wrist)", drawn(mocap))


def test_who_was_clearly_seen_needs_no_check(scene, tmp_path, mocap):
    known.forget()
    clear = replace(motion(40), confidence=np.ones((40, 24), np.float32), source=np.zeros((40, 24), np.uint8))
    take_list.add_take(scene, save_take(make_take([clear]), tmp_path / "clear.npz"))
    assert "Clearly Seen Throughout" in drawn(mocap) and "Check First" not in drawn(mocap)


def test_bones_have_the_color_of_their_confidence_where_the_character_is(entry, scene):
    assert not list(overlay.lines(scene)), "nothing is drawn unless it is asked for"
    scene.romp_mocap.show_confidence = True
    item = scene_index.find_object(scene, entry.take_id, scene_index.ARMATURE, 1)
    item.location = (1.0, 2.0, 0.0)
    for frame, red in ((31, True), (5, False)):
        scene.frame_set(frame)
        found = list(overlay.lines(scene))
        assert len(found) == 23, "one person has a character"
        colors = {tuple(np.round(end, 4)): color for _, end, color in found}
        wrist = item.matrix_world @ item.pose.bones["left_wrist"].head
        color = colors[tuple(np.round(wrist, 4))]
        assert (color[0] > color[1]) == red
    item.hide_set(True)
    assert not list(overlay.lines(scene))


def test_fingers_have_the_color_of_their_hand(scene, tmp_path):
    known.forget()
    seen = unsure(40, 1, at=30)
    hands = np.tile(np.array([0.9, 0.0], np.float32), (40, 1))
    fingers = np.tile(np.array([1, 0, 0, 0], np.float32), (40, 30, 1))
    rest = built_fingers(np.zeros(0), 1.8).astype(np.float32)
    seen = replace(seen, fingers=fingers, rest_fingers=rest, hand_confidence=hands)
    entry = take_list.add_take(scene, save_take(make_take([seen]), tmp_path / "take.npz"))
    scene.romp_mocap.live_update, scene.romp_mocap.show_confidence = False, True
    characters.make_characters(scene, entry, {1})
    scene.frame_set(5)
    item = scene_index.find_object(scene, entry.take_id, scene_index.ARMATURE, 1)
    drawn_bones = list(overlay.lines(scene))
    assert len(drawn_bones) == 23 + 30
    colors = {tuple(np.round(end, 4)): color for _, end, color in drawn_bones}
    for bone, red in (("left_index2", False), ("right_thumb3", True)):
        color = colors[tuple(np.round(item.matrix_world @ item.pose.bones[bone].head, 4))]
        assert (color[0] > color[1]) == red


def test_a_solve_is_taken_up_and_a_missing_file_shows_nothing(entry, scene, tmp_path):
    assert known.known(entry)[1].confidence.min() == 0
    take = load_take(entry.path)
    better = [
        replace(each, motion=replace(each.motion, confidence=np.ones((40, 24), np.float32))) for each in take.people
    ]
    save_take(replace(take, people=tuple(better)), tmp_path / "take.npz")
    assert known.known(entry)[1].confidence.min() == 1
    (tmp_path / "take.npz").unlink()
    assert known.known(entry) == {} and not list(overlay.lines(scene))
    assert bpy.ops.romp_mocap.go_to_unsure() == {"CANCELLED"}


def test_takes_of_older_versions_say_to_solve(scene, tmp_path, mocap):
    known.forget()
    take_list.add_take(scene, save_take(make_take([motion(20)]), tmp_path / "old.npz"))
    assert "Solve the take" in drawn(mocap)
