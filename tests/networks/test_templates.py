"""The committed templates are those that the torch definitions give; the published kind of ONNX file runs too."""

from __future__ import annotations

import io

import numpy as np
import pytest

onnx = pytest.importorskip("onnx", reason="NOT CHECKED: onnx is needed to write templates only")
torch = pytest.importorskip("torch", reason="NOT CHECKED: torch is needed to write templates only")

from romp_core.models.romp.network import RompNetwork  # noqa: E402
from romp_core.networks import templates  # noqa: E402
from romp_core.networks.romp import Romp  # noqa: E402
from tests.formula import formula_state_dict  # noqa: E402
from tests.raw_maps import check_romp, raw_maps  # noqa: E402


@pytest.mark.parametrize(
    ("folder", "template"),
    [pytest.param(folder, each, id=each.name) for folder, all in templates.FOLDERS.items() for each in all],
)
def test_committed_templates_are_up_to_date(folder, template):
    """All but the last bit of tables that torch computes, in which processors differ."""
    fresh, committed = map(
        onnx.load_model_from_string, (templates.export(template), (folder / f"{template.name}.onnx").read_bytes())
    )
    for ours, theirs in zip(float_tables(fresh), float_tables(committed), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-6, atol=1e-7)
    assert fresh.SerializeToString() == committed.SerializeToString()


def float_tables(model):
    """The constants of a graph that are not whole numbers; taken out of it."""
    found = []
    for node in model.graph.node:
        for attribute in node.attribute:
            if attribute.HasField("t") and attribute.t.data_type in (onnx.TensorProto.FLOAT, onnx.TensorProto.DOUBLE):
                found.append(onnx.numpy_helper.to_array(attribute.t).copy())
                attribute.t.ClearField("raw_data")
    return found


def test_no_other_templates_are_committed():
    for folder, all in templates.FOLDERS.items():
        assert {path.name for path in folder.iterdir()} == {f"{each.name}.onnx" for each in all}


def test_a_file_of_the_published_kind_runs(golden, tmp_path):
    """ROMP.onnx: weights inside, BatchNorm merged, opset 12, one picture at a time."""
    network = Romp().eval()
    state = formula_state_dict(golden / "romp")
    network.load_state_dict({name: torch.from_numpy(values) for name, values in state.items()})
    file = io.BytesIO()
    torch.onnx.export(
        network,
        (torch.zeros(1, 512, 512, 3),),
        file,
        dynamo=False,
        opset_version=12,
        input_names=["image"],
        output_names=["center_maps", "params_maps"],
    )
    path = tmp_path / "ROMP.onnx"
    path.write_bytes(file.getvalue())
    published = RompNetwork(path)
    assert published.batch == 1
    for image, expected in raw_maps(golden / "romp"):
        check_romp([np.asarray(maps) for maps in published(image)], expected)
