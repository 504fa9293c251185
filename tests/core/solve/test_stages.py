"""Stages are cached: a late setting runs late stages only, and gives what a fresh solve gives."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from romp_core.geometry.rotations import angle_between
from romp_core.solve import SolveCache, solve, stages
from romp_core.take.edits import Edits, PersonEdit
from romp_core.take.settings import with_values
from romp_core.take.take import Take
from tests.core.filmed import Film, noisy

NAMES = [stage.name for stage in stages.STAGES]


@pytest.fixture(scope="module")
def film() -> Film:
    return Film()


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Names of the stages that ran since it was last cleared."""
    names: list[str] = []

    def watched(stage: stages.Stage) -> stages.Stage:
        def run(*arguments: Any) -> Any:
            names.append(stage.name)
            return stage.run(*arguments)

        return replace(stage, run=run)

    monkeypatch.setattr("romp_core.solve.pipeline.STAGES", tuple(map(watched, stages.STAGES)))
    yield names


def changed(take: Take, **values: Any) -> Take:
    return replace(take, solve=with_values(take.solve, values))


def assert_alike(a: Take, b: Take) -> None:
    for one, other in zip(a.characters, b.characters, strict=True):
        assert one.motion is not None and other.motion is not None
        np.testing.assert_array_equal(one.motion.rotations, other.motion.rotations)
        np.testing.assert_array_equal(one.motion.root, other.motion.root)
        np.testing.assert_array_equal(one.motion.contacts, other.motion.contacts)
    np.testing.assert_array_equal(a.camera.position, b.camera.position)


@pytest.mark.parametrize(
    ("setting", "first"),
    [
        ({"height": 1.5, "measured_build": False}, "cleanup"),
        ({"height": 1.5}, "camera"),
        ({"contacts": False}, "own_floor"),
        ({"tilt": 3.0}, "smooth"),
        ({"level": False}, "smooth"),
        ({"strength": 0.3}, "face"),
        ({"brows": 0.5}, "hands"),
    ],
)
def test_a_late_setting_runs_late_stages_only(film, ran, setting, first):
    """`first` names the stage before the first one that runs, but where a height only scales: that is not kept."""
    take, cache = film.take(noisy(film.observations, 1.0, 0.02)), SolveCache()
    if "measured_build" in setting:
        take = changed(take, measured_build=setting["measured_build"])
    solve(take, rest_joints=film.skeleton, cache=cache)
    assert ran == NAMES
    ran.clear()
    again = solve(changed(take, **setting), rest_joints=film.skeleton, cache=cache)
    assert ran == NAMES[NAMES.index(first) + (first != "cleanup") :]
    assert_alike(again, solve(changed(take, **setting), rest_joints=film.skeleton))


def test_gaps_that_are_not_infilled_any_more_are_bridged_as_in_a_fresh_solve(film):
    seen = np.r_[0:50, 62:120]  # away for 0.4 s
    take, cache = film.take(film.observations.rows(seen)), SolveCache()
    solve(take, rest_joints=film.skeleton, cache=cache)
    for choice in ("interpolate", "infill"):
        chosen = changed(take, gaps=choice)
        again, fresh = (solve(chosen, rest_joints=film.skeleton, cache=each) for each in (cache, None))
        ours, theirs = (each.characters[0].motion for each in (again, fresh))
        np.testing.assert_array_equal(ours.valid, theirs.valid)
        assert np.linalg.norm(ours.joints() - theirs.joints(), axis=-1).max() < 0.05


def test_another_field_of_view_starts_from_the_last_solution(film):
    take, cache = film.take(noisy(film.observations, 1.0, 0.02)), SolveCache()
    solve(take, rest_joints=film.skeleton, cache=cache)
    wider = changed(take, fov=film.truth.fov_deg + 8)
    warm, cold = solve(wider, rest_joints=film.skeleton, cache=cache), solve(wider, rest_joints=film.skeleton)
    turns = np.degrees(angle_between(warm.characters[0].motion.rotations, cold.characters[0].motion.rotations))
    assert turns.mean() < 1.5 and np.percentile(turns, 99) < 12
    apart = warm.characters[0].motion.joints() - cold.characters[0].motion.joints()
    assert np.linalg.norm(apart, axis=-1).mean() < 0.02


def test_edits_rename_remove_and_trim_and_can_be_undone(film, ran):
    aside = replace(film.observations, keypoints2d=film.observations.keypoints2d + np.float32([60, 0]))
    one = film.take()
    take = replace(one, people=(one.people[0], replace(one.people[0], id=2, name="Person 2", observations=aside)))
    cache = SolveCache()
    both = solve(take, rest_joints=film.skeleton, cache=cache)
    assert [person.name for person in both.characters] == ["Person 1", "Person 2"]

    named = replace(both, edits=Edits(people={1: PersonEdit(name="Ann")}))
    ran.clear()
    assert solve(named, rest_joints=film.skeleton, cache=cache).characters[0].name == "Ann"
    assert set(ran) <= {"poses"}, "a name is no reason to compute anything"

    alone = solve(replace(both, edits=Edits(people={2: PersonEdit(removed=True)})), rest_joints=film.skeleton)
    assert [person.id for person in alone.characters] == [1] and alone.solved
    assert len(alone.people) == 2 and len(alone.people[1].observations.frame_index) == 120
    back = solve(replace(alone, edits=Edits()), rest_joints=film.skeleton)
    assert [person.id for person in back.characters] == [1, 2]

    times = film.truth.times
    trimmed = solve(replace(take, edits=Edits(trim=(float(times[30]), float(times[80])))), rest_joints=film.skeleton)
    motion = trimmed.characters[0].motion
    assert (motion.frame_index[0], motion.frame_index[-1]) == (30, 80)
    assert len(trimmed.people[0].observations.frame_index) == 120


def test_people_of_a_2d_model_are_kept_but_not_solved(film):
    take = film.take()
    flat = replace(take.people[0], id=2, observations=replace(film.observations, keypoints3d=None))
    solved = solve(replace(take, people=(*take.people, flat)), rest_joints=film.skeleton)
    assert solved.solved and [person.id for person in solved.characters] == [1]
    assert len(solved.people) == 2
