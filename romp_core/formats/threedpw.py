"""Sequences of 3DPW (von Marcard et al. 2018): people in a world, filmed by a moving camera at 30 frames a second.

`sequenceFiles/*/*.pkl`: lists with an entry per person `poses` (T, 72), `trans` (T, 3), `betas`, `jointPositions`
(T, 72), `campose_valid` (T,); `cam_poses` (T, 4, 4) from the world to the camera, `cam_intrinsics` (3, 3).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import numpy as np

from ..geometry.skeleton import N_JOINTS, SMPL_PELVIS
from ..take.take import Take
from .format import Format, ImportOptions
from .intrinsics import view_of_matrix
from .track_take import Origin, View, take_of_tracks
from .tracks import Pelvis, Track, joint_rotations, malformed, numbers, pelvis, rows_of, shape_of
from .world_camera import camera_path

_TITLE = "3DPW"
_LICENSE = "3DPW data: non-commercial research (virtualhumans.mpi-inf.mpg.de/3DPW)"
_FPS = 30.0


def is_3dpw(tree: Any, path: Path) -> bool:
    """Whether a file's content is a sequence of 3DPW."""
    return (
        isinstance(tree, Mapping)
        and "cam_poses" in tree
        and isinstance(tree.get("poses"), list | tuple)
        and isinstance(tree.get("trans"), list | tuple)
    )


def import_3dpw(tree: Mapping[str, Any], path: Path, options: ImportOptions) -> Take:
    """A solved take. Raises TakeError."""
    if len(tree["poses"]) != len(tree["trans"]):
        raise malformed("trans", _TITLE)
    tracks = [_track(tree, person) for person in range(len(tree["poses"]))]
    view: View = view_of_matrix(tree.get("cam_intrinsics"))
    poses = numbers(tree["cam_poses"], "cam_poses", _TITLE)
    if poses.ndim == 3 and poses.shape[1:] == (4, 4):
        back = np.swapaxes(poses[:, :3, :3], 1, 2)
        camera = camera_path(back, -(back @ poses[:, :3, 3:])[..., 0], 1.0, len(poses))
        view = replace(view, camera=camera)
    origin = Origin(path, _TITLE, _LICENSE, fps=_FPS, up="y", count=len(poses) if poses.ndim == 3 else 0)
    return take_of_tracks(tracks, origin, options, view)


def _track(tree: Mapping[str, Any], person: int) -> Track:
    poses = numbers(tree["poses"][person], "poses", _TITLE)
    poses = poses.reshape(len(poses), -1, 3)
    world = pelvis(poses[:, 0], tree["trans"][person], SMPL_PELVIS, "trans", _TITLE)
    joints = tree.get("jointPositions")
    if isinstance(joints, list | tuple) and len(joints) > person:  # the pelvis of the person's own body
        world = Pelvis(world.rotation, rows_of(joints[person], 3 * N_JOINTS, "jointPositions", _TITLE)[:, :3])
    betas = tree.get("betas")
    shape = shape_of(betas[person]) if isinstance(betas, list | tuple) and len(betas) > person else None
    body = joint_rotations([poses], "poses", _TITLE)
    return Track(np.arange(len(body)), body, world=world, betas=None if shape is None else shape[:10]).clean()


FORMAT: Final = Format(_TITLE, "`sequenceFiles/*.pkl`", "world motion, moving camera", _LICENSE, is_3dpw, import_3dpw)
