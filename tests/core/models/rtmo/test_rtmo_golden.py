"""RTMO, stage by stage, against the numbers of the reference implementations (`spec/rtmo.md`, section 6)."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from romp_core.models.rtmo.complete_network import CompleteNetwork
from romp_core.models.rtmo.detections import distinct_rows
from romp_core.models.rtmo.estimator import Rtmo
from romp_core.models.rtmo.letterbox import fitted_size, letterbox
from romp_core.models.rtmo.template_network import TemplateNetwork, candidates, cells
from romp_core.typing import Array
from tests.formula import save_torch_zip
from tests.rtmo_formula import formula_weights, read_set, state_shapes, torch_sets

cv2 = pytest.importorskip("cv2")

HEAD_TOLERANCE, PIXELS, PROBABILITY = 1e-4, 0.02, 1e-4


@pytest.fixture(scope="module")
def rtmo(golden: Path) -> Path:
    return golden / "rtmo"


def image_of(path: Path) -> Array:
    """(H, W, 3) RGB."""
    return np.ascontiguousarray(cv2.imread(str(path))[..., ::-1])


@pytest.fixture(scope="module")
def opened(rtmo):
    """Complete networks by file name, each opened once."""
    networks: dict[str, CompleteNetwork] = {}
    return lambda name: networks.setdefault(name, CompleteNetwork(rtmo / name))


def golden_image(rtmo: Path, recipe: dict, name: str, network: CompleteNetwork) -> Array:
    if name in recipe["images"]:
        return image_of(rtmo / recipe["images"][name])
    size = network.columns, network.rows
    return cv2.resize(image_of(rtmo / recipe["images"]["tiny"]), size, interpolation=cv2.INTER_NEAREST)


def test_complete_networks_give_the_right_people(rtmo, opened):
    """Those that the reference means; where rows are not sorted it returns others."""
    recipe, expected = read_set(rtmo, "onnx_prepost")
    differ = 0
    for case in recipe["cases"]:
        network = opened(case["model"])
        image = golden_image(rtmo, recipe, case["image"], network)
        prefix = f"{Path(case['model']).stem}__{case['image']}__"
        canvas, ratio = letterbox(image, network.rows, network.columns)
        assert ratio == expected[f"{prefix}ratio"]
        blue_first = np.ascontiguousarray(canvas[..., ::-1])
        if hashlib.md5(blue_first.tobytes()).digest() != expected[f"{prefix}pad_md5"].tobytes():
            every = expected[f"{prefix}pad_every40"]
            assert np.abs(blue_first[::40, ::40].astype(int) - every).max() <= 1
        found = network(canvas[None])[0]
        assert_allclose(found.keypoints, expected[f"{prefix}raw_keypoints"][0, ..., :2], atol=1e-3)
        found = found.enlarged(ratio)
        rows = distinct_rows(found.boxes, found.scores, case["score_thr"], case["nms_thr"])
        thresholds = f"{prefix}n{case['nms_thr']}_s{case['score_thr']}__"
        assert_array_equal(rows, expected[f"{thresholds}correct_index"])
        right = expected[f"{prefix}raw_keypoints"][0, rows]
        assert_allclose(found.keypoints[rows], right[..., :2] / ratio, atol=1e-3)
        assert_allclose(found.visibility[rows], right[..., 2], atol=1e-6)
        if case["rtmlib_equals_correct"]:
            assert_allclose(found.keypoints[rows], expected[f"{thresholds}rtmlib_keypoints"], atol=1e-3)
        else:
            differ += 1
    assert differ, "the set has cases in which the reference is wrong"


def test_images_take_as_much_of_the_canvas(rtmo):
    table = read_set(rtmo, "onnx_prepost")[1]["letterbox_table_H_W_h_w_rh_rw"]
    for rows, columns, height, width, *expected in table.tolist():
        assert fitted_size((height, width), rows, columns)[:2] == tuple(max(1, each) for each in expected)


@pytest.fixture(scope="module")
def from_checkpoints(rtmo, tmp_path_factory):
    """Recipe, numbers, network and canvas of each set of the torch network."""
    sets = []
    for name in torch_sets(rtmo):
        recipe, expected = read_set(rtmo, name)
        path = tmp_path_factory.mktemp("weights") / "rtmo.pth"
        save_torch_zip({"state_dict": formula_weights(state_shapes(rtmo, recipe["variant"]), recipe)}, path)
        network = TemplateNetwork(path, recipe["H"], recipe["W"])
        sets.append((recipe, expected, network, letterbox(image_of(rtmo / recipe["image"]), recipe["H"], recipe["W"])))
    assert len(sets) > 1
    return sets


def test_maps_of_checkpoints(from_checkpoints):
    for _, expected, network, (canvas, ratio) in from_checkpoints:
        assert ratio == expected["ratio"]
        blue_first = canvas[..., ::-1]
        step = canvas.shape[0] // expected["input_sample"].shape[0]
        assert np.abs(blue_first[::step, ::step].astype(int) - expected["input_sample"]).max() <= 1
        logits, boxes, visibility, poses = (each[0] for each in network.maps(canvas[None]))
        assert_allclose(logits, expected["cls_logits"], atol=HEAD_TOLERANCE)
        assert_allclose(boxes, expected["bbox_raw"], atol=HEAD_TOLERANCE)
        assert_allclose(visibility[::7], expected["kpt_vis_logits_every7"], atol=HEAD_TOLERANCE)
        assert_allclose(poses[::23], expected["pose_vec_every23"], atol=HEAD_TOLERANCE)
        grid = cells(*canvas.shape[:2])
        assert_array_equal(grid.centers, expected["priors"])
        assert_array_equal(grid.strides[:, 0], expected["stride"])


def test_people_of_checkpoints(from_checkpoints):
    """Compared cell by cell, since equal scores may come in any order."""
    for _, expected, network, (canvas, ratio) in from_checkpoints:
        logits, boxes, _, _ = (each[0] for each in network.maps(canvas[None]))
        chosen = candidates(logits[:, 0], boxes, cells(*canvas.shape[:2]))
        ours, theirs = np.argsort(chosen.cells), np.argsort(expected["keep_index"])
        assert_array_equal(chosen.cells[ours], expected["keep_index"][theirs])
        assert (np.diff(chosen.scores) <= 1e-5).all(), "best first"
        found = network(canvas[None])[0].only(ours)
        assert_allclose(found.scores, expected["det_scores"][theirs], atol=PROBABILITY)
        assert_allclose(chosen.boxes[ours], expected["det_boxes"][theirs], atol=PIXELS)
        assert_allclose(found.boxes, expected["boxes_clamped"][theirs], atol=PIXELS)
        assert_allclose(found.keypoints, expected["keypoints"][theirs], atol=PIXELS)
        assert_allclose(found.visibility, expected["keypoint_vis"][theirs], atol=PROBABILITY)
        assert_allclose(found.enlarged(ratio).keypoints, expected["keypoints_image"][theirs], atol=PIXELS)


def test_spread_is_that_of_the_distributions(from_checkpoints):
    """The standard deviation of the reference's probabilities over the bins around a box."""
    for _, expected, network, (canvas, _) in from_checkpoints:
        found = network(canvas[None])[0]
        logits, boxes, _, _ = (each[0] for each in network.maps(canvas[None]))
        chosen = candidates(logits[:, 0], boxes, cells(*canvas.shape[:2]))
        for index, cell in enumerate(expected["keep_index"][: len(expected["prob_x_first2"])]):
            row = int(np.flatnonzero(chosen.cells == cell)[0])
            for axis, name in enumerate(("prob_x_first2", "prob_y_first2")):
                shares = expected[name][index].astype(float)  # (17, bins)
                positions = np.linspace(-0.5, 0.5, shares.shape[1]) * 1.25 * chosen.sizes[row, axis]
                mean = (shares * positions).sum(axis=1, keepdims=True)
                spread = np.sqrt((shares * (positions - mean) ** 2).sum(axis=1))
                assert_allclose(found.spread[row, :, axis], spread, rtol=1e-3, atol=1e-2)


def test_both_kinds_of_files_give_the_same_structure(rtmo, opened, from_checkpoints):
    recipe, _ = read_set(rtmo, "onnx_prepost")
    image = image_of(rtmo / recipe["images"]["land"])
    for network in (opened(recipe["cases"][0]["model"]), from_checkpoints[0][2]):
        found = Rtmo(network).detect(image)
        count = len(found)
        assert found.boxes.shape == (count, 4) and found.keypoints.shape == (count, 17, 2)
        assert found.visibility.shape == (count, 17) and (np.diff(found.scores) <= 0).all()
        assert (found.spread is None) == isinstance(network, CompleteNetwork)
