"""SAM 3D Body: positions of its joints, rotations of rigid bones, camera, people of several files."""

import pickle
from pathlib import Path

import numpy as np
import pytest

from romp_core.errors import TakeError
from romp_core.formats import import_results
from romp_core.formats.sam_body_joints import smpl_pose
from romp_core.geometry.projection import focal_from_fov
from romp_core.geometry.rotations import matrix_from_rotvec
from romp_core.geometry.skeleton import JOINT, forward_kinematics
from romp_core.solve import solve

FOCAL, WIDTH, HEIGHT = 1400.0, 1280, 960
FLIP = np.array([1.0, -1.0, -1.0])
_ROWS = {
    "left_hip": 2, "right_hip": 18, "left_knee": 3, "right_knee": 19, "left_ankle": 4, "right_ankle": 20,
    "left_foot": 8, "right_foot": 24, "spine1": 35, "spine2": 36, "spine3": 37, "neck": 110, "head": 113,
    "left_collar": 74, "right_collar": 38, "left_shoulder": 75, "right_shoulder": 39, "left_elbow": 76,
    "right_elbow": 40, "left_wrist": 78, "right_wrist": 42, "left_hand": 88, "right_hand": 52,
}  # fmt: skip
_AT_REST = {
    "left_hip": (0.08, 0.9, 0), "right_hip": (-0.08, 0.9, 0),
    "left_knee": (0.08, 0.5, 0), "right_knee": (-0.08, 0.5, 0),
    "left_ankle": (0.08, 0.08, 0), "right_ankle": (-0.08, 0.08, 0), "left_foot": (0.09, 0.02, 0.13),
    "right_foot": (-0.09, 0.02, 0.13), "spine1": (0, 1.05, 0), "spine2": (0, 1.16, 0), "spine3": (0, 1.34, 0),
    "neck": (0, 1.42, 0), "head": (0, 1.53, 0), "left_collar": (0.03, 1.38, 0.03), "right_collar": (-0.03, 1.38, 0.03),
    "left_shoulder": (0.17, 1.39, 0), "right_shoulder": (-0.17, 1.39, 0), "left_elbow": (0.43, 1.39, 0),
    "right_elbow": (-0.43, 1.39, 0), "left_wrist": (0.67, 1.39, 0), "right_wrist": (-0.67, 1.39, 0),
    "left_hand": (0.75, 1.39, 0), "right_hand": (-0.75, 1.39, 0),
}  # fmt: skip
_UPWARD = np.array([[0, 0, 1.0], [1, 0, 0], [0, 1, 0]])
_LEGS = {"left": np.array([[0, 0, 1.0], [-1, 0, 0], [0, -1, 0]]), "right": _UPWARD}
_ARMS = {
    "left": np.array([[1.0, 0, 0], [0, 0, -1], [0, 1, 0]]),
    "right": np.array([[1.0, 0, 0], [0, 0, 1], [0, -1, 0]]),
}
"""Axes of MHR's joints in the T-pose, by column."""


def record(turn: np.ndarray, shift: np.ndarray) -> dict[str, np.ndarray]:
    """A file's arrays of somebody in a T-pose, turned as a whole by a rotation vector in MHR's space."""
    matrix = matrix_from_rotvec(turn)
    joints, rotations = np.zeros((127, 3)), np.tile(np.eye(3), (127, 1, 1))
    for name, row in _ROWS.items():
        side = name.split("_")[0]
        kind = name.split("_")[-1]
        axes = _UPWARD
        if kind in ("hip", "knee"):
            axes = _LEGS[side]
        elif kind in ("collar", "shoulder", "elbow"):
            axes = _ARMS[side]
        joints[row], rotations[row] = _AT_REST[name], axes
    joints[1] = (0, 0.924, 0)
    keypoints = np.random.default_rng(1).uniform(0.7, 1.3, (70, 3)) - np.array([1, 0, 1])
    for toe, small, heel, side in ((15, 16, 17, 1), (18, 19, 20, -1)):
        keypoints[[toe, small, heel]] = (side * 0.06, 0, 0.2), (side * 0.12, 0, 0.2), (side * 0.09, 0, -0.05)
    for index, middle, little, side in ((49, 53, 61, 1), (28, 32, 40, -1)):
        keypoints[[index, middle, little]] = (
            (side * 0.75, 1.39, 0.03),
            (side * 0.75, 1.39, 0),
            (side * 0.74, 1.39, -0.03),
        )
    joints, keypoints = (points @ matrix.T * FLIP for points in (joints, keypoints))
    seen = keypoints + shift
    return {
        "pred_joint_coords": joints.astype(np.float32),
        "pred_global_rots": (matrix @ rotations).astype(np.float32),
        "pred_keypoints_3d": keypoints.astype(np.float32),
        "pred_keypoints_2d": (seen[:, :2] / seen[:, 2:] * FOCAL + [WIDTH / 2, HEIGHT / 2]).astype(np.float32),
        "pred_cam_t": shift.astype(np.float32),
        "mhr_model_params": np.zeros(204, np.float32),
    }


