"""Whose face it is, and what becomes of a face that is lost, for people whose poses are known."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from romp_core.images.ops import warp
from romp_core.models.common.claims import losers, same
from romp_core.models.face.follower import FaceFollower
from romp_core.models.face.mesh import LEFT_EYE, LEFT_IRIS, LIPS, NOSE_TIP, POINTS, RIGHT_EYE, RIGHT_IRIS
from romp_core.models.face.networks import FacePoints
from romp_core.models.face.regions import tracked_region
from romp_core.take.keypoints import BLAZEPOSE_33
from tests.core.models.mediapipe_golden import known, read_image

Seen = tuple[np.ndarray, np.ndarray, np.ndarray]
"""An image, and keypoints (33, 2) and visibility (33,) of the person in it."""


@pytest.fixture(scope="module")
def seen(hands_face, recipe) -> Seen:
    """The first image of the set with a face that was found."""
    for name in recipe["static"]:
        with np.load(hands_face / f"{name}.npz") as stored:
            if known(stored.get("holistic__face_landmarks_px")):
                pose, visibility = stored["holistic__pose_px"][:, :2], stored["holistic__pose_visibility"]
                return read_image(hands_face / f"{name}.png"), pose, visibility
    pytest.skip("NOT CHECKED: nobody's face is in this golden set")


def find(follower: FaceFollower, image: np.ndarray, *people: tuple[int, np.ndarray, np.ndarray]) -> dict:
    ids, points, visibility = zip(*people, strict=True)
    return follower.find(image, ids, np.stack(points), np.stack(visibility))


def face_at(x: float, size: float = 80.0) -> FacePoints:
    points = np.zeros((POINTS, 3))
    points[:, :2] = np.random.default_rng(1).random((POINTS, 2)) * size + [x, 100.0]
    points[[33, 263], :2] = [x + 0.3 * size, 130.0], [x + 0.7 * size, 130.0]
    return FacePoints(0.99, points, tracked_region(points))


def test_the_refined_points_are_different_ones_and_none_is_beyond_the_mesh() -> None:
    refined = np.concatenate([LIPS, RIGHT_EYE, LEFT_EYE, RIGHT_IRIS, LEFT_IRIS])
    assert [len(each) for each in (LIPS, RIGHT_EYE, LEFT_EYE, RIGHT_IRIS, LEFT_IRIS)] == [80, 71, 71, 5, 5]
    assert len(set(refined.tolist())) == len(refined) and refined.max() == POINTS - 1


def test_a_face_that_two_people_claim_is_given_to_one() -> None:
    found = {1: face_at(100), 2: face_at(104), 3: face_at(300)}
    assert same(found[1], found[2]) and not same(found[1], found[3])
    assert losers(found, lambda a, b: a == 2) == [1]
    assert losers(found, lambda a, b: a == 1) == [2]


def test_it_is_given_to_whose_pose_it_fits(seen: Seen) -> None:
    image, pose, visibility = seen
    beside = pose + np.array([0.15 * np.ptp(pose[:11, 0]), 0.0])
    found = find(FaceFollower(BLAZEPOSE_33), image, (4, beside, visibility), (9, pose, visibility))
    assert list(found) == [9]


def test_nobody_gets_a_face_that_is_away_from_the_pose(seen: Seen) -> None:
    image, pose, visibility = seen
    away = pose + np.array([1.2 * np.ptp(pose[:11, 0]), 0.0])
    assert find(FaceFollower(BLAZEPOSE_33), image, (4, away, visibility)) == {}


def test_a_face_is_found_where_the_pose_is_poor(seen: Seen) -> None:
    """Close to the camera, where the pose's points may all be in the middle of the face."""
    image, pose, visibility = seen
    large = tracked_region(find(FaceFollower(BLAZEPOSE_33), image, (1, pose, visibility))[1].points)
    scale = 0.6 * min(image.shape[:2]) / large.side  # as the face of a portrait
    center = np.array(image.shape[1::-1]) / 2
    to_image = np.column_stack([np.eye(2) / scale, large.center - center / scale])
    near = warp(image, to_image, image.shape[1], image.shape[0], "replicate")
    middle = center + (pose - pose[:11].mean(axis=0)) * scale * 0.15
    found = find(FaceFollower(BLAZEPOSE_33), near, (1, middle, visibility))
    assert list(found) == [1]
    assert np.linalg.norm(found[1].points[NOSE_TIP, :2] - center) < 0.25 * large.side * scale


def test_a_face_is_followed_lost_and_found_again(seen: Seen) -> None:
    image, pose, visibility = seen
    follower, empty = FaceFollower(BLAZEPOSE_33), np.full_like(image, 120)
    first = find(follower, image, (1, pose, visibility))[1]
    for _ in range(6):  # the detector is asked again on the way
        again = find(follower, image, (1, pose, visibility))[1]
        assert np.linalg.norm(again.points[:, :2] - first.points[:, :2], axis=1).mean() < 0.02 * first.region.side
    for _ in range(7):
        assert find(follower, empty, (1, pose, visibility)) == {}
    frames = [1 in find(follower, image, (1, pose, visibility)) for _ in range(5)]
    assert frames[-1] and frames == sorted(frames), "once found it stays"
    follower.restart()
    assert 1 in find(follower, image, (1, pose, visibility))


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_a_face_is_found_upside_down_and_on_its_side(seen: Seen, turns: int) -> None:
    image, pose, visibility = seen
    upright = find(FaceFollower(BLAZEPOSE_33), image, (1, pose, visibility))[1].points[:, :2]
    turned, points, width, expected = np.ascontiguousarray(np.rot90(image, turns)), pose, image.shape[1], upright
    for _ in range(turns):  # np.rot90 turns counter-clockwise
        points, expected = (np.column_stack([each[:, 1], width - each[:, 0]]) for each in (points, expected))
        width = image.shape[0] if width == image.shape[1] else image.shape[1]
    found = find(FaceFollower(BLAZEPOSE_33), turned, (1, points, visibility))[1]
    assert np.linalg.norm(found.points[:, :2] - expected, axis=1).mean() < 0.02 * found.region.side


def test_faces_that_are_too_small_are_left_out(seen: Seen) -> None:
    image, pose, visibility = seen
    size = np.ptp(find(FaceFollower(BLAZEPOSE_33), image, (1, pose, visibility))[1].points[:, :2], axis=0).max()
    for pixels, expected in ((60, [1]), (14, [])):
        small = cv2.resize(image, None, fx=pixels / size, fy=pixels / size, interpolation=cv2.INTER_AREA)
        assert list(find(FaceFollower(BLAZEPOSE_33), small, (1, pose * pixels / size, visibility))) == expected
