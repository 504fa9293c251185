"""Tracker, appearance, assignment and shot changes, on drawn figures that walk, cross, leave and return."""

from dataclasses import replace

import numpy as np
import pytest

from romp_core.tracking.appearance import blend, body_points, difference, signature
from romp_core.tracking.assignment import unique_pairs
from romp_core.tracking.base import ImageDetection
from romp_core.tracking.image_tracker import ImageTracker
from romp_core.tracking.shots import ShotDetector

RED, BLUE, GREEN = (200, 40, 40), (40, 60, 200), (40, 160, 60)
HEIGHT = 160


def figure(
    image: np.ndarray, x: float, shirt: tuple, trousers: tuple = (50, 50, 60), y: float = 200
) -> list[np.ndarray]:
    """Draw a standing figure and give its sampling points."""
    x, y = round(x), 200
    image[y - 50 : y, max(0, x - 15) : x + 15] = shirt
    image[y : y + 80, max(0, x - 15) : x + 15] = (50, 50, 60)
    left_right = np.array([[-8.0, 0], [8.0, 0]])
    return body_points(*(left_right + np.array([x, y + down]) for down in (-50, 0, 40, 80)))


def detection(x: float, shirt: tuple, starts_track: bool = True, light: float = 1.0) -> ImageDetection:
    image = np.full((360, 640, 3), 120, np.uint8)
    points = figure(image, x, shirt)
    appearance = signature((image * light).astype(np.uint8), points)
    return ImageDetection(np.array([x, 200.0]), HEIGHT, appearance, starts_track)


def test_appearance_distinguishes_clothes_in_changing_light():
    red, dim, blue = detection(100, RED), detection(300, RED, light=0.9), detection(100, BLUE)
    assert difference(red.appearance, dim.appearance) < 0.45 < difference(red.appearance, blue.appearance)
    assert difference(red.appearance, red.appearance) == pytest.approx(0, abs=1e-6)


def test_appearance_outside_of_the_image_are_unknown():
    outside = detection(-200, RED)
    assert not outside.appearance.any()
    assert difference(outside.appearance, detection(100, RED).appearance) == 0.5
    assert np.allclose(blend(outside.appearance, detection(100, RED).appearance, 0.1), detection(100, RED).appearance)


def test_assignment_is_the_cheapest():
    rng = np.random.default_rng(3)
    optimize = pytest.importorskip("scipy.optimize")
    for shape in ((4, 4), (3, 6), (6, 2), (1, 1), (0, 3)):
        cost = rng.uniform(0, 1, shape)
        rows, columns = optimize.linear_sum_assignment(cost)
        pairs = unique_pairs(cost, most=2.0)
        assert sum(cost[pair] for pair in pairs) == pytest.approx(cost[rows, columns].sum())


def test_assignment_leaves_out_who_would_spoil_a_good_pair():
    # Matching both would cost 2.4; the good pair alone, with the other two left over, is better.
    assert unique_pairs(np.array([[0.2, 1.4], [1.0, np.inf]]), most=1.75) == [(0, 0)]
    assert unique_pairs(np.full((2, 2), np.inf), most=1.0) == []


def follow(
    path: list[list[tuple[float, tuple]]], fps: float = 30.0, starts_track: bool = True
) -> list[list[int | None]]:
    """Ids of the people in each frame; a frame is a list of (x, shirt)."""
    tracker = ImageTracker()
    return [
        tracker.assign([detection(x, shirt, starts_track or t == 0) for x, shirt in frame], t / fps)
        for t, frame in enumerate(path)
    ]


def test_crossing_people_keep_their_ids():
    path = [[(100 + 4 * t, RED), (500 - 4 * t, BLUE)] for t in range(100)]
    ids = follow([frame if t % 2 else frame[::-1] for t, frame in enumerate(path)])
    red_first = [pair if t % 2 else pair[::-1] for t, pair in enumerate(ids)]
    assert len({tuple(pair) for pair in red_first}) == 1


def test_alike_people_are_told_apart_by_their_way():
    ids = follow([[(100 + 4 * t, RED), (500 - 4 * t, RED)] for t in range(100)])
    assert {tuple(pair) for pair in ids} == {tuple(ids[0])}


def test_hidden_person_is_not_invented_and_comes_back():
    # In frames 45 to 55 both followers see the blue one, who stands in front.
    def frame(t: int) -> list[tuple[float, tuple]]:
        blue = 500 - 4 * t
        return [(blue + 3, BLUE), (blue, BLUE)] if 45 <= t <= 55 else [(100 + 4 * t, RED), (blue, BLUE)]

    ids = follow([frame(t) for t in range(100)], starts_track=False)
    red, blue = ids[0]
    for t in range(45, 56):
        assert red not in ids[t] and ids[t].count(blue) == 1
    tracker = ImageTracker()
    for t in range(100):
        last = tracker.assign([detection(x, shirt, t == 0 or t == 56) for x, shirt in frame(t)], t / 30)
    assert last == [red, blue]


def seen(x: float, shirt: tuple, source: int | None = None, shape: np.ndarray | None = None) -> ImageDetection:
    return replace(detection(x, shirt, source is None), source=source, shape=shape)


def test_alike_people_who_meet_keep_to_their_regions_and_poses():
    """For a third of a second both are measured half-way between the two, as networks do with people who overlap."""
    stride, reach = np.full((13, 2), 0.1), np.full((13, 2), -0.1)
    tracker = ImageTracker()
    for t in range(60):
        left, right = 200 + 4.0 * t, 440 - 4.0 * t
        middle = (left + right) / 2
        drawn = 0.5 if 25 <= t <= 34 else 0.0
        given = tracker.assign(
            [
                seen(left + drawn * (middle - left), RED, 0 if t else None, stride),
                seen(right + drawn * (middle - right), RED, 1 if t else None, reach),
            ],
            t / 30,
        )
        assert given == [0, 1]


