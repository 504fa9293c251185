"""The camera of a take as plain arrays."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ..geometry.rotations import matrix_from_quat
from ..storage.take_file import write_npz
from ..take.take import Take
from .provenance import provenance_arrays


def export_camera(take: Take, out: Path) -> list[Path]:
    """One npz: `times` (T,) s, `Rcw` (T, 3, 3), `cpos` (T, 3) m and `K` (T, 3, 3) px, one row per frame of the footage.

    A point X of the world (z up) is seen at `K @ Rcw @ (X - cpos)`; the camera's axes are x right, y down, z forward.
    The strings of `provenance_arrays` say where it comes from.
    """
    assert take.camera is not None
    footage, count = take.footage, len(take.footage.times)
    rotation, position = take.camera.at(np.arange(count))
    focal = take.camera.focal(footage.width)
    intrinsics = np.array([[focal, 0, footage.width / 2], [0, focal, footage.height / 2], [0, 0, 1]])
    arrays = {
        "times": footage.times,
        "Rcw": matrix_from_quat(np.asarray(rotation, np.float64)).swapaxes(1, 2),
        "cpos": np.asarray(position, np.float64),
        "K": np.tile(intrinsics, (count, 1, 1)),
    }
    return [write_npz(out, arrays | provenance_arrays(take))]
