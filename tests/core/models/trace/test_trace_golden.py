"""TRACE's arithmetic, stage by stage, against the numbers of the reference (`golden/trace/README.md`)."""

from __future__ import annotations

import json
from itertools import pairwise

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from romp_core.bodies.smpl.model import SmplModel
from romp_core.geometry.rotations import matrix_from_rotvec, quat_from_rotvec
from romp_core.models.common.rotation_6d import matrix_from_6d, rotvec_from_6d
from romp_core.models.common.square_image import Padding, to_image, to_square
from romp_core.models.trace.bodies import betas_of, bodies, joints_from_hips, thetas_of, world_roots
from romp_core.models.trace.cameras import camera_of, project, translation
from romp_core.models.trace.clip_tracks import ClipTracker
from romp_core.models.trace.constants import BACKGROUND
from romp_core.models.trace.feature_memory import FeatureMemory
from romp_core.models.trace.peaks import Peaks, find_peaks
from romp_core.models.trace.policy import ProductPolicy
from romp_core.models.trace.tracker import Detections, Tracker
from romp_core.models.trace.trajectory import CameraMemory
from romp_core.reference.trace import REFERENCE, ReferencePaths, ReferencePolicy, reference_policy
from romp_core.reference.trace_smoothing import ReferenceSmoothing, reference_turn_between
from romp_core.tracking.assignment import unique_pairs
from romp_core.tracking.one_euro import OneEuro
from romp_core.typing import Array
from tests.core.trace_body import formula_body
from tests.formula_trace import formula_normal, formula_trace_state

cv2 = pytest.importorskip("cv2")


TRACE_JOINTS = [*range(24), *range(24, 35), *range(45, 54)]
"""Where the 44 joints of TRACE are among the 71 of an SMPL body."""


@pytest.fixture(scope="module")
def body(trace) -> SmplModel:
    """The synthetic body."""
    return formula_body(trace)


@pytest.fixture(scope="module")
def camera_network(trace):
    """The regressor of cameras in numpy: features (N, 128), first cameras (N, 3) -> cameras (N, 3)."""
    state = formula_trace_state(trace, "head")
    layers = [
        tuple(state[f"temp_trans_regressor.{layer}.{kind}"] for kind in ("weight", "bias"))
        for layer in ("regressor.0", "regressor.2", "out_layers.0")
    ]

    def network(features: Array, cams: Array) -> Array:
        values = np.concatenate([cams, features], axis=1)
        for weight, bias in layers:
            values = np.maximum(values, 0) if values.shape[1] == 256 else values
            values = values @ weight.T + bias
        return values

    return network


def test_pictures_become_the_same_squares(trace):
    expected = np.load(trace / "preprocess.npz")
    for index in range(sum(name.startswith("bgr_") for name in expected.files)):
        picture = expected[f"bgr_{index}"][..., ::-1]
        pixels, pad = to_square(picture, BACKGROUND)
        edges = [pad.side, pad.side, 0, 0, 0, 0, pad.top, pad.side - pad.right, pad.side - pad.bottom, pad.left]
        assert_array_equal(np.float32(edges), expected[f"offsets_{index}"])
        for ours, theirs in ((pixels[::8, ::8], "stride8"), (pixels[256], "row256")):
            assert np.abs(ours.astype(int) - expected[f"rgb512_{theirs}_{index}"]).max() <= 1
        assert_allclose(pixels.sum(axis=(0, 1), dtype=np.int64), expected[f"rgb512_sum_{index}"], rtol=1e-4)


def center_maps(stored) -> Array:
    maps = np.zeros(stored["shape"], np.float32)
    maps[tuple(stored["nz_bzyx"].astype(np.intp))] = stored["nz_val"]
    maps[3] = stored["frame3_background"]
    for z, y, x, height in stored["frame3_peaks"]:
        maps[3, int(z), int(y), int(x)] = height
    return maps


def test_the_same_people_are_read_off_maps(trace):
    stored = np.load(trace / "parser.npz")
    maps = center_maps(stored)
    peaks = find_peaks(maps, REFERENCE.center_threshold)
    # Equally high peaks come in any order: bring ours into theirs.
    ours, theirs = (
        np.lexsort((*cells.T, -np.round(scores.astype(float), 6), frames))
        for frames, cells, scores in [peaks[:3], [stored[key] for key in ("batch_ids", "czyx", "scores")]]
    )
    assert_array_equal(peaks.frames[ours], stored["batch_ids"][theirs])
    assert_array_equal(peaks.cells[ours], stored["czyx"][theirs])
    assert_allclose(peaks.scores[ours], stored["scores"][theirs], atol=1e-6)
    assert_array_equal(peaks.found, stored["detection_flag"].astype(bool))


