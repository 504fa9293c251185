"""Which way is up in a file: by how people stand, and not by people who lie or stand on their hands."""

from pathlib import Path

import numpy as np
import pytest

from romp_core.cli.main import main
from romp_core.errors import SettingsError
from romp_core.formats import import_results
from romp_core.geometry.rotations import quat_from_matrix, quat_from_rotvec, quat_multiply, rotvec_from_quat
from romp_core.geometry.skeleton import SMPL_PELVIS
from romp_core.storage.take_file import load_take
from tests.core.formats.tool_files import COUNT, Y_UP, filmed

HEAD = 15


def save_amass(path: Path, body: np.ndarray, root: np.ndarray, **more: object) -> Path:
    poses = rotvec_from_quat(body).reshape(len(body), 72)
    np.savez(path, poses=poses, trans=root - SMPL_PELVIS, betas=np.zeros(10), mocap_framerate=30.0, **more)
    return path


def turned(turn: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    truth = filmed()
    body = truth.body.copy()
    body[:, 0] = quat_multiply(quat_from_matrix(turn), body[:, 0])
    return body, truth.root @ turn.T


def head_over_pelvis(take: object) -> float:
    joints = take.people[0].motion.joints()
    return float(np.median(joints[:, HEAD, 2] - joints[:, 0, 2]))


def test_y_up_is_found_with_a_remark(tmp_path: Path) -> None:
    take = import_results(save_amass(tmp_path / "a.npz", *turned(Y_UP)))
    assert head_over_pelvis(take) > 0.5 and "Y up" in take.provenance.remark
    truth = filmed()
    motion = take.people[0].motion
    assert np.abs((motion.root - motion.root[0]) - (truth.root - truth.root[0])).max() < 1e-3
    assert abs(motion.joints()[..., 2].min()) < 0.1


def test_z_up_has_no_remark(tmp_path: Path) -> None:
    take = import_results(save_amass(tmp_path / "a.npz", *turned(np.eye(3))))
    assert head_over_pelvis(take) > 0.5 and not take.provenance.remark


@pytest.mark.parametrize(("up", "stands"), [("y", True), ("z", False)])
def test_a_given_axis_counts(up: str, stands: bool, tmp_path: Path) -> None:
    take = import_results(save_amass(tmp_path / "a.npz", *turned(Y_UP)), up=up)
    assert (head_over_pelvis(take) > 0.5) == stands


def test_the_command_line_passes_it_on(tmp_path: Path) -> None:
    path, out = save_amass(tmp_path / "a.npz", *turned(Y_UP)), tmp_path / "t.npz"
    assert main(["import", str(path), "-o", str(out), "--up", "z", "--progress", "none"]) == 0
    assert abs(head_over_pelvis(load_take(out))) < 0.3
    with pytest.raises(SettingsError, match="no up axis"):
        import_results(path, up="x")


def lying(toward: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Somebody lies still on the floor of a world with z up, the head toward a direction in the floor."""
    body = np.tile([1.0, 0, 0, 0], (COUNT, 24, 1))
    x = np.cross(toward, [0.0, 0, 1])
    body[:, 0] = quat_from_matrix(np.stack([x, toward, np.array([0.0, 0, 1])], axis=1))
    return body, np.tile([0.3, 0.0, 0.12], (COUNT, 1))


@pytest.mark.parametrize("toward", [[0.0, 1, 0], [0.0, -1, 0], [1.0, 0, 0]])
def test_people_who_lie_stay_lying(toward: list[float], tmp_path: Path) -> None:
    take = import_results(save_amass(tmp_path / "a.npz", *lying(np.array(toward))))
    assert abs(head_over_pelvis(take)) < 0.2 and not take.provenance.remark


def test_sit_ups_stay_on_the_floor(tmp_path: Path) -> None:
    body, root = lying(np.array([0.0, 1, 0]))
    bend = 0.5 + 0.5 * np.sin(np.linspace(0, 12, COUNT))
    body[:, 3] = quat_from_rotvec(np.stack([1.3 * bend, 0 * bend, 0 * bend], axis=1))
    take = import_results(save_amass(tmp_path / "a.npz", body, root))
    assert not take.provenance.remark


def test_a_handstand_is_not_turned_over(tmp_path: Path) -> None:
    body, root = turned(np.diag([1.0, -1, -1]))
    take = import_results(save_amass(tmp_path / "a.npz", body, root + np.array([0, 0, 2])))
    assert head_over_pelvis(take) < -0.4 and not take.provenance.remark


def test_a_cartwheel_between_steps(tmp_path: Path) -> None:
    truth = filmed()
    body = truth.body.copy()
    angle = np.concatenate([np.zeros(20), np.linspace(0, 2 * np.pi, 20), np.zeros(20)])
    body[:, 0] = quat_multiply(quat_from_rotvec(np.stack([0 * angle, angle, 0 * angle], axis=1)), body[:, 0])
    assert not import_results(save_amass(tmp_path / "a.npz", body, truth.root)).provenance.remark
