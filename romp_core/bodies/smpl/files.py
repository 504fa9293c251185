"""Reads the user's body files: raw SMPL and SMIL (`.pkl`, `.npz`) and those that simple-romp packed (`.pth`)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ... import checkpoints
from ...errors import ModelError
from ...geometry.skeleton import N_JOINTS, PARENTS
from ...typing import Array
from .layout import EXTRA_VERTICES, H36M_ORDER, N_BETAS, N_FACES, N_VERTICES
from .model import SmplModel

_POSE_FEATURES = 9 * (N_JOINTS - 1)
_V11_SHAPES = 300
"""Shape directions of version 1.1.0; version 1.0.0 has 10."""
_ADVICE = "Choose SMPL's own file: version 1.1.0, neutral, from smpl.is.tue.mpg.de."


DATA_FILES = ("J_regressor_extra.npy", "J_regressor_h36m.npy", "smpl_kid_template.npy")


@dataclass(frozen=True)
class DataFiles:
    """The files of `smpl_model_data` that a raw body needs beside it, None where missing."""

    extra: Path | None = None
    h36m: Path | None = None
    kid: Path | None = None

    @classmethod
    def beside(cls, body: Path) -> DataFiles:
        """Those in the body's folder, the one above (as for `smil`) or `smpl_model_data` in either."""
        folders = [place / sub for place in (body.parent, body.parent.parent) for sub in ("", "smpl_model_data")]
        return cls(
            *(next((folder / name for folder in folders if (folder / name).is_file()), None) for name in DATA_FILES)
        )

    def completed(self, body: Path) -> DataFiles:
        """These, and for the missing ones those beside the body."""
        other = self.beside(body)
        return DataFiles(self.extra or other.extra, self.h36m or other.h36m, self.kid or other.kid)


def load_smpl(path: str | Path, data: DataFiles | None = None) -> SmplModel:
    """Read a body model file.

    The direction towards a child joins the shape directions when there is its template; not in SMIL, an infant.

    Args:
        data: files that a raw body needs; for missing ones those beside the body are taken.

    Raises:
        ModelError: the file cannot be read, or holds another model.
    """
    path = Path(path)
    data = (data or DataFiles()).completed(path)
    stored = checkpoints.read(path)
    if not isinstance(stored, Mapping) or "v_template" not in stored or "weights" not in stored:
        raise ModelError(f'"{path.name}" holds no body model.', _ADVICE)
    _refuse_relatives(path, stored)
    part = Parts(path, stored)
    parents = part.array("kintree_table").astype(np.int64)
    if not np.array_equal(parents.reshape(-1)[1:N_JOINTS], PARENTS[1:]):
        raise part.broken("kintree_table")
    packed = "extra_joints_index" in stored
    v_template = part.array("v_template", N_VERTICES, 3)
    all_shapes = part.array("shapedirs", N_VERTICES, 3, None)
    infant = "smil" in path.name.lower()
    shapedirs = all_shapes[..., :N_BETAS]
    if "smpla_shapedirs" in stored:
        shapedirs = part.array("smpla_shapedirs", N_VERTICES, 3, N_BETAS + 1)
    elif data.kid is not None and not infant:
        kid = _numbers(data.kid, N_VERTICES, 3)
        shapedirs = np.concatenate([shapedirs, (kid - kid.mean(0) - v_template)[..., None]], axis=-1)
    faces = part.array("f", N_FACES, 3).astype(np.int32)
    if faces.min() < 0 or faces.max() >= N_VERTICES:
        raise part.broken("f")
    posedirs = (
        part.array("posedirs", _POSE_FEATURES, 3 * N_VERTICES)
        if packed
        else part.array("posedirs", N_VERTICES, 3, _POSE_FEATURES).reshape(-1, _POSE_FEATURES).T
    )
    gender = _gender(path.name)
    version = "unknown" if packed or infant else _version(path.name, all_shapes.shape[2])
    return SmplModel(
        v_template=_float32(v_template),
        faces=faces,
        shapedirs=_float32(shapedirs),
        posedirs=_float32(posedirs),
        weights=_float32(part.array("weights", N_VERTICES, N_JOINTS)),
        joint_regressor=_float32(part.array("J_regressor", N_JOINTS, N_VERTICES)),
        extra_vertices=np.array(EXTRA_VERTICES),
        extra_regressor=_packed_regressor(part) if packed else _raw_regressor(data),
        infant=infant,
        gender=gender,
        version=version,
        remarks=_remarks(path.name, gender, version),
    )


