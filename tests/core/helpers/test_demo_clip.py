"""The project's own clip is what its ground truth says: other tests and the demo rely on it."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from romp_core.geometry.skeleton import PARENTS
from romp_core.models.blazepose.detector import Detector
from romp_core.models.common.region import whole_image

CLIP = Path(__file__).parents[2] / "data" / "demo.mp4"


@pytest.fixture(scope="module")
def truth() -> dict[str, np.ndarray]:
    with np.load(CLIP.with_suffix(".npz")) as archive:
        return dict(archive)


@pytest.fixture(scope="module")
def images() -> list[np.ndarray]:
    capture, frames = cv2.VideoCapture(str(CLIP)), []
    while (step := capture.read())[0]:
        frames.append(step[1][..., ::-1])
    return frames


def test_clip_is_small_and_as_long_as_its_truth(truth, images):
    assert CLIP.stat().st_size + CLIP.with_suffix(".npz").stat().st_size < 800_000
    assert len(images) == len(truth["times"]) == truth["poses"].shape[1]
    assert images[0].shape == (480, 480, 3)


def test_joints_follow_from_rotations_and_project_into_the_image(truth):
    joints, turned, offsets = truth["joints"][0], truth["G"][0], truth["off"][0]
    for joint, parent in enumerate(PARENTS):
        if parent >= 0:
            np.testing.assert_allclose(
                joints[:, joint], joints[:, parent] + turned[:, parent] @ offsets[joint], atol=1e-5
            )
    seen = np.einsum("tab,tjb->tja", truth["Rcw"], joints - truth["cpos"][:, None]) @ truth["K"].T
    np.testing.assert_allclose(seen[..., :2] / seen[..., 2:], truth["joints2d"][0], atol=1e-2)
    assert truth["visible"].all()


def test_feet_are_planted_and_the_person_walks_waves_and_squats(truth):
    joints = truth["joints"][0]
    speed = np.linalg.norm(np.diff(joints[:, [10, 11]], axis=0), axis=-1) * truth["fps"]
    assert (speed.min(1) < 1e-3).all()  # one ball of the foot always stands
    assert joints[:, [10, 11], 1].min() > 0
    pelvis = joints[:, 0]
    assert np.linalg.norm((pelvis[-1] - pelvis[0])[[0, 2]]) > 1.2
    assert np.ptp(pelvis[:, 1]) > 0.2
    assert (joints[:, 21, 1] > joints[:, 15, 1]).sum() > 15


def test_detector_finds_the_person_where_the_truth_has_it(truth, images):
    detector = Detector()
    for frame in range(0, len(images), 8):
        found = detector.detect(images[frame], whole_image(images[frame]), threshold=0.9)
        assert len(found) == 1
        hips = truth["joints2d"][0, frame, [1, 2]].mean(0)
        assert np.linalg.norm(found[0].region.center - hips) < 0.06 * np.ptp(truth["joints2d"][0, frame, :, 1]) + 8
