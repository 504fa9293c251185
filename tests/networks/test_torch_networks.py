"""The torch definitions: the official keys, and the reference's numbers inside and at the end."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch", reason="NOT CHECKED: torch is needed to define networks only")

from romp_core.networks.bev import BevMaps, BevPeople  # noqa: E402
from romp_core.networks.romp import Romp  # noqa: E402
from tests.formula import formula_state_dict, state_shapes  # noqa: E402
from tests.raw_maps import (  # noqa: E402
    FEATURES_TOLERANCE,
    check_bev,
    check_romp,
    check_statistics,
    near,
    raw_maps,
)

STAGES = {"stage2": 2, "stage3": 3, "stage4": 1}


def loaded(network, folder):
    state = {name: torch.from_numpy(values) for name, values in formula_state_dict(folder).items()}
    network.load_state_dict(state, strict=True)
    return network.eval()


@pytest.mark.parametrize(("kind", "system"), [(Romp, "romp"), (BevMaps, "bev"), (BevPeople, "bev")])
def test_keys_are_the_official_ones(golden, kind, system):
    own = {name: tuple(values.shape) for name, values in kind().state_dict().items()}
    assert list(own.items()) == list(state_shapes(golden / system).items())


@pytest.mark.parametrize(("kind", "system", "check"), [(Romp, "romp", check_romp), (BevMaps, "bev", check_bev)])
def test_maps_and_features_are_the_reference_s(golden, kind, system, check):
    network = loaded(kind(), golden / system)
    seen = {}
    backbone = network.backbone
    modules = {"conv1": backbone.conv1, "layer1": backbone.layer1, "backbone": backbone}
    modules |= {name: getattr(backbone, name) for name in STAGES}
    if system == "bev":
        modules["bv_pre_layers"] = network.bv_pre_layers
    for name, module in modules.items():
        module.register_forward_hook(lambda _, __, output, name=name: seen.update({name: output}))
    for picture, expected in raw_maps(golden / system):
        with torch.inference_mode():
            maps = network(torch.from_numpy(picture))
        check([each.numpy() for each in maps], expected)
        features = {name: seen[name][0].numpy() for name in modules if name not in STAGES}
        for stage, branches in STAGES.items():
            features |= {f"{stage}_b{i}": seen[stage][i][0].numpy() for i in range(branches)}
        checked = [name for name in features if f"stat_{name}" in expected]
        assert "backbone" in checked
        for name in checked:
            check_statistics(name, features[name], expected)
        for name in (name for name in checked if f"sub_{name}" in expected):
            channels, height, _ = features[name].shape
            step = height // 8
            part = features[name][:: channels // 8, step // 2 :: step, step // 2 :: step]
            near(part, expected[f"sub_{name}"], FEATURES_TOLERANCE * expected[f"stat_{name}"][1])
        if system == "bev":
            near(features["backbone"][::4, 8::16, 8::16], expected["backbone_sub"])
