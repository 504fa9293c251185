"""The camera's motion by points of the background: still means still, and what moves is found as it was."""

import numpy as np
import pytest

from romp_core.take.background import FramePoints
from tests.core.room_points import SLOTS, focal_ratio, path, path_error, seen_points, solved, turn_error_deg


@pytest.mark.parametrize("moving_share", [0.0, 0.5])
def test_a_tripod_stays_exactly_still_whoever_walks_about(moving_share: float) -> None:
    motion = solved(seen_points(path(), moving_share=moving_share))
    (_, shot), *_ = motion.shots
    assert motion.is_still and not motion.is_moving
    assert shot.rotation.tolist() == [np.eye(3).tolist()] and shot.position.tolist() == [[0, 0, 0]]


@pytest.mark.slow
@pytest.mark.parametrize("known", [True, False])
def test_a_turning_tripod_does_not_travel(known: bool) -> None:
    camera = path(turn_deg=(3, 30, 2))
    motion = solved(seen_points(camera), 60.0 if known else 50.0, known)
    (_, shot), *_ = motion.shots
    assert shot.kind == "turns" and not shot.position.any()
    assert turn_error_deg(shot.rotation, camera) < 0.05
    assert focal_ratio(motion, 60.0) == pytest.approx(1, abs=0.01)


@pytest.mark.slow
@pytest.mark.parametrize(("known", "moving_share"), [(True, 0.0), (False, 0.0), (True, 0.25)])
def test_a_camera_that_is_carried_along_is_followed(known: bool, moving_share: float) -> None:
    camera = path(turn_deg=(0, -20, 0), move_m=(1.5, 0, 0.2), tremble_deg=0.3)
    motion = solved(seen_points(camera, moving_share=moving_share), 60.0 if known else 50.0, known)
    (_, shot), *_ = motion.shots
    assert shot.kind == "moves" and shot.rotation.shape == (120, 3, 3)
    assert turn_error_deg(shot.rotation, camera) < 0.35
    assert path_error(shot.position, camera) < 0.02
    assert focal_ratio(motion, 60.0) == pytest.approx(1, abs=0.02)


def test_a_rolling_shutter_shakes_the_path_but_does_not_break_it() -> None:
    camera = path(turn_deg=(0, -20, 0), move_m=(1.5, 0, 0.2), tremble_deg=0.3, readout=0.02)
    (_, shot), *_ = solved(seen_points(camera)).shots
    assert turn_error_deg(shot.rotation, camera) < 0.5 and path_error(shot.position, camera) < 0.03


def test_a_crowd_that_moves_everywhere_tells_nothing() -> None:
    motion = solved(seen_points(path(turn_deg=(0, 20, 0)), moving_share=1.0))
    assert motion.shots[0][1].kind in ("incoherent", "unknown") and not motion.is_moving


def test_a_wall_without_texture_tells_nothing() -> None:
    nothing = FramePoints(np.full((SLOTS, 2), np.nan), np.zeros(SLOTS, bool))
    motion = solved([nothing] * 60)
    assert motion.shots[0][1].kind == "unknown" and not motion.is_moving and not motion.is_still


def test_points_in_one_corner_are_no_background() -> None:
    frames = seen_points(path(turn_deg=(0, 20, 0)))
    few = [
        FramePoints(np.where((each.positions < 300).all(axis=1, keepdims=True), each.positions, np.nan), each.started)
        for each in frames
    ]
    assert solved(few).shots[0][1].kind == "unknown"


def test_a_cut_starts_anew() -> None:
    moving, still = path(turn_deg=(0, 25, 0)), path(frames=60)
    frames = seen_points(moving) + seen_points(still, seed=2)
    motion = solved(frames, cuts=(120,))
    (first, one), (second, other) = motion.shots
    assert (first.stop, second.start) == (120, 120)
    assert (one.kind, other.kind) == ("turns", "still")
    assert turn_error_deg(one.rotation, moving) < 0.05


def test_one_frame_is_still() -> None:
    assert not solved(seen_points(path(frames=1))).is_moving
