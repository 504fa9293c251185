"""RTMO on footage: people followed in the image, counted and exported; and images of any shape."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from romp_core.cli.main import main
from romp_core.errors import ModelError
from romp_core.images.thumbnail import write_png
from romp_core.jobs.live.messages import Live
from romp_core.jobs.live.session import live
from romp_core.models.registry import MODELS, weight_store
from romp_core.models.rtmo.complete_network import CompleteNetwork
from romp_core.models.rtmo.detections import Detections, distinct
from romp_core.models.rtmo.estimator import Rtmo, RtmoEstimator
from romp_core.storage.take_file import load_take
from romp_core.take.observations import Frame
from romp_core.take.settings import CaptureSettings
from romp_core.take.take import FootageInfo
from tests.rtmo_stub import COLUMNS, ROWS, standing, stub_network

RTMO = MODELS["rtmo"]


@pytest.fixture(scope="module")
def weights(tmp_path_factory) -> Path:
    """A folder with a network that sees two people, one of them twice, a doubtful one, and a row of padding."""
    folder = tmp_path_factory.mktemp("weights")
    people = [standing(30, 8, 40), standing(31, 8, 41, 0.5), standing(60, 10, 40, 0.8), standing(80, 10, 30, 0.2)]
    rows = np.stack([*people, np.zeros(56)])
    with zipfile.ZipFile(folder / "rtmo-s.zip", "w") as archive:
        archive.writestr("20231211/rtmo_s/end2end.onnx", stub_network(rows))
    return folder


@pytest.fixture(scope="module")
def take(weights, tmp_path_factory, demo_clip) -> Path:
    """The demo clip captured with it."""
    out = tmp_path_factory.mktemp("takes") / "take.npz"
    arguments = ["capture", str(demo_clip), "-o", str(out), "--model", "rtmo", "--end", "1", "--weights", str(weights)]
    assert main([*arguments, "--progress", "none"]) == 0
    return out


def test_a_capture_follows_people_in_the_image(take):
    loaded = load_take(take)
    assert [each.id for each in loaded.people] == [0, 1], "everybody once, nobody doubtful, no padding"
    assert not loaded.solved and not loaded.has_poses
    for person in loaded.people:
        seen = person.observations
        assert len(seen.frame_index) == len(loaded.footage.times)
        assert seen.keypoints2d.shape[1:] == (17, 2) and seen.keypoints3d is None and seen.rotations is None
    ratio = min(ROWS / loaded.footage.height, COLUMNS / loaded.footage.width)
    expected = standing(30, 8, 40)[5:].reshape(17, 3)[:, :2] / ratio
    assert_allclose(loaded.people[0].observations.keypoints2d[0], expected, rtol=1e-5)
    assert list(loaded.provenance.weights) == ["rtmo-s.zip"] and "Apache-2.0" in loaded.provenance.model_license
    assert "move no character" in loaded.provenance.remark


def test_it_says_how_many_there_are_at_a_time(take, capsys):
    assert main(["info", str(take)]) == 0
    assert "At a time   2 people at most, in the image only" in capsys.readouterr().out


def test_there_is_nothing_to_solve_or_bake(take, tmp_path, capsys):
    assert main(["solve", str(take), "-o", str(tmp_path / "solved.npz")]) == 1
    text = capsys.readouterr().err
    assert "keypoints in the image only, so it has no motion to solve" in text and "keypoints format" in text
    assert main(["export", str(take), "--format", "joints", str(tmp_path / "joints.npz")]) == 1
    assert "Export it in the keypoints format." in capsys.readouterr().err


def test_keypoints_as_arrays(take, tmp_path):
    assert main(["export", str(take), "--format", "keypoints", str(tmp_path / "points.npz")]) == 0
    people = load_take(take).people
    with np.load(tmp_path / "points.npz", allow_pickle=False) as data:
        assert data["keypoint_names"][5] == "left_shoulder" and str(data["model"]) == "rtmo"
        assert (data["people_per_frame"] == 2).all()
        for index, person in enumerate(people):
            assert_array_equal(data[f"keypoints_{index}"], person.observations.keypoints2d)
            assert_array_equal(data[f"visibility_{index}"], person.observations.visibility)
            assert (data[f"boxes_{index}"][:, 2:] > data[f"boxes_{index}"][:, :2]).all()


def test_keypoints_as_coco(take, tmp_path):
    path = tmp_path / "points.json"
    assert main(["export", str(take), "--format", "keypoints", str(path)]) == 0
    loaded, data = load_take(take), json.loads(path.read_text("utf-8"))
    assert len(data["images"]) == len(loaded.footage.times)
    (category,) = data["categories"]
    assert category["keypoints"][0] == "nose" and [12, 14] in category["skeleton"], "left hip to left knee, from 1"
    assert len(data["annotations"]) == 2 * len(data["images"])
    assert len({each["id"] for each in data["annotations"]}) == len(data["annotations"])
    first = data["annotations"][0]
    points = np.array(first["keypoints"]).reshape(17, 3)
    assert_allclose(points[:, :2], loaded.people[0].observations.keypoints2d[0], atol=1e-3)
    assert first["num_keypoints"] == 17 and (points[:, 2] == 2).all() and first["track_id"] == 0
    width, height = first["bbox"][2:]
    assert first["area"] == pytest.approx(width * height, rel=1e-3) and width < height
    assert data["licenses"][0]["name"] == RTMO.license
    path.write_bytes(b"\x00film")
    assert main(["export", str(take), "--format", "keypoints", str(path)]) == 1
    assert path.read_bytes() == b"\x00film", "another kind of file is not overwritten"


def test_detecting_draws_skeletons_and_counts(weights, tmp_path, demo_clip, capsys):
    out = tmp_path / "people.png"
    assert main(["detect-people", str(demo_clip), "-o", str(out), "--model", "rtmo", "--weights", str(weights)]) == 0
    printed = capsys.readouterr()
    assert "2 people at 0.00 s" in printed.err + printed.out and out.stat().st_size > 1000


def test_it_does_not_run_live(weights, tmp_path):
    command = Live("0", capture=CaptureSettings(model="rtmo"))
    with pytest.raises(ModelError, match=r"RTMO \(2D\) cannot run live, since it gives keypoints in the image only"):
        live(command, None, None, store=weight_store(weights))


def test_a_variant_that_is_not_there_is_named(weights, tmp_path, demo_clip, capsys):
    arguments = ["capture", str(demo_clip), "-o", str(tmp_path / "take.npz"), "--model", "rtmo"]
    assert main([*arguments, "--rtmo-variant", "l", "--weights", str(weights), "--progress", "none"]) == 1
    assert "rtmo-l_16xb16-600e_body7" in capsys.readouterr().err


def network_with(tmp_path: Path, rows: np.ndarray) -> CompleteNetwork:
    path = tmp_path / "end2end.onnx"
    path.write_bytes(stub_network(rows))
    return CompleteNetwork(path)


@pytest.mark.parametrize("rows", [np.zeros((1, 56)), np.zeros((3, 56)), np.zeros((0, 56))])
def test_nobody_is_nobody(tmp_path, rows):
    """Padding rows have no score; some exports give no rows at all."""
    model = Rtmo(network_with(tmp_path, rows))
    assert len(model.detect(np.zeros((90, 160, 3), np.uint8))) == 0
    info = FootageInfo("", 160, 90, 30.0, np.zeros(0), np.zeros(0, np.int32))
    frames = [Frame(i, i / 30, np.zeros((90, 160, 3), np.uint8)) for i in range(3)]
    people = list(RtmoEstimator(model, info, RTMO.new_tracker()).run(frames))
    assert [len(each) for each in people] == [0, 0, 0]
    assert people[0].keypoints2d.shape == (0, 17, 2)


@pytest.mark.parametrize("shape", [(1, 1), (1, 4000), (4000, 1), (30, 9000), (2, 3)])
def test_images_of_any_shape(tmp_path, shape):
    """Wide panoramas and single pixels keep a row and a column on the canvas."""
    network = network_with(tmp_path, np.stack([standing(40, 2, 50)]))
    found = Rtmo(network).detect(np.full((*shape, 3), 90, np.uint8))
    assert len(found) == 1
    ratio = min(ROWS / shape[0], COLUMNS / shape[1])
    assert_allclose(found.boxes[0, 0] * ratio, 40 - 0.18 * 50, rtol=1e-5)


@pytest.mark.parametrize("kind", ["gray", "alpha"])
def test_stills_of_other_kinds(weights, tmp_path, kind):
    cv2 = pytest.importorskip("cv2")
    still = tmp_path / f"{kind}.png"
    write_png(np.full((60, 90, 3), 120, np.uint8), still)
    pixels = np.full((60, 90) if kind == "gray" else (60, 90, 4), 120, np.uint8)
    assert cv2.imwrite(str(still), pixels)
    out = tmp_path / "take.npz"
    arguments = ["capture", str(still), "-o", str(out), "--model", "rtmo", "--weights", str(weights)]
    assert main([*arguments, "--progress", "none"]) == 0
    assert len(load_take(out).people) == 2


def test_numbers_that_are_not_finite_are_left_out():
    boxes = np.array([[0, 0, 10, 20], [np.nan, 0, 10, 20], [100, 0, 110, 20]], float)
    found = Detections(boxes, np.array([0.9, 0.95, 0.8]), np.zeros((3, 17, 2)), np.ones((3, 17)))
    assert distinct(found).scores.tolist() == [0.9, 0.8]


def test_the_nearest_are_the_largest(tmp_path):
    rows = np.stack([standing(20, 20, 30, 0.95), standing(70, 4, 55, 0.7)])
    info = FootageInfo("", COLUMNS, ROWS, 30.0, np.zeros(0), np.zeros(0, np.int32))
    estimator = RtmoEstimator(Rtmo(network_with(tmp_path, rows)), info, RTMO.new_tracker(), people=1)
    (people,) = estimator.run([Frame(0, 0.0, np.zeros((ROWS, COLUMNS, 3), np.uint8))])
    assert len(people) == 1 and people.confidence[0] == pytest.approx(0.7)
