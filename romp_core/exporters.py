"""Takes as plain data files for other tools: AMASS-style parameters and joint positions."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from .errors import SettingsError, TakeError
from .resample import resample
from .rotations import Array, rotvec_from_quat
from .take import Take, joints_camera
from .take_io import write_npz

SMPL_PELVIS = np.array([-0.00179506, -0.22333382, 0.02821918])
"""Rest position of the neutral SMPL pelvis, metres: SMPL's `trans` is the pelvis joint minus this."""


def export_amass(take: Take, out: Path) -> list[Path]:
    """One npz per person in the manner of AMASS (Mahmood et al. 2019), z up, at an even frame rate.

    `poses` (T, 72) rotation vectors, `trans` (T, 3) metres, `betas` (10,), `mocap_framerate`, `gender`, and
    `valid` (T,), which is False where the person was not seen. One person is written to `out`, several to
    `out` with `_1`, `_2`, ... appended to the stem.
    """
    written = []
    for index, person in enumerate(take.people):
        assert person.motion is not None
        clip = resample(person.motion, take.footage)
        betas = person.observations.betas
        arrays = {
            "poses": rotvec_from_quat(clip.rotations).reshape(len(clip.root), -1),
            "trans": clip.root - SMPL_PELVIS,
            "betas": np.zeros(10) if betas is None else np.median(betas, axis=0),
            "mocap_framerate": np.float64(clip.fps),
            "gender": np.array("neutral"),
            "valid": clip.valid,
        }
        path = out if len(take.people) == 1 else out.with_name(f"{out.stem}_{index + 1}{out.suffix}")
        written.append(write_npz(path, arrays))
    return written


def export_joints(take: Take, out: Path) -> list[Path]:
    """One npz with every person i: `times_i` (T,) s, `valid_i` (T,), `joints_world_i` and `joints_camera_i`.

    Joints are (T, 24, 3) metres: world z up; camera x right, y down, z forward. Rows are the footage's own pictures.
    """
    arrays: dict[str, Array] = {}
    for index, person in enumerate(take.people):
        motion = person.motion
        assert motion is not None
        arrays[f"times_{index}"] = take.footage.times[motion.frames]
        arrays[f"valid_{index}"] = motion.valid
        arrays[f"joints_world_{index}"] = motion.joints()
        arrays[f"joints_camera_{index}"] = joints_camera(take, motion)
    return [write_npz(out, arrays)]


FORMATS: dict[str, Callable[[Take, Path], list[Path]]] = {"amass": export_amass, "joints": export_joints}


def export(take: Take, format: str, out: str | Path) -> list[Path]:
    """Write a solved take in one of `FORMATS`; returns the files written.

    Raises:
        SettingsError: unknown format. TakeError: not solved, or the file cannot be written.
    """
    if format not in FORMATS:
        raise SettingsError(f"There is no export format '{format}'.", f"Choose one of: {', '.join(FORMATS)}.")
    if not take.people or not take.solved:
        raise TakeError("This take has no solved motion yet.", "Solve it first.")
    return FORMATS[format](take, Path(out))
