"""A toy body in the SMPL format, made by formula (`golden/romp/README.md`, section 2): no licensed data is involved.

`write_toy_bodies` lays the files out as a user of simple-romp has them: packed ones in the folder itself, what they are
made from in `smpl_model_data` below it.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

import numpy as np

from romp_core.bodies.smpl.layout import EXTRA_VERTICES, H36M_ORDER, N_FACES, N_VERTICES
from romp_core.geometry.skeleton import PARENTS
from tests.formula import read_recipe, save_torch_zip
from tests.python2_pickle import CscMatrix, python2_pickle

ROOT_PARENT = 4294967295
CHILD = (3, 4, 5, 6, 7, 8, 9, 10, 11, 12, -1, -1, 15, 16, 17, -1, 18, 19, 20, 21, 22, 23, -1, -1)
JOINTS = np.array(
    [
        (0, -0.24, 0.02), (0.07, -0.33, 0.01), (-0.07, -0.33, 0.01), (0, -0.12, -0.01), (0.11, -0.71, 0),
        (-0.11, -0.71, 0), (0, 0.02, 0), (0.09, -1.12, -0.04), (-0.09, -1.12, -0.04), (0, 0.08, 0.02),
        (0.12, -1.18, 0.08), (-0.12, -1.18, 0.08), (0, 0.29, -0.02), (0.08, 0.19, -0.01), (-0.08, 0.19, -0.01),
        (0, 0.36, 0.03), (0.18, 0.22, -0.02), (-0.18, 0.22, -0.02), (0.44, 0.21, -0.04), (-0.44, 0.21, -0.04),
        (0.69, 0.22, -0.04), (-0.69, 0.22, -0.04), (0.78, 0.21, -0.05), (-0.78, 0.21, -0.05),
    ]
)  # fmt: skip
LEAF_TIPS = {10: (0, 0, 0.08), 11: (0, 0, 0.08), 15: (0, 0.18, 0.02), 22: (0.08, 0, 0), 23: (-0.08, 0, 0)}
EXTRA_BONES = (*[15] * 5, 10, 10, 7, 11, 11, 8, *[22] * 5, *[23] * 5)
CUBES = 192  # the first vertices: eight corners around each joint, which the regressors average
EXTRA9 = (
    {2: 1}, {1: 1}, {12: 0.7, 15: 0.3}, {15: 1.3, 12: -0.3}, {0: 1}, {12: 0.5, 9: 0.5}, {3: 0.5, 6: 0.5},
    {15: 0.8, 12: 0.2}, {15: 1.15, 12: -0.15},
)  # fmt: skip
H36M = (0, 2, 5, 8, 1, 4, 7, 3, 9, 12, 15, 16, 18, 20, 17, 19, 21)


def toy_phase(golden_set_dir: Path) -> float:
    """Phase of the toy body that a golden set was made with."""
    return float(read_recipe(golden_set_dir)["toy_body_phase"])


@cache
def raw_body(phase: float, infant: bool = False) -> dict:
    """Entries of the raw pickle (float64; `J_regressor` dense)."""
    scale, shape_phase = (0.5, phase + 1) if infant else (1.0, phase)
    index = np.arange(N_VERTICES)
    bone = index % 24
    bone[list(EXTRA_VERTICES)] = EXTRA_BONES
    t, a, c = ((step * index + phase) % 1 for step in (0.6180339887498949, 0.7548776662466927, 0.5698402909980532))
    t[:CUBES] = 0.25
    tips = np.array([JOINTS[CHILD[j]] if CHILD[j] >= 0 else JOINTS[j] + LEAF_TIPS[j] for j in range(24)])
    around = np.stack([2 * a - 1, 2 * c - 1, np.cos(2 * np.pi * (a + c))], axis=1)
    vertices = JOINTS[bone] + t[:, None] * (tips - JOINTS)[bone] + 0.05 * around
    corners = np.where((index[:CUBES, None] // 24 >> np.arange(3)) & 1, 1.0, -1.0)
    vertices[:CUBES] = JOINTS[index[:CUBES] % 24] + 0.03 * corners
    vertices *= scale

    weights = np.zeros((N_VERTICES, 24))
    parent, child = np.array(PARENTS)[bone], np.array(CHILD)[bone]
    weights[index, bone] = 1
    weights[index[parent >= 0], parent[parent >= 0]] += 0.5 * (1 - t[parent >= 0]) ** 2
    weights[index[child >= 0], child[child >= 0]] += 0.5 * t[child >= 0] ** 2
    weights /= weights.sum(1, keepdims=True)

    axis, order = np.arange(3)[:, None], np.arange(10)
    waves = 1.7 * (order + 1) * vertices[:, :, None] + 0.9 * axis + 0.37 * order + shape_phase
    bend = 0.013 * index[:, None, None] * (1 + axis) + 0.7 * np.arange(207) + shape_phase
    corner = np.arange(N_FACES) % N_VERTICES
    steps = np.where(np.arange(N_FACES)[:, None] < N_VERTICES, (0, 24, 48), (0, 48, 24))
    return {
        "J": JOINTS * scale,
        "J_regressor": regressor([{joint: 1} for joint in range(24)]),
        "f": ((corner[:, None] + steps) % N_VERTICES).astype(np.uint32),
        "kintree_table": np.array([(ROOT_PARENT, *PARENTS[1:]), range(24)], dtype=np.uint32),
        "posedirs": 0.003 * np.sin(bend),
        "shapedirs": 0.03 / (1 + 0.3 * order) * np.sin(waves),
        "v_template": vertices,
        "weights": weights,
    }


def regressor(rows: Sequence[Mapping[int, float]]) -> np.ndarray:
    """Rows of {joint: share}, each share spread over the joint's cube."""
    matrix = np.zeros((len(rows), N_VERTICES))
    for row, shares in zip(matrix, rows, strict=True):
        for joint, share in shares.items():
            row[joint + 24 * np.arange(8)] += share / 8
    return matrix


