"""The tracker of all frame-wise models: who is who through crossings, gaps, cuts and uneven frames."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from romp_core.reference.byte_tracker import ByteTracker
from romp_core.tracking.appearance import body_points, signature, smpl_appearances
from romp_core.tracking.base import SpaceDetections
from romp_core.tracking.kalman import DEPTH_UNITS, POSITION_UNITS, SCALE_UNITS, measurements
from romp_core.tracking.space_tracker import SpaceTracker
from tests.core.crowds import Seen, crossing, filmed, switches, walk

RED, BLUE = (200, 40, 40), (40, 60, 200)


def product() -> Callable[[Seen], list[int | None]]:
    tracker = SpaceTracker()
    return lambda seen: tracker.assign(SpaceDetections(seen.cams, seen.depth, seen.scores), seen.time)


def reference() -> Callable[[Seen], list[int | None]]:
    """BEV's own tracker, which is not called for pictures without people."""
    tracker = ByteTracker()

    def ids(seen: Seen) -> list[int | None]:
        if not len(seen.cams):
            return []
        given: list[int | None] = [None] * len(seen.cams)
        for id, index in zip(*tracker.update(measurements(seen.cams, seen.depth), seen.scores), strict=True):
            given[index] = int(id)
        return given

    return ids


def compare(scenes: list[list[Seen]]) -> tuple[np.ndarray, np.ndarray]:
    """Identity switches in each scene, of the product and of the reference."""
    ours, theirs = ([switches(scene, tracker())[0] for scene in scenes] for tracker in (product, reference))
    print(f"identity switches: {sum(ours)}, reference {sum(theirs)}")
    return np.array(ours), np.array(theirs)


@pytest.mark.parametrize("clip", ["duo", "leave"])
def test_people_of_the_clips_keep_their_ids(groundtruth: Path, clip):
    """They cross behind each other, or come back after two seconds, and every sure sighting has an id at once."""
    scenes = [filmed(groundtruth / f"{clip}.npz", seed) for seed in range(6)]
    ours, theirs = compare(scenes)
    assert not ours.any()
    assert clip != "duo" or theirs.all()
    assert [switches(scene, product())[1] for scene in scenes] == [0] * len(scenes)


@pytest.mark.parametrize("fps", [15, 30])
def test_crossings_with_gaps(fps):
    """Uneven frames, ghosts, and gaps of up to half a second, also while one hides the other."""
    ours, theirs = compare([crossing(seed, fps) for seed in range(20)])
    assert (ours <= theirs).all()
    assert ours.sum() <= 0.05 * theirs.sum()


def test_clothes_settle_crossings():
    """Each seen with a quarter of somebody's colors in them."""
    rng = np.random.default_rng(2)
    clothes = rng.dirichlet(np.full(256, 0.05), (3, 3))  # of the two, and of the ghosts
    changes = 0
    for seed in range(20):
        tracker = SpaceTracker()

        def dressed(seen: Seen, tracker: SpaceTracker = tracker) -> list[int | None]:
            appearances = [0.75 * clothes[person] + 0.25 * clothes[rng.integers(3)] for person in seen.persons]
            return tracker.assign(SpaceDetections(seen.cams, seen.depth, seen.scores, appearances), seen.time)

        changes += switches(crossing(seed, 15), dressed)[0]
    assert changes == 0


@pytest.mark.parametrize("people", [2, 5])
def test_strollers_in_a_room(people):
    ours, theirs = compare([walk(seed, people, seconds=6, fps=15) for seed in range(5)])
    assert (ours <= theirs).all()
    assert ours.sum() <= 0.25 * theirs.sum()


def stored_people(path: Path, kind: str) -> list[Seen]:
    """The frames of a fixture; ROMP stores scale, x, y, BEV its tracker's own units."""
    stored, frames = np.load(path), []
    keys = sorted(key for key in stored.files if key.endswith("_person"))
    for number, key in enumerate(keys):
        name, persons = key.removesuffix("_person"), stored[key]
        if kind == "romp":
            cams = stored[f"{name}_cam"][:, [0, 2, 1]]
            depth, scores = 2 / cams[:, 0], np.full(len(cams), 0.5)
        else:
            x, y, depth, scale = stored[f"{name}_points"].T
            cams = np.stack([scale / SCALE_UNITS, y / POSITION_UNITS - 1, x / POSITION_UNITS - 1], axis=1)
            depth, scores = depth / DEPTH_UNITS, stored[f"{name}_scores"]
        frames.append(Seen(number / 30, cams, depth, scores, persons))
    return frames


def test_people_of_the_romp_fixture(golden: Path):
    """Someone vanishes for six frames and comes back while crossing somebody; detections change order."""
    changes, without = switches(stored_people(golden / "romp" / "track_norfair.npz", "romp"), product())
    assert changes <= 2 and without == 0


def test_people_of_the_bev_fixture(golden: Path):
    """Fewer switches than the reference, which loses whom somebody passes in front of; a leap is a new person."""
    path = golden / "bev" / "tracker.npz"
    changes, _ = switches(stored_people(path, "bev"), product())
    theirs, _ = switches(stored_people(path, "bev"), reference())
    print(f"identity switches: {changes}, reference {theirs}")
    assert changes <= 1 < theirs


def at(x: float, depth: float = 4.0, y: float = 0.1) -> tuple[list[float], float]:
    return [1.7 / depth, y, x], depth


def assign(tracker: SpaceTracker, time: float, *people, scores: float = 0.5, appearances=None) -> list[int | None]:
    cams = np.array([cam for cam, _ in people]).reshape(-1, 3)
    depth = np.array([depth for _, depth in people])
    return tracker.assign(SpaceDetections(cams, depth, np.full(len(people), scores), appearances), time)


