"""Captures with ROMP as a user starts them, and the files it takes."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
from numpy.testing import assert_allclose

from romp_core.checkpoints import read_state_dict
from romp_core.cli.main import main
from romp_core.errors import ModelError
from romp_core.inference.template import TEMPLATES, template_shapes
from romp_core.models.common.assets import asset
from romp_core.models.romp.checkpoint import TEMPLATE
from romp_core.models.romp.network import RompNetwork
from romp_core.storage.take_file import load_take
from romp_core.take.take import Take
from tests.formula import formula_input


def captured(golden: Path, store: Path, out: Path) -> Take:
    """The first golden picture, captured."""
    picture = golden / "romp" / "image_a.png"
    arguments = ["capture", str(picture), "--model", "romp", "--weights", str(store), "-o", str(out)]
    assert main([*arguments, "--progress", "none"]) == 0
    return load_take(out)


@pytest.fixture(scope="module")
def store(romp_checkpoint, tmp_path_factory) -> Path:
    """A folder of weights that holds the checkpoint."""
    folder = tmp_path_factory.mktemp("store")
    shutil.copy(romp_checkpoint, folder / "ROMP.pkl")
    return folder


def test_a_picture_becomes_a_take(golden, store, tmp_path):
    expected = np.load(golden / "romp" / "e2e_image_a_nosmpl.npz")
    take = captured(golden, store, tmp_path / "take.npz")
    assert len(take.people) == len(expected["out_cam"]) and take.solved
    seen = [person.observations for person in take.people]
    confidence = sorted((float(one.confidence[0]) for one in seen), reverse=True)
    assert_allclose(confidence, np.clip(expected["out_center_confs"][:, 0], 0, 1), atol=1e-4)
    for one in seen:
        assert one.rotations is not None and one.betas is not None and one.root is not None
        assert one.rotations.shape == (1, 24, 4) and one.betas.shape == (1, 10) and one.root[0, 2] > 0
    digest = hashlib.sha256((store / "ROMP.pkl").read_bytes()).hexdigest()
    assert take.provenance.weights == {"ROMP.pkl": digest}
    assert "non-commercial" in take.provenance.model_license


def test_live_people_are_those_of_a_capture(golden, store, tmp_path):
    out, stats = tmp_path / "live.npz", tmp_path / "stats.json"
    arguments = ["live", str(golden / "romp" / "image_a.png"), "--model", "romp", "--weights", str(store)]
    assert main([*arguments, "--record", str(out), "--stats", str(stats), "--progress", "none"]) == 0
    assert json.loads(stats.read_text())["frames_inferred"] == 1
    live, file = load_take(out), captured(golden, store, tmp_path / "take.npz")
    assert len(live.people) == len(file.people) and not live.solved
    for one, other in zip(live.people, file.people, strict=True):
        assert_allclose(one.observations.rotations, other.observations.rotations, atol=1e-5)
        assert_allclose(one.observations.root, other.observations.root, atol=1e-4)
    assert live.provenance.weights == file.provenance.weights


def test_with_a_body_file_people_have_their_own_skeletons(golden, store, toy_bodies, tmp_path):
    both = tmp_path / "store"
    shutil.copytree(store, both)
    shutil.copy(toy_bodies / "SMPL_NEUTRAL.pth", both)
    take = captured(golden, both, tmp_path / "take.npz")
    skeletons = np.concatenate([person.observations.rest_joints for person in take.people])
    assert_allclose(skeletons[:, 0], 0, atol=1e-6)
    assert np.ptp(skeletons, axis=0).max() > 1e-4
    assert set(take.provenance.weights) == {"ROMP.pkl", "SMPL_NEUTRAL"}


def test_the_network_file_gives_the_same_maps(romp_checkpoint, tmp_path):
    published = as_published(romp_checkpoint, tmp_path / "ROMP.onnx")
    one, other = RompNetwork(romp_checkpoint), RompNetwork(published)
    assert other.batch == 1
    picture = formula_input()
    for ours, theirs in zip(one(picture), other(picture), strict=True):
        assert_allclose(ours, theirs, atol=1e-4)


def test_other_networks_are_refused(tmp_path):
    shutil.copy(asset("blazepose/detector.onnx"), tmp_path / "ROMP.onnx")
    with pytest.raises(ModelError, match="not ROMP's network"):
        RompNetwork(tmp_path / "ROMP.onnx")


def as_published(checkpoint: Path, path: Path) -> Path:
    """The checkpoint as one ONNX file that takes one picture, as ROMP.onnx does."""
    shapes = template_shapes(TEMPLATE)
    weights = read_state_dict(checkpoint, shapes, "ROMP")
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.add_free_dimension_override_by_name("batch", 1)
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    options.optimized_model_filepath = str(path)
    values = [onnxruntime.OrtValue.ortvalue_from_numpy(weights[key]) for key in shapes]
    options.add_external_initializers(list(shapes), values)
    template = (TEMPLATES / f"{TEMPLATE}.onnx").read_bytes()
    onnxruntime.InferenceSession(template, options, providers=["CPUExecutionProvider"])
    return path
