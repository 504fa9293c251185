"""One motion filmed by a moving camera, and the files that other tools would write of it. The numbers are made up."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import joblib
import numpy as np

from romp_core.geometry.rotations import (
    matrix_from_quat,
    matrix_from_rotvec,
    quat_conjugate,
    quat_from_matrix,
    quat_from_rotvec,
    quat_multiply,
    quat_rotate,
    rotvec_from_quat,
)
from romp_core.geometry.skeleton import SMPL_PELVIS, SMPLX_PELVIS
from romp_core.geometry.spaces import WORLD_FROM_CAMERA_AXES, WORLD_FROM_SMPL_REST_QUAT
from tests.torch_files import save_torch_zip

COUNT, FOCAL, WIDTH, HEIGHT = 60, 1100.0, 1280, 720
Y_UP = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, -1.0, 0.0]])
"""z up -> y up."""
Y_DOWN = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, -1.0], [0.0, 1.0, 0.0]])
"""z up -> y down."""


@dataclass(frozen=True)
class Filmed:
    """The truth: body (T, 24, 4) with the pelvis in a world with z up, root (T, 3), and the camera's path."""

    body: np.ndarray
    root: np.ndarray
    camera_rotation: np.ndarray
    camera_position: np.ndarray

    @property
    def in_camera(self) -> tuple[np.ndarray, np.ndarray]:
        """Pelvis rotation (T, 4) and position (T, 3) in camera space."""
        back = quat_conjugate(self.camera_rotation)
        return quat_multiply(back, self.body[:, 0]), quat_rotate(back, self.root - self.camera_position)

    def world(self, turn: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The same in a world that is turned by a matrix."""
        return quat_multiply(quat_from_matrix(turn), self.body[:, 0]), self.root @ turn.T

    def camera(self, turn: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Camera to world (T, 3, 3) and its position (T, 3) in a turned world."""
        return turn @ matrix_from_quat(self.camera_rotation), self.camera_position @ turn.T

    def poses(self, pelvis: np.ndarray, joints: int = 24) -> np.ndarray:
        """Rotation vectors (T, joints, 3)."""
        vectors = np.zeros((len(self.body), joints, 3))
        used = min(joints, 22 if joints != 24 else 24)
        vectors[:, :used] = rotvec_from_quat(self.body[:, :used])
        vectors[:, 0] = rotvec_from_quat(pelvis)
        return vectors


def filmed(shift: float = 0.0, moving: bool = True) -> Filmed:
    """Somebody walks and turns, bending an elbow and the knees, in front of a camera that pans and rises."""
    t = np.linspace(0, 2, COUNT)
    zero = 0 * t
    vectors = np.zeros((COUNT, 24, 3))
    vectors[:, 18, 1], vectors[:, 4, 0], vectors[:, 5, 0] = -t / 2, 0.3 * np.sin(3 * t) ** 2, 0.3 * np.cos(3 * t) ** 2
    vectors[:, 12, 1] = 0.2 * np.sin(t)
    body = quat_from_rotvec(vectors)
    body[:, 0] = quat_multiply(quat_from_rotvec(np.stack([zero, zero, 0.4 * t], 1)), WORLD_FROM_SMPL_REST_QUAT)
    root = np.stack([0.4 * t + shift, 4 + 0.1 * np.sin(t), 0.95 + 0.02 * np.sin(5 * t)], axis=1)
    amount = t if moving else zero
    pan = matrix_from_rotvec(np.stack([zero, 0.1 * amount, zero], axis=1))
    position = np.stack([0.3 * amount, 0.1 * amount, 1.3 + 0.05 * amount], axis=1)
    return Filmed(body, root, quat_from_matrix(WORLD_FROM_CAMERA_AXES @ pan), position)


def wham(path: Path, people: list[Filmed], world: np.ndarray = Y_UP) -> Path:
    tree = {}
    for id, each in enumerate(people):
        (camera, root), (pelvis, world_root) = each.in_camera, each.world(world)
        tree[id] = {
            "pose": each.poses(camera).reshape(COUNT, 72).astype(np.float32),
            "trans": (root - SMPL_PELVIS).astype(np.float32),
            "pose_world": each.poses(pelvis).reshape(COUNT, 72).astype(np.float32),
            "trans_world": (world_root - SMPL_PELVIS).astype(np.float32),
            "betas": np.zeros((COUNT, 10), np.float32),
            "verts": np.zeros((COUNT, 20, 3), np.float32),
            "frame_ids": np.arange(COUNT) + 5 * id,
        }
    joblib.dump(tree, path / "wham_output.pkl")
    return path / "wham_output.pkl"


def gvhmr(path: Path, people: list[Filmed]) -> Path:
    each = people[0]
    params = {}
    for name, (pelvis, root) in {"global": each.world(Y_UP), "incam": each.in_camera}.items():
        poses = each.poses(pelvis, 22)
        params[f"smpl_params_{name}"] = {
            "body_pose": poses[:, 1:].reshape(COUNT, 63).astype(np.float32),
            "global_orient": poses[:, 0].astype(np.float32),
            "transl": (root - SMPLX_PELVIS).astype(np.float32),
            "betas": np.zeros((COUNT, 10), np.float32),
        }
    intrinsics = np.array([[FOCAL, 0, WIDTH / 2], [0, FOCAL, HEIGHT / 2], [0, 0, 1]], np.float32)
    tree = {**params, "K_fullimg": np.tile(intrinsics, (COUNT, 1, 1)), "net_outputs": {"a": np.zeros(3, np.float32)}}
    save_torch_zip(tree, path / "hmr4d_results.pt")
    return path / "hmr4d_results.pt"


def tram(path: Path, people: list[Filmed], camera: bool = True) -> Path:
    folder = path / "hps"
    folder.mkdir()
    for id, each in enumerate(people):
        pelvis, root = each.in_camera
        person = {
            "pred_cam": np.zeros((COUNT, 3), np.float32),
            "pred_rotmat": matrix_from_rotvec(each.poses(pelvis)).astype(np.float32),
            "pred_trans": (root - SMPL_PELVIS)[:, None].astype(np.float32),
            "pred_shape": np.zeros((COUNT, 10), np.float32),
            "frame": np.arange(COUNT),
        }
        np.save(folder / f"hps_track_{id}.npy", person, allow_pickle=True)
    if camera:
        turns, position = people[0].camera(Y_UP)
        content = {
            "world_cam_R": turns,
            "world_cam_T": position,
            "img_focal": FOCAL,
            "img_center": np.array([WIDTH / 2, HEIGHT / 2]),
        }
        np.save(path / "camera.npy", content, allow_pickle=True)
    return folder / "hps_track_0.npy"


def prompthmr(path: Path, people: list[Filmed]) -> Path:
    crowd = {}
    for id, each in enumerate(people):
        (camera, root), (pelvis, world_root) = each.in_camera, each.world(Y_UP)
        crowd[id + 1] = {
            "track_id": id + 1,
            "frames": np.arange(COUNT),
            "smplx_cam": {
                "rotmat": matrix_from_rotvec(each.poses(camera, 55)),
                "trans": root - SMPLX_PELVIS,
                "shape": np.zeros((COUNT, 10)),
            },
            "smplx_world": {
                "pose": each.poses(pelvis, 55).reshape(COUNT, 165),
                "trans": world_root - SMPLX_PELVIS,
                "shape": np.zeros((COUNT, 10)),
            },
        }
    turns, position = people[0].camera(Y_UP)
    tree = {
        "people": crowd,
        "camera": {"img_focal": FOCAL, "img_center": np.array([WIDTH / 2, HEIGHT / 2])},
        "camera_world": {"Rwc": turns, "Twc": position},
    }
    joblib.dump(tree, path / "results.pkl", compress=3)
    return path / "results.pkl"


def slahmr(path: Path, people: list[Filmed]) -> Path:
    worlds = [each.world(Y_DOWN) for each in people]
    poses = [each.poses(pelvis, 22) for each, (pelvis, _) in zip(people, worlds, strict=True)]
    turns, position = people[0].camera(Y_DOWN)
    back = np.swapaxes(turns, 1, 2)
    shift = -(back @ position[..., None])[..., 0]
    np.savez(
        path / "clip_000300_world_results.npz",
        trans=np.stack([root - SMPL_PELVIS for _, root in worlds]),
        root_orient=np.stack([pose[:, 0] for pose in poses]),
        pose_body=np.stack([pose[:, 1:].reshape(COUNT, 63) for pose in poses]),
        betas=np.zeros((len(people), 16)),
        track_mask=np.ones((len(people), COUNT), bool),
        cam_R=np.stack([back] * len(people)),
        cam_t=np.stack([shift] * len(people)),
        intrins=np.array([FOCAL, FOCAL, WIDTH / 2, HEIGHT / 2]),
        floor_plane=np.array([[0.0, -1.3, 0.0]]),
    )
    return path / "clip_000300_world_results.npz"


def threedpw(path: Path, people: list[Filmed]) -> Path:
    worlds = [each.world(Y_UP) for each in people]
    turns, position = people[0].camera(Y_UP)
    outside = np.tile(np.eye(4), (COUNT, 1, 1))
    outside[:, :3, :3] = np.swapaxes(turns, 1, 2)
    outside[:, :3, 3] = -(outside[:, :3, :3] @ position[..., None])[..., 0]
    tree = {
        "poses": [each.poses(pelvis).reshape(COUNT, 72) for each, (pelvis, _) in zip(people, worlds, strict=True)],
        "trans": [root - SMPL_PELVIS for _, root in worlds],
        "betas": [np.zeros(10) for _ in people],
        "genders": ["m" for _ in people],
        "cam_poses": outside,
        "cam_intrinsics": np.array([[FOCAL, 0, WIDTH / 2], [0, FOCAL, HEIGHT / 2], [0, 0, 1]]),
        "sequence": "outdoors",
    }
    (path / "outdoors_00.pkl").write_bytes(pickle.dumps(tree, protocol=2))
    return path / "outdoors_00.pkl"


def aist(path: Path, people: list[Filmed]) -> Path:
    pelvis, root = people[0].world(Y_UP)
    tree = {
        "smpl_poses": people[0].poses(pelvis).reshape(COUNT, 72),
        "smpl_trans": (root - SMPL_PELVIS) * 93.78,
        "smpl_scaling": np.array([93.78]),
        "smpl_loss": 1.0,
    }
    (path / "gBR_sBM.pkl").write_bytes(pickle.dumps(tree))
    return path / "gBR_sBM.pkl"


def edge(path: Path, people: list[Filmed]) -> Path:
    each = people[0]
    tree = {
        "smpl_poses": each.poses(each.body[:, 0]).reshape(COUNT, 72).astype(np.float32),
        "smpl_trans": each.root.astype(np.float32),
        "full_pose": np.zeros((COUNT, 24, 3), np.float32),
    }
    (path / "dance.pkl").write_bytes(pickle.dumps(tree))
    return path / "dance.pkl"


def phalp(path: Path, people: list[Filmed]) -> Path:
    tree: dict[str, Any] = {}
    for row in range(COUNT):
        smpl, camera = [], []
        for each in people:
            pelvis, root = each.in_camera
            matrices = matrix_from_rotvec(each.poses(pelvis)[row]).astype(np.float32)
            smpl.append({"global_orient": matrices[:1], "body_pose": matrices[1:], "betas": np.zeros(10, np.float32)})
            camera.append((root[row] - SMPL_PELVIS).astype(np.float32))
        tree[f"outputs/_DEMO/clip/img/{row + 1:06d}.jpg"] = {
            "time": row,
            "shot": 0,
            "tid": [id + 1 for id in range(len(people))],
            "smpl": smpl,
            "camera": camera,
            "size": [[HEIGHT, WIDTH]] * len(people),
            "conf": [0.9] * len(people),
        }
    joblib.dump(tree, path / "demo_clip.pkl", compress=3)
    return path / "demo_clip.pkl"


def smplerx(path: Path, people: list[Filmed]) -> Path:
    (path / "smplx").mkdir()
    (path / "meta").mkdir()
    for row in range(COUNT):
        for index, each in enumerate(people if row % 2 else people[::-1]):
            pelvis, root = each.in_camera
            pose = each.poses(pelvis, 22)[row].astype(np.float32)
            name = f"{row + 1:05d}_{index}"
            np.savez(
                path / "smplx" / f"{name}.npz",
                global_orient=pose[:1],
                body_pose=pose[1:],
                left_hand_pose=np.zeros((15, 3), np.float32),
                betas=np.zeros((1, 10), np.float32),
                transl=(root[row] - SMPLX_PELVIS)[None].astype(np.float32),
            )
            text = f'{{"focal": [{FOCAL}, {FOCAL}], "princpt": [{WIDTH / 2}, {HEIGHT / 2}]}}'
            (path / "meta" / f"{name}.json").write_text(text)
    return path / "smplx"


WORLDS: dict[str, Callable[[Path, list[Filmed]], Path]] = {
    "WHAM": wham, "GVHMR": gvhmr, "TRAM": tram, "PromptHMR": prompthmr, "SLAHMR": slahmr, "3DPW": threedpw,
    "AIST++": aist, "EDGE": edge,
}  # fmt: skip
CAMERAS: dict[str, Callable[[Path, list[Filmed]], Path]] = {
    "4D-Humans (PHALP)": phalp,
    "SMPLer-X": smplerx,
    "TRAM": lambda path, people: tram(path, people, camera=False),
}