def test_a_turned_t_pose_is_a_turned_t_pose(tmp_path: Path) -> None:
    """Every joint has the rotation of the whole; nothing is bent."""
    turn, shift = np.array([0.2, 0.7, -0.1]), np.array([0.3, 0.9, 4.0])
    np.savez(tmp_path / "photo_subj00.npz", **record(turn, shift))
    take = import_results(tmp_path / "photo_subj00.npz")
    (person,) = take.people
    seen = person.observations
    turned = np.diag(FLIP) @ matrix_from_rotvec(turn)
    joints, orientations = forward_kinematics(seen.rotations, seen.root, seen.rest_joints)
    from romp_core.geometry.rotations import angle_between, quat_from_matrix

    assert np.degrees(angle_between(orientations[0], quat_from_matrix(turned)).max()) < 0.1
    for name, place in _AT_REST.items():
        expected = turned @ np.array(place) + shift
        assert np.abs(joints[0, JOINT[name]] - expected).max() < 1e-3
    assert (take.footage.width, take.footage.height) == (WIDTH, HEIGHT)
    assert focal_from_fov(take.footage.fov, WIDTH) == pytest.approx(FOCAL, rel=1e-3)
    assert "SAM License" in take.provenance.model_license and not take.solved


@pytest.mark.parametrize("container", ["folder", "frame axis", "pickled lists"])
def test_people_through_a_clip(container: str, tmp_path: Path) -> None:
    records = [
        [record(np.array([0, 0.02 * row, 0]), np.array([x + 0.02 * row, 0.9, 4.0])) for x in (-1.0, 1.0)]
        for row in range(20)
    ]
    if container == "folder":
        path = tmp_path / "clip"
        path.mkdir()
        for row, people in enumerate(records):
            for index, person in enumerate(people if row % 2 else people[::-1]):
                np.savez(path / f"frame_{row:05d}_subj{index:02d}.npz", **person)
    elif container == "frame axis":
        path = tmp_path / "clip.npz"
        np.savez(path, **{key: np.stack([people[0][key] for people in records]) for key in records[0][0]})
    else:
        path = tmp_path / "clip.pkl"
        path.write_bytes(pickle.dumps(records))
    take = import_results(path)
    assert [len(person.observations.frame_index) for person in take.people] == [20] * len(take.people)
    assert len(take.people) == (1 if container == "frame axis" else 2)
    for person in take.people:
        assert np.diff(person.observations.root[:, 0]) == pytest.approx(0.02, abs=5e-3)
    solved = solve(take)
    assert len(solved.characters) == len(take.people)


def test_stale_rotations_of_hands_do_not_matter(tmp_path: Path) -> None:
    fresh = record(np.zeros(3), np.array([0, 0.9, 4.0]))
    stale = {key: value.copy() for key, value in fresh.items()}
    stale["pred_global_rots"][[78, 42]] = matrix_from_rotvec(np.array([1.0, 0, 0]))
    poses = [
        smpl_pose(*(np.asarray(one[key], float)[None] for key in
                    ("pred_joint_coords", "pred_global_rots", "pred_keypoints_3d")))[0]
        for one in (fresh, stale)
    ]  # fmt: skip
    np.testing.assert_allclose(poses[0], poses[1], atol=1e-9)


def test_arrays_of_another_form(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", **record(np.zeros(3), np.ones(3)) | {"pred_cam_t": np.zeros(4)})
    with pytest.raises(TakeError, match="SAM 3D Body"):
        import_results(tmp_path / "a.npz")


def test_published_outputs(golden: Path) -> None:
    """Positions of the joints as published; the skeletons of one body do not change with its pose."""
    with np.load(golden / "mhr" / "sam3d_samples.npz") as data:
        joints, intrinsics = data["pred_joint_coords"].astype(float), data["intrinsics_fx_fy_cx_cy"]
        shifts = data["pred_cam_t"]
    for index in (0, 3):
        take = import_results(golden / "mhr" / f"img_subj{index:02d}.npz")
        seen = take.people[0].observations
        posed, _ = forward_kinematics(seen.rotations, seen.root, seen.rest_joints)
        for name, row in _ROWS.items():
            assert np.abs(posed[0, JOINT[name]] - joints[index, row] - shifts[index]).max() < 1e-3
        assert focal_from_fov(take.footage.fov, take.footage.width) == pytest.approx(intrinsics[0], rel=1e-3)
        rest = seen.rest_joints[0]
        mirrored = rest[[JOINT["right_knee"], JOINT["right_ankle"], JOINT["right_elbow"], JOINT["right_wrist"]]] * [
            -1,
            1,
            1,
        ]
        straight = rest[[JOINT["left_knee"], JOINT["left_ankle"], JOINT["left_elbow"], JOINT["left_wrist"]]]
        np.testing.assert_allclose(straight, mirrored, atol=2e-3)
        assert rest[JOINT["left_wrist"], 1] == pytest.approx(rest[JOINT["left_shoulder"], 1], abs=5e-3)
        assert rest[JOINT["left_ankle"], 0] == pytest.approx(rest[JOINT["left_hip"], 0], abs=5e-3)
