"""Results of SLAHMR (Ye et al. 2023): everybody in one world, with the camera's path.

`*_world_results.npz`: `trans` and `root_orient` (B, T, 3), `pose_body` (B, T, 63), `betas` (B, 16), `cam_R`
(B, T, 3, 3) and `cam_t` (B, T, 3) from the world to the camera, `intrins` (fx, fy, cx, cy). The world is that of the
first camera, y down; `floor_plane` (1 or B, 3) is the floor's normal times its distance.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np

from ..geometry.rotations import normalize, quat_from_matrix, quat_multiply
from ..geometry.skeleton import SMPL_PELVIS
from ..take.take import Camera, Take
from ..typing import Array
from .format import NETWORK_LICENSE, Format, ImportOptions
from .intrinsics import view_of
from .track_take import Origin, View, take_of_tracks
from .tracks import Pelvis, Track, joint_rotations, malformed, numbers, pelvis, shape_of
from .world_camera import camera_path

_TITLE = "SLAHMR"
_DOWNWARD = "-y"


def is_slahmr(tree: Any, path: Path) -> bool:
    """Whether a file's content is a result of SLAHMR: people before frames, and a camera."""
    return (
        isinstance(tree, Mapping)
        and {"trans", "root_orient", "pose_body"} <= set(tree)
        and ("cam_R" in tree or np.ndim(tree["trans"]) == 3)
    )


def import_slahmr(tree: Mapping[str, Any], path: Path, options: ImportOptions) -> Take:
    """A solved take. Raises TakeError."""
    trans, turns, poses = (numbers(tree[name], name, _TITLE) for name in ("trans", "root_orient", "pose_body"))
    if trans.ndim == 2:
        trans, turns, poses = trans[None], turns[None], poses[None]
    people, count = trans.shape[:2]
    if turns.shape[:2] != (people, count) or poses.shape[:2] != (people, count):
        raise malformed("pose_body", _TITLE)
    masks = _masks(tree, people, count)
    betas = np.asarray(tree["betas"]) if "betas" in tree else np.zeros((people, 16))
    tilt = _floor_turn(tree.get("floor_plane"))
    tracks = []
    for person in range(people):
        world = pelvis(turns[person], trans[person], SMPL_PELVIS, "trans", _TITLE)
        world = Pelvis(quat_multiply(quat_from_matrix(tilt), world.rotation), world.root @ tilt.T)
        body = joint_rotations([turns[person], poses[person]], "pose_body", _TITLE)
        shape = shape_of(betas[person] if len(betas) == people else betas)
        tracks.append(Track(np.arange(count), body, world=world, betas=shape).clean(masks[person]))
    view = _view(tree, count, tilt)
    return take_of_tracks(tracks, Origin(path, _TITLE, NETWORK_LICENSE, up=_DOWNWARD, count=count), options, view)


def _masks(tree: Mapping[str, Any], people: int, count: int) -> Array:
    """(people, count): frames in which somebody is followed."""
    for name in ("track_mask", "vis_mask"):
        if name in tree:
            mask = numbers(tree[name], name, _TITLE)
            if mask.shape == (people, count):
                return mask >= 0 if mask.min() < 0 else mask > 0  # -1 is out of scene, 0 hidden, 1 visible
    return np.ones((people, count), bool)


def _floor_turn(plane: Any) -> Array:
    """Rotation (3, 3) that brings the floor's normal to -y, up in the world of a level camera."""
    normal = np.zeros(3)
    if plane is not None and (found := numbers(plane, "floor_plane", _TITLE)).size >= 3:
        normal = normalize(found.reshape(-1, found.shape[-1])[0, :3])
    if not np.isfinite(normal).all() or np.abs(np.linalg.norm(normal) - 1) > 1e-3:
        return np.eye(3)
    up = np.array([0.0, -1.0, 0.0])
    normal = normal if normal @ up >= 0 else -normal
    axis, cosine = np.cross(normal, up), float(normal @ up)
    skew = np.array([[0, -axis[2], axis[1]], [axis[2], 0, -axis[0]], [-axis[1], axis[0], 0]])
    return np.asarray(np.eye(3) + skew + skew @ skew / (1 + cosine))


def _view(tree: Mapping[str, Any], count: int, tilt: Array) -> View:
    intrinsics = np.asarray(tree.get("intrins", np.zeros(4)), np.float64).reshape(-1)
    view = view_of(intrinsics[:2], intrinsics[2:4])
    if not {"cam_R", "cam_t"} <= set(tree):
        return view
    turns, shifts = (numbers(tree[name], name, _TITLE) for name in ("cam_R", "cam_t"))
    turns, shifts = turns.reshape(-1, *turns.shape[-3:])[0], shifts.reshape(-1, *shifts.shape[-2:])[0]
    back = np.swapaxes(turns, -1, -2)
    camera: Camera | None = camera_path(tilt @ back, (tilt @ -(back @ shifts[..., None]))[..., 0], 1.0, count)
    return View(view.size, view.focal_px, camera=camera)


FORMAT: Final = Format(
    _TITLE, "`*_world_results.npz`", "world motion, moving camera", NETWORK_LICENSE, is_slahmr, import_slahmr
)
