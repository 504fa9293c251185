"""People have the proportions that they show and that people of their height have."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from romp_core.bodies.build import AGE, GENDER, HEIGHT, SLIDERS, WEIGHT, built_skeleton, shape_keys
from romp_core.bodies.embedded import load_body
from romp_core.geometry.projection import Pinhole
from romp_core.solve import solve
from romp_core.solve.builds.likeliest_build import usual_build
from romp_core.solve.builds.silhouette import likeliest_weight
from romp_core.solve.heights import height_of
from romp_core.solve.motion_transforms import into_camera
from romp_core.take.settings import with_values
from romp_core.take.take import Motion
from tests.core.filmed import SIZE, Film, noisy

_LENGTHS = {
    "thigh": (1, 4), "shin": (4, 7), "upper arm": (16, 18), "forearm": (18, 20), "shoulders": (16, 17), "hips": (1, 2),
    "neck": (12, 15),
}  # fmt: skip
PEOPLE = {
    "child": (1.10, {AGE: 1.0}),
    "tall slim man": (1.95, {GENDER: 1.0, HEIGHT: 0.6}),
    "short woman": (1.55, {GENDER: -1.0, HEIGHT: -0.5}),
    "average": (1.70, {}),
}


def build_of(values: dict[int, float]) -> np.ndarray:
    build = np.zeros(len(SLIDERS))
    for slider, value in values.items():
        build[slider] = value
    return build


def lengths(rest: np.ndarray) -> np.ndarray:
    return np.array([np.linalg.norm(rest[a] - rest[b]) for a, b in _LENGTHS.values()])


def solved(name: str, **settings: object) -> Motion:
    """Motion of somebody whose height is known, by landmarks with noise."""
    height, values = PEOPLE[name]
    film = Film(rest=(built_skeleton(build_of(values), height), height))
    take = film.take(noisy(film.observations, 0.5, 0.02), height=1.7)
    take = replace(take, people=(replace(take.people[0], height=height),))
    motion = solve(replace(take, solve=with_values(take.solve, settings))).people[0].motion
    assert motion is not None
    return motion


@pytest.mark.parametrize("name", PEOPLE)
def test_people_have_their_own_height_and_proportions(name):
    height, values = PEOPLE[name]
    true = built_skeleton(build_of(values), height)
    motion = solved(name)
    assert height_of(motion) == pytest.approx(height, rel=1e-3)
    np.testing.assert_allclose(lengths(motion.rest_joints), lengths(true), rtol=0.1)
    np.testing.assert_allclose(lengths(motion.rest_joints)[:2], lengths(true)[:2], rtol=0.04)
    assert (motion.rest_joints[[1, 4, 16, 18], 0] == -motion.rest_joints[[2, 5, 17, 19], 0]).all(), "symmetric"
    if values:
        plain = built_skeleton(np.zeros(len(SLIDERS)), height)
        error, before = (np.abs(lengths(rest) / lengths(true) - 1).mean() for rest in (motion.rest_joints, plain))
        assert error < 0.7 * before


def test_who_covers_more_of_the_image_is_heavier():
    film = Film(rest=(built_skeleton(np.zeros(len(SLIDERS)), 1.7), 1.7))
    solved = solve(film.take(height=1.7, measured_build=False))
    motion, camera, seen = solved.people[0].motion, solved.camera, film.observations
    in_camera, optics = into_camera(motion, camera), Pinhole(camera.focal(SIZE), np.array([SIZE, SIZE]) / 2)
    found = {}
    for weight in (-1.0, 0.0, 1.0):
        body = load_body().shaped(shape_keys(build_of({WEIGHT: weight}))).sized(motion.rest_joints)
        areas = np.zeros(len(seen.frame_index), np.float32)
        for row in (10, 60, 110):
            vertices = body.posed(in_camera.rotations[row], in_camera.root[row])
            areas[row] = area_px((vertices[:, :2] / vertices[:, 2:] * optics.focal_px + optics.center_px)[body.faces])
        found[weight] = likeliest_weight(replace(seen, silhouette=areas), in_camera, optics)
        if weight == 1.0:
            heavy = solve(film.take(replace(seen, silhouette=areas), height=1.7)).people[0].motion
    assert found[-1.0] < -0.4 and abs(found[0.0]) < 0.4 and found[1.0] > 0.3 + found[0.0]
    assert heavy.build[WEIGHT] > 0.15 and height_of(heavy) == pytest.approx(1.7, rel=1e-3)
    hidden = replace(seen, silhouette=areas, visibility=np.zeros_like(seen.visibility))
    assert likeliest_weight(hidden, in_camera, optics) == likeliest_weight(seen, in_camera, optics) == 0


def area_px(faces: np.ndarray) -> int:
    """Pixels that faces (F, C, 2) cover."""
    drawn = np.zeros((SIZE, SIZE), np.uint8)
    for face in np.round(faces - 0.5).astype(np.int32):
        cv2.fillConvexPoly(drawn, face, 1)
    return int(drawn.sum())


def test_who_wants_it_gets_the_average_build_for_everybody():
    motion = solved("tall slim man", measured_build=False)
    np.testing.assert_allclose(motion.rest_joints, load_body().rest_joints(1.95), rtol=1e-3, atol=1e-4)
    assert not motion.build.any()


def test_people_of_a_height_are_usually_built_like_that():
    assert not usual_build(1.70).any()
    assert usual_build(1.10)[AGE] == 1 and usual_build(1.60)[AGE] == 0
    assert usual_build(1.95)[HEIGHT] > 0.4 and usual_build(1.52)[HEIGHT] < -0.3


def test_a_build_is_a_body_of_the_same_skeleton():
    build = build_of({GENDER: -0.6, AGE: 0.2, HEIGHT: 0.3})
    body = load_body().shaped(shape_keys(build))
    np.testing.assert_allclose(built_skeleton(build, 1.8), body.rest_joints(1.8), atol=1e-5)
    assert {key.name: key.value for key in body.shape_keys if key.value} == pytest.approx(
        {"Gender: female": 0.6, "Age: child": 0.2, "Height: tall": 0.3}
    )
