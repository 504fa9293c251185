"""Results of WHAM (Shin et al. 2024): everybody in camera space and in a world with y up.

`wham_output.pkl`, of joblib: by id of the person `pose` and `pose_world` (T, 72), `trans` and `trans_world` (T, 3),
`betas` (T, 10), `frame_ids` (T,). The camera is as wide as its image's diagonal is long.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np

from ..geometry.skeleton import SMPL_PELVIS
from ..take.take import Take
from .format import NETWORK_LICENSE, Format, ImportOptions
from .source_images import footage_beside
from .track_take import Origin, View, take_of_tracks
from .tracks import Track, frame_rows, joint_rotations, pelvis, rows_of, shape_of

_TITLE = "WHAM"
_SIZE = (1920.0, 1080.0)


def is_wham(tree: Any, path: Path) -> bool:
    """Whether a file's content is a result of WHAM."""
    return isinstance(tree, Mapping) and any(
        isinstance(person, Mapping) and "trans_world" in person and {"pose_world", "poses_root_world"} & set(person)
        for person in tree.values()
    )


def import_wham(tree: Mapping[Any, Any], path: Path, options: ImportOptions) -> Take:
    """A solved take with the camera that follows from the two spaces. Raises TakeError."""
    tracks = [_track(person) for person in tree.values() if isinstance(person, Mapping) and "trans_world" in person]
    last = max((int(track.frames[-1]) for track in tracks if len(track.frames)), default=0)
    beside = footage_beside(path, last + 1)
    size = (beside.width, beside.height) if beside else _SIZE
    view = View(size, focal_px=float(np.hypot(*size)))
    return take_of_tracks(tracks, Origin(path, _TITLE, NETWORK_LICENSE, up="y"), options, view)


def _track(person: Mapping[str, Any]) -> Track:
    if "poses_body" in person:  # an intermediate form of the same program, with matrices
        body, camera = joint_rotations([person["poses_root_world"], person["poses_body"]], "poses_body", _TITLE), None
        world = pelvis(person["poses_root_world"], person["trans_world"], SMPL_PELVIS, "trans_world", _TITLE)
    else:
        body = joint_rotations([person["pose_world"]], "pose_world", _TITLE)
        turns = rows_of(person["pose_world"], 72, "pose_world", _TITLE)[:, :3]
        world = pelvis(turns, person["trans_world"], SMPL_PELVIS, "trans_world", _TITLE)
        camera = None
        if "pose" in person and "trans" in person:
            turns = rows_of(person["pose"], 72, "pose", _TITLE)[:, :3]
            camera = pelvis(turns, person["trans"], SMPL_PELVIS, "trans", _TITLE)
    frames = frame_rows(person.get("frame_ids", person.get("frame_id")), len(body), _TITLE)
    return Track(frames, body, camera, world, shape_of(person.get("betas"))).clean()


FORMAT: Final = Format(
    _TITLE, "`wham_output.pkl`", "world motion, moving camera", NETWORK_LICENSE, is_wham, import_wham
)