@dataclass(frozen=True)
class Parts:
    """The arrays of a body file of this kind, checked as they are taken; `advice` on which file to choose instead."""

    path: Path
    stored: Mapping[str, Any]
    kind: str = "SMPL"
    advice: str = _ADVICE

    def array(self, key: str, *shape: int | None) -> Array:
        """An array of numbers; of this shape if one is given, None leaving an axis free."""
        found = self.stored.get(key)
        if not isinstance(found, np.ndarray) or found.dtype.kind not in "fiu":
            raise self.broken(key)
        if shape and (
            found.ndim != len(shape) or any(a not in (b, None) for b, a in zip(found.shape, shape, strict=True))
        ):
            raise self.broken(key)
        return found

    def broken(self, key: str) -> ModelError:
        """What to raise about an array that does not fit."""
        return ModelError(
            f'"{self.path.name}" is not a complete {self.kind} file ("{key}" is missing or wrong).', self.advice
        )


def _refuse_relatives(path: Path, stored: Mapping[str, Any]) -> None:
    """One clear sentence about bodies of the same family that are easily taken for SMPL."""
    vertices, joints, bends = (getattr(stored.get(key), "shape", ()) for key in ("v_template", "weights", "posedirs"))
    relative = {10475: "an SMPL-X", 778: "a MANO hand", 5023: "a FLAME head"}.get(vertices[0] if vertices else 0)
    if relative is None and vertices[:1] == (N_VERTICES,):
        if joints[1:] == (52,):
            relative = "an SMPL-H"
        elif 93 in bends:
            relative = "a STAR"
    if relative:
        raise ModelError(f'"{path.name}" is {relative} model, but the SMPL body (24 joints) is needed.', _ADVICE)


def _packed_regressor(part: Parts) -> Array:
    extra9, h36m17 = (part.array(f"J_regressor_{name}", n, N_VERTICES) for name, n in (("extra9", 9), ("h36m17", 17)))
    return _float32(np.concatenate([extra9, h36m17]))


def _raw_regressor(data: DataFiles) -> Array | None:
    if data.extra is None or data.h36m is None:
        return None
    extra, h36m = _numbers(data.extra, 9, N_VERTICES), _numbers(data.h36m, 17, N_VERTICES)
    return _float32(np.concatenate([extra, h36m[list(H36M_ORDER)]]))


def _numbers(path: Path, *shape: int) -> Array:
    try:
        found: Array = np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise ModelError(f'"{path.name}" cannot be read.', "Get smpl_model_data.zip again.") from error
    if found.shape != shape or found.dtype.kind != "f":
        raise ModelError(f'"{path.name}" is not the published file.', "Get smpl_model_data.zip again.")
    return found


def _float32(array: Array) -> Array:
    return np.ascontiguousarray(array, dtype=np.float32)


def _gender(name: str) -> str:
    """From the file's name; nothing in the file tells it."""
    parts = set(re.split(r"[^a-z]+", name.lower()))
    for gender, marks in (("female", {"female", "f"}), ("male", {"male", "m"}), ("neutral", {"neutral", "packed"})):
        if parts & marks:
            return gender
    return "unknown"


def _version(name: str, shapes: int) -> str:
    if shapes >= _V11_SHAPES or "v1.1" in name:
        return "1.1"
    return "1.0" if shapes <= N_BETAS else "unknown"


def _remarks(name: str, gender: str, version: str) -> tuple[str, ...]:
    remarks = []
    if gender in ("male", "female"):
        remarks.append(f'"{name}" is the {gender} body; the models were trained with the neutral one.')
    if version == "1.0":
        remarks.append(f'"{name}" is of SMPL version 1.0; the models were trained with 1.1.0, so shapes may differ.')
    return tuple(remarks)
