"""Solves put the floor where the user says that it is: under feet, higher, tilted, and as a step under one of them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from romp_core.geometry.skeleton import JOINT
from romp_core.solve import SolveCache, solve
from romp_core.solve.contacts.soles import sole_clearance
from romp_core.solve.world.decided_floor import decided_floor, plane_through, point_below
from romp_core.take.edits import ContactEdit, Edits, FloorEdit, FloorFoot
from romp_core.take.take import Motion, Take, joints_camera
from tests.core.filmed import Film
from tests.core.solve.test_stages import NAMES, assert_alike, ran

__all__ = ["ran"]

FEET = [JOINT["left_foot"], JOINT["right_foot"]]


@pytest.fixture(scope="module")
def film() -> Film:
    return Film()


@pytest.fixture(scope="module")
def cache() -> SolveCache:
    return SolveCache()


@pytest.fixture(scope="module")
def plain(film: Film, cache: SolveCache) -> Take:
    """The take as it is solved without edits, which later solves start from."""
    return solve(film.take(), rest_joints=film.skeleton, cache=cache)


@pytest.fixture
def solved(film: Film, plain: Take, cache: SolveCache):
    """Solve the take with other edits, and settings."""

    def again(edits: Edits, **settings: object) -> Take:
        take = replace(plain, edits=edits, solve=plain.solve.changed(**settings))
        return solve(take, rest_joints=film.skeleton, cache=cache)

    return again


def motion_of(take: Take) -> Motion:
    motion = take.characters[0].motion
    assert motion is not None
    return motion


def soles(motion: Motion) -> np.ndarray:
    """Heights (m, 2) of the soles below the balls of the feet."""
    return motion.joints()[:, FEET, 2] - sole_clearance(motion.rest_joints)[2:]


def contact(film: Film, first: int, last: int, level: float | None, foot: str = "left") -> ContactEdit:
    return ContactEdit(1, foot, film.truth.times[first], film.truth.times[last], level=level)


def with_contacts(film: Film, *contacts: ContactEdit) -> Edits:
    edits, take = Edits(), film.take()
    for each in contacts:
        edits = edits.with_contact(each, take.people, take.footage.times)
    return edits


@pytest.mark.parametrize("meters", [0.1, -0.1, -0.5])
def test_a_higher_floor_brings_everybody_down_and_changes_nothing_else(plain, solved, meters):
    lower = solved(Edits(floor=FloorEdit().with_height(meters)))
    moved = motion_of(lower).joints() - motion_of(plain).joints()
    np.testing.assert_allclose(moved, np.broadcast_to([0, 0, -meters], moved.shape), atol=0.003)
    np.testing.assert_allclose(lower.camera.position - plain.camera.position, [[0, 0, -meters]], atol=1e-6)


def test_the_height_is_in_the_meters_of_the_result(film, plain, solved):
    half = {"height": float(film.truth.heights[0]) / 2}
    small = solved(Edits(), **half)
    lower = solved(Edits(floor=FloorEdit().with_height(0.1)), **half)
    fallen = motion_of(lower).root[:, 2] - motion_of(small).root[:, 2]
    np.testing.assert_allclose(fallen, -0.1, atol=0.003)


def test_a_tilted_floor_turns_the_world_about_it_and_feet_stand_on_it(film, plain, solved):
    tilted = solved(Edits(floor=FloorEdit().with_tilt(4.0, -3.0)))
    up = np.array([np.sin(np.radians(-3.0)) * np.cos(np.radians(4.0)), -np.sin(np.radians(4.0)), 0])
    up[2] = np.sqrt(1 - up @ up)
    before = plain.camera.position[0] @ up
    assert tilted.camera.position[0, 2] == pytest.approx(before, abs=1e-5)
    motion = motion_of(tilted)
    assert np.abs(soles(motion)[motion.contacts]).max() < 0.01
    free = [JOINT["head"], JOINT["left_wrist"], JOINT["pelvis"]]
    away = joints_camera(tilted, motion)[:, free] - joints_camera(plain, motion_of(plain))[:, free]
    assert np.linalg.norm(away, axis=-1).mean() < 0.05, "people stay where the image shows them"


def test_feet_say_where_the_floor_is(film, solved):
    """A floor that was tilted and moved by hand before does not matter: the feet count."""
    wrong = FloorEdit().with_height(0.4).with_tilt(5.0, 0.0)
    take = film.take()
    edits = Edits(floor=wrong)
    for foot, row in (("left", 40), ("right", 70), ("left", 100)):
        edits = edits.with_floor_foot(FloorFoot(1, foot, film.truth.times[row]), take.people, take.footage.times)
    assert edits.floor.height == 0.0 and edits.floor.tilt == (0.0, 0.0) and len(edits.floor.feet) == 3
    found = soles(motion_of(solved(edits)))
    assert abs(found[40, 0]) < 0.02 and abs(found[70, 1]) < 0.02


def test_the_floor_is_at_the_height_of_the_foot_while_it_stands(plain) -> None:
    motion = motion_of(plain)
    times = plain.footage.times
    root = np.array(motion.root)
    root[60:, 2] += 0.3
    contacts = np.array(motion.contacts)
    contacts[:60] = False
    motion = replace(motion, root=root, contacts=contacts)
    at = point_below(motion, "left", times[58], times)
    assert at is not None and at[2] == pytest.approx(0.3, abs=0.01), "it stands soon after"
    floor = decided_floor(FloorEdit(), at[None], 1.0)
    assert abs(soles(floor.motion(motion))[80, 0]) < 0.01
    assert point_below(replace(motion, valid=np.zeros(120, bool)), "left", times[58], times) is None


@pytest.mark.parametrize("level", [0.4, 0.1, -0.1])
def test_a_foot_stands_at_its_own_level(film, plain, solved, level):
    edits = with_contacts(film, contact(film, 20, 70, level), contact(film, 20, 70, level, "right"))
    motion = motion_of(solved(edits))
    np.testing.assert_allclose(soles(motion)[20:71], level, atol=0.006)
    rise = motion.joints()[30:61, JOINT["head"], 2] - motion_of(plain).joints()[30:61, JOINT["head"], 2]
    assert np.median(rise) == pytest.approx(level, abs=0.08), "the body goes with the feet"
    speed = np.linalg.norm(np.diff(motion.joints()[20:71, FEET], axis=0), axis=-1) * 30
    assert speed.max() < 0.01


def test_one_foot_on_a_step_bends_the_knee_and_the_other_stays(film, plain, solved):
    edits = with_contacts(film, contact(film, 72, 84, 0.2))
    motion = motion_of(solved(edits))
    np.testing.assert_allclose(soles(motion)[72:85], np.broadcast_to([0.2, 0.0], (13, 2)), atol=0.006)
    rise = motion.joints()[72:85, JOINT["head"], 2] - motion_of(plain).joints()[72:85, JOINT["head"], 2]
    assert np.abs(rise).max() < 0.02


def test_the_last_level_counts_and_a_stand_has_the_level_of_its_part(film, solved):
    edits = with_contacts(film, contact(film, 20, 70, None), contact(film, 30, 40, 0.1), contact(film, 30, 50, 0.2))
    np.testing.assert_allclose(soles(motion_of(solved(edits)))[20:71, 0], 0.2, atol=0.006)
    edits = with_contacts(film, contact(film, 20, 45, 0.1), contact(film, 46, 70, 0.2))
    heights = soles(motion_of(solved(edits)))[:, 0]
    np.testing.assert_allclose(heights[20:46], 0.1, atol=0.006)
    np.testing.assert_allclose(heights[46:71], 0.2, atol=0.006)


def test_edits_of_the_floor_run_late_stages_only_and_are_undone_exactly(film, plain, solved, ran):
    edits = replace(with_contacts(film, contact(film, 20, 70, 0.2)), floor=FloorEdit().with_height(0.1))
    edited = solved(edits)
    assert ran == NAMES[NAMES.index("own_floor") :]
    assert_alike(edited, solve(replace(film.take(), edits=edits), rest_joints=film.skeleton))
    assert_alike(solved(Edits()), plain)


def test_planes_through_feet() -> None:
    feet = np.array([[0, 0, 0.1], [2, 0, 0.3], [0, 2, 0.1], [2, 2, 0.3]], float)
    up, height = plane_through(feet)
    assert height == pytest.approx(0.1) and up[0] / up[2] == pytest.approx(-0.1) and up[1] == pytest.approx(0)
    up, height = plane_through(feet[:1])
    np.testing.assert_allclose(up, [0, 0, 1])
    assert height == pytest.approx(0.1)
    close = np.array([[0, 0, 0.0], [0.1, 0, 0.1], [0, 2, 0.0], [0.1, 2, 0.1]])
    up, height = plane_through(close)
    np.testing.assert_allclose(up, [0, 0, 1], atol=1e-9), "feet a hand apart do not say how the floor rises"
    floor = decided_floor(FloorEdit(), feet, 1.0)
    np.testing.assert_allclose((feet @ floor.rotation.T + floor.offset)[:, 2], 0, atol=1e-9)
