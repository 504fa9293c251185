"""Poses put right: exact where they were posed, eased around it, kept apart by cuts, told when they make no sense."""

import json
from dataclasses import replace

import numpy as np
import pytest

from romp_core.errors import EditError
from romp_core.geometry.rotations import angle_between, quat_from_rotvec
from romp_core.take.edits import Edits, PoseEdit
from romp_core.take.edits.pose_changes import PoseChanges, pose_edits
from romp_core.take.edits.pose_track import correction
from romp_core.take.edits.removal import POSE, Made, made, without
from romp_core.take.settings import SolveSettings
from romp_core.take.solve_digest import solve_digest
from tests.core.filmed import Film

FILM = Film()
(PERSON,) = FILM.take(FILM.observations).people
TIMES = FILM.truth.times
NAMES = ("left_elbow", "left_wrist")


def turn(*degrees: float) -> tuple[float, ...]:
    return tuple(quat_from_rotvec(np.radians(degrees)))


def pose(*frames: int, joint: str = "left_elbow", degrees: float = 40, **values: object) -> PoseEdit:
    return PoseEdit(1, tuple(map(float, TIMES[list(frames)])), {joint: (turn(degrees, 0, 0),) * len(frames)}, **values)


def angles(*edits: PoseEdit, cuts: tuple[int, ...] = (), at: np.ndarray = TIMES) -> np.ndarray:
    """Degrees (m, 2) by which elbow and wrist are turned."""
    made = correction(edits, NAMES, TIMES, cuts, at)
    return np.degrees(angle_between(np.array([1.0, 0, 0, 0]), made.turns))


def test_a_pose_eases_in_and_out_and_touches_nothing_else() -> None:
    found = angles(pose(50))
    assert found[50] == pytest.approx([40, 0]) and not found[:45].any() and not found[56:].any()
    assert (np.diff(found[44:51, 0]) > 0).all() and (np.diff(found[50:57, 0]) < 0).all()
    assert found[47, 0] == pytest.approx(20), "halfway at half of the ease"
    abrupt = angles(pose(50, ease=0.0))[:, 0]
    assert abrupt[50] == pytest.approx(40) and not abrupt[:50].any() and not abrupt[51:].any()
    assert not angles(pose(50, muted=True)).any()


def test_a_stretch_is_held_and_several_poses_are_gone_through() -> None:
    assert angles(pose(50, 60))[50:61, 0] == pytest.approx(np.full(11, 40))
    edit = replace(pose(50, 60), turns={"left_elbow": (turn(20, 0, 0), turn(40, 0, 0))})
    assert angles(edit)[50:61, 0] == pytest.approx(np.linspace(20, 40, 11))


def test_poses_near_each_other_stay_as_posed_in_whatever_order_they_were_made() -> None:
    one, other = pose(50), pose(53, degrees=10)
    for edits in ((one, other), (other, one)):
        found = angles(*edits)[:, 0]
        assert found[50] == pytest.approx(40) and found[53] == pytest.approx(10)
        assert (np.diff(found[50:54]) < 0).all() and found[[44, 59]] == pytest.approx([0, 0])
    alike = angles(pose(50), pose(56))[:, 0]
    assert alike[50:57] == pytest.approx(np.full(7, 40)), "straight from one to the next"
    apart = angles(pose(50), pose(64))[:, 0]
    assert apart[[50, 57, 64]] == pytest.approx([40, 0, 40]), "farther than their eases together"
    inside = angles(pose(40, 60), pose(50, degrees=10))[:, 0]
    assert inside[[40, 44, 50, 56, 60]] == pytest.approx([40, 40, 10, 40, 40])


def test_the_pelvis_moves_and_nothing_crosses_a_cut() -> None:
    edit = PoseEdit(1, (float(TIMES[50]),), shifts=((0.0, 0.0, -0.1),))
    moved = correction([edit], NAMES, TIMES, (), TIMES).shifts
    assert moved[50] == pytest.approx([0, 0, -0.1]) and not moved[:44].any() and not moved[57:].any()
    assert not angles(pose(50), cuts=(50,))[:50].any() and angles(pose(50), cuts=(50,))[52, 0] > 20
    assert not angles(pose(50), cuts=(51,))[51:].any() and angles(pose(50), cuts=(51,))[48, 0] > 20


def test_between_two_frames_of_the_footage_both_are_as_posed() -> None:
    edit = replace(pose(50), seconds=(float(TIMES[50:52].mean()),))
    assert angles(edit)[50:52, 0] == pytest.approx([40, 40])
    assert angles(edit, at=TIMES[50:52].mean()[None])[0, 0] == pytest.approx(40)


