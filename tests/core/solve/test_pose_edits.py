"""Solves keep the poses that the user put right: whatever is set, by the last stage alone, and saved with the take."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from romp_core.geometry.rotations import angle_between, quat_conjugate, quat_from_rotvec, quat_multiply
from romp_core.geometry.skeleton import JOINT
from romp_core.solve import SolveCache, solve
from romp_core.storage.take_file import load_take, save_take
from romp_core.take.edits import Edits, PoseEdit
from romp_core.take.settings import with_values
from romp_core.take.sources import EDITED
from romp_core.take.take import Take
from tests.core.filmed import Film, noisy
from tests.core.solve.test_stages import assert_alike, ran

__all__ = ["ran"]
TURN = quat_from_rotvec(np.radians([0, 0, 30.0]))


@pytest.fixture(scope="module")
def film() -> Film:
    return Film()


def posed(take: Take, frame: int, joint: str, shift: tuple[float, float, float] | None = None) -> Take:
    second = (float(take.footage.times[frame]),)
    edit = PoseEdit(1, second, {joint: (tuple(TURN),)}, (shift,) if shift else ())
    return replace(take, edits=take.edits.with_pose(edit, take.people, take.footage.times))


def test_a_pose_stays_on_top_of_whatever_is_set_and_runs_the_last_stage_only(
    film: Film, ran: list[str], tmp_path: Path
) -> None:
    take, cache = film.take(noisy(film.observations, 1.0, 0.02)), SolveCache()
    plain = solve(take, rest_joints=film.skeleton, cache=cache)
    ran.clear()
    edited = posed(plain, 60, "left_elbow", (0.0, 0.0, 0.1))
    fixed = solve(edited, rest_joints=film.skeleton, cache=cache)
    assert ran == ["poses"]
    assert_alike(fixed, solve(posed(take, 60, "left_elbow", (0.0, 0.0, 0.1)), rest_joints=film.skeleton))
    for values in ({"strength": 0.2}, {"contacts": False}, {"height": 1.5}):
        settings = with_values(take.solve, values)
        below, above = (
            solve(replace(each, solve=settings), rest_joints=film.skeleton, cache=cache).characters[0].motion
            for each in (take, fixed)
        )
        found = quat_multiply(quat_conjugate(below.rotations), above.rotations)
        elbow = JOINT["left_elbow"]
        assert np.degrees(angle_between(found[60, elbow], TURN)) < 0.01
        np.testing.assert_allclose(above.root[60] - below.root[60], [0, 0, 0.1], atol=1e-5)
        untouched = np.r_[0:54, 67:120]
        np.testing.assert_array_equal(above.rotations[untouched], below.rotations[untouched])
        np.testing.assert_array_equal(above.root[untouched], below.root[untouched])
        others = [joint for joint in range(24) if joint != elbow]
        np.testing.assert_array_equal(above.rotations[:, others], below.rotations[:, others])
        assert above.source[60, elbow] == EDITED and above.confidence[60, elbow] == 1
    again = load_take(save_take(fixed, tmp_path / "take.npz"))
    assert again.edits == edited.edits
    assert_alike(solve(replace(again, edits=Edits()), rest_joints=film.skeleton), plain)


def test_another_height_of_a_person_scales_the_kept_world(film: Film) -> None:
    take, cache = film.take(measured_build=False), SolveCache()
    solve(take, rest_joints=film.skeleton, cache=cache)
    taller = replace(take, people=(replace(take.people[0], height=1.2),))
    assert_alike(solve(taller, rest_joints=film.skeleton, cache=cache), solve(taller, rest_joints=film.skeleton))


def test_a_leg_that_is_posed_does_not_stand(film: Film) -> None:
    take = film.take()
    plain = solve(take, rest_joints=film.skeleton).characters[0].motion
    standing = np.flatnonzero(plain.contacts[10:-10].all(axis=1)) + 10
    frame = int(standing[len(standing) // 2])
    leg = solve(posed(take, frame, "left_knee"), rest_joints=film.skeleton).characters[0].motion
    assert not leg.contacts[frame, 0] and leg.contacts[frame, 1]
    arm = solve(posed(take, frame, "left_elbow"), rest_joints=film.skeleton).characters[0].motion
    np.testing.assert_array_equal(arm.contacts, plain.contacts)