def h36m_regressor() -> np.ndarray:
    """`J_regressor_h36m.npy`: nine parts of the joint, one part of its parent."""
    return 0.9 * regressor([{j: 1} for j in H36M]) + 0.1 * regressor([{max(PARENTS[j], 0): 1} for j in H36M])


def kid_template(phase: float) -> np.ndarray:
    """`smpl_kid_template.npy` (6890, 3)."""
    vertices = raw_body(phase)["v_template"]
    return 0.6 * vertices + 0.01 * np.cos(7 * vertices[:, 1:2] + np.arange(3)) + np.array([0, 0.1, 0])


def packed_body(phase: float, infant: bool = False, with_kid: bool = False) -> dict[str, np.ndarray]:
    """Tensors of the packed file (spec, section 7.1)."""
    raw = raw_body(phase, infant)
    floats = {
        "J_regressor_extra9": regressor(EXTRA9),
        "J_regressor_h36m17": h36m_regressor()[list(H36M_ORDER)],
        "shapedirs": raw["shapedirs"],
        "posedirs": raw["posedirs"].reshape(-1, 207).T,
        "f": raw["f"],
        "v_template": raw["v_template"],
        "J_regressor": raw["J_regressor"],
        "weights": raw["weights"],
    }
    if with_kid:
        kid = kid_template(phase)
        towards = kid - kid.mean(0) - raw["v_template"]
        floats["smpla_shapedirs"] = np.concatenate([raw["shapedirs"], towards[..., None]], axis=-1)
    return {
        "kintree_table": np.array(PARENTS, np.int64),
        "extra_joints_index": np.array(EXTRA_VERTICES, np.int64),
        **{key: np.ascontiguousarray(value, dtype=np.float32) for key, value in floats.items()},
    }


def write_packed_bodies(folder: Path, golden_set_dir: Path) -> None:
    """`SMPL_NEUTRAL.pth`, `SMPLA_NEUTRAL.pth` and `smil_packed_info.pth`."""
    phase = toy_phase(golden_set_dir)
    folder.mkdir(parents=True, exist_ok=True)
    save_torch_zip(packed_body(phase), folder / "SMPL_NEUTRAL.pth")
    save_torch_zip(packed_body(phase, with_kid=True), folder / "SMPLA_NEUTRAL.pth")
    save_torch_zip(packed_body(phase, infant=True), folder / "smil_packed_info.pth")


def write_raw_bodies(folder: Path, golden_set_dir: Path) -> None:
    """`smpl_model_data` as unpacked from its archive, with the two pickles that the user adds."""
    phase, data = toy_phase(golden_set_dir), folder / "smpl_model_data"
    (data / "smil").mkdir(parents=True, exist_ok=True)
    np.save(data / "J_regressor_extra.npy", regressor(EXTRA9))
    np.save(data / "J_regressor_h36m.npy", h36m_regressor())
    np.save(data / "smpl_kid_template.npy", kid_template(phase))
    for name, infant in (("SMPL_NEUTRAL.pkl", False), ("smil/smil_web.pkl", True)):
        raw = raw_body(phase, infant)
        entries = raw | {"J_regressor": CscMatrix(raw["J_regressor"]), "bs_style": "lbs", "bs_type": "lrotmin"}
        (data / name).write_bytes(python2_pickle(entries))


def write_toy_bodies(folder: Path, golden_set_dir: Path) -> None:
    """All of them: packed and raw."""
    write_packed_bodies(folder, golden_set_dir)
    write_raw_bodies(folder, golden_set_dir)
