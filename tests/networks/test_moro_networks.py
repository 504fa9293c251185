"""MoRo in torch: the released checkpoint's keys, and other sizes of the same form."""

from __future__ import annotations

import json

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="NOT CHECKED: torch is needed to define networks only")

from romp_core.inference.template import template_shapes  # noqa: E402
from romp_core.models.moro.generation import generate  # noqa: E402
from romp_core.models.moro.networks import MoroNetworks  # noqa: E402
from romp_core.models.moro.trajectory import Statistics  # noqa: E402
from romp_core.networks import moro_templates  # noqa: E402
from romp_core.networks.exporter import export  # noqa: E402
from romp_core.networks.moro import MoroSizes  # noqa: E402
from tests.moro_formula import cases, formula_weights, normal, statistics  # noqa: E402

UNUSED = ("m_pose_regressor.", "m_contact_regressor.", "vqvae.vq_vae.", "mask_transformer.token_emb.")


def test_keys_are_the_released_ones(golden):
    released = json.loads((golden / "moro" / "state_dict.json").read_text("utf-8"))["state_dict"]
    own = {}
    for template in moro_templates.PRODUCT:
        with torch.device("meta"):
            network = template.network()
        own |= {name: list(values.shape) for name, values in network.state_dict().items()}
    used = {name: shape for name, shape in released.items() if not any(part in name for part in UNUSED)}
    assert own == used


@pytest.mark.parametrize("case", ["generate_tiny", "generate_tiny_partial"])
def test_the_sizes_of_a_set_decode_as_its_reference_did(golden, tmp_path, case):
    """Whatever sizes the set has: exported here, and run by onnxruntime."""
    folder = golden / "moro"
    config, expected = cases(folder)[case]["config"], np.load(folder / f"{case}.npz")
    former = config["dst_former"]
    rows, columns = former["backbone_HW"]
    sizes = MoroSizes(
        config["num_tokens"], config["num_codes"], former["dim_feat"], former["num_heads"], former["mdepth"],
        former["idepth"], former["ddepth"], former["dim_backbone_feat"], rows, columns, former["attn_len"],
    )  # fmt: skip
    codebook = "vqvae.vq_vae._embedding.weight"
    shapes = {codebook: (config["num_codes"], config["dim_token"])}
    for template in moro_templates.transformer("own", sizes):
        path = tmp_path / f"{template.name}.onnx"
        path.write_bytes(export(template))
        shapes |= template_shapes(path)
    weights = formula_weights(shapes, cases(folder)["salt"], f"{case}/")
    networks = MoroNetworks(weights, 1, prefix="own", folder=tmp_path)
    features = normal(f"moro/{case}/cond", (1, config["num_frames"], rows * columns, sizes.features))[0]
    found = generate(
        networks, features, expected["bbox"][0], expected["ids_in"][0], weights[codebook], Statistics(*statistics())
    )
    np.testing.assert_array_equal(found.ids, expected["pred_ids"][0])
