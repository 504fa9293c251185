"""Results of SAM 3D Body (Meta, 2025): people in camera space, a file per person and image.

`.npz` with `pred_joint_coords` (127, 3), `pred_global_rots` (127, 3, 3), `pred_keypoints_3d` (70, 3),
`pred_keypoints_2d` (70, 2), `pred_cam_t` (3,); also with an axis of frames before these, and pickled
dictionaries or lists of such records. The camera follows
from the keypoints, which are in space and in the image. People are followed by where they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np

from ..checkpoints import RESULTS, read
from ..take.take import Take
from ..typing import Array
from .format import Format, ImportOptions
from .image_names import frame_indices
from .linking import ids_of
from .sam_body_joints import N_KEYPOINTS, N_MHR, smpl_pose
from .track_take import Origin, View, take_of_tracks
from .tracks import Pelvis, Track, malformed, numbers

_TITLE = "SAM 3D Body"
_LICENSE = "SAM License (SAM 3D Body): commercial use allowed, but not for military and other uses that it lists"
_SHAPES = {
    "pred_joint_coords": (N_MHR, 3),
    "pred_global_rots": (N_MHR, 3, 3),
    "pred_keypoints_3d": (N_KEYPOINTS, 3),
    "pred_keypoints_2d": (N_KEYPOINTS, 2),
    "pred_cam_t": (3,),
}
_PERSON = re.compile(r"^(.*?)[_-]?(?:subj(?:ect)?|person|people|pid|id|track|p)[_-]?\d+$|^(.*\d)_\d+$", re.IGNORECASE)
"""Names of files of one person: the image before the person."""
_REACH_M = np.array([0.7, 0.7, 2.0])
_LARGEST_PX = 1 << 15
_MOST_FRAMES = 1 << 22


def is_sam_body(tree: Any, path: Path) -> bool:
    """Whether a file's content is a result of SAM 3D Body."""
    return any(True for _ in _records(tree))


def import_sam_body(tree: Any, path: Path, options: ImportOptions) -> Take:
    """A raw take of a file, or of all files of a folder. Raises TakeError."""
    frames: dict[int, list[dict[str, Array]]] = {}
    if path.is_dir():
        files = sorted(file for file in path.rglob("*") if file.suffix.lower() in (".npz", ".npy", ".pkl"))
        images = {file: next((part for part in m.groups() if part), file.stem) if (m := _PERSON.match(file.stem))
                  else file.stem for file in files}  # fmt: skip
        index_of = frame_indices(sorted(set(images.values())))
        for file in files:
            for _, record in _records(read(file, RESULTS)):
                frames.setdefault(index_of[images[file]], []).extend(_rows(record))
    else:
        for frame, record in _records(tree):
            rows = _rows(record)
            for shift, row in enumerate(rows):
                frames.setdefault(frame + shift, []).append(row)
    where = {frame: np.stack([_middle(person) for person in people]) / _REACH_M for frame, people in frames.items()}
    ids = ids_of(where)
    rows_of: dict[int, list[tuple[int, dict[str, Array]]]] = {}
    for frame, people in sorted(frames.items()):
        for id, person in zip(ids[frame], people, strict=True):
            rows_of.setdefault(id, []).append((frame, person))
    everybody = [person for people in frames.values() for person in people]
    tracks = [_track(rows) for rows in rows_of.values()]
    return take_of_tracks(tracks, Origin(path, _TITLE, _LICENSE), options, _view(everybody))


def _records(tree: Any, frame: int = 0) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Frame index and record of everybody, from whatever nesting: lists of lists are frames of people."""
    if isinstance(tree, Mapping):
        if set(_SHAPES) <= set(tree):
            yield frame, tree
        elif len(tree) < _MOST_FRAMES and all(isinstance(value, list | Mapping) for value in tree.values()):
            index_of = frame_indices([str(name) for name in tree])
            for name, value in tree.items():
                yield from _records(value, index_of[str(name)])
    elif isinstance(tree, list | tuple):
        nested = any(isinstance(item, list | tuple) for item in tree)
        for index, item in enumerate(tree):
            yield from _records(item, index if nested else frame)


def _rows(record: Mapping[str, Any]) -> list[dict[str, Array]]:
    """The arrays of one person, one row per frame."""
    arrays = {}
    for name, shape in _SHAPES.items():
        array = numbers(record[name], name, _TITLE)
        if array.shape[-len(shape) :] != shape or array.ndim > len(shape) + 1:
            raise malformed(name, _TITLE)
        arrays[name] = array.reshape(-1, *shape)
    if len({len(array) for array in arrays.values()}) != 1:
        raise malformed("pred_cam_t", _TITLE)
    return [{name: array[row] for name, array in arrays.items()} for row in range(len(arrays["pred_cam_t"]))]


def _middle(person: Mapping[str, Array]) -> Array:
    """Roughly where somebody is (3,); far off if that is not known."""
    middle = person["pred_joint_coords"][1] + person["pred_cam_t"]
    return middle if np.isfinite(middle).all() else np.full(3, 1e6)


def _track(rows: list[tuple[int, dict[str, Array]]]) -> Track:
    arrays = {name: np.stack([person[name] for _, person in rows]) for name in _SHAPES}
    good = np.all([np.isfinite(a.reshape(len(a), -1)).all(axis=1) for a in arrays.values()], axis=0)
    rotations = np.where(good[:, None, None, None], arrays["pred_global_rots"], np.eye(3))
    local, joints, rest = smpl_pose(arrays["pred_joint_coords"], rotations, arrays["pred_keypoints_3d"])
    root = joints[:, 0] + arrays["pred_cam_t"]
    frames = np.array([frame for frame, _ in rows])
    return Track(frames, local, Pelvis(local[:, 0], root), rest_joints=rest).clean(good)


def _view(people: list[dict[str, Array]]) -> View:
    """The pinhole that projects the keypoints in space onto those in the image; its middle is the image's."""
    points = np.concatenate([person["pred_keypoints_3d"] + person["pred_cam_t"] for person in people])
    pixels = np.concatenate([person["pred_keypoints_2d"] for person in people])
    good = np.isfinite(points).all(axis=1) & np.isfinite(pixels).all(axis=1) & (points[:, 2] > 0)
    if good.sum() < N_KEYPOINTS // 2:
        return View()
    rays = points[good, :2] / points[good, 2:]
    ones, zeros = np.ones(len(rays)), np.zeros(len(rays))
    matrix = np.concatenate([np.stack([rays[:, 0], ones, zeros], 1), np.stack([rays[:, 1], zeros, ones], 1)])
    focal, x, y = np.linalg.lstsq(matrix, pixels[good].T.reshape(-1), rcond=None)[0].tolist()
    if not (focal > 1 and min(x, y) > 8 and max(x, y, focal / 100) < _LARGEST_PX):
        return View()
    return View((2 * x, 2 * y), focal_px=focal)


FORMAT: Final = Format(
    _TITLE,
    "`.npz` of a person and image, with an axis of frames, or a folder of them; pickled lists of the outputs",
    "people in camera space, with the skeletons of the file, which are tracked and solved",
    _LICENSE,
    is_sam_body,
    import_sam_body,
    folder=True,
)
