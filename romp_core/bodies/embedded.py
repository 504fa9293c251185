"""The embedded, license-free body: MakeHuman's base mesh (CC0), the default character and the default skeleton."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np

from ..errors import ModelError
from .body import Body, Material, ShapeKey

BODY_PATH = Path(__file__).resolve().parents[1] / "assets" / "body" / "body.npz"
BODY_LICENSE = "CC0-1.0 (MakeHuman / MPFB body)"
"""License line of the embedded body, stamped into takes and exports."""


@cache
def load_body() -> Body:
    """The embedded body, read once.

    Raises ModelError when this copy of the package was not built: the body is generated, not committed.
    """
    try:
        with np.load(BODY_PATH, allow_pickle=False) as archive:
            stored = dict(archive)
    except FileNotFoundError as error:
        raise ModelError(
            "The embedded body is missing.", "Run `python build_addon.py build` to generate it."
        ) from error
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
