"""The generated networks are those of MediaPipe, number for number, in the form the estimator expects."""

from functools import cache
from pathlib import Path

import numpy as np
import onnxruntime
import pytest

import romp_core
from tests.data.blazepose_reference import NETWORKS, REFERENCE, network_input

ASSETS = Path(romp_core.__file__).parent / "assets" / "blazepose"
SHAPES = {
    "detector": {"boxes": (2254, 12), "scores": (2254, 1)},
    "landmark_full": {"landmarks": (195,), "pose_flag": (1,), "heatmap": (64, 64, 39), "world": (117,)},
    "silhouette": {"mask": (256, 256, 1)},
}
# Two right ways to add up thousands of float32 products differ by this much; boxes and landmarks are pixels.
TOLERANCE = {"boxes": 2e-3, "scores": 2e-3, "landmarks": 4e-3, "pose_flag": 1e-5, "heatmap": 1e-3, "world": 1e-4}


@cache
def session(network: str) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(ASSETS / f"{network}.onnx", options, providers=["CPUExecutionProvider"])


@pytest.mark.parametrize(("network", "path", "size", "limits", "outputs"), NETWORKS, ids=[n[0] for n in NETWORKS])
def test_outputs_equal_those_of_the_original_network(network, path, size, limits, outputs):
    names = [output.name for output in session(network).get_outputs()]
    results = dict(zip(names, session(network).run(None, {"input": network_input(size, limits)}), strict=True))
    with np.load(REFERENCE) as reference:
        for name, part in outputs.values():
            expected = reference[f"{network}.{name}"]
            assert np.abs(results[name][part] - expected).max() < TOLERANCE[name], name


@pytest.mark.parametrize("network", SHAPES)
def test_outputs_have_telling_names_and_shapes(network):
    assert {output.name: tuple(output.shape[1:]) for output in session(network).get_outputs()} == SHAPES[network]


@pytest.mark.parametrize("network", SHAPES)
def test_images_can_be_batched(network):
    (entry,) = session(network).get_inputs()
    images = np.random.default_rng(1).random((3, *entry.shape[1:]), dtype=np.float32)
    together = session(network).run(None, {"input": images})
    for row, image in enumerate(images):
        alone = session(network).run(None, {"input": image[None]})
        for whole, single in zip(together, alone, strict=True):
            np.testing.assert_allclose(whole[row], single[0], atol=1e-3)


@pytest.mark.parametrize("network", SHAPES)
def test_weights_are_stored_as_half_floats(network):
    """Whole floats would make the file, and so the extension, larger by the same again."""
    assert (ASSETS / f"{network}.onnx").stat().st_size < 6_500_000


def test_license_and_notice_travel_with_the_networks():
    assert "Apache License" in (ASSETS / "LICENSE").read_text("utf-8")
    assert "MediaPipe Authors" in (ASSETS / "NOTICE").read_text("utf-8")
