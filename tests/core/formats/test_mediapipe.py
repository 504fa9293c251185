"""Landmarks of MediaPipe in the forms that people dump them in."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from romp_core.errors import TakeError
from romp_core.formats import import_results
from romp_core.solve import solve

COUNT = 20


def landmarks(row: int, shift: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    """Image (33, 4) in fractions and world (33, 4) in meters of somebody who stands and walks to the right."""
    rng = np.random.default_rng(3)
    world = np.concatenate([rng.uniform(-0.25, 0.25, (33, 1)), rng.uniform(-0.8, 0.8, (33, 1)),
                            rng.uniform(-0.1, 0.1, (33, 1)), np.full((33, 1), 0.9)], axis=1)  # fmt: skip
    world[[23, 24], :3] = [[0.1, 0, 0], [-0.1, 0, 0]]
    world[[11, 12], :3] = [[0.18, -0.5, 0], [-0.18, -0.5, 0]]
    image = world.copy()
    image[:, :3] = world[:, :3] * [0.25, 0.45, 0.25] + [0.4 + 0.005 * row + shift, 0.5, 0]
    return image, world


def dicts(points: np.ndarray) -> list[dict[str, float]]:
    return [dict(zip(("x", "y", "z", "visibility"), map(float, point), strict=True)) for point in points]


def frames(make: Callable[[int], Any]) -> list[Any]:
    return [make(row) for row in range(COUNT)]


FORMS: dict[str, Callable[[], Any]] = {
    "python solution": lambda: frames(
        lambda row: {"frame": row, "pose_landmarks": dicts(landmarks(row)[0]),
                     "pose_world_landmarks": dicts(landmarks(row)[1])}),
    "tasks": lambda: {"fps": 25, "width": 1920, "height": 1080, "frames": frames(
        lambda row: {"landmarks": [dicts(landmarks(row)[0])], "worldLandmarks": [dicts(landmarks(row)[1])]})},
    "javascript": lambda: frames(
        lambda row: {"poseLandmarks": dicts(landmarks(row)[0]), "poseWorldLandmarks": dicts(landmarks(row)[1])}),
    "protobuf": lambda: frames(
        lambda row: {"pose_landmarks": {"landmark": dicts(landmarks(row)[0])},
                     "pose_world_landmarks": {"landmark": dicts(landmarks(row)[1])}}),
    "lists by frame": lambda: {str(row): {"pose_landmarks": landmarks(row)[0].tolist(),
                                          "world_landmarks": landmarks(row)[1].tolist()} for row in range(COUNT)},
}  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_forms(form: str, tmp_path: Path) -> None:
    (tmp_path / "pose.json").write_text(json.dumps(FORMS[form]()))
    take = import_results(tmp_path / "pose.json")
    (person,) = take.people
    seen = person.observations
    assert seen.frame_index.tolist() == list(range(COUNT)) and not take.solved
    size = (1920, 1080) if form == "tasks" else (1280, 720)
    assert (take.footage.width, take.footage.height) == size
    assert take.footage.fps == (25 if form == "tasks" else 30)
    for row in (0, 10):
        image, world = landmarks(row)
        np.testing.assert_allclose(seen.keypoints3d[row], world[:, :3], atol=1e-5)
        np.testing.assert_allclose(seen.keypoints2d[row], image[:, :2] * size, atol=1e-2)
        np.testing.assert_allclose(seen.visibility[row], 0.9, atol=1e-6)
    assert take.provenance.model_license.startswith("Apache-2.0")
    assert solve(take).characters


def test_several_people_and_frames_without_any(tmp_path: Path) -> None:
    def frame(row: int) -> dict[str, Any]:
        people = [landmarks(row), landmarks(row, 0.4)][:: 1 if row % 2 else -1]
        if row == 7:
            return {"landmarks": [], "worldLandmarks": []}
        return {"landmarks": [dicts(image) for image, _ in people], "worldLandmarks": [dicts(w) for _, w in people]}

    (tmp_path / "pose.json").write_text(json.dumps(frames(frame)))
    take = import_results(tmp_path / "pose.json")
    assert len(take.people) == 2
    for person in take.people:
        assert person.observations.frame_index.tolist() == [row for row in range(COUNT) if row != 7]
        assert (np.diff(person.observations.keypoints2d[:, 23, 0]) > 0).all()


def test_world_landmarks_as_an_array(tmp_path: Path) -> None:
    world = np.stack([landmarks(row)[1] for row in range(COUNT)])
    world[4] = np.nan
    np.save(tmp_path / "pose_world.npy", world)
    seen = import_results(tmp_path / "pose_world.npy").people[0].observations
    np.testing.assert_allclose(seen.keypoints3d[0], world[0, :, :3], atol=1e-5)
    assert 4 not in seen.frame_index and len(seen.frame_index) == COUNT - 1


def test_landmarks_in_the_image_alone(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps(frames(lambda row: {"pose_landmarks": dicts(landmarks(row)[0])})))
    take = import_results(tmp_path / "a.json")
    extent = np.ptp(take.people[0].observations.keypoints3d[0], axis=0)
    assert extent[1] == pytest.approx(1.6, abs=0.3) and "size of the image" in take.provenance.remark


@pytest.mark.parametrize(
    ("points", "sentence"),
    [(np.full((33, 4), 0.5), "coincide"), (np.full((33, 4), np.nan), "coincide")],
)
def test_points_that_mean_nothing(points: np.ndarray, sentence: str, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps([{"frame": 0, "pose_landmarks": dicts(points)}]))
    with pytest.raises(TakeError, match=f"MediaPipe.*{sentence}"):
        import_results(tmp_path / "a.json")


def test_world_landmarks_in_millimeters(tmp_path: Path) -> None:
    np.save(tmp_path / "mediapipe_body_3d_xyz.npy", np.random.default_rng(0).uniform(-900, 900, (5, 33, 3)))
    with pytest.raises(TakeError, match="no meters"):
        import_results(tmp_path / "mediapipe_body_3d_xyz.npy")
