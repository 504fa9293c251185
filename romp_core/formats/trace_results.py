"""Results of TRACE: the motion of everyone through a video, in camera space and in a world that stands still."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np

from ..errors import TakeError
from ..geometry.rotations import quat_conjugate, quat_from_rotvec, quat_multiply, quat_rotate
from ..geometry.skeleton import N_JOINTS
from ..models.common.square_image import SIZE, padding
from ..models.trace.constants import FOCAL
from ..take.observations import People
from ..take.take import Take
from ..typing import Array
from .format import NETWORK_LICENSE, Format, ImportOptions
from .imported_take import imported_take
from .romp_records import rest_joints_of
from .source_images import image_padding, images_beside

_SHAPES: dict[str, tuple[int, ...]] = {
    "reorganize_idx": (),
    "track_ids": (),
    "smpl_thetas": (3 * N_JOINTS,),
    "cam_trans": (3,),
    "world_global_rots": (3,),
    "world_trans": (3,),
}
_NEAREST_M = 0.05
_LONGEST = 1 << 22
"""Larger frame numbers are not real: six hours at 180 fps."""
_SIZE_SAMPLES = 200


def is_trace(tree: Any, path: Path) -> bool:
    """Whether a file that was read holds results of TRACE."""
    outputs = tree.get("outputs") if isinstance(tree, Mapping) else None
    return isinstance(outputs, Mapping) and {"reorganize_idx", "track_ids", "world_trans"} <= set(outputs)


def import_trace(tree: Any, path: Path, options: ImportOptions) -> Take:
    """A raw take with camera-space and world-space motion of everybody; ids are those of the file.

    Args:
        tree: the file's content.

    Raises:
        TakeError: arrays are missing or do not fit each other; nobody is there.
    """
    rows = _rows(tree["outputs"])
    frames = rows["reorganize_idx"].astype(np.int64)
    count = int(frames.max()) + 1
    named = tree.get("imgpaths")
    count = max(count, len(named) if isinstance(named, list | np.ndarray) and len(named) <= _LONGEST else 0)
    samples = slice(None, None, max(1, len(frames) // _SIZE_SAMPLES))
    known = image_padding(list(rows["pj2d"][samples]), list(rows["pj2d_org"][samples]))
    source, pad = images_beside(path, count, known) or (path, known or padding(SIZE, SIZE))
    values = _values(rows, (pad.width, pad.height))
    ids = rows["track_ids"].astype(np.int32)
    first = np.argsort(frames, kind="stable")
    starts = np.searchsorted(frames[first], np.arange(count + 1))

    def people(index: int, time: float) -> People:
        here = first[starts[index] : starts[index + 1]]
        if not len(here):
            return People.empty(N_JOINTS)
        own: dict[str, Any] = {name: array[here] for name, array in values.items()}
        return People(ids=ids[here], **own)

    return imported_take(path, source, pad, count, options, "TRACE", FOCAL, people)


def _rows(outputs: Mapping[str, Any]) -> dict[str, Array]:
    """The arrays, each with a row per person and frame; rows that make no sense are left out."""
    missing = [name for name in (*_SHAPES, "smpl_betas", "j3d", "pj2d", "pj2d_org") if name not in outputs]
    if missing:
        raise TakeError(f'"{missing[0]}" is missing in the results.', "Choose a file that TRACE wrote.")
    rows = {name: np.asarray(outputs[name], np.float64) for name in (*_SHAPES, "smpl_betas", "j3d", "pj2d", "pj2d_org")}
    count = len(rows["track_ids"])
    rows |= {name: rows[name].reshape(count, *shape) for name, shape in _SHAPES.items()}
    for name, axes in (("j3d", 3), ("pj2d", 2), ("pj2d_org", 2)):
        if rows[name].ndim != 3 or rows[name].shape[1] < N_JOINTS or rows[name].shape[2] != axes:
            raise TakeError(
                f'"{name}" in the results does not have the form that TRACE gives it.', "Choose another file."
            )
        rows[name] = rows[name][:, :N_JOINTS]
    scores = outputs.get("center_confs")
    rows["scores"] = np.ones(count) if scores is None else np.asarray(scores, np.float64).reshape(count)
    good = (rows["cam_trans"][:, 2] > _NEAREST_M) & (rows["reorganize_idx"] >= 0)
    good &= rows["reorganize_idx"] < _LONGEST
    for array in rows.values():
        if len(array) != count:
            raise TakeError("The arrays in the results differ in length.", "Choose a file that TRACE wrote.")
        good &= np.isfinite(array.reshape(count, -1)).all(axis=1)
    _, newest = np.unique(np.stack([rows["reorganize_idx"], rows["track_ids"]]), axis=1, return_index=True)
    good[np.setdiff1d(np.arange(count), newest)] = False  # nobody appears twice in a frame
    if not good.any():
        raise TakeError("There is nobody in the results.", "Choose other results.")
    return {name: array[good] for name, array in rows.items()}


def _values(rows: Mapping[str, Array], size: tuple[float, float]) -> dict[str, Array]:
    """What `People` holds, for every row. TRACE's translation is that of the middle of the hips, its joints' origin."""
    rotations = quat_from_rotvec(rows["smpl_thetas"].reshape(-1, N_JOINTS, 3))
    world = quat_from_rotvec(rows["world_global_rots"])
    joints, pixels = rows["j3d"], rows["pj2d_org"]
    to_pelvis = joints[:, 0]
    into_world = quat_multiply(world, quat_conjugate(rotations[:, 0]))
    return {
        "confidence": np.clip(rows["scores"], 0, 1),
        "keypoints2d": pixels,
        "visibility": np.all((pixels >= 0) & (pixels < size), axis=-1).astype(np.float32),
        "keypoints3d": joints - joints[:, :1],
        "rotations": rotations,
        "betas": rows["smpl_betas"],
        "root": rows["cam_trans"] + to_pelvis,
        "rest_joints": rest_joints_of(rotations, joints),
        "world_rotation": world,
        "world_root": rows["world_trans"] + quat_rotate(into_world, to_pelvis),
    }


FORMAT: Final = Format(
    "TRACE",
    "`.npz`",
    "people in camera space and in a world, which are solved",
    NETWORK_LICENSE,
    is_trace,
    import_trace,
)