def test_everybody_has_an_id_from_the_first_sighting_on():
    tracker = SpaceTracker()
    assert assign(tracker, 0.0, at(-0.5), at(0.5)) == [0, 1]
    assert assign(tracker, 0.03, at(0.5), at(-0.5), at(0.0)) == [1, 0, 2]


def test_nobody_new_from_a_faint_sighting():
    tracker = SpaceTracker()
    assert assign(tracker, 0.0, at(0.0), scores=0.06) == [None]
    assert assign(tracker, 0.1, at(0.0)) == [0]
    assert assign(tracker, 0.2, at(0.01), at(-0.9), scores=0.06) == [0, None]


def test_impossible_numbers_are_nobody():
    tracker = SpaceTracker()
    assert assign(tracker, 0.0, at(np.nan), at(0.1), at(0.2, depth=-3.0)) == [None, 0, 1]
    assert assign(tracker, 0.1, at(np.inf), at(0.1)) == [None, 0]
    assert assign(tracker, 0.2) == []


@pytest.mark.parametrize(("away", "known"), [(0.5, True), (2.0, True), (4.0, False)])
def test_how_long_people_are_remembered(away, known):
    tracker = SpaceTracker()
    for frame in range(10):
        assign(tracker, frame / 30, at(0.2))
    assert assign(tracker, 0.3 + away, at(0.25)) == ([0] if known else [1])


def test_slow_footage_keeps_people_too():
    """One picture a second: also who was seen only once must be remembered."""
    tracker = SpaceTracker()
    assert [assign(tracker, float(shot), at(0.05 * shot), at(-0.6)) for shot in range(4)] == [[0, 1]] * 4


def test_velocity_counts_in_seconds():
    """A runner is expected farther on after a longer frame; somebody stands where they would be sought otherwise."""
    tracker = SpaceTracker()
    times = np.array([0.0, 0.03, 0.07, 0.10, 0.14, 0.17, 0.20, 0.24, 0.27, 0.30, 0.60])
    for time in times[:-1]:
        assert assign(tracker, time, at(2.0 * time - 0.8), at(-0.1, depth=4.2)) == [0, 1]
    assert assign(tracker, times[-1], at(-0.1, depth=4.2), at(2.0 * times[-1] - 0.8)) == [1, 0]


def test_someone_far_behind_is_someone_else():
    tracker = SpaceTracker()
    for frame in range(5):
        assign(tracker, frame / 30, at(0.0, depth=2.5))
    assert assign(tracker, 0.2, at(0.0, depth=8.0)) == [1]


def appearance_of(color: tuple[int, int, int]) -> np.ndarray:
    image = np.full((100, 100, 3), color, np.uint8)
    sides = np.array([[-8.0, 0], [8.0, 0]])
    return signature(image, body_points(*(sides + np.array([50, y]) for y in (20, 45, 65, 85))))


def test_a_cut_makes_new_people_unless_appearance_tells():
    red, blue = appearance_of(RED), appearance_of(BLUE)
    blind, seeing = SpaceTracker(), SpaceTracker()
    for frame in range(5):
        assign(blind, frame / 30, at(-0.4), at(0.4))
        assign(seeing, frame / 30, at(-0.4), at(0.4), appearances=[red, blue])
    blind.new_shot(), seeing.new_shot()
    assert assign(blind, 0.2, at(-0.4), at(0.4)) == [2, 3]
    assert assign(seeing, 0.2, at(-0.4), at(0.4), appearances=[blue, red]) == [1, 0]


def test_looks_tell_who_comes_back_late():
    red, blue = appearance_of(RED), appearance_of(BLUE)
    tracker = SpaceTracker()
    for frame in range(5):
        assign(tracker, frame / 30, at(0.0), appearances=[red])
    assert assign(tracker, 5.0, at(0.1), appearances=[blue]) == [1]
    assert assign(tracker, 10.0, at(-0.5), appearances=[red]) == [0]


def test_looks_settle_a_crossing_that_turns_round():
    """Two people meet, hide each other and go back the way they came; places alone would swap them."""
    colors = [appearance_of(RED), appearance_of(BLUE)]
    tracker, given = SpaceTracker(), []
    for frame in range(60):
        x = abs(frame - 30) / 30
        if abs(frame - 30) > 4:
            given.append(assign(tracker, frame / 30, at(-x), at(x), appearances=colors))
    assert given[-1] == [0, 1] == given[0]


def test_clothes_of_the_one_in_front_are_not_learnt():
    red, blue = appearance_of(RED), appearance_of(BLUE)
    tracker = SpaceTracker()
    for frame in range(30):
        assign(tracker, frame / 30, at(-0.5), at(0.5, depth=5.0), appearances=[red, blue])
    for frame in range(30, 90):  # red stands in front of blue, whose joints then lie on red clothes
        assign(tracker, frame / 30, at(0.49), at(0.5, depth=5.0), appearances=[red, red])
    tracker.new_shot()
    assert assign(tracker, 3.0, at(0.0), appearances=[blue]) == [1]


def test_looks_are_read_at_the_joints():
    image = np.full((200, 100, 3), 90, np.uint8)
    image[40:100, 30:70], image[100:180, 30:70] = RED, BLUE
    joints = np.zeros((1, 24, 2))
    for pair, y in (((16, 17), 45), ((1, 2), 95), ((4, 5), 130), ((7, 8), 170)):
        joints[0, pair] = [[42, y], [58, y]]
    (appearances,) = smpl_appearances(image, joints)
    expected = signature(image, body_points(*(joints[0, pair] for pair in ([16, 17], [1, 2], [4, 5], [7, 8]))))
    np.testing.assert_array_equal(appearances, expected)
    assert smpl_appearances(image, np.zeros((0, 24, 2))) == []
