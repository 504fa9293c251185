"""TRACE's networks as they run in the product, from checkpoint files, against the numbers of the reference."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose

from romp_core.checkpoints import read_state_dict
from romp_core.errors import ModelError
from romp_core.inference.template import open_template, template_shapes
from romp_core.models.common.square_image import to_square
from romp_core.models.trace.checkpoints import BACKBONE, FLOW, FLOW_CHECKPOINT, HEAD
from romp_core.models.trace.constants import BACKGROUND
from romp_core.models.trace.flow import OpticalFlow, sizes_of
from romp_core.models.trace.networks import TraceNetworks
from romp_core.reference.trace import RUNNING
from tests.formula import save_torch_zip
from tests.formula_trace import FILES, formula_picture, formula_trace_state
from tests.trace_maps import (
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

cv2 = pytest.importorskip("cv2")
HEADS = {"batch": HEAD, "running": RUNNING}


@pytest.fixture(scope="module")
def files(trace, tmp_path_factory) -> dict[str, Path]:
    """The three checkpoints."""
    folder = tmp_path_factory.mktemp("weights")
    for part, name in FILES.items():
        save_torch_zip(formula_trace_state(trace, part), folder / name)
    return {part: folder / name for part, name in FILES.items()}


@pytest.fixture(scope="module", params=MODES)
def opened(request, files) -> tuple[str, TraceNetworks]:
    return request.param, TraceNetworks(files["backbone"], files["raft"], files["head"], templates=HEADS[request.param])


def test_the_backbone_reads_a_picture(trace, files):
    weights = read_state_dict(files["backbone"], template_shapes(BACKBONE), "TRACE")
    session = open_template(BACKBONE, weights, 2, sizes={"height": 256, "width": 256}).session
    (features,) = session.run(None, {"image": formula_picture(trace).astype(np.float32)})
    check_backbone(features, np.load(trace / "backbone.npz"))


def test_the_flow_is_refined(trace, files):
    expected = np.load(trace / "raft.npz")
    weights = FLOW_CHECKPOINT.read(files["raft"])
    pictures = [expected[name][None].astype(np.float32) for name in ("image1_rgb", "image2_rgb")]
    sizes = sizes_of(*pictures[0].shape[1:3])
    encoder, pair, step, upsample = (open_template(name, weights, 2, sizes=sizes).session for name in FLOW)
    (previous, hidden, context), (current, _, _) = (encoder.run(None, {"image": each}) for each in pictures)
    assert_allclose(previous[:, ::4, ::2, ::2], expected["fmap1_stride2"], atol=MAP)
    assert_allclose(current[:, 0], expected["fmap2_ch0"], atol=MAP)
    assert_allclose(hidden[:, :8], expected["net0_ch0_7"], atol=MAP)
    assert_allclose(context[:, :8], expected["inp_ch0_7"], atol=MAP)

    shared = pair.run(None, {"previous": previous, "current": current, "context": context})
    names = [each.name for each in step.get_inputs()]
    flow = np.zeros_like(hidden[:, :2])
    for count in range(1, 21):
        hidden, flow = step.run(None, dict(zip(names, (*shared, hidden, flow), strict=True)))
        if f"flow_low_it{count}" in expected:
            assert_allclose(flow, expected[f"flow_low_it{count}"], atol=FLOW_PX)
        if count in (1, 20):
            fine, small = upsample.run(None, {"hidden": hidden, "flow": flow})
            every = 2 if count == 1 else 1
            assert_allclose(fine[..., ::every, ::every], expected[f"flow_high_it{count}"], atol=FLOW_PX)
    assert_allclose(small, expected["flow128"], atol=FLOW_PX)


def test_the_flow_stays_on_the_device(trace, files):
    """Bound tensors give what copied ones give, for pair after pair."""
    expected = np.load(trace / "raft.npz")
    pictures = [expected[name].astype(np.float32) for name in ("image1_rgb", "image2_rgb")]
    flow = OpticalFlow(FLOW_CHECKPOINT.read(files["raft"]), size=pictures[0].shape[:2])
    first, second = map(flow.encode, pictures)
    still = flow(first, first)
    assert_allclose(flow(first, second), expected["flow128"][0], atol=FLOW_PX)
    assert_allclose(flow(first, second), expected["flow128"][0], atol=FLOW_PX)
    assert_allclose(flow(first, first), still, atol=1e-6)


def test_features_remember(trace, opened):
    mode, nets = opened
    expected = np.load(trace / "temporal.npz")
    state = None
    for number, clip in enumerate(clips(trace), start=1):
        features, state = nets.temporal(clip, state)
        check_warped(features, mode, number, expected)
        for layer, values in enumerate(state):
            assert_allclose(values[..., ::8, ::8], expected[f"hidden{number}_l{layer}_stride8"], atol=MAP)


@pytest.mark.parametrize("head", [HEAD, RUNNING], ids=["batch", "running"])
def test_features_are_the_same_without_the_deformable_operator(trace, files, head):
    weights = read_state_dict(files["head"], template_shapes(head.warp), "TRACE")
    (clip, _), rng = clips(trace), np.random.default_rng(0)
    recurrent = rng.standard_normal(clip[1:].shape, dtype=np.float32)
    inputs = {"current": clip[1:], "previous": clip[:-1], "recurrent": recurrent}
    sampled, by_operator = (
        open_template(each, weights, 2).session.run(None, inputs)[0] for each in (head.warp, head.warp_operator)
    )
    assert_allclose(sampled, by_operator, atol=MAP)


def test_maps_say_who_is_where(trace, opened):
    mode, nets = opened
    check_maps(nets.maps(*head_inputs(trace))._asdict(), mode, trace)


def test_people_are_read_off_the_maps(trace, opened):
    _, nets = opened
    expected = np.load(trace / "regressors.npz")
    params, cameras = nets.regress(*people_inputs(trace))
    assert_allclose(params, expected["params_159"].reshape(-1, 159), atol=1e-5)
    assert_allclose(cameras, expected["cam_image_forward"], atol=1e-5)
    assert_allclose(cameras, expected["cam"].reshape(-1, 3), atol=1e-5)
    nobody = nets.regress(np.zeros((0, 128)), np.zeros((0, 3)))
    assert [each.shape for each in nobody] == [(0, 159), (0, 3)]


@pytest.mark.slow
def test_pictures_become_features_and_flow(trace, files):
    """Two frames of the set's video through everything that runs on pictures."""
    nets = TraceNetworks(files["backbone"], files["raft"], files["head"])
    expected = np.load(trace / "e2e_inputs_features.npz")
    paths = sorted((trace / "frames").glob("*.jpg"))[:2]
    squares = np.stack([to_square(cv2.imread(str(path))[..., ::-1], BACKGROUND)[0] for path in paths])
    assert_allclose(squares[:, ::16, ::16].astype(int), expected["image_stride16"][:2], atol=1)
    first, second = nets.encode(squares)
    highest = expected["feat_stats"][3]
    for code, features, most in zip((first, second), expected["feat_stride8"], highest, strict=False):
        assert (np.abs(code.features[:, ::8, ::8] - features) <= MAP * np.maximum(most, 1)[:, None, None]).all()
    for pair, flow in zip(((first, first), (first, second)), expected["flow_stride4"], strict=False):
        assert_allclose(nets.flow(*pair)[:, ::4, ::4], flow, atol=FLOW_PX)


def test_missing_weights_are_told_by_name(trace, files, tmp_path):
    state = formula_trace_state(trace, "head")
    for key in ("coordmap_3d", "position_embeddings.weight", "det_head.0.0.bn1.num_batches_tracked"):
        del state[key]
    path = tmp_path / "head.pkl"
    save_torch_zip({**state, "_result_parser.smpl.v_template": np.zeros((2, 3), np.float32)}, path)
    TraceNetworks(files["backbone"], files["raft"], path)
    del state["temp_model.cell_list.1.convq.weight"]
    save_torch_zip(state, path)
    with pytest.raises(ModelError, match=r"temp_model\.cell_list\.1\.convq\.weight"):
        TraceNetworks(files["backbone"], files["raft"], path)
