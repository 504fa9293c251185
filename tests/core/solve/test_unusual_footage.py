"""Footage that nobody hopes for: tilted cameras, drones, videos on their side, single frames, upper bodies, posters."""

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.overlay import overlay
from romp_core.geometry.rotations import matrix_from_quat
from romp_core.solve import solve
from romp_core.solve.world.up_direction import body_axis, walks
from romp_core.take.take import Person, Take
from tests.core.filmed import Film, noisy, pick


def tilt(take: Take, film: Film) -> float:
    """Degrees between the way up that was found and the true one."""
    up = matrix_from_quat(take.camera.rotation[0])[2] @ film.truth.rotation[0] @ [0.0, 1.0, 0.0]
    return float(np.degrees(np.arccos(np.clip(up, -1, 1))))


def lowest_joint(take: Take) -> float:
    """Median height of the lowest joint of the first person, meters."""
    return float(np.median(take.people[0].motion.joints()[:, :, 2].min(axis=1)))


def together(*films: Film, **settings: object) -> Take:
    take = films[0].take(**settings)
    people = (Person(index, str(index), noisy(film.observations, 1.0, 0.02)) for index, film in enumerate(films))
    return solve(replace(take, people=tuple(people)))


@pytest.mark.parametrize(
    ("pitch", "roll"), [(10.0, 20.0), (0.0, -35.0), (45.0, 0.0), (60.0, 0.0), (80.0, 20.0), (0.0, 90.0), (5.0, 180.0)]
)
def test_a_walk_shows_the_way_up_to_any_camera(pitch, roll):
    film = Film(pitch, 4.5, roll=roll)
    take = solve(film.take(noisy(film.observations, 0.7, 0.02), fov=0.0))
    assert tilt(take, film) < 5 and abs(lowest_joint(take)) < 0.08
    median, high = overlay(take)
    assert median < 1.2 and high < 3.5
    assert take.estimates.fov.source == "assumed"  # one person does not show it, and that is said


def test_who_travels_across_the_own_axis_walks_and_nobody_else():
    film = Film()
    joints, times = film.truth.camera_joints(0), film.truth.times
    axes, weights = body_axis(joints, film.rest)
    across, along = np.cross(axes[0], [0.0, 0.0, 1.0]), axes[0]
    way = np.linspace(0, 2, len(joints))[:, None]

    def walking(roots, axes=axes):
        return walks(roots, times, axes, weights, film.rest)

    assert walking(joints[:, 0]) and walking(way * across)
    assert not walking(way * along)  # a crawl
    assert not walking(0.3 * way * across)
    assert not walking(way * across, np.where(way < 1, axes, across))  # rolls over
    assert not walking(np.where(np.arange(len(way))[:, None] % 8 < 4, 0.0, way + 1) * across)  # jumps about


@pytest.mark.parametrize("rows", [[0], [0, 1]])
def test_one_or_two_frames_are_enough(rows):
    film = Film(15.0)
    take = film.take(film.rows(rows))
    take = solve(replace(take, footage=replace(take.footage, times=np.array(rows) / 30, source_frames=np.array(rows))))
    assert tilt(take, film) < 8 and abs(lowest_joint(take)) < 0.08 and overlay(take)[0] < 1.2


def test_upper_bodies_tell_no_sizes():
    films = [Film(size=size, offset=(x, 0.0, 0.0)) for size, x in ((0.8, -0.8), (1.0, 0.0), (1.1, 0.8))]
    for film in films:  # behind a table
        visibility = film.observations.visibility.copy()
        visibility[:, 25:] = 0
        film.observations = replace(film.observations, visibility=visibility)
    take = together(*films)
    assert [(one.source, one.error) for one in take.estimates.heights.values()] == [("set", None)] * 3
    assert overlay(take)[0] < 1.2 and tilt(take, films[1]) < 8


def test_a_poster_of_a_giant_makes_no_dwarf():
    walker, poster = Film(), Film(size=2.0, offset=(1.5, 1.0, -2.0))
    still = pick(poster.observations, np.zeros(len(poster.observations.frame_index), int))
    poster.observations = replace(still, frame_index=poster.observations.frame_index)
    take = together(walker, poster)
    assert take.estimates.heights[0].meters == pytest.approx(1.74, rel=0.05) and tilt(take, walker) < 5
