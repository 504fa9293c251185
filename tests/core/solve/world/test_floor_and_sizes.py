"""Sizes of people against each other, floor and horizon: what people on one floor show of them."""

from dataclasses import replace

import numpy as np
import pytest

from romp_core.solve import solve
from romp_core.solve.heights import height_of
from romp_core.solve.world.floor_and_sizes import Standing, find_ground
from romp_core.take.take import Person, Take
from tests.core.filmed import Film, noisy, pick

ADULT_M = float(Film().truth.heights[0])


def scene(*films: Film, heights: tuple[float | None, ...] = (), **settings: object) -> Take:
    """People of several films in one take."""
    people = tuple(
        Person(index + 1, f"Person {index + 1}", noisy(film.observations, 0.5, 0.02, index), height)
        for index, (film, height) in enumerate(zip(films, heights or [None] * len(films), strict=True))
    )
    return replace(films[0].take(**settings), people=people)


def sizes_of(take: Take) -> np.ndarray:
    """Heights of the solved people, meters."""
    return np.array([height_of(person.motion) for person in take.people])


@pytest.fixture(scope="module")
def family() -> list[Film]:
    """A tall man, a child and a woman beside each other."""
    return [Film(size=1.1, offset=(-0.9, 0, -0.6)), Film(size=0.66, offset=(0.9, 0, 0.2)), Film(size=0.94)]


@pytest.mark.parametrize("fov", [0.0, 40.0, 62.0])
def test_people_have_their_true_sizes_against_each_other(family, fov):
    solved = solve(scene(*family, fov=fov, height=0.94 * ADULT_M))
    np.testing.assert_allclose(sizes_of(solved) / ADULT_M, [1.1, 0.66, 0.94], rtol=0.06)
    for person in solved.people:
        lowest = person.motion.joints()[:, [10, 11], 2].min(axis=1)
        assert abs(np.median(lowest) - 0.03) < 0.04


def test_one_known_height_tells_all(family):
    known = 0.66 * ADULT_M
    solved = solve(scene(*family, heights=(None, known, None), height=1.0))
    np.testing.assert_allclose(sizes_of(solved) / ADULT_M, [1.1, 0.66, 0.94], rtol=0.06)
    assert sizes_of(solved)[1] == pytest.approx(known, rel=1e-3)


def test_the_set_height_is_that_of_the_usual_person_and_children_do_not_count():
    child = Film(size=0.66, offset=(0.9, 0, 0.2))
    solved = solve(scene(Film(), child, Film(size=0.66, offset=(-0.9, 0, 0)), height=1.8))
    np.testing.assert_allclose(sizes_of(solved), [1.8, 1.19, 1.19], rtol=0.06)


def test_people_whose_feet_nobody_sees_have_the_set_height(family):
    take = scene(*family, height=1.6)
    hidden = []
    for person in take.people:
        visibility = person.observations.visibility.copy()
        visibility[:, 25:] = 0.0
        hidden.append(replace(person, observations=replace(person.observations, visibility=visibility)))
    np.testing.assert_allclose(sizes_of(solve(replace(take, people=tuple(hidden)))), 1.6, rtol=1e-3)


def test_who_stands_on_a_table_is_no_giant():
    solved = solve(scene(Film(), Film(offset=(0.9, 0.75, 0)), Film(size=0.95, offset=(-0.9, 0, 0)), height=ADULT_M))
    assert sizes_of(solved)[1] < 1.1 * ADULT_M
    lowest = [np.median(person.motion.joints()[:, [10, 11], 2].min(axis=1)) for person in solved.people]
    assert abs(lowest[0] - 0.03) < 0.06 and abs(lowest[2] - 0.03) < 0.06
    assert 0.5 < lowest[1] < 0.95


def test_one_person_alone_has_the_set_height():
    solved = solve(scene(Film(size=0.7), height=1.3))
    assert sizes_of(solved)[0] == pytest.approx(1.3, rel=1e-3)


def test_a_still_of_several_people_tells_their_sizes(family):
    take = scene(*family, height=0.94 * ADULT_M)
    people = tuple(replace(each, observations=pick(each.observations, np.array([0, 1, 2]))) for each in take.people)
    still = solve(replace(take, people=people))
    assert np.isfinite(sizes_of(still)).all()


def test_a_walk_in_depth_shows_the_horizon():
    """Bodies that seem to lean by 6 degrees do not tilt a floor on which somebody was seen near and far."""
    up = np.array([0.0, -np.cos(np.radians(10)), -np.sin(np.radians(10))])
    ahead = np.array([0.0, -np.sin(np.radians(10)), np.cos(np.radians(10))])
    points = [-1.5 * up + meters * ahead for meters in (2.5, 3.5, 5.0, 7.0)]
    leaning = np.array([0.0, -np.cos(np.radians(16)), -np.sin(np.radians(16))])
    ground = find_ground(leaning, [Standing(np.array(points), leaning, np.array([0.0, 0.1, 1.0]), 10.0)])
    assert np.degrees(np.arccos(ground.up @ up)) < 2
    assert ground.height == pytest.approx(1.5, rel=0.05)
    assert ground.sizes[0] == pytest.approx(1.0, abs=1e-3)
