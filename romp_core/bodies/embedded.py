"""The embedded, license-free body: MakeHuman's base mesh (CC0), the default character and the default skeleton."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np

from ..errors import ModelError
from ..typing import Array
from .body import Body, Material, ShapeKey

BODY_PATH = Path(__file__).resolve().parents[1] / "assets" / "body" / "body.npz"
BODY_LICENSE = "CC0-1.0 (MakeHuman / MPFB body)"
"""License line of the embedded body, stamped into takes and exports."""


@cache
def load_body_with_fingers() -> Body:
    """The embedded body with joints for the fingers, which are straight at rest.

    Raises ModelError as `load_body` does.
    """
    body, stored = load_body(), _stored()
    skin = stored["finger_skin"].astype(np.int64)
    vertices, weights, joints = body.vertices.copy(), body.weights.copy(), body.weight_joints.copy()
    vertices[skin], joints[skin] = stored["finger_vertices"], stored["finger_weight_joints"]
    own = stored["finger_weights"].astype(np.float32)
    weights[skin] = own / own.sum(1, keepdims=True)
    unit = np.float32(stored["delta_unit_m"])
    keys = []
    for key, deltas, points in zip(
        body.shape_keys, stored["key_finger_vertex_deltas"], stored["key_finger_point_deltas"], strict=True
    ):
        vertex_deltas = key.vertex_deltas.copy()
        vertex_deltas[skin] = deltas.astype(np.float32) * unit
        keys.append(replace(key, vertex_deltas=vertex_deltas, finger_deltas=points))
    return replace(
        body,
        vertices=vertices,
        weights=weights,
        weight_joints=joints,
        shape_keys=tuple(keys),
        finger_points=stored["finger_points"],
        thumb_axis=stored["thumb_axis"],
    )


def _stored() -> dict[str, Array]:
    try:
        with np.load(BODY_PATH, allow_pickle=False) as archive:
            return dict(archive)
    except FileNotFoundError as error:
        raise ModelError(
            "The embedded body is missing.", "Run `python build_addon.py build` to generate it."
        ) from error


@cache
def load_body() -> Body:
    """The embedded body, read once.

    Raises ModelError when this copy of the package was not built: the body is generated, not committed.
    """
    stored = _stored()
    unit = float(stored["delta_unit_m"])
    weights = stored["weights"].astype(np.float32)
    return Body(
        vertices=stored["vertices"],
        faces=stored["faces"].astype(np.int32),
        uv=stored["uv"].astype(np.float32) / np.iinfo(np.uint16).max,
        face_materials=stored["face_materials"].astype(np.int32),
        materials=tuple(
            Material(str(name), (float(r), float(g), float(b)))
            for name, (r, g, b) in zip(stored["material_names"], stored["material_colors"], strict=True)
        ),
        joints=stored["joints"],
        weights=weights / weights.sum(1, keepdims=True),
        weight_joints=stored["weight_joints"].astype(np.int32),
        shape_keys=tuple(
            ShapeKey(str(name), vertex_deltas.astype(np.float32) * np.float32(unit), joint_deltas, float(height_delta))
            for name, vertex_deltas, joint_deltas, height_delta in zip(
                stored["key_names"],
                stored["key_vertex_deltas"],
                stored["key_joint_deltas"],
                stored["key_height_deltas"],
                strict=True,
            )
        ),
        height_m=float(stored["height_m"]),
        name="MakeHuman",
        license=BODY_LICENSE,
    )
