"""Results of 4D-Humans and PHALP (Goel et al. 2023): everybody in camera space, image by image.

`demo_*.pkl`, of joblib: by image `time`, and lists with an entry per person `tid`, `smpl` (matrices of `global_orient`,
`body_pose`, and `betas`), `camera` (3,), `size` (height, width). Its camera is a focal length of 5000 pixels for the
image padded to a square of 256.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np

from ..geometry.skeleton import SMPL_PELVIS
from ..take.take import Take
from .format import NETWORK_LICENSE, Format, ImportOptions
from .image_names import frame_indices
from .track_take import Origin, View, take_of_tracks
from .tracks import LONGEST, Track, frame_rows, joint_rotations, malformed, pelvis, rows_of, shape_of

_TITLE = "4D-Humans (PHALP)"
_FOCAL = 5000.0 / 256.0
_LISTS = ("tid", "smpl", "camera")


def is_phalp(tree: Any, path: Path) -> bool:
    """Whether a file's content is a result of PHALP."""
    return isinstance(tree, Mapping) and any(
        isinstance(image, Mapping) and set(_LISTS) <= set(image) for image in tree.values()
    )


def import_phalp(tree: Mapping[str, Any], path: Path, options: ImportOptions) -> Take:
    """A raw take; ids are those of the file. Raises TakeError."""
    images = {str(name): image for name, image in tree.items() if isinstance(image, Mapping)}
    named = frame_indices(list(images))
    times = [image.get("time") for image in images.values()]
    ordered = all(type(time) is int and 0 <= time < LONGEST for time in times) and len(set(times)) == len(times)
    found: dict[int, list[tuple[int, Mapping[str, Any], Any]]] = {}
    size, count = None, 1
    for name, image in images.items():
        frame = int(image["time"]) if ordered else named[name]
        count = max(count, frame + 1)
        people = [image.get(name) for name in _LISTS]
        if not all(isinstance(people_of, list | tuple | np.ndarray) for people_of in people):
            raise malformed("smpl", _TITLE)
        for id, smpl, camera in zip(*people, strict=False):
            if isinstance(smpl, Mapping):
                found.setdefault(int(np.asarray(id).reshape(-1)[0]), []).append((frame, smpl, camera))
        if size is None and len(sizes := np.asarray(image.get("size", [])).reshape(-1)) >= 2:
            size = float(sizes[1]), float(sizes[0])
    tracks = [_track(rows) for _, rows in sorted(found.items())]
    view = View(size, focal=_FOCAL)
    return take_of_tracks(tracks, Origin(path, _TITLE, NETWORK_LICENSE, count=count), options, view)


def _track(rows: list[tuple[int, Mapping[str, Any], Any]]) -> Track:
    rows.sort(key=lambda row: row[0])
    frames = frame_rows([frame for frame, _, _ in rows], len(rows), _TITLE, "time")
    turns, poses = (
        np.stack([np.asarray(smpl.get(name), np.float64).reshape(-1, 3, 3) for _, smpl, _ in rows])
        for name in ("global_orient", "body_pose")
    )
    camera = pelvis(turns, rows_of([row[2] for row in rows], 3, "camera", _TITLE), SMPL_PELVIS, "camera", _TITLE)
    body = joint_rotations([turns, poses], "body_pose", _TITLE)
    betas = shape_of([np.asarray(smpl.get("betas", np.zeros(10))).reshape(-1) for _, smpl, _ in rows])
    return Track(frames, body, camera, betas=betas).clean()


FORMAT: Final = Format(
    _TITLE, "`demo_*.pkl`", "people in camera space, which are solved", NETWORK_LICENSE, is_phalp, import_phalp
)
