"""The networks as they run in the product: templates with a checkpoint's weights, in onnxruntime, without torch."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose

from benchmarks.network_speed import measure_creation
from romp_core.checkpoints import read_state_dict
from romp_core.errors import ModelError
from romp_core.inference.network_files import open_network
from romp_core.inference.template import open_template, template_shapes
from tests.formula import formula_state_dict, save_torch_zip, state_shapes
from tests.raw_maps import check_bev, check_romp, raw_maps

CHECKS = {"romp": ("romp", check_romp), "bev": ("bev_maps", check_bev)}


@pytest.fixture(scope="module", params=["romp", "bev"])
def network(request, golden, tmp_path_factory):
    """System, golden folder and session, the weights by way of a checkpoint file."""
    system = request.param
    template, _ = CHECKS[system]
    path = tmp_path_factory.mktemp("weights") / "checkpoint.pth"
    save_torch_zip(formula_state_dict(golden / system), path)
    weights = read_state_dict(path, template_shapes(template), system)
    return system, golden / system, open_template(template, weights, threads=2).session


def test_maps_are_the_reference_s(network):
    system, folder, session = network
    for picture, expected in raw_maps(folder):
        CHECKS[system][1](session.run(None, {"image": picture}), expected)


@pytest.mark.slow
def test_a_batch_gives_what_its_pictures_give_alone(network):
    _, folder, session = network
    pictures = [picture for picture, _ in raw_maps(folder)]
    pictures.append(pictures[0][:, ::-1])
    alone = [session.run(None, {"image": np.ascontiguousarray(picture)}) for picture in pictures]
    for count in (2, 3):
        together = session.run(None, {"image": np.concatenate(pictures[:count])})
        for output, parts in zip(together, zip(*alone[:count], strict=True), strict=True):
            assert_allclose(output, np.concatenate(parts), rtol=0, atol=2e-5)


def test_people_of_bev_in_any_number(golden):
    state = formula_state_dict(golden / "bev")
    session = open_template("bev_people", state, threads=1).session
    features = np.random.default_rng(0).standard_normal((7, 128)).astype(np.float32)
    layers = [(state[f"transformer.{i}.weight"].astype(float), state[f"transformer.{i}.bias"]) for i in (0, 3, 6)]
    values = features.astype(float)
    for index, (weight, bias) in enumerate(layers):
        values = values @ weight.T + bias
        values = np.maximum(values, 0) if index < 2 else values
    assert_allclose(session.run(None, {"features": features})[0], values, atol=1e-5)
    assert session.run(None, {"features": features[:1]})[0].shape == (1, 143)


@pytest.mark.parametrize(("system", "templates"), [("romp", ["romp"]), ("bev", ["bev_maps", "bev_people"])])
def test_templates_take_the_checkpoint_s_keys(golden, system, templates):
    official = {k: v for k, v in state_shapes(golden / system).items() if not k.endswith("num_batches_tracked")}
    official.pop("position_embeddings.weight", None)  # looked up outside of the networks
    assert {k: v for name in templates for k, v in template_shapes(name).items()} == official


def test_weights_that_do_not_fit_are_told_by_name():
    weights = {key: np.zeros(shape, np.float32) for key, shape in template_shapes("bev_people").items()}
    with pytest.raises(ModelError, match=r"transformer\.3\.bias"):
        open_template("bev_people", {**weights, "transformer.3.bias": np.zeros(3, np.float32)}, threads=1)
    del weights["transformer.6.weight"]
    with pytest.raises(ModelError, match=r"transformer\.6\.weight"):
        open_template("bev_people", weights, threads=1)


def test_a_file_that_is_no_network_is_told(tmp_path: Path):
    page = tmp_path / "ROMP.onnx"
    page.write_text("<html>Not found</html>")
    with pytest.raises(ModelError, match=r"ROMP\.onnx cannot be opened"):
        open_network(page, threads=1)


@pytest.mark.skipif(sys.platform != "linux", reason="measured by what Linux tells of a process")
@pytest.mark.parametrize("template", ["romp", "bev_maps"])
def test_building_a_network_takes_less_than_three_times_its_file(golden, template):
    cost = measure_creation(template, golden, threads=2)
    assert cost.peak_mb <= 3 * cost.file_mb
