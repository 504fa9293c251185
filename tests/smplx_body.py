"""A body in the form of SMPL-X, made by formula, and vertices that its skinning gives: no licensed data is involved."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from romp_core.geometry.rotations import matrix_from_quat
from romp_core.geometry.skeleton import PARENTS, forward_kinematics
from romp_core.geometry.skinning import blend_motions, rigid_motions
from tests.toy_body import JOINTS, LEAF_TIPS

VERTICES, BODY, ALL = 10475, 22, 55
CHILD = (3, 4, 5, 6, 7, 8, 9, 10, 11, 12, -1, -1, 15, 16, 17, -1, 18, 19, 20, 21, 22, 23)
FINGERS = range(25, ALL)


def smplx_arrays(bend: float = 0.0) -> dict[str, NDArray]:
    """Entries of the file; `bend` is how much the shape depends on the pose."""
    index, rng = np.arange(VERTICES), np.random.default_rng(5)
    bone, along = index % BODY, rng.uniform(0, 1, VERTICES)
    tips = np.array([JOINTS[CHILD[j]] if CHILD[j] >= 0 else JOINTS[j] + LEAF_TIPS[j] for j in range(BODY)])
    vertices = JOINTS[bone] + along[:, None] * (tips - JOINTS[:BODY])[bone] + 0.05 * rng.normal(size=(VERTICES, 3))
    weights = np.zeros((VERTICES, ALL))
    parents = np.array([max(PARENTS[j], 0) for j in range(BODY)])
    near = np.clip(1 - along / 0.3, 0, 1) / 2  # at a joint, half of it is the parent's
    weights[index, bone] += 1 - near
    weights[index, parents[bone]] += near
    fingers = index[::50]
    weights[fingers] = 0
    weights[fingers, 25 + fingers % 30] = 1
    regressor = np.zeros((ALL, VERTICES))
    every = np.concatenate(
        [JOINTS[:BODY], np.tile(JOINTS[15], (3, 1)), *(np.tile(JOINTS[22 + s], (15, 1)) for s in (0, 1))]
    )
    pseudo = np.linalg.pinv(np.concatenate([vertices.T, np.ones((1, VERTICES))]))
    regressor[:] = np.concatenate([every, np.ones((ALL, 1))], axis=1) @ pseudo.T
    shapes = 0.02 * rng.normal(size=(VERTICES, 3, 20))
    shapes[..., 0], shapes[..., 1] = 0.05 * vertices, 0.05 * vertices * [1, 0, 0]  # taller; with longer arms
    above = np.array([-1, *PARENTS[1:BODY], 15, 15, 15, *(w for w in (20, 21) for _ in range(15))])
    return {
        "v_template": vertices,
        "shapedirs": shapes,
        "posedirs": (bend * rng.normal(size=(VERTICES, 3, 9 * (ALL - 1)))).astype(np.float32),
        "weights": weights,
        "J_regressor": regressor,
        "kintree_table": np.stack([above, np.arange(ALL)]).astype(np.int64),
    }


def write_smplx(path: Path, bend: float = 0.0) -> Path:
    """The body as a file."""
    np.savez(path, **smplx_arrays(bend))
    return path


def posed(body, rotations: NDArray, betas: NDArray) -> tuple[NDArray, NDArray]:
    """Vertices (F, V, 3) around the pelvis and rest joints (24, 3) of a `SmplxBody` in poses (F, 24, 4)."""
    rest = body.rest_joints(betas)
    turns = matrix_from_quat(rotations)
    bent = (turns[:, 1:BODY] - np.eye(3)).reshape(len(turns), -1) @ body.poses.reshape(189, -1)
    vertices = body.shaped(betas) + bent.reshape(len(turns), -1, 3) - rest[0]
    rest = rest - rest[0]
    points, orientations = forward_kinematics(rotations, np.zeros(3), rest)
    motions = rigid_motions(matrix_from_quat(orientations), points, rest)[:, :BODY]
    return np.stack(
        [blend_motions(*each) for each in zip(vertices, [body.weights] * len(motions), motions, strict=True)]
    ), rest