def test_detection_in_a_region_that_slid_onto_a_hidden_neighbor_is_the_neighbor():
    tracker = ImageTracker()
    for t in range(30):
        tracker.assign([seen(300, RED), seen(400 - t, BLUE)], t / 30)
    tracker.assign([seen(370, BLUE, 1)], 1.0)
    assert tracker.assign([seen(350, RED, 1)], 31 / 30) != [1]
    assert tracker.assign([seen(305, RED, 1)], 32 / 30) == [0]


def test_what_looks_like_nobody_is_nobody():
    tracker = ImageTracker()
    for t in range(10):
        tracker.assign([seen(300, RED)], t / 30)
    assert tracker.assign([seen(300, GREEN, 0)], 10 / 30) == [None]


@pytest.mark.parametrize("away_s", [0.5, 2.0, 5.0])
def test_returning_person_keeps_the_id(away_s):
    frames = round(away_s * 30)
    path = [[(300, BLUE), (500 + 4 * t, RED)] for t in range(30)] + [[(300, BLUE)]] * frames
    path += [[(300, BLUE), (600 - 4 * t, RED)] for t in range(20)]
    ids = follow(path)
    assert ids[-1] == ids[0]


def test_another_person_in_the_same_place_is_somebody_new():
    path = [[(300, BLUE), (500 + 4 * t, RED)] for t in range(30)] + [[(300, BLUE)]] * 60
    ids = follow([*path, [(300, BLUE), (600, GREEN)]])
    assert ids[-1][0] == ids[0][0] and ids[-1][1] not in ids[0]


def test_nobody_jumps_across_the_picture():
    ids = follow([[(100, RED)], [(100, RED)], [(500, RED)]])
    assert ids[2] != ids[1]
    assert follow([[(100, RED)], [(100, RED)], [(500, RED)]], starts_track=False)[2] == [None]


def test_people_are_recognized_after_a_cut_wherever_they_are():
    tracker = ImageTracker()
    first = tracker.assign([detection(100, RED), detection(500, BLUE)], 0.0)
    tracker.new_shot()
    assert tracker.assign([detection(560, RED), detection(60, BLUE), detection(300, GREEN)], 0.04)[:2] == first


def room(seed: int) -> np.ndarray:
    """A picture of large color patches."""
    return np.random.default_rng(seed).integers(0, 256, (6, 8, 3), np.uint8).repeat(30, axis=0).repeat(40, axis=1)


def test_cut_is_found_once_and_only_there():
    detector = ShotDetector()
    pictures = [np.roll(room(1), 3 * t, axis=1) for t in range(30)] + [
        np.roll(room(2), 3 * t, axis=1) for t in range(30)
    ]
    assert [t for t, image in enumerate(pictures) if detector.is_cut(image)] == [30]


def test_dissolve_is_one_cut_and_a_shaking_camera_none():
    detector = ShotDetector()
    shares = np.clip((np.arange(40) - 20) / 6, 0, 1)
    dissolve = [(room(1) * (1 - share) + room(2) * share).astype(np.uint8) for share in shares]
    assert sum(detector.is_cut(image) for image in dissolve) == 1
    detector = ShotDetector()
    rng = np.random.default_rng(0)
    assert not any(detector.is_cut(np.roll(room(1), rng.integers(-8, 8), axis=1)) for _ in range(60))


def test_whose_region_slid_onto_a_neighbor_is_recognized_beside():
    """The red one's region shows the blue one from frame 10 on; in frame 20 the red one is found again."""
    tracker = ImageTracker()
    for t in range(20):
        shirt = RED if t < 10 else BLUE
        seen = replace(detection(300 + t, shirt), source=0) if t else detection(300, RED)
        assert tracker.assign([seen], t / 30) == [0] if t < 10 else True
    slid, red = replace(detection(320, BLUE, starts_track=False), source=0), detection(290, RED)
    assert tracker.assign([slid, red], 20 / 30) == [1, 0]


def test_who_stays_in_their_region_is_not_taken_for_somebody_new_beside():
    tracker = ImageTracker()
    for t in range(10):
        tracker.assign([replace(detection(300, RED), source=0 if t else None)], t / 30)
    stays, new = replace(detection(300, RED, starts_track=False), source=0), detection(340, BLUE)
    assert tracker.assign([stays, new], 10 / 30) == [0, 1]


def test_an_appearance_that_may_be_somebody_elses_is_hardly_learned():
    tracker = ImageTracker()
    for t in range(10):
        tracker.assign([detection(300, RED), detection(500, BLUE)], t / 30)
    for t in range(10, 30):  # both regions show the blue one
        tracker.assign([replace(detection(300, BLUE), source=0), replace(detection(500, BLUE), source=1)], t / 30)
    assert not tracker.rather(1, 0, detection(300, RED).appearance)
    assert tracker.rather(1, 0, detection(300, BLUE).appearance)


def test_two_who_look_alike_can_be_taken_for_one_and_others_cannot():
    tracker = ImageTracker()
    assert tracker.assign([detection(300, RED), detection(500, BLUE), detection(600, RED)], 0.0) == [0, 1, 2]
    assert not tracker.join(0, 1)
    assert tracker.join(0, 2)
    assert tracker.assign([seen(604, RED, 0), seen(500, BLUE, 1)], 1 / 30) == [0, 1]
