"""An SMPL body as a character: mesh, skin weights, and a shape key per coefficient."""

from __future__ import annotations

import numpy as np

from ...typing import Array
from ...weights.body_files import SMIL_LICENSE, SMPL_LICENSE
from ..body import Body, Material, ShapeKey
from .layout import KID
from .model import SmplModel

_SKIN = Material("skin", (0.55, 0.42, 0.35))
_BONES_PER_VERTEX = 4
_USUAL = 5.0
"""Betas are in standard deviations of the population, so hardly anybody is beyond it."""
_MOST = 10.0
"""Largest value that a slider of Blender can have."""


def as_body(model: SmplModel, betas: Array) -> Body:
    """The T-pose of a shape (B,) around its pelvis, with the shape directions as keys that hold the betas already.

    Corrections that depend on the pose (`posedirs`) are not part of a skinned character; of the skin weights, the four
    largest of each vertex are kept.
    """
    betas = np.asarray(betas, dtype=np.float64)
    rest = model.exact_rest_joints(betas[None])[0]
    vertices = model.shaped(betas[None])[0] - rest[0].astype(np.float32)
    largest = np.argsort(-model.weights, axis=1, kind="stable")[:, :_BONES_PER_VERTEX].astype(np.int32)
    weights = np.take_along_axis(model.weights, largest, axis=1)
    license = SMIL_LICENSE if model.infant else SMPL_LICENSE
    return Body(
        vertices=vertices,
        faces=model.faces,
        uv=None,
        face_materials=np.zeros(len(model.faces), np.int32),
        materials=(_SKIN,),
        joints=(rest - rest[0]).astype(np.float32),
        weights=weights / weights.sum(1, keepdims=True),
        weight_joints=largest,
        shape_keys=tuple(_shape_key(model, index, betas, vertices) for index in range(model.shapedirs.shape[2])),
        height_m=float(np.ptp(vertices[:, 1])),
        name="SMIL" if model.infant else "SMPL",
        license=license,
    )


def _shape_key(model: SmplModel, index: int, betas: Array, vertices: Array) -> ShapeKey:
    """The key of one coefficient. What a slider cannot hold stays in the body itself."""
    joint_deltas = model.joint_dirs[..., index]
    deltas = model.shapedirs[..., index] - joint_deltas[0].astype(np.float32)
    value = float(np.clip(betas[index], -_MOST, _MOST)) if index < len(betas) else 0.0
    usual = 1.0 if index == KID else _USUAL
    return ShapeKey(
        name="Age" if index == KID else f"Beta {index:02d}",
        vertex_deltas=deltas,
        joint_deltas=(joint_deltas - joint_deltas[0]).astype(np.float32),
        height_delta_m=float(np.ptp((vertices + deltas)[:, 1]) - np.ptp(vertices[:, 1])),
        value=value,
        low=min(-usual, value),
        high=max(usual, value),
    )
