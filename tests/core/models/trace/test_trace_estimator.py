"""TRACE's host code on a stage: clips, absences, cuts, choice of people, and paths in the world."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose

from romp_core.geometry.rotations import angle_between, matrix_from_quat, matrix_from_rotvec, quat_from_matrix
from romp_core.models.trace.cameras import FOCAL_PX
from romp_core.models.trace.estimator import TraceEstimator
from romp_core.models.trace.orientation import MAX_HELD, TurnGate, turn_between
from romp_core.models.trace.parameters import TraceParameters
from romp_core.models.trace.policy import ProductPolicy
from romp_core.solve import solve
from romp_core.storage.assemble import TakeHead
from romp_core.storage.journal import Journal
from romp_core.take.observations import Frame, People
from romp_core.take.settings import CaptureSettings, SolveSettings
from romp_core.take.take import FootageInfo, Provenance
from romp_core.typing import Array
from tests.core.trace_stage import BLUE, RED, SIDE, Actor, Stage, StageNetworks, film, still, walking

FOOTAGE = FootageInfo("stage", SIDE, SIDE, 30.0, np.zeros(0), np.zeros(0, np.int32))


def run(stage: Stage, people: int = 0, backgrounds=(), fps: float = 30.0) -> list[People]:
    policy = ProductPolicy(TraceParameters(max_people=people))
    return list(TraceEstimator(StageNetworks(stage), FOOTAGE, None, policy).run(film(stage, fps, backgrounds)))


def one(count: int, start=(-0.5, 0.1, 4.0), end=(0.5, 0.1, 4.0), **more) -> Actor:
    return Actor(walking(count, start, end), **{"present": np.ones(count, bool), **more})


def tracks(people: list[People]) -> dict[int, list[int]]:
    """Frames by id."""
    found: dict[int, list[int]] = {}
    for frame, seen in enumerate(people):
        for id in seen.ids.tolist():
            found.setdefault(id, []).append(frame)
    return found


@pytest.mark.parametrize("count", [1, 3, 8, 9, 17])
def test_everybody_on_every_frame_whatever_the_length(count):
    people = run(still([one(count)]))
    assert len(people) == count
    assert tracks(people) == {0: list(range(count))}


def test_joints_are_seen_where_the_pinhole_sees_them():
    seen = run(still([one(3)]))[1]
    points = seen.keypoints3d + seen.root[:, None]
    assert_allclose(seen.keypoints2d, points[..., :2] / points[..., 2:] * FOCAL_PX + SIDE / 2, atol=0.05)
    hips = points[0, 1:3].mean(axis=0)
    assert_allclose(hips, [0, 0.1, 4.0], atol=1e-3)
    assert seen.root[0, 1] < hips[1], "the pelvis is above the hip joints"
    assert seen.visibility.all() and seen.confidence == pytest.approx(0.9)


def moving_camera(count: int, pan: float = 0.5) -> tuple[Array, Array]:
    """A camera that pans, and goes forward and to the side."""
    turns = matrix_from_rotvec(np.stack([np.zeros(count), np.linspace(0, pan, count), np.zeros(count)], axis=1))
    return turns, walking(count, (0, 0, 0), (0.8, 0, 1.0))


def in_world(stage: Stage, people: list[People], id: int) -> tuple[Array, Array]:
    """Pelvises by the model's world, and by its camera space and the stage's camera; both start at the first frame."""
    ours, theirs = [], []
    for frame, seen in enumerate(people):
        for row in np.flatnonzero(seen.ids == id):
            ours.append(seen.world_root[row])
            theirs.append(stage.turns[frame] @ seen.root[row] + stage.places[frame])
    return np.array(ours), np.array(theirs)


def test_paths_in_the_world_do_not_follow_the_camera():
    stage = Stage([one(30, (-0.3, 0.1, 4), (1.5, 0.1, 5))], *moving_camera(30))
    people = run(stage)
    ours, theirs = in_world(stage, people, 0)
    assert_allclose(ours, theirs, atol=1e-3)
    last = people[-1]
    turn = matrix_from_quat(last.world_rotation[0]) @ matrix_from_quat(last.rotations[0, 0]).T
    assert_allclose(turn, stage.turns[-1], atol=1e-4)


def test_who_was_away_comes_back_with_the_same_id_and_where_the_camera_sees_them():
    """The camera moved in the meantime, as estimated from the other one, who stayed."""
    away = one(60, (-0.9, 0.1, 4), (0.1, 0.1, 4.5))
    away.present[20:45] = False
    stays = one(60, (0.6, 0.1, 4.5), (1.4, 0.1, 5), color=BLUE)
    stage = Stage([away, stays], *moving_camera(60, 0.1))
    people = run(stage)
    found = sorted(tracks(people).values(), key=len)
    assert found == [[*range(20), *range(45, 60)], list(range(60))]
    for id in (0, 1):
        assert_allclose(*in_world(stage, people, id), atol=0.01)


def test_who_is_away_for_long_is_recognized_by_appearance():
    away = one(120, (-0.9, 0.1, 4), (-0.4, 0.1, 4.2))
    away.present[20:100] = False
    people = run(still([away, one(120, (0.6, 0.1, 4), (0.8, 0.1, 4), color=BLUE)]), people=2)
    assert sorted(map(len, tracks(people).values())) == [40, 120]


def test_who_comes_where_somebody_left_is_not_taken_for_them():
    first, second = one(60, (0, 0.1, 4), (0, 0.1, 4)), one(60, (0.3, 0.1, 4), (0.3, 0.1, 4), color=BLUE)
    first.present[20:], second.present[:30] = False, False
    people = run(still([first, second]))
    assert tracks(people) == {0: list(range(20)), 1: list(range(30, 60))}


def test_people_are_known_again_after_a_cut():
    """Both change places; the second shot is twelve frames long, so that its clips are whole and broken."""
    count, cut = 32, 20
    places = [walking(count, (x, 0.1, 4), (x, 0.1, 4)) for x in (-0.8, 0.8)]
    for own, x in zip(places, (0.8, -0.8), strict=True):
        own[cut:, 0] = x
    stage = still([Actor(own, np.ones(count, bool), color) for own, color in zip(places, (RED, BLUE), strict=True)])
    networks = StageNetworks(stage)
    people = list(TraceEstimator(networks, FOOTAGE).run(film(stage, backgrounds=[100] * cut + [240] * 12)))
    assert networks.clips == [8, 8, 4, 8, 4] and networks.fresh == [0, cut]
    assert [frame for frame, seen in enumerate(people) if seen.cut] == [cut]
    assert tracks(people) == {0: list(range(count)), 1: list(range(count))}
    before, after = (dict(zip(people[at].ids.tolist(), people[at].root[:, 0], strict=True)) for at in (cut - 1, cut))
    assert all(np.sign(before[id]) == -np.sign(after[id]) for id in before)


def test_the_nearest_are_chosen_and_nobody_is_made_up():
    near, far = one(24, (-0.5, 0.1, 3), (-0.5, 0.1, 3)), one(24, (0.9, 0.1, 6), (0.9, 0.1, 6), color=BLUE)
    for actor in (near, far):
        actor.present[:11] = False
    people = run(still([far, near]), people=1)
    assert tracks(people) == {0: list(range(11, 24))}
    assert people[-1].root[0, 2] == pytest.approx(3, abs=0.1)
    assert all(len(seen) == 0 and seen.keypoints2d.shape == (0, 24, 2) for seen in people[:11])


@pytest.mark.parametrize(("score", "followed"), [(0.9, 2), (0.5, 1)])
def test_new_people_need_high_confidence(score, followed):
    new = one(40, (0.9, 0.1, 4), (0.9, 0.1, 4), color=BLUE, score=score)
    new.present[:20] = False
    assert len(tracks(run(still([one(40), new])))) == followed


def test_who_is_known_needs_less_confidence_to_come_back():
    away = one(120, (-0.9, 0.1, 4), (-0.4, 0.1, 4.2), score=0.5)
    away.present[20:100] = False
    people = run(still([away, one(120, (0.6, 0.1, 4), (0.8, 0.1, 4), color=BLUE)]))
    assert sorted(map(len, tracks(people).values())) == [40, 120]


def test_a_capture_gives_back_the_camera(tmp_path):
    """One of the two is away for a second while the camera goes on."""
    count = 90
    away = one(count, (-0.8, 0.1, 4), (1.0, 0.1, 5))
    away.present[30:60] = False
    stage = Stage([away, one(count, (0.8, 0.1, 5), (1.6, 0.1, 5), color=BLUE)], *moving_camera(count, 0.4))
    footage = replace(FOOTAGE, times=np.arange(count) / 30, source_frames=np.arange(count, dtype=np.int32))
    provenance = Provenance("trace", model_focal=FOCAL_PX / SIDE)
    journal = Journal(tmp_path / "x", TakeHead("x", footage, CaptureSettings(), SolveSettings(), provenance))
    for frame, people in zip(film(stage), run(stage), strict=True):
        journal.add(frame, people)
    take = solve(journal.take(complete=True))
    journal.close()
    assert sorted(len(person.observations.frame_index) for person in take.people) == [60, 90]
    turns = matrix_from_quat(take.camera.rotation)
    turned = angle_between(quat_from_matrix(turns[0].T @ turns), quat_from_matrix(stage.turns))
    assert np.degrees(turned).max() < 1
    way = (take.camera.position - take.camera.position[0]) @ turns[0]
    assert_allclose(way, stage.places, atol=0.02 * np.linalg.norm(stage.places[-1]))


def around(degrees: float) -> Array:
    """Orientation in 6D representation of somebody turned about the vertical axis."""
    return matrix_from_rotvec(np.radians([0.0, degrees, 0.0]))[:, :2].ravel()


def test_a_sudden_flip_of_the_orientation_is_held_back():
    gate = TurnGate(around(0))
    given = [0, 10, 180, 190, 20, 200, 30]
    used = [gate.update(around(turn), False) for turn in given]
    for ours, expected in zip(used, (0, 10, 10, 10, 20, 20, 30), strict=True):
        assert_allclose(ours, around(expected), atol=1e-12)


@pytest.mark.parametrize("missed", [False, True])
def test_the_orientation_follows_a_real_turn_and_guards_the_new_one(missed):
    """Within `MAX_HELD` frames, whether or not the person is hidden in some of them; flips back are held back then."""
    gate = TurnGate(around(0))
    used = []
    for frame in range(40):
        if missed and frame % 4 == 3:
            gate.update(around(0), True)
        used.append(gate.update(around(0 if frame < 10 else 175), False))
    turned = [turn_between(each, around(0)) > 90 for each in used]
    assert turned == [False] * (10 + MAX_HELD) + [True] * (30 - MAX_HELD)
    assert_allclose(gate.update(around(0), True), around(175), atol=1e-12)
    assert_allclose(gate.update(around(0), False), around(175), atol=1e-12)
    assert_allclose(gate.update(around(170), False), around(170), atol=1e-12)


def test_frames_are_fetched_as_they_are_needed_and_a_cancelled_run_keeps_what_there_was():
    stage = still([one(40)])
    fetched: list[int] = []

    def tapped(stop: int) -> Iterator[Frame]:
        for frame in film(stage):
            if frame.source_frame == stop:
                return
            fetched.append(frame.source_frame)
            yield frame

    networks = StageNetworks(stage)
    given = TraceEstimator(networks, FOOTAGE).run(tapped(21))
    next(given)
    assert len(fetched) == 8 and networks.encoded == list(range(8))
    assert len(list(given)) == 20


def test_every_video_counts_its_people_from_zero():
    stage = still([one(9)])
    for _ in range(2):
        assert set(tracks(run(stage))) == {0}