def test_posed_again_counts_the_last_pose_and_joints_of_a_moment_are_one_edit() -> None:
    def decided(edits: Edits, edit: PoseEdit) -> Edits:
        return edits.with_pose(edit, [PERSON], TIMES)

    first = decided(decided(Edits(), pose(50)), pose(50, joint="left_wrist", ease=0.5))
    assert [each.joints for each in first.poses] == [("left_elbow", "left_wrist")] and first.poses[0].ease == 0.5
    again = decided(first, pose(50, degrees=10))
    assert len(again.poses) == 1 and angles(*again.poses)[50] == pytest.approx([10, 40])
    wide = decided(decided(again, pose(80)), pose(45, 55, degrees=5))
    assert [each.joints for each in wide.poses] == [("left_wrist",), ("left_elbow",), ("left_elbow",)]
    muted = wide.changed_pose(1, muted=True).changed_pose(2, ease=1.0)
    assert [each.muted for each in muted.poses] == [False, True, False] and muted.poses[2].ease == 1.0
    assert Edits.from_mapping(json.loads(json.dumps(muted.to_mapping()))) == muted
    digests = [solve_digest(SolveSettings(), {}, each) for each in (Edits(), first, again, wide, muted)]
    assert len(set(digests)) == 5
    assert digests[0] == solve_digest(SolveSettings(), {}, Edits().with_pose(pose(5, muted=True), [PERSON], TIMES))
    assert Made(POSE, 1, muted.poses[1]) in made(muted)
    assert without(muted, POSE, 0, [PERSON], TIMES).poses == muted.poses[1:]


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (replace(pose(50), person=7), "no person 7"),
        (pose(50, joint="tail"), 'no joint "tail"'),
        (pose(50, joint="left_index1"), "hands of Person 1 were not captured"),
        (replace(pose(50), seconds=(99.0,)), "not seen at 99.00 s"),
        (replace(pose(50, 60), seconds=(2.0, 1.0)), "ends before it starts"),
        (replace(pose(50), turns={}), "turns and moves nothing"),
        (pose(50, ease=-1.0), "no time to ease in"),
        (pose(50, ease=float("nan")), "no time to ease in"),
        (replace(pose(50), shifts=((0.0, 0.0, 99.0),)), "no distance to move"),
        (replace(pose(50), turns={"head": ((0.0, 0.0, 0.0, 0.0),)}), "not a rotation"),
    ],
)
def test_what_makes_no_sense_is_refused(edit: PoseEdit, message: str) -> None:
    with pytest.raises(EditError, match=message):
        Edits().with_pose(edit, [PERSON], TIMES)
    with pytest.raises(EditError, match="no such edit"):
        Edits().changed_pose(0, muted=True)


def test_changed_keys_become_few_poses_that_make_them_again() -> None:
    turns, shifts = np.zeros((120, 2, 4)), np.zeros((120, 3))
    turns[..., 0] = 1
    turns[20:41, 0] = turn(40, 0, 0)  # a stretch
    turns[60, 1] = turn(0, 25, 0)  # a frame
    shifts[70:91, 2] = np.sin(np.linspace(0, np.pi, 21)) * 0.1
    changes = PoseChanges(TIMES, np.arange(120), NAMES, turns, shifts)
    edits = Edits()
    for edit in pose_edits(changes, 1, edits, FILM.take().footage, 0.1):
        edits = edits.with_pose(edit, [PERSON], TIMES)
    stretch, frame, moved = edits.poses
    assert (len(stretch.seconds), stretch.joints) == (2, ("left_elbow",)) and frame.joints == ("left_wrist",)
    assert moved.joints == ("root",) and len(moved.seconds) < 19
    found = correction(edits.poses, NAMES, TIMES, (), TIMES)
    posed = [*range(20, 41), 60, *range(71, 90)]
    assert np.degrees(angle_between(found.turns, turns))[posed].max() < 0.11
    assert np.linalg.norm(found.shifts - shifts, axis=-1)[posed].max() < 6e-4
    once_more = np.array(turns)
    once_more[:] = [1, 0, 0, 0]
    once_more[30, 0] = turn(10, 0, 0)
    (more,) = pose_edits(replace(changes, turns=once_more, shifts=0 * shifts), 1, edits, FILM.take().footage, 0.1)
    assert angles(more)[30] == pytest.approx([50, 0], abs=1e-3), "on top of what is there"
