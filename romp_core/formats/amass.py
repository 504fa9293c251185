"""Motions of AMASS (Mahmood et al. 2019): world motion of SMPL bodies, z up, without a camera; in both directions.

File format: github.com/nghorbani/amass; `poses` has 72 numbers a frame for SMPL, 156 for SMPL-H, 165 for SMPL-X. HuMoR
and others write the same keys, and many with y up.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np

from ..geometry.fingers import SMPLH
from ..geometry.rotations import rotvec_from_quat
from ..geometry.skeleton import SMPL_PELVIS, SMPLX_PELVIS
from ..storage.take_file import write_npz
from ..take.resample import on_common_grid
from ..take.take import Take
from ..typing import Array
from .format import Format, ImportOptions
from .provenance import provenance_arrays
from .track_take import Origin, take_of_tracks
from .tracks import Track, joint_rotations, numbers, pelvis, shape_of

_TITLE = "AMASS"
N_BETAS = 10
_RATES = ("mocap_framerate", "mocap_frame_rate", "fps", "framerate")
_USUAL_FPS = 120.0
_SMPLX_WIDTH = 165
_LICENSE = "AMASS motion: non-commercial research (amass.is.tue.mpg.de)"


def is_amass(tree: Any, path: Path) -> bool:
    """Whether a file's content is a motion of AMASS."""
    return isinstance(tree, Mapping) and "trans" in tree and ("poses" in tree or "pose_body" in tree)


def import_amass(tree: Mapping[str, Any], path: Path, options: ImportOptions) -> Take:
    """The solved take of a motion, on the embedded skeleton, before a level camera that sees all of it.

    `valid` (T,), where there is one, tells gaps; `first_frame` says at which frame of a clip the motion begins. Both
    are what `export_amass` writes.

    Raises:
        TakeError: the arrays do not fit each other.
    """
    if "poses" in tree:
        poses = numbers(tree["poses"], "poses", _TITLE)
        poses = poses if poses.ndim >= 3 else poses.reshape(len(poses), -1, 3) if poses.size % 3 == 0 else poses
        parts, turns = [poses], poses[:, :1]
    else:
        turns = numbers(tree.get("root_orient"), "root_orient", _TITLE)
        parts = [turns, tree["pose_body"]]
    body = joint_rotations(parts, "poses", _TITLE)
    is_smplx = str(tree.get("surface_model_type", "")) == "smplx" or np.size(parts[0]) == _SMPLX_WIDTH * len(body)
    world = pelvis(turns, tree["trans"], SMPLX_PELVIS if is_smplx else SMPL_PELVIS, "trans", _TITLE)
    frames = _first_frame(tree) + np.arange(len(body))
    track = Track(frames, body, world=world, betas=shape_of(tree.get("betas")), name=path.stem)
    origin = Origin(path, _TITLE, _LICENSE, fps=_rate(tree), usual_fps=_USUAL_FPS, count=int(frames[-1:].sum()) + 1)
    return take_of_tracks([track.clean(tree.get("valid"))], origin, options)


def _first_frame(tree: Mapping[str, Any]) -> int:
    first = np.asarray(tree.get("first_frame", 0))
    return int(first.reshape(())) if first.size == 1 and first.dtype.kind in "iu" and 0 <= first < 1 << 22 else 0


def _rate(tree: Mapping[str, Any]) -> float | None:
    """Frame rate of the file; None when it gives none."""
    for name in _RATES:
        rate = np.asarray(tree.get(name, 0))
        if rate.dtype.kind in "US":
            rate = np.char.strip(rate.astype(str))
            rate = rate.astype(np.float64) if np.char.isnumeric(np.char.replace(rate, ".", "")).all() else np.zeros(1)
        if rate.size == 1 and rate.dtype.kind in "fiu" and 0 < float(rate.reshape(())) < 10_000:
            return float(rate.reshape(()))
    return None


def _ten(betas: Array) -> Array:
    """The first ten shape coefficients (10,), zeros for those that are missing."""
    kept = np.nan_to_num(betas[:N_BETAS])
    return np.pad(kept, (0, N_BETAS - len(kept)))


def export_amass(take: Take, out: Path) -> list[Path]:
    """One npz per character in the manner of AMASS (Mahmood et al. 2019), z up, at an even frame rate.

    All files of a take have one time line, from its first to its last frame: row i is the same moment in each of them.
    `poses` (T, 72) rotation vectors, or (T, 156), those of SMPL-H, where hands were captured; `trans` (T, 3) meters,
    `betas` (10,), `mocap_framerate`, `gender`, `valid` (T,), which is False where the person was not seen and the
    nearest pose is held, `times` (T,) seconds from the first frame of the file, `first_frame`, 0, and the strings of
    `provenance_arrays`. One character is written to `out`, several to `out` with `_1`, `_2`, ... appended to the stem.
    """
    written = []
    characters = take.characters
    for index, person in enumerate(characters):
        assert person.motion is not None
        clip = on_common_grid(person.motion, take.footage)
        betas = person.observations.betas
        facts = {
            "betas": _ten(np.zeros(0) if betas is None else np.median(betas, axis=0)),
            "times": take.footage.times[0] + np.arange(len(clip.root)) / clip.fps,
            "first_frame": np.int64(clip.first),
            **provenance_arrays(take),
        }
        path = out if len(characters) == 1 else out.with_name(f"{out.stem}_{index + 1}{out.suffix}")
        turns = clip.rotations
        if clip.has_fingers:
            turns = np.concatenate([turns, clip.fingers], axis=1)[:, list(SMPLH)]
        written.append(write_motion(path, turns, clip.root, clip.fps, clip.valid, facts))
    return written


def write_motion(path: Path, rotations: Array, root: Array, fps: float, valid: Array, facts: Mapping[str, Any]) -> Path:
    """Write one motion in the manner of AMASS.

    Args:
        rotations: (T, 24, 4), or (T, 52, 4) of SMPL-H, wxyz relative to the parent, that of the pelvis from SMPL axes
            to the world.
        root: (T, 3) meters, the pelvis in the world. valid: (T,). facts: further arrays and strings.
    """
    arrays = {
        "poses": rotvec_from_quat(rotations).reshape(len(root), -1),
        "trans": root - SMPL_PELVIS,
        "betas": np.zeros(N_BETAS),
        "mocap_framerate": np.float64(fps),
        "gender": np.array("neutral"),
        "valid": np.asarray(valid, dtype=bool),
        **{name: np.asarray(value) for name, value in facts.items()},
    }
    return write_npz(path, arrays)


FORMAT: Final = Format(
    "AMASS",
    "`.npz` of SMPL, SMPL-H and SMPL-X, also of HuMoR and others with the same keys",
    "world motion",
    _LICENSE,
    is_amass,
    import_amass,
)
