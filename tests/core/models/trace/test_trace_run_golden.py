"""TRACE from features, and from pictures, to people, against a run of the reference (`golden/trace/README.md`)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from romp_core.bodies.smpl.model import SmplModel
from romp_core.geometry.rotations import angle_between, quat_from_rotvec
from romp_core.models.common.rotation_6d import rotvec_from_6d
from romp_core.models.trace.bodies import betas_of, thetas_of
from romp_core.models.trace.cameras import translation
from romp_core.models.trace.checkpoints import HEAD
from romp_core.models.trace.clip_reader import ClipReader
from romp_core.models.trace.estimator import TraceEstimator
from romp_core.models.trace.networks import FrameCode, TraceNetworks
from romp_core.models.trace.peaks import find_peaks
from romp_core.reference.trace import RUNNING, ReferencePaths, reference_policy
from romp_core.take.observations import Frame
from romp_core.take.take import FootageInfo
from romp_core.typing import Array
from tests.core.trace_body import formula_body
from tests.formula import save_torch_zip
from tests.formula_trace import FILES, formula_normal, formula_trace_state

cv2 = pytest.importorskip("cv2")
MODES = {"batch": HEAD, "eval": RUNNING}
VALUES, PIXELS = 5e-3, 1.0


@pytest.fixture(scope="module")
def body(trace) -> SmplModel:
    return formula_body(trace)


@pytest.fixture(scope="module")
def weights(trace, tmp_path_factory) -> list[Path]:
    """The three checkpoints."""
    folder = tmp_path_factory.mktemp("trace")
    for part, name in FILES.items():
        save_torch_zip(formula_trace_state(trace, part), folder / name)
    return [folder / FILES[part] for part in ("backbone", "raft", "head")]


def up(maps: Array) -> Array:
    """Bilinear resize of the last two axes to 128 x 128, corners aligned."""
    for axis in (-2, -1):
        size = maps.shape[axis]
        at = np.linspace(0, size - 1, 128)
        low = np.minimum(at.astype(int), size - 2)
        share = (at - low).reshape(-1, *[1] * (-axis - 1))
        maps = np.take(maps, low, axis) * (1 - share) + np.take(maps, low + 1, axis) * share
    return maps.astype(np.float32)


@pytest.mark.slow
@pytest.mark.parametrize("mode", MODES)
def test_the_head_runs_alike(trace, weights, mode):
    stored = np.load(trace / "head_run.npz")
    steps = formula_normal(trace, "run_delta", (12, 32, 16, 16), 0.08)
    features = up(formula_normal(trace, "run_base", (1, 32, 16, 16)) + np.cumsum(steps, axis=0))
    flows = up(formula_normal(trace, "run_flow", (11, 2, 16, 16), 0.4))
    assert_allclose(features.sum(axis=(1, 2, 3), dtype=np.float64), stored["input_feature_sum_per_frame"], rtol=1e-4)
    assert_allclose(flows.sum(axis=(1, 2, 3), dtype=np.float64), stored["input_flow_sum_per_frame"], rtol=1e-4)

    networks = TraceNetworks(*weights, templates=MODES[mode])
    policy = reference_policy(max_people=2, keep_missed=30)
    reader, paths, state = ClipReader(networks.regress, policy), ReferencePaths(), None
    for clip, (frames, flow) in enumerate((([1, *range(1, 9)], flows[:8]), ([8, 9, 10, 11], flows[8:]))):
        expected = {name.removeprefix(f"{mode}_clip{clip}_"): stored[name]
                    for name in stored.files if name.startswith(f"{mode}_clip{clip}_")}  # fmt: skip
        temporal, state = networks.temporal(features[frames], state)
        maps = networks.maps(flow, temporal)
        assert_same_detections(find_peaks(maps.center_3d, policy.parameters.center_threshold), expected)
        people = reader.read(maps, [index / 30 for index in range(len(flow))])
        if not len(expected.get("track_ids", ())):
            assert people is None
            continue
        assert people is not None
        world = paths.add_up(people.tracks.ids, people.cams, people.steps)
        valid = people.tracks.valid
        ids, whens = np.nonzero(valid)
        assert_array_equal(people.tracks.ids[ids], expected["track_ids"])
        assert_array_equal(whens, expected["reorganize_idx"])
        assert_array_equal(people.tracks.cells[valid], expected["pred_czyxs"])
        params = people.params[valid]
        given = {
            "params_pred": np.concatenate([people.cams[valid], params[:, 6:]], axis=1),
            "cam": people.cams[valid],
            "cam_trans": translation(people.cams[valid]),
            "world_cams": world[valid],
            "world_trans": translation(world[valid]),
            "smpl_betas": betas_of(params),
        }
        for name, value in given.items():
            assert_allclose(value, expected[name], rtol=VALUES, atol=VALUES, err_msg=name)
        assert_same_turns(rotvec_from_6d(people.world_rotations_6d[valid]), expected["world_global_rots"])
        assert_same_turns(thetas_of(params), expected["smpl_thetas"])


def assert_same_detections(peaks, expected: dict[str, Array]) -> None:
    """Up to one in a hundred that is nearly as high as another."""
    ours = set(map(tuple, np.column_stack([peaks.frames, peaks.cells]).tolist()))
    theirs = set(map(tuple, np.column_stack([expected["det_batch_ids"], expected["det_czyx"]]).tolist()))
    assert len(ours ^ theirs) <= 0.01 * len(theirs)


def assert_same_turns(ours: Array, theirs: Array) -> None:
    apart = angle_between(*(quat_from_rotvec(each.reshape(-1, 3)) for each in (ours, theirs)))
    assert apart.max() <= VALUES


class Once:
    """Networks whose heads differ, over codes and flows that are computed once."""

    codes: list[FrameCode] = []
    flows: list[Array] = []

    def __init__(self, networks: TraceNetworks) -> None:
        self._networks = networks
        self.provider, self.remark = networks.provider, networks.remark
        self.temporal, self.maps, self.regress = networks.temporal, networks.maps, networks.regress
        self.encoded, self.flowed = 0, 0

    def encode(self, images: Array) -> list[FrameCode]:
        self.encoded += len(images)
        if self.encoded > len(self.codes):
            self.codes.extend(self._networks.encode(images))
        return self.codes[self.encoded - len(images) : self.encoded]

    def flow(self, previous: FrameCode, current: FrameCode) -> Array:
        self.flowed += 1
        if self.flowed > len(self.flows):
            self.flows.append(self._networks.flow(previous, current))
        return self.flows[self.flowed - 1]


def frames(trace: Path) -> Iterator[Frame]:
    for index, path in enumerate(sorted((trace / "frames").glob("*.jpg"))):
        yield Frame(index, index / 30, cv2.imread(str(path))[..., ::-1])


@pytest.mark.slow
@pytest.mark.parametrize("mode", MODES)
def test_pictures_become_the_same_people(trace, weights, body, mode):
    """All networks over ten pictures; some minutes of work for a slow machine."""
    expected = np.load(trace / f"e2e_outputs_{mode}.npz")
    height, width = next(frames(trace)).image.shape[:2]
    footage = FootageInfo("frames", width, height, 30.0, np.zeros(0), np.zeros(0, np.int32))
    networks = Once(TraceNetworks(*weights, templates=MODES[mode]))
    estimator = TraceEstimator(networks, footage, body, reference_policy(max_people=2))
    people = list(estimator.run(frames(trace)))
    check_inputs(trace, networks)
    seen = {(frame, id): (each, row) for frame, each in enumerate(people) for row, id in enumerate(each.ids.tolist())}
    theirs = list(zip(expected["reorganize_idx"].tolist(), expected["track_ids"].tolist(), strict=True))
    assert sorted(seen) == sorted(theirs)
    if not theirs:
        return

    def ours(name: str) -> Array:
        return np.stack([getattr(each, name)[row] for each, row in (seen[key] for key in theirs)])

    joints = expected["j3d"][:, :24]
    near = {"rtol": VALUES, "atol": VALUES}
    assert_allclose(ours("keypoints3d"), joints - joints[:, :1], **near)
    assert_allclose(ours("root"), expected["cam_trans"] + joints[:, 0], **near)
    assert_allclose(ours("world_root"), expected["world_trans"] + expected["world_j3d"][:, 0], **near)
    assert_allclose(ours("betas"), expected["smpl_betas"], **near)
    assert_allclose(ours("keypoints2d"), expected["pj2d_org"][:, :24], atol=PIXELS)
    turns = quat_from_rotvec(expected["smpl_thetas"].reshape(-1, 24, 3))
    assert angle_between(ours("rotations"), turns).max() <= VALUES
    assert angle_between(ours("world_rotation"), quat_from_rotvec(expected["world_global_rots"])).max() <= VALUES


def check_inputs(trace: Path, networks: Once) -> None:
    stored = np.load(trace / "e2e_inputs_features.npz")
    features = np.stack([code.features for code in networks.codes])
    largest = np.abs(stored["feat_stats"][2:]).max(axis=0)[..., None, None]
    assert (np.abs(features[..., ::8, ::8] - stored["feat_stride8"]) <= 1e-4 * largest).all()
    assert_allclose(np.stack(networks.flows)[..., ::4, ::4], stored["flow_stride4"], atol=2e-3)
