"""The face of the embedded body: its units of expression, and what an open mouth shows, teeth, tongue and cavity."""

from __future__ import annotations

import numpy as np

from ..geometry.face_units import FACE_UNITS
from .makehuman import MakeHuman

COLORS = {
    "teeth": (0.74, 0.70, 0.60),
    "tongue": (0.38, 0.11, 0.10),
    "mouth": (0.13, 0.025, 0.022),
}
"""Linear RGB. The order is that of the material slots, after those of the body."""
MOUTH_GROUPS = {"helper-upper-teeth": "teeth", "helper-lower-teeth": "teeth", "helper-tongue": "tongue"}
"""Face groups of the source, each with its color."""
_LIP_MOVES = 0.01
"""Of the most that the lips' morphs move: what moves more is lip, between the skin of the face and the cavity."""


def mouth_vertices(source: MakeHuman) -> np.ndarray:
    """Numbers of the vertices of teeth and tongue in the source, ascending (M,)."""
    return np.unique(np.concatenate([source.groups[name] for name in MOUTH_GROUPS]))


def mouth_arrays(
    source: MakeHuman, kept: np.ndarray, skin_faces: np.ndarray, lips: np.ndarray
) -> dict[str, np.ndarray]:
    """Faces of teeth and tongue, and which faces of the skin line the mouth.

    Args:
        kept: (N + M,) numbers in the source of all vertices, those of the mouth last. skin_faces: (F, 4) of the skin
            without the eyes. lips: (N,) mask of how far the lips' morphs move.
    """
    numbers = np.argsort(kept)
    corners = np.concatenate([source.groups[name] for name in MOUTH_GROUPS])
    materials = [np.full(len(source.groups[name]), list(COLORS).index(part)) for name, part in MOUTH_GROUPS.items()]
    return {
        "mouth_faces": numbers[np.searchsorted(kept, corners, sorter=numbers)].astype(np.uint16),
        "mouth_face_materials": np.concatenate(materials).astype(np.uint8),
        "mouth_material_names": np.array(list(COLORS)),
        "mouth_material_colors": np.array(list(COLORS.values()), np.float32),
        "cavity": _behind_the_lips(skin_faces, lips).astype(np.uint16),
    }


def unit_arrays(source: MakeHuman, kept: np.ndarray, unit_m: float) -> dict[str, np.ndarray]:
    """The face units as the vertices that each one moves, and by how much, in whole numbers of `unit_m`.

    They move the head in the axes of the base mesh, in which a T-pose leaves it.
    """
    moved, deltas = list[np.ndarray](), list[np.ndarray]()
    for name in FACE_UNITS:
        steps = np.rint(source.face_unit(name)[kept] / unit_m).astype(np.int16)
        moved.append(np.flatnonzero(steps.any(axis=1)))
        deltas.append(steps[moved[-1]])
    return {
        "face_unit_names": np.array(FACE_UNITS),
        "face_unit_sizes": np.array([len(each) for each in moved], np.uint16),
        "face_unit_vertices": np.concatenate(moved).astype(np.uint16),
        "face_unit_deltas": np.concatenate(deltas),
    }


def _behind_the_lips(faces: np.ndarray, lips: np.ndarray) -> np.ndarray:
    """Numbers of the faces that the lips divide from the rest of the skin: the lining of the mouth."""
    numbers = np.flatnonzero((lips[faces] <= _LIP_MOVES).all(axis=1))
    others = faces[numbers]
    is_outside = np.zeros(len(lips), bool)
    is_outside[others[0]] = True
    count = 0
    while count != is_outside.sum():
        count = is_outside.sum()
        is_outside[others[is_outside[others].any(axis=1)]] = True
    outside = is_outside[others[:, 0]]
    return numbers[outside if 2 * outside.sum() < len(outside) else ~outside]
