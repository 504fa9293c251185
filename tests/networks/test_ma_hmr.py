"""MA-HMR in torch: weight-compatible, and the same with both ways to compute attention."""

from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="NOT CHECKED: torch is needed to write templates only")

from numpy.testing import assert_allclose  # noqa: E402
from torch.nn import functional  # noqa: E402

from romp_core.inference.template import template_shapes  # noqa: E402
from romp_core.models.ma_hmr.checkpoint import COARSE, ENCODER, FINE, FOV, PEOPLE  # noqa: E402
from romp_core.models.ma_hmr.embeddings import PositionWaves, halved_table  # noqa: E402
from romp_core.models.ma_hmr.preprocessing import cut  # noqa: E402
from romp_core.models.ma_hmr.token_plan import plan_tokens  # noqa: E402
from romp_core.networks import ma_hmr as networks  # noqa: E402
from romp_core.networks.transformer import FusedAttention, attention  # noqa: E402
from tests.formula_ma_hmr import formula_state, read_case, state_shapes  # noqa: E402

TEMPLATES = dict(zip((COARSE, FINE, ENCODER, FOV, PEOPLE), networks.PARTS, strict=True))


def fused(q, k, v, heads):
    """torch's own operator."""
    q, k, v = (each.reshape(len(each), heads, -1).transpose(0, 1)[None] for each in (q, k, v))
    return functional.scaled_dot_product_attention(q, k, v)[0].transpose(0, 1).flatten(1)


def test_parts_hold_the_published_keys_and_no_others(golden):
    published = state_shapes(golden / "ma_hmr", {"input_size": 1288, "use_kid": True})
    taken: dict[str, tuple[int, ...]] = {}
    for name, part in TEMPLATES.items():
        with torch.device("meta"):
            shapes = {key: tuple(each.shape) for key, each in part().state_dict().items()}
        assert shapes == dict(template_shapes(name))
        taken |= shapes
    assert all(published[key] == shape for key, shape in taken.items())
    left = {key for key in published.keys() - taken.keys() if not key.startswith("decoder.decoder.bbox_embed.")}
    loose = {"encoder_pos_embeds", "level_embed", "mean_pose", "mean_shape"}
    assert left - loose == {"cam_intrinsics", "z_order_map", "y_coords", "x_coords"}


@pytest.mark.parametrize("sizes", [(9, 9, 64, 64), (50, 300, 384, 192)])
def test_attention_written_out_is_torchs(sizes):
    queries, keys, width, values = sizes
    torch.manual_seed(0)
    q, k, v = torch.randn(queries, 4 * width), torch.randn(keys, 4 * width), torch.randn(keys, 4 * values)
    assert_allclose(attention(q, k, v, 4), fused(q, k, v, 4), atol=1e-5)


@torch.no_grad()
@pytest.mark.parametrize("way", [attention, fused], ids=["written out", "fused"])
def test_an_image_goes_through_both_ways(golden, way, monkeypatch):
    """Against the reference's numbers; one image of the batch, since each has background."""
    monkeypatch.setattr(FusedAttention, "apply", staticmethod(way))
    monkeypatch.setattr("romp_core.networks.dab_decoder.attention", way)
    folder = golden / "ma_hmr"
    recipe, expected = read_case(folder, "case_b2")
    state = {key: torch.from_numpy(each) for key, each in formula_state(folder, recipe).items()}
    for layer in range(6):  # as weights of ten coefficients are read
        for kind in ("weight", "bias"):
            key = f"shape_head.{layer}.layers.4.{kind}"
            state[key] = torch.cat([state[key], torch.zeros_like(state[key][:1])])
    coarse, fine, encoder, fov, people = (part().eval() for part in networks.PARTS)
    for part in (coarse, fine, encoder, fov, people):
        part.load_state_dict({key: state[key] for key in part.state_dict()})

    import cv2

    patches = cut(cv2.imread(str(folder / recipe["images"][0]))[..., ::-1], recipe["input_size"])
    table = state["encoder_pos_embeds"].numpy()
    half = halved_table(table)
    token, tokens, scale_map = coarse(
        torch.from_numpy(patches.halved()), torch.from_numpy(half[patches.cells[:, 0], patches.cells[:, 1]])
    )
    assert_allclose(scale_map, expected["scale_map"][: len(scale_map)], atol=1e-4)
    plan = plan_tokens([scale_map.numpy()])[0]
    small, fine_cells = patches.quartered(plan.fine)
    split = fine(torch.from_numpy(small), torch.from_numpy(table[fine_cells[:, 0], fine_cells[:, 1]]))
    merged = torch.cat([token, torch.from_numpy(plan.merged(split.numpy(), tokens.numpy()))])
    token, features = encoder(merged)
    assert_allclose(token[0], expected["enc_cls0"], atol=2e-3)
    assert_allclose(fov(token)[0], expected["fov_pred_raw"][0], atol=1e-5)
    cells, levels = plan.cells(fine_cells, patches.cells)
    where = torch.from_numpy(PositionWaves(len(table))(cells, levels)) + state["level_embed"][torch.from_numpy(levels)]
    boxes, _, _, confidences, cams, anchors, _ = people(features, where)
    assert_allclose(boxes, expected["pred_boxes"][0], atol=1e-4)
    assert_allclose(confidences, expected["pred_confs"][0], atol=1e-4)
    assert_allclose(cams, expected["cam_xys"][0], atol=1e-4)
    assert_allclose(anchors, expected["dec_ref"][:, 0], atol=1e-4)
    assert np.isfinite(features.numpy()).all()
