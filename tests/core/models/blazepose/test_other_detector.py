"""Another model as detector of the built-in one, played by true joints with noise and drop-outs."""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest

from romp_core.cli.main import main
from romp_core.errors import ModelError
from romp_core.footage import open_footage
from romp_core.models.common.assets import asset
from romp_core.models.registry import model_card
from romp_core.solve import solve
from romp_core.storage.take_file import load_take
from romp_core.take.take import Take

pytest.importorskip("onnxruntime", reason="NOT CHECKED: onnxruntime is not installed")
try:
    asset("blazepose/detector.onnx")
except ModelError as missing:
    pytest.skip(f"NOT CHECKED: {missing}", allow_module_level=True)

from benchmarks.groundtruth import load_truth, score, with_true_heights
from benchmarks.identities import found, raw_take
from romp_core.models.blazepose.detector import Detector
from romp_core.models.blazepose.landmark_network import HIPS, TOP, LandmarkNet
from romp_core.models.blazepose.sightings import Sighting, measurements, of_people, sightings
from romp_core.models.common.region import whole_image
from tests.truth_detector import TruthDetector

pytestmark = pytest.mark.slow

BLAZEPOSE = model_card("blazepose")


@pytest.fixture(scope="module")
def detected(demo_clip, tmp_path_factory) -> Take:
    """The demo clip, its person detected at the true joints, 3 px off, 15 % of them and of the frames missed."""
    return raw_take(demo_clip, tmp_path_factory.mktemp("takes") / "demo.npz", detected=True)


def truth_of(clip: Path) -> dict[str, np.ndarray]:
    return dict(np.load(clip.with_suffix(".npz")))


def without_points(take: Take) -> Take:
    bare = (replace(each.observations, detector_points=None, detector_visibility=None) for each in take.people)
    people = tuple(replace(person, observations=seen) for person, seen in zip(take.people, bare, strict=True))
    return replace(take, people=people)


def test_its_points_are_kept_beside_the_landmarks(detected, demo_clip):
    (person,) = detected.people
    seen, truth = person.observations, truth_of(demo_clip)
    assert len(seen.frame_index) == len(detected.footage.times), "held where the detector misses"
    found_in = seen.detector_visibility.max(axis=1) > 0
    assert 0.7 < found_in.mean() < 0.95
    away = np.linalg.norm(seen.detector_points[found_in, 11] - truth["joints2d"][0, found_in, 1], axis=1)
    assert 1 < np.median(away) < 8, "left hips"


def test_they_make_the_solved_motion_better(detected, demo_clip):
    truth = load_truth(demo_clip)
    joined, alone = (
        score(solve(with_true_heights(take, truth)), truth)[0] for take in (detected, without_points(detected))
    )
    assert joined.mpjpe_mm <= alone.mpjpe_mm and joined.pa_mpjpe_mm <= alone.pa_mpjpe_mm
    assert joined.jumps <= alone.jumps


@pytest.mark.parametrize("name", ["trio", "crowd5"])
def test_people_of_crowds_keep_their_identities(groundtruth, tmp_path, name):
    video = groundtruth / f"{name}.mp4"
    if not video.exists():
        pytest.skip(f"NOT CHECKED: {name} is not in this ground-truth set")
    assert found(raw_take(video, tmp_path / "take.npz", detected=True), truth_of(video)).idf1 >= 0.98


@pytest.mark.parametrize("name", ["walk", "exercise"])
def test_single_people_are_not_worse_than_without(groundtruth, tmp_path, name):
    video = groundtruth / f"{name}.mp4"
    if not video.exists():
        pytest.skip(f"NOT CHECKED: {name} is not in this ground-truth set")
    truth = load_truth(video)
    takes = [raw_take(video, tmp_path / f"{detector}.npz", detected=detector) for detector in (False, True)]
    alone, joined = (score(solve(with_true_heights(take, truth)), truth)[0] for take in takes)
    assert joined.mpjpe_mm <= alone.mpjpe_mm and joined.tracked == 1


def test_the_option_stamps_both_licenses(demo_clip, tmp_path, monkeypatch, capsys):
    truth = truth_of(demo_clip)
    monkeypatch.setattr(
        import_module("romp_core.models.blazepose.card"), "open_model", lambda store, options: TruthDetector(truth)
    )
    out, weights = tmp_path / "take.npz", tmp_path / "weights"
    weights.mkdir()
    arguments = ["capture", str(demo_clip), "-o", str(out), "--detector", "rtmo", "--weights", str(weights)]
    monkeypatch.setattr("pathlib.Path.home", lambda: tmp_path)
    assert main([*arguments, "--end", "0.8", "--progress", "none"]) == 1
    assert "RTMO network (ONNX), small" in capsys.readouterr().err, "without its file it says which one is missing"
    (weights / "rtmo-s.zip").write_bytes(b"PK")
    assert main([*arguments, "--end", "0.8", "--progress", "none"]) == 0
    take = load_take(out)
    assert take.solved and take.people[0].observations.detector_points is not None
    made = take.provenance
    assert "BlazePose" in made.model_license and "RTMO, OpenMMLab" in made.model_license
    assert "rtmo-s.zip" in made.weights and made.commercial_use == "yes, but read the condition"


@pytest.fixture(scope="module")
def person(demo_clip):
    """A frame of the demo clip, the pose of its person, and what a perfect detector sees."""
    with open_footage(str(demo_clip)) as footage:
        image = next(iter(footage.frames())).image
    body = Detector().detect(image, whole_image(image))[0]
    net = LandmarkNet()
    pose = net.infer(image, net.infer(image, body.region).body)
    (seen,) = sightings(TruthDetector(truth_of(demo_clip), noise_px=0, dropped=0).detect(image))
    return image, pose, seen


def test_a_sighting_gives_about_the_region_that_the_pose_has(person):
    _, pose, seen = person
    region = seen.body().region
    assert 0.75 < region.side / pose.body.side < 1.3
    assert np.hypot(region.x - pose.body.x, region.y - pose.body.y) < 0.1 * pose.body.side
    assert abs(np.degrees(region.angle - pose.body.angle)) < 15


def test_poses_of_others_are_contradicted(person):
    _, pose, seen = person
    assert seen.agrees(pose)
    aside = replace(pose, points=pose.points + np.array([0.3 * pose.body.side, 0, 0]))
    assert not seen.agrees(aside)
    assert of_people([seen], {3: pose, 5: aside}) == {3: 0}
    points, visibility = measurements([seen], {5: aside, 3: pose})
    assert not visibility[0].any() and (points[1] == seen.points.astype(np.float32)).all()


def test_a_lost_pose_is_carried_by_what_is_seen(person):
    _, pose, seen = person
    shift = np.array([40.0, -10.0])
    carried = replace(seen, points=seen.points + shift).carried(pose)
    left_knee = carried.points[25, :2] - seen.points[13]
    assert np.abs(left_knee - shift).max() < 1e-6 and carried.visibility[25] > 0.5
    assert carried.visibility[32] < 0.1 and carried.covered[32], "toes are not among COCO's points"
    assert (carried.world == pose.world).all()
    moved = carried.points[[HIPS, TOP], :2] - pose.points[[HIPS, TOP], :2]
    assert np.abs(moved - shift).max() < 0.2 * pose.body.side
    few = Sighting(seen.points, np.where(np.arange(17) < 9, seen.visibility, 0), seen.box, seen.score)
    assert few.body() is None and few.carried(pose) is None