def test_a_clip_without_people_has_an_invented_one_only_in_the_reference(trace):
    stored = np.load(trace / "parser.npz")
    empty = center_maps(stored)[2:3]
    found = find_peaks(empty, REFERENCE.center_threshold)
    peaks = ReferencePolicy().complete_peaks(found)
    assert_array_equal(peaks.frames, stored["empty_batch_ids"])
    assert_array_equal(peaks.cells, stored["empty_czyx"])
    assert_array_equal(peaks.scores, stored["empty_scores"])
    assert_array_equal(peaks.found, stored["empty_detection_flag"].astype(bool))
    assert len(ProductPolicy().complete_peaks(found).scores) == 0


def test_the_same_people_are_matched(trace):
    stored = np.load(trace / "assignment.npz")
    for index in range(sum(name.startswith("cost_") for name in stored.files)):
        pairs = unique_pairs(stored[f"cost_{index}"], REFERENCE.match_limit)
        assert_array_equal(np.array(pairs).reshape(-1, 2), stored[f"matches_{index}"])


def test_the_same_people_are_followed(trace):
    stored = np.load(trace / "tracker.npz")
    names = {"time2forget": "keep_missed", "subject_num": "max_people", "accept_new_dets": "new_people",
             "tracker_match_thresh": "match_limit"}  # fmt: skip
    for case, options in json.loads((trace / "tracker_cases.json").read_text("utf-8")).items():
        tracker = Tracker(reference_policy(**{names[name]: value for name, value in options.items()}))
        rows = []
        for count, frame in enumerate(np.unique(stored["frame_index"]), start=1):
            here = stored["frame_index"] == frame
            seen = Detections(*(stored[f"in_{name}"][here] for name in ("trans_cur", "trans_prev", "scores", "czyx")))
            for track in tracker.update(seen, count):
                rows.append([frame, *track.point, track.id, track.score, not track.missed, *track.cell])
        assert_allclose(rows, stored[f"out_{case}"], atol=1e-5, err_msg=case)


CLIP_CASES = {
    "n2": {"max_people": 2},
    "n3_forget60": {"max_people": 3, "keep_missed": 60},
    "n2_forget60": {"max_people": 2, "keep_missed": 60},
    "late_n2": {"max_people": 2},
}


@pytest.mark.parametrize("case", CLIP_CASES)
def test_clips_become_the_same_tracks_and_features(trace, case):
    stored = np.load(trace / "tracking_clip.npz")
    policy = reference_policy(**CLIP_CASES[case])
    tracker, memory = ClipTracker(policy), FeatureMemory(policy.parameters.memory_threshold)
    for clip, count in enumerate((8, 5)):
        given = f"{'late_' if case.startswith('late') else ''}clip{clip}_in_"
        peaks = Peaks(*(stored[given + name] for name in ("batch_ids", "czyx", "scores")), np.ones(count, bool))
        tracks = tracker.follow(peaks, stored[given + "cams"], stored[given + "motion_offsets"], range(count))
        expected = {name.removeprefix(f"{case}_clip{clip}_"): stored[name]
                    for name in stored.files if name.startswith(f"{case}_clip{clip}_")}  # fmt: skip
        assert_array_equal(tracks.ids, expected["ids"])
        assert_array_equal(tracks.cells, expected["traj_czyx"])
        assert_array_equal(np.where(tracks.valid, np.arange(count), -1), expected["traj_frame"])
        quality = np.stack([tracks.scores, tracks.tracked], axis=-1)
        assert_allclose(quality, expected["traj_quality"], atol=1e-6)
        mesh = formula_normal(trace, f"mesh_map_clip{clip}", (count, 4, 128, 128))
        features, inherited = memory.recall(tracks, tracks.sample(mesh))
        assert_array_equal(tracks.ids, expected["order"])
        assert_array_equal(tracks.valid, expected["valid"])
        assert_array_equal(inherited, expected["inherit"])
        assert_allclose(features, expected["features"], atol=1e-5)


def test_poses_are_smoothed_alike(trace):
    stored = np.load(trace / "smoothing.npz")
    smoothing = ReferenceSmoothing(30.0)
    for clip in range(4):
        ids, inherited, given, expected, held = (
            stored[f"clip{clip}_{name}"] for name in ("ids", "inherit", "in", "out", "jump_count")
        )
        smoothed = smoothing.smooth(ids, given, inherited, range(given.shape[1]))
        assert_allclose(smoothed, expected, atol=1e-5)
        gates = [smoothing.people[id].gate for id in ids.tolist()]
        assert [gate.held if gate else 0 for gate in gates] == held.tolist()


def test_the_plain_filter(trace):
    stored = np.load(trace / "smoothing.npz")
    plain = OneEuro()
    assert_allclose([plain.update(row) for row in stored["oneeuro_in"]], stored["oneeuro_out_no_alias"], atol=1e-5)


