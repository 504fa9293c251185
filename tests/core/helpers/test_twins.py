"""Twins of ground-truth clips: what their npz says is what their frames show."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from benchmarks.groundtruth import load_truth
from benchmarks.twin_motion import at_times, mirrored, on_body, read_motions, skin, sole_vertices
from benchmarks.twin_people import draw_body
from benchmarks.twins import render
from romp_core.geometry.skeleton import JOINT, PARENTS, forward_kinematics

DEMO = Path(__file__).parents[2] / "data" / "demo.npz"
SIZE, FRAMES = (192, 108), 5
BETWEEN_M = 1.1


@pytest.fixture(scope="module")
def groundtruth(tmp_path_factory) -> Path:
    """A folder with the truth of a clip of two people: the project's own performance twice, side by side."""
    with np.load(DEMO) as archive:
        demo = dict(archive)
    for name in ("poses", "trans", "joints", "JT", "height", "visible", "vis_frac"):
        demo[name] = np.concatenate([demo[name], demo[name]])
    for name in ("trans", "joints"):
        demo[name][1, ..., 0] += BETWEEN_M
    folder = tmp_path_factory.mktemp("groundtruth")
    np.savez(folder / "duo.npz", **demo)
    return folder


@pytest.fixture(scope="module")
def twin(groundtruth, tmp_path_factory) -> tuple[dict[str, np.ndarray], list[np.ndarray], Path]:
    video = render("duo", 3, groundtruth, tmp_path_factory.mktemp("twin"), SIZE, FRAMES)
    with np.load(video.with_suffix(".npz"), allow_pickle=False) as archive:
        truth = dict(archive)
    capture, frames = cv2.VideoCapture(str(video)), []
    while (step := capture.read())[0]:
        frames.append(step[1][..., ::-1].astype(float))
    return truth, frames, video


def test_arrays_and_frames_have_the_form_of_the_set(twin):
    truth, frames, video = twin
    assert len(frames) == FRAMES
    assert frames[0].shape == (SIZE[1], SIZE[0], 3)
    shapes = {
        "poses": (2, FRAMES, 24, 3), "trans": (2, FRAMES, 3), "joints": (2, FRAMES, 24, 3), "G": (2, FRAMES, 24, 3, 3),
        "off": (2, 24, 3), "JT": (2, 24, 3), "height": (2,), "visible": (2, FRAMES), "vis_frac": (2, FRAMES),
        "joints2d": (2, FRAMES, 24, 2), "joint_seen": (2, FRAMES, 24), "Rcw": (FRAMES, 3, 3), "cpos": (FRAMES, 3),
        "K": (3, 3), "fps": (), "times": (FRAMES,), "names": (2,), "body": (2,), "contact": (2, FRAMES, 4),
        "ground": (2, FRAMES, 5), "ground_names": (5,), "shutter": (),
    }  # fmt: skip
    assert {name: truth[name].shape for name in shapes} == shapes
    np.testing.assert_allclose(truth["times"], np.arange(FRAMES) / 30)
    assert 35 <= load_truth(video).fov_deg <= 75


def test_joints_follow_from_rotations_and_project_into_the_image(twin):
    truth, _, video = twin
    for joint, parent in enumerate(PARENTS):
        if parent >= 0:
            along = np.einsum("ptab,pb->pta", truth["G"][:, :, parent], truth["off"][:, joint])
            np.testing.assert_allclose(truth["joints"][:, :, joint], truth["joints"][:, :, parent] + along, atol=1e-5)
    np.testing.assert_allclose(load_truth(video).joints2d, truth["joints2d"], atol=1e-2)
    assert ((truth["joints2d"] > 0) & (truth["joints2d"] < SIZE)).mean() > 0.95


def test_people_are_seen_where_joints2d_says(twin):
    truth, frames, _ = twin
    assert truth["visible"].all()
    assert np.median(truth["vis_frac"]) > 0.9
    moving = np.ptp(frames, axis=0).max(-1) > 40  # people move, the room does not
    column, row = np.floor(truth["joints2d"][truth["joint_seen"]]).astype(int).T
    near = cv2.dilate(moving.astype(np.uint8), np.ones((9, 9)))
    assert near[row, column].mean() > 0.8
    assert near.mean() < 0.5


def test_soles_are_on_the_floor_and_standing_feet_do_not_move(groundtruth):
    motion = at_times(read_motions(groundtruth / "duo.npz")[0], np.arange(0, 110, 1.1))
    for kind, mirror in (("child", True), ("tall", False), ("heavy", False)):
        body = draw_body(np.random.default_rng(5), kind)
        put = on_body(mirrored(motion) if mirror else motion, body)
        vertices = skin(body, put.rotations, put.root)
        joints, _ = forward_kinematics(put.rotations, put.root, body.joints)
        assert np.abs(vertices[..., 1].min(1)).max() < 0.02
        for side, stands in zip(("left", "right"), put.stands.T, strict=True):
            both = stands[1:] & stands[:-1]
            moved = np.linalg.norm(np.diff(joints[:, JOINT[f"{side}_foot"]], axis=0), axis=1)[both]
            assert both.sum() > 20
            assert moved.max() < 2e-3
            assert vertices[stands][:, sole_vertices(body, side)["ball"], 1].min(1).max() < 0.02


def test_mirror_exchanges_left_and_right(groundtruth):
    motion = read_motions(groundtruth / "duo.npz")[1]
    body = draw_body(np.random.default_rng(1), "adult")
    joints, _ = forward_kinematics(motion.rotations, motion.root, body.joints)
    turned = mirrored(motion)
    seen, _ = forward_kinematics(turned.rotations, turned.root, body.joints)
    for here, there in (("left_wrist", "right_wrist"), ("right_ankle", "left_ankle"), ("head", "head")):
        np.testing.assert_allclose(seen[:, JOINT[here]], joints[:, JOINT[there]] * [-1, 1, 1], atol=4e-3)


def test_a_seed_gives_the_same_truth_and_another_seed_another(groundtruth, tmp_path):
    def truth(seed: int) -> dict[str, np.ndarray]:
        with np.load(render("duo", seed, groundtruth, tmp_path, (64, 36), 2).with_suffix(".npz")) as archive:
            return dict(archive)

    first, again, other = truth(1), truth(1), truth(2)
    for name, values in first.items():
        np.testing.assert_array_equal(again[name], values, err_msg=name)
    assert not np.allclose(first["height"], other["height"])
    assert not np.allclose(first["K"], other["K"])
