"""Dances of AIST++ (Li et al. 2021) and EDGE (Tseng et al. 2023): world motion of SMPL bodies, without a camera.

Both are `.pkl` with `smpl_poses` (T, 72) and `smpl_trans` (T, 3). AIST++ has y up, 60 frames a second, and lengths in
units of `smpl_scaling`; EDGE has z up, 30 frames a second, meters, and with `full_pose` (T, 24, 3) the joints. Its
translation is that of the pelvis itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np

from ..geometry.skeleton import SMPL_PELVIS
from ..take.take import Take
from .format import Format, ImportOptions
from .track_take import Origin, take_of_tracks
from .tracks import Track, joint_rotations, malformed, numbers, pelvis, shape_of

_AIST, _EDGE = "AIST++", "EDGE"
_AIST_LICENSE = "AIST++ annotations: CC BY 4.0; AIST Dance Video Database: non-commercial research"
_EDGE_LICENSE = "network trained on AIST++, which is for non-commercial research"


def is_aist(tree: Any, path: Path) -> bool:
    """Whether a file's content is a motion of AIST++."""
    return _is_dance(tree) and ("smpl_scaling" in tree or "smpl_loss" in tree)


def is_edge(tree: Any, path: Path) -> bool:
    """Whether a file's content is a motion that EDGE made."""
    return _is_dance(tree) and not is_aist(tree, path)


def _is_dance(tree: Any) -> bool:
    return isinstance(tree, Mapping) and {"smpl_poses", "smpl_trans"} <= set(tree)


def import_aist(tree: Mapping[str, Any], path: Path, options: ImportOptions) -> Take:
    """A solved take. Raises TakeError."""
    scaling = numbers(tree.get("smpl_scaling", 1.0), "smpl_scaling", _AIST).reshape(-1)
    if not scaling.size or not np.isfinite(scaling[0]) or scaling[0] <= 0:
        raise malformed("smpl_scaling", _AIST)
    trans = numbers(tree["smpl_trans"], "smpl_trans", _AIST) / scaling[0]
    origin = Origin(path, _AIST, _AIST_LICENSE, fps=60.0, up="y")
    return take_of_tracks([_track(tree, trans, SMPL_PELVIS, _AIST)], origin, options)


def import_edge(tree: Mapping[str, Any], path: Path, options: ImportOptions) -> Take:
    """A solved take. Raises TakeError."""
    origin = Origin(path, _EDGE, _EDGE_LICENSE, fps=30.0)
    return take_of_tracks([_track(tree, tree["smpl_trans"], np.zeros(3), _EDGE)], origin, options)


def _track(tree: Mapping[str, Any], trans: Any, rest: Any, tool: str) -> Track:
    poses = numbers(tree["smpl_poses"], "smpl_poses", tool)
    if poses.ndim < 2 or not poses.size:
        raise malformed("smpl_poses", tool)
    poses = poses.reshape(len(poses), -1, 3)
    body = joint_rotations([poses], "smpl_poses", tool)
    world = pelvis(poses[:, 0], trans, rest, "smpl_trans", tool)
    return Track(np.arange(len(body)), body, world=world, betas=shape_of(tree.get("betas"))).clean()


AIST_FORMAT: Final = Format(_AIST, "`motions/*.pkl`", "world motion", _AIST_LICENSE, is_aist, import_aist)
EDGE_FORMAT: Final = Format(_EDGE, "`.pkl`", "world motion", _EDGE_LICENSE, is_edge, import_edge)
