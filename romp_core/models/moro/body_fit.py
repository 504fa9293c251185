"""Joint rotations and shape of a body from its vertices, by linear algebra alone.

A skinned vertex is the weighted mean of its joints' rigid motions (Loper et al. 2015, equation 6). Each joint in turn
gets the motion that explains best what the others leave of the vertices it moves (Kabsch 1976); the shape follows from
all vertices of the clip, as mesh and skeleton are linear in it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...bodies.smpl.smplx import N_BODY, SmplxBody
from ...geometry.rotations import quat_from_matrix
from ...geometry.skeleton import N_JOINTS, PARENTS
from ...typing import Array

_ROUNDS, _SWEEPS = 3, 4
"""Times that the shape is estimated, and turns of all joints before each."""
_MOVED = 0.02
"""Weight from which on a vertex says something of a joint."""
_RIDGE = 1e-3
"""Square meters by which the vertices of a frame must speak for one unit of a beta, at least."""


@dataclass(frozen=True)
class BodyPoses:
    """A body in F frames.

    Attributes:
        rotations: (F, 24, 4) wxyz, local, hands at rest; index 0 takes the rest space to that of the vertices.
        pelvis: (F, 3) pelvis joint there. rest_joints: (24, 3) of SMPL, around the pelvis. betas: (10,).
    """

    rotations: Array
    pelvis: Array
    rest_joints: Array
    betas: Array


def fit_body(vertices: Array, body: SmplxBody) -> BodyPoses:
    """The poses and the one shape of a body with these vertices (F, V, 3), meters."""
    vertices = np.asarray(vertices, np.float64)
    turns = np.tile(np.eye(3), (len(vertices), N_BODY, 1, 1))
    shifts = np.tile(vertices.mean(axis=1)[:, None] - body.template.mean(axis=0), (1, N_BODY, 1))
    betas = np.zeros(body.shapes.shape[2])
    for number in range(_ROUNDS):
        bent = _bend(turns, body) if number else 0.0
        rest = body.shaped(betas) + bent
        for _ in range(_SWEEPS):
            _sweep(turns, shifts, vertices, np.broadcast_to(rest, vertices.shape), body.weights)
        if number < _ROUNDS - 1:
            betas = _shape(turns, vertices, bent, body)
    joints = body.rest_joints(betas)
    pelvis = turns[:, 0] @ joints[0] + shifts[:, 0]
    return BodyPoses(_local(turns), pelvis, joints - joints[0], betas)


def _sweep(turns: Array, shifts: Array, vertices: Array, rest: Array, weights: Array) -> None:
    """Better turns (F, 22, 3, 3) and shifts (F, 22, 3), in place, one joint after the other.

    Args:
        rest: (F, V, 3) before skinning.
    """

    def moved(joint: int, rows: Array) -> Array:
        return np.asarray(rest[:, rows] @ turns[:, joint].transpose(0, 2, 1) + shifts[:, joint, None])

    left = np.array(vertices)
    for joint in range(N_BODY):
        rows = np.flatnonzero(weights[:, joint])
        left[:, rows] -= weights[rows, joint, None] * moved(joint, rows)
    for joint in range(N_BODY):
        rows = np.flatnonzero(weights[:, joint])
        weight = weights[rows, joint]
        left[:, rows] += weight[:, None] * moved(joint, rows)
        clear = weight > _MOVED
        at, share = rows[clear], weight[clear]
        if len(at) >= 3:
            turns[:, joint], shifts[:, joint] = _kabsch(rest[:, at], left[:, at] / share[:, None], share**2)
        left[:, rows] -= weight[:, None] * moved(joint, rows)


def _kabsch(source: Array, target: Array, weights: Array) -> tuple[Array, Array]:
    """Rigid motions (F, 3, 3), (F, 3) that bring points (F, n, 3) closest to others, with weights (n,)."""
    share = weights / weights.sum()
    a, b = (np.einsum("n,fnc->fc", share, each) for each in (source, target))
    spread = np.einsum("n,fna,fnb->fab", share, target - b[:, None], source - a[:, None], optimize=True)
    u, _, v = np.linalg.svd(spread)
    u[..., 2] *= np.sign(np.linalg.det(u @ v))[:, None]
    turn = u @ v
    return turn, b - (turn @ a[..., None])[..., 0]


def _bend(turns: Array, body: SmplxBody) -> Array:
    """How the pose changes the shape, (F, V, 3): SMPL's correctives."""
    parents = np.array(PARENTS[1:N_BODY])
    local = turns[:, parents].swapaxes(-1, -2) @ turns[:, 1:]
    amounts = (local - np.eye(3)).reshape(len(turns), -1).astype(np.float32)
    return np.asarray((amounts @ body.poses.reshape(len(body.poses), -1)).reshape(len(turns), -1, 3), np.float64)


def _shape(turns: Array, vertices: Array, bent: Array | float, body: SmplxBody) -> Array:
    """The betas (10,) whose skeleton and mesh, turned like this, have these vertices, by least squares over all frames.

    Both are linear in the betas: here, the last axis holds what they are without betas, then what each of them adds.
    """
    joints = np.concatenate([body.joints[:N_BODY, :, None], body.joint_shapes[:N_BODY]], axis=2)
    count = joints.shape[2] - 1
    normal, right = _RIDGE * len(turns) * np.eye(count), np.zeros(count)
    for frame, (turn, seen) in enumerate(zip(turns, vertices, strict=True)):
        positions = np.zeros_like(joints)
        for joint in range(1, N_BODY):
            parent = PARENTS[joint]
            positions[joint] = positions[parent] + turn[parent] @ (joints[joint] - joints[parent])
        rest = body.template + (bent if isinstance(bent, float) else bent[frame])
        mesh = np.concatenate([rest[..., None], body.shapes], axis=2)
        blended = (body.weights @ turn.reshape(N_BODY, 9)).reshape(-1, 3, 3)
        moved = blended @ mesh + np.tensordot(body.weights, positions - turn @ joints, axes=1)
        moved -= moved.mean(axis=0)  # wherever the body is
        left = (seen - seen.mean(axis=0) - moved[..., 0]).ravel()
        directions = moved[..., 1:].reshape(len(left), count)
        normal += directions.T @ directions
        right += directions.T @ left
    return np.asarray(np.linalg.solve(normal, right))


def _local(turns: Array) -> Array:
    """Quaternions (F, 24, 4), each relative to its parent, of turns (F, 22, 3, 3)."""
    local = np.tile(np.eye(3), (len(turns), N_JOINTS, 1, 1))
    local[:, 0] = turns[:, 0]
    parents = np.array(PARENTS[1:N_BODY])
    local[:, 1:N_BODY] = turns[:, parents].swapaxes(-1, -2) @ turns[:, 1:]
    return quat_from_matrix(local)
