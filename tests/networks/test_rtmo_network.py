"""RTMO in torch: the official keys, and the reference's numbers inside and at the end."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

torch = pytest.importorskip("torch", reason="NOT CHECKED: torch is needed to define networks only")
cv2 = pytest.importorskip("cv2")

from romp_core.models.rtmo.letterbox import letterbox  # noqa: E402
from romp_core.networks.rtmo import VARIANTS, Rtmo, RtmoKeypoints, RtmoMaps  # noqa: E402
from tests.rtmo_formula import formula_weights, read_set, state_shapes, torch_sets  # noqa: E402


def loaded(network, folder, recipe):
    weights = formula_weights(state_shapes(folder, recipe["variant"]), recipe)
    network.load_state_dict({name: torch.from_numpy(np.array(values)) for name, values in weights.items()}, strict=True)
    return network.eval()


@pytest.mark.parametrize("variant", VARIANTS)
def test_keys_are_the_official_ones(golden, variant):
    own = {name: tuple(values.shape) for name, values in Rtmo(variant).state_dict().items()}
    assert list(own.items()) == list(state_shapes(golden / "rtmo", variant).items())


def test_features_and_maps_are_the_reference_s(golden):
    folder = golden / "rtmo"
    for name in torch_sets(folder):
        recipe, expected = read_set(folder, name)
        network = loaded(RtmoMaps(recipe["variant"]), folder, recipe)
        features = {}
        network.backbone.register_forward_hook(lambda _, __, out, kept=features: kept.update(backbone=out))
        network.neck.register_forward_hook(lambda _, __, out, kept=features: kept.update(neck=out))
        image = np.ascontiguousarray(cv2.imread(str(folder / recipe["image"]))[..., ::-1])
        canvas = letterbox(image, recipe["H"], recipe["W"]).canvas
        with torch.inference_mode():
            maps = network(torch.from_numpy(canvas[None].astype(np.float32)))
        logits, boxes, visibility, poses = (each[0].numpy() for each in maps)
        c3, c4, c5 = (each[0].numpy() for each in features["backbone"])
        neck0, neck1 = (each[0].numpy() for each in features["neck"])
        for part, key in (
            (c3[::2, ::4, ::4], "backbone_c3"),
            (c4[::2, ::2, ::2], "backbone_c4"),
            (c5[::4, ::2, ::2], "backbone_c5"),
            (neck0[::2, ::2, ::2], "neck0"),
            (neck1[::4], "neck1"),
            (logits, "cls_logits"),
            (boxes, "bbox_raw"),
            (visibility[::7], "kpt_vis_logits_every7"),
            (poses[::23], "pose_vec_every23"),
        ):
            assert_allclose(part, expected[key], rtol=0, atol=1e-4, err_msg=f"{name} {key}")


def test_points_are_the_reference_s(golden):
    """From the reference's own boxes and pose codes of the first people."""
    folder = golden / "rtmo"
    for name in torch_sets(folder):
        recipe, expected = read_set(folder, name)
        network = loaded(RtmoKeypoints(recipe["variant"]), folder, recipe)
        codes = torch.from_numpy(expected["det_pose_vec_first4"])
        count = len(codes)
        boxes = torch.from_numpy(expected["det_boxes"][:count])
        cells = torch.from_numpy(expected["priors"][expected["keep_index"][:count]])
        centers, sizes = (boxes[:, :2] + boxes[:, 2:]) / 2, boxes[:, 2:] - boxes[:, :2]
        with torch.inference_mode():
            points, spread = network(codes, cells, centers, sizes)
            tokens = network.head.dcc.tokens(codes)[:2]
            for axis, (bins, encode) in enumerate(
                ((network.head.dcc.x_bins, network.head.dcc.x_fc), (network.head.dcc.y_bins, network.head.dcc.y_fc))
            ):
                positions = bins * 1.25 * sizes[:2, axis : axis + 1] + (centers - cells)[:2, axis : axis + 1]
                shares = network.head.dcc.shares(tokens, network.head.dcc.spe(positions), encode)
                assert_allclose(shares.numpy(), expected[f"prob_{'xy'[axis]}_first2"], rtol=0, atol=1e-4)
        assert_allclose(points.numpy(), expected["keypoints"][:count], rtol=0, atol=0.02)
        assert (spread > 0).all()
