"""The embedded, license-free body: MakeHuman's base mesh (CC0), the default character and the default skeleton."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np

from ..errors import ModelError
from ..geometry.skeleton import JOINT
from ..typing import Array
from .body import Body, FaceUnit, Material, ShapeKey

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


def with_face(body: Body) -> Body:
    """The embedded body, with or without fingers, with units of expression, and teeth and tongue after its vertices.

    Args:
        body: as loaded, before it is shaped or scaled.

    Raises ModelError as `load_body` does.
    """
    stored = _stored()
    unit, mouth = np.float32(stored["delta_unit_m"]), stored["mouth_vertices"]
    materials = _materials(stored["mouth_material_names"], stored["mouth_material_colors"])
    face_materials = body.face_materials.copy()
    face_materials[stored["cavity"]] = len(body.materials) + [each.name for each in materials].index("mouth")
    weights = np.tile(np.eye(1, body.weights.shape[1], dtype=np.float32), (len(mouth), 1))
    assert body.uv is not None, "the embedded body has a map"
    keys = [
        replace(key, vertex_deltas=np.concatenate([key.vertex_deltas, deltas.astype(np.float32) * unit]))
        for key, deltas in zip(body.shape_keys, stored["key_mouth_vertex_deltas"], strict=True)
    ]
    ends = np.cumsum(stored["face_unit_sizes"].astype(np.int64))[:-1]
    numbers, steps = (np.split(stored[f"face_unit_{name}"], ends) for name in ("vertices", "deltas"))
    return replace(
        body,
        vertices=np.concatenate([body.vertices, mouth]),
        faces=np.concatenate([body.faces, stored["mouth_faces"].astype(np.int32)]),
        uv=np.concatenate([body.uv, _unit_interval(stored["mouth_uv"])]),
        face_materials=np.concatenate([face_materials, stored["mouth_face_materials"] + len(body.materials)]),
        materials=body.materials + materials,
        weights=np.concatenate([body.weights, weights]),
        weight_joints=np.concatenate([body.weight_joints, np.full(weights.shape, JOINT["head"], np.int32)]),
        shape_keys=tuple(keys),
        face_units=tuple(
            FaceUnit(str(name), moved.astype(np.int64), deltas.astype(np.float32) * unit)
            for name, moved, deltas in zip(stored["face_unit_names"], numbers, steps, strict=True)
        ),
    )


def _materials(names: Array, colors: Array) -> tuple[Material, ...]:
    return tuple(
        Material(str(name), (float(r), float(g), float(b))) for name, (r, g, b) in zip(names, colors, strict=True)
    )


def _unit_interval(stored: Array) -> Array:
    return stored.astype(np.float32) / np.iinfo(np.uint16).max


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
        uv=_unit_interval(stored["uv"]),
        face_materials=stored["face_materials"].astype(np.int32),
        materials=_materials(stored["material_names"], stored["material_colors"]),
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
