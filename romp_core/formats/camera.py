"""The camera of a take as plain arrays."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np

from ..errors import EditError
from ..geometry.projection import fov_from_focal
from ..geometry.rotations import make_continuous, matrix_from_quat, quat_from_matrix, slerp
from ..storage.take_file import write_npz
from ..take.edits import CameraEdit
from ..take.resample import sampling
from ..take.take import FootageInfo, Take
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


_ZOOM = 0.01
"""Share by which the focal length may vary in a camera that does not zoom."""


def read_camera(path: str | Path, footage: FootageInfo) -> CameraEdit:
    """The camera of a file as `export_camera` writes them, at the times of the footage's frames.

    Raises:
        EditError: it cannot be read, is another kind of file, or zooms.
    """
    name = Path(path).name
    try:
        with np.load(path, allow_pickle=False) as file:
            times, turns, positions, lens = (np.asarray(file[key], np.float64) for key in ("times", "Rcw", "cpos", "K"))
        focal = lens[:, 0, 0]
        rotations = make_continuous(quat_from_matrix(turns.swapaxes(1, 2)))
        before, after, share = sampling(times, footage.times)
    except FileNotFoundError as error:
        raise EditError(f"There is no camera file at {path}.", "Choose an existing one.") from error
    except (OSError, ValueError, KeyError, IndexError, zipfile.BadZipFile) as error:
        hint = "Give an .npz with times, Rcw, cpos and K, as `export --format camera` writes it."
        raise EditError(f"{name} is not a readable camera.", hint) from error
    if np.ptp(focal) > _ZOOM * focal.mean():
        raise EditError("The camera zooms, which a solve cannot follow.", "Give a camera with one focal length.")
    moved = positions[before] + (positions[after] - positions[before]) * share[:, None]
    fov = fov_from_focal(float(focal.mean()), footage.width)
    return CameraEdit.of_arrays(fov, slerp(rotations[before], rotations[after], share), moved)
