"""TRACE's torch definitions: the official keys, the reference's numbers, and the usual form of RAFT beside ours."""

from __future__ import annotations

import io
import json
import warnings

import numpy as np
import onnxruntime
import pytest
from numpy.testing import assert_allclose

torch = pytest.importorskip("torch", reason="NOT CHECKED: torch is needed to define networks only")

from benchmarks.plain_raft import PlainRaft  # noqa: E402
from romp_core.networks import raft  # noqa: E402
from romp_core.networks.clip_norm import normalize_by_clip  # noqa: E402
from romp_core.networks.temporal import DeformConv  # noqa: E402
from romp_core.networks.trace import Trace, TraceBackbone, TraceGru, TraceMaps, TraceRegressors, TraceWarp  # noqa: E402
from tests.formula_trace import formula_picture, formula_trace_state  # noqa: E402
from tests.trace_maps import (  # noqa: E402
    FLOW_PX,
    MAP,
    MODES,
    check_backbone,
    check_maps,
    check_warped,
    clips,
    head_inputs,
    people_inputs,
)

MAPS = "center_fv", "center_3d", "cam_3d", "mesh", "motion_fv", "motion_3d", "cam_motion", "cam_rot"


@pytest.fixture(scope="module")
def states(trace):
    """Weights of the three checkpoints."""
    return {
        part: {key.removeprefix("module."): torch.from_numpy(values) for key, values in state.items()}
        for part in ("backbone", "raft", "head")
        for state in [formula_trace_state(trace, part)]
    }


@pytest.fixture(autouse=True)
def inference():
    with torch.inference_mode():
        yield


def loaded(kind, state, mode="running"):
    network = kind().eval()
    network.load_state_dict(state, strict=True)
    return normalize_by_clip(network) if mode == "batch" else network


@pytest.mark.parametrize(("kind", "part"), [(TraceBackbone, "backbone"), (raft.Raft, "raft"), (Trace, "head")])
def test_keys_are_the_official_ones(trace, kind, part):
    own = {name: list(values.shape) for name, values in kind().state_dict().items()}
    official = json.loads((trace / f"state_dict_{part}.json").read_text("utf-8"))
    assert own == {name.removeprefix("module."): shape for name, shape in official.items()}


def test_the_backbone_reads_a_picture(trace, states):
    network = loaded(TraceBackbone, states["backbone"])
    check_backbone(network(torch.from_numpy(formula_picture(trace)).float()).numpy(), np.load(trace / "backbone.npz"))


def test_flow_is_looked_up_and_refined(trace, states):
    expected = np.load(trace / "raft.npz")
    encoder, pair, step, upsample = (
        loaded(kind, states["raft"]) for kind in (raft.RaftEncoder, raft.RaftPair, raft.RaftStep, raft.RaftUpsample)
    )
    images = [torch.from_numpy(expected[name][None]).float() for name in ("image1_rgb", "image2_rgb")]
    (previous, hidden, context), (current, _, _) = map(encoder, images)
    shared = pair(previous, current, context)
    flow = torch.zeros(1, 2, *hidden.shape[2:])
    for name, shift in (("identity", (0, 0)), ("shift", (1.3, -2.6))):
        found = raft.look_up(shared[: raft.LEVELS], flow + torch.tensor(shift).reshape(1, 2, 1, 1))
        assert_allclose(found[..., ::4, ::4], expected[f"corr_lookup_{name}"], atol=MAP)
    for count in range(1, 21):
        hidden, flow = step(*shared, hidden, flow)
        if count in (1, 5, 20):
            assert_allclose(flow, expected[f"flow_low_it{count}"], atol=FLOW_PX)
    fine, small = upsample(hidden, flow)
    assert_allclose(fine, expected["flow_high_it20"], atol=FLOW_PX)
    assert_allclose(small, expected["flow128"], atol=FLOW_PX)
    assert_allclose(loaded(PlainRaft, states["raft"])(*images)[0], small, atol=FLOW_PX / 10)


@pytest.mark.parametrize("as_operator", [False, True])
def test_the_deformable_convolution_in_both_forms(trace, states, as_operator):
    expected = np.load(trace / "deform_conv.npz")
    network = DeformConv(32).eval()
    network.weight.copy_(states["head"]["deform_warper.weight"])
    inputs = [torch.from_numpy(expected[name]) for name in ("x", "offset")]
    assert_allclose(network(*inputs), expected["y"], atol=1e-5)

    network.as_operator, file = as_operator, io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(network, tuple(inputs), file, dynamo=False, opset_version=19, input_names=["x", "offset"])
    session = onnxruntime.InferenceSession(file.getvalue(), providers=["CPUExecutionProvider"])
    (found,) = session.run(None, {"x": expected["x"], "offset": expected["offset"]})
    assert_allclose(found, expected["y"], atol=1e-5)


@pytest.mark.parametrize("mode", MODES)
def test_features_remember(trace, states, mode):
    expected = np.load(trace / "temporal.npz")
    gru, warp = loaded(TraceGru, states["head"]), loaded(TraceWarp, states["head"], mode)
    both = [torch.from_numpy(clip) for clip in clips(trace)]
    state = gru(both[0][1:2], *torch.zeros(2, 1, 32, 128, 128))
    for number, clip in enumerate(both, start=1):
        recurrent = []
        for frame in clip[1:]:
            state = gru(frame[None], *state)
            recurrent.append(state[1])
        check_warped(warp(clip[1:], clip[:-1], torch.cat(recurrent)).numpy(), mode, number, expected)
        for layer, values in enumerate(state):
            assert_allclose(values[..., ::8, ::8], expected[f"hidden{number}_l{layer}_stride8"], atol=MAP)
        if number == 1 and mode == "batch":
            offsets = warp.offsets(clip[1:], clip[:-1])[0, :, ::16, ::16]
            assert_allclose(offsets, expected["batch_offsets_t0_stride16"], atol=MAP)


@pytest.mark.parametrize("mode", MODES)
def test_maps_say_who_is_where(trace, states, mode):
    maps = loaded(TraceMaps, states["head"], mode)(*map(torch.from_numpy, head_inputs(trace)))
    check_maps({name: each.numpy() for name, each in zip(MAPS, maps, strict=True)}, mode, trace)


def test_people_are_read_off_the_maps(trace, states):
    expected = np.load(trace / "regressors.npz")
    params, cameras = loaded(TraceRegressors, states["head"])(*map(torch.from_numpy, people_inputs(trace)))
    assert_allclose(params, expected["params_159"].reshape(-1, 159), atol=1e-5)
    assert_allclose(cameras, expected["cam_image_forward"], atol=1e-5)