def test_six_numbers_and_cameras(trace):
    stored = np.load(trace / "rotations.npz")
    rotations_6d = stored["rot6d"]
    assert_allclose(matrix_from_6d(rotations_6d), stored["rotmat"], atol=1e-5)
    assert_same_turns(rotvec_from_6d(rotations_6d), stored["axis_angle"])
    angles = [reference_turn_between(a, b) for a, b in pairwise(rotations_6d)]
    assert_allclose(angles, stored["angle_between_next_deg"], atol=1e-3)
    assert_allclose(translation(stored["cams"]), stored["trans"], rtol=1e-5, atol=1e-5)
    near = stored["cams"][:, 0] > 0.01
    assert_allclose(camera_of(stored["trans"][near]), stored["cams"][near], atol=1e-4)


def assert_same_turns(ours: Array, theirs: Array, atol: float = 1e-5) -> None:
    """Equal rotation vectors; near half a turn the sign is free, so there the matrices."""
    flat, expected = ours.reshape(-1, 3), theirs.reshape(-1, 3)
    near_pi = np.linalg.norm(expected, axis=1) > 3.1
    assert_allclose(flat[~near_pi], expected[~near_pi], atol=atol)
    assert_allclose(matrix_from_rotvec(flat[near_pi]), matrix_from_rotvec(expected[near_pi]), atol=10 * atol)


def test_cameras_are_filled_in_and_summed_up_alike(trace, camera_network):
    stored = np.load(trace / "world_trajectory.npz")
    cameras, paths = CameraMemory(), ReferencePaths()
    for clip in range(3):
        given = {name: stored[f"clip{clip}_{name}"] for name in ("ids", "inherit", "in_cams_init", "in_motion")}
        features = stored[f"clip{clip}_in_features"]
        cams = camera_network(features.reshape(-1, 128), given["in_cams_init"].reshape(-1, 3)).reshape(
            -1, *features.shape[1:2], 3
        )
        cams = cameras.fill(given["ids"], cams, given["inherit"])
        world = paths.add_up(given["ids"], cams, given["in_motion"])
        assert_allclose(cams, stored[f"clip{clip}_cams"], atol=1e-5)
        assert_allclose(world, stored[f"clip{clip}_world_cams"], atol=1e-5)
        assert_allclose(translation(cams), stored[f"clip{clip}_cam_trans"], rtol=1e-5, atol=1e-5)
        assert_allclose(translation(world), stored[f"clip{clip}_world_trans"], rtol=1e-5, atol=1e-5)
        assert_allclose(world[:, -1:], stored[f"clip{clip}_carry_cams"], atol=1e-5)


def test_bodies_stand_and_are_seen_alike(trace, body):
    stored = np.load(trace / "smpl_post.npz")
    params = np.concatenate([np.zeros((len(stored["in_params"]), 6), np.float32), stored["in_params"][:, 3:]], axis=1)
    thetas, betas, cams = thetas_of(params), betas_of(params), stored["in_params"][:, :3]
    assert_same_turns(thetas, stored["smpl_thetas"])
    assert_allclose(betas, stored["smpl_betas"], atol=1e-6)
    joints = joints_from_hips(thetas, betas, body)
    assert_allclose(joints[:, TRACE_JOINTS], stored["j3d"], atol=1e-5)
    assert_allclose(joints[:, 54:], stored["joints_h36m17"], atol=1e-5)
    vertices, _ = body.forward(thetas, betas, root_align=True)
    assert_allclose(vertices[:, ::53], stored["verts_stride"], atol=1e-5)

    pads = [padding_of(offsets) for offsets in stored["in_offsets"]]
    points = project(joints + translation(cams)[:, None])
    pixels = np.stack([to_image(own, pad) for own, pad in zip(points, pads, strict=True)])
    assert_allclose(translation(cams), stored["cam_trans"], rtol=1e-5, atol=1e-5)
    assert_allclose(points[:, TRACE_JOINTS], stored["pj2d"], atol=1e-5)
    assert_allclose(pixels[:, TRACE_JOINTS], stored["pj2d_org"], atol=1e-2)
    assert_allclose(pixels[:, 54:], stored["pj2d_org_h36m17"], atol=1e-2)

    posed = bodies(thetas, betas, cams, body)
    assert_allclose(posed.root + posed.joints[:, 5], stored["cam_trans"] + stored["j3d"][:, 5], atol=1e-5)
    world = quat_from_rotvec(stored["in_world_global_rots"])
    roots = world_roots(posed, world, stored["in_world_cams"])
    assert_allclose(roots - stored["world_trans"], stored["world_j3d"][:, 0], rtol=1e-5, atol=1e-5)


def padding_of(offsets: Array) -> Padding:
    """From the reference's ten numbers."""
    side, _, _, _, _, _, top, right, bottom, left = offsets.tolist()
    return Padding(top, side - bottom, left, side - right, side - top - bottom, side - left - right)
