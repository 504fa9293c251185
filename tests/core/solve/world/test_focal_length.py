"""The field of view: found where people on one floor show it, and not claimed where they do not."""

import numpy as np
import pytest

from romp_core.geometry.rotations import matrix_from_rotvec, normalize
from romp_core.solve import SolveCache, pipeline, solve
from romp_core.solve.world.floor_and_sizes import Standing
from romp_core.solve.world.focal_length import FocalLength, find_focal_length
from romp_core.take.take import Take
from tests.core.filmed import Film


def crowd(pitch_deg: float, stretch: float, seed: int = 0) -> tuple[np.ndarray, list[Standing]]:
    """Twelve people on a square as seen from above, solved with a focal length that is `stretch` times too short."""
    rng = np.random.default_rng(seed)
    tilt = matrix_from_rotvec(np.array([np.radians(pitch_deg), 0.0, 0.0]))
    up = tilt @ [0.0, -1.0, 0.0]
    people = []
    for x in (-3.0, -1.0, 1.0, 3.0):
        for ahead in (3.0, 6.0, 9.0):
            point = tilt @ np.array([x, 4.5, ahead])
            point *= rng.normal(1, 0.01)
            ray = normalize(point)
            squeeze = np.array([1.0, 1.0, 1 / stretch])
            seen = normalize(ray * squeeze)
            axis = np.cross(ray, seen)
            turn = matrix_from_rotvec(normalize(axis) * np.arcsin(np.linalg.norm(axis)))
            lean = matrix_from_rotvec(rng.normal(0, np.radians(1.5), 3))
            people.append(Standing(np.repeat([point * squeeze], 4, axis=0), turn @ lean @ up, seen, 20.0))
    return normalize(np.sum([each.axis for each in people], axis=0)), people


@pytest.mark.parametrize("stretch", [0.8, 1.0, 1.25])
def test_a_crowd_seen_from_high_above_shows_the_focal_length(stretch):
    found = find_focal_length(*crowd(35.0, stretch))
    assert found.ratio == pytest.approx(stretch, rel=0.12)
    assert found.error < 0.15


def test_two_people_before_a_level_camera_show_nothing():
    _, people = crowd(3.0, 1.0)
    straight = np.array([0.0, -1.0, 0.0])
    found = find_focal_length(straight, people[:2])
    assert not found.confident and found.error > 0.15


def test_an_estimate_is_used_when_confident_and_told_with_its_error(monkeypatch: pytest.MonkeyPatch):
    film = Film()
    ratio = float(film.truth.intrinsics[0, 0] / (480 / 2 / np.tan(np.radians(25))))

    def confident(straight, people):
        return FocalLength(ratio, 0.04)

    take = film.take(fov=0.0)
    unsure = solve(take, rest_joints=film.skeleton)
    assert unsure.estimates.fov.source == "assumed" and unsure.estimates.fov.error > 0.06
    assert np.degrees(unsure.camera.fov) == pytest.approx(50, abs=1e-6)
    monkeypatch.setattr("romp_core.solve.stages.find_focal_length", confident)
    cache = SolveCache()
    solved = solve(take, rest_joints=film.skeleton, cache=cache)
    assert solved.estimates.fov.source == "estimated" and solved.estimates.fov.error == 0.04
    assert np.degrees(solved.camera.fov) == pytest.approx(film.truth.fov_deg, abs=0.1)
    ran = []
    stages = [stage.name for stage in pipeline.STAGES]
    monkeypatch.setattr(pipeline, "STAGES", tuple(_watched(stage, ran) for stage in pipeline.STAGES))
    again: Take = solve(take, rest_joints=film.skeleton, cache=cache)
    assert ran == stages[stages.index("scale") + 1 :], "a solve that changes nothing starts from what was found"
    assert again.estimates.fov == solved.estimates.fov and again.camera.fov == solved.camera.fov
    given = solve(film.take(fov=40.0), rest_joints=film.skeleton)
    assert given.estimates.fov.source == "user" and np.degrees(given.camera.fov) == pytest.approx(40)


def _watched(stage, ran):
    from dataclasses import replace

    def run(*arguments):
        ran.append(stage.name)
        return stage.run(*arguments)

    return replace(stage, run=run)
