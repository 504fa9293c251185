"""Results of TRAM (Wang et al. 2024): people in camera space, and beside them the camera's path in a world.

`hps/hps_track_*.npy`, one per person: `pred_rotmat` (n, 24, 3, 3), `pred_trans` (n, 1, 3), `pred_shape` (n, 10),
`frame` (n,). `camera.npy`: `world_cam_R` (T, 3, 3) and `world_cam_T` (T, 3) to a world with y up, `img_focal`,
`img_center`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from ..checkpoints import RESULTS, read
from ..geometry.rotations import quat_multiply, quat_rotate
from ..geometry.skeleton import SMPL_PELVIS
from ..take.take import Camera, Take
from .format import NETWORK_LICENSE, Format, ImportOptions
from .intrinsics import view_of
from .track_take import Origin, View, take_of_tracks
from .tracks import Pelvis, Track, frame_rows, joint_rotations, numbers, pelvis, shape_of
from .world_camera import camera_path

_TITLE = "TRAM"
_PEOPLE, _CAMERA = "hps_track_*.npy", "camera.npy"


def is_tram(tree: Any, path: Path) -> bool:
    """Whether a file's content is a person of TRAM."""
    return isinstance(tree, Mapping) and {"pred_rotmat", "pred_trans", "frame"} <= set(tree)


def import_tram(tree: Mapping[str, Any], path: Path, options: ImportOptions) -> Take:
    """All people whose files lie together: solved where the camera's file is there too, else raw. Raises TakeError."""
    folder = path if path.is_dir() else path.parent
    files = sorted(folder.glob(_PEOPLE)) or sorted(folder.glob(f"hps/{_PEOPLE}"))
    people = [read(file, RESULTS) for file in files] if path in files or path.is_dir() else [tree]
    tracks = [_track(person) for person in people if is_tram(person, path)]
    view = View()
    found = [file for file in (folder / _CAMERA, folder.parent / _CAMERA) if file.is_file()]
    content = read(found[0], RESULTS) if found else None
    if isinstance(content, Mapping):
        view = view_of(content.get("img_focal"), content.get("img_center"))
        count = max((int(track.frames[-1]) + 1 for track in tracks if len(track.frames)), default=1)
        if (camera := _camera(content, count)) is not None:
            tracks = [_in_world(track, camera) for track in tracks]
            view = replace(view, camera=camera)
    return take_of_tracks(tracks, Origin(path, _TITLE, NETWORK_LICENSE, up="y"), options, view)


def _camera(content: Mapping[str, Any], count: int) -> Camera | None:
    if not {"world_cam_R", "world_cam_T"} <= set(content):
        return None
    turns, position = (numbers(content[name], name, _TITLE) for name in ("world_cam_R", "world_cam_T"))
    return camera_path(turns, position, 1.0, count)


def _track(person: Mapping[str, Any]) -> Track:
    body = joint_rotations([person["pred_rotmat"]], "pred_rotmat", _TITLE)
    camera = pelvis(person["pred_rotmat"], person["pred_trans"], SMPL_PELVIS, "pred_trans", _TITLE)
    frames = frame_rows(person["frame"], len(body), _TITLE, "frame")
    return Track(frames, body, camera, betas=shape_of(person.get("pred_shape"))).clean()


def _in_world(track: Track, camera: Camera) -> Track:
    assert track.camera is not None
    turn, position = camera.at(track.frames)
    world = Pelvis(quat_multiply(turn, track.camera.rotation), quat_rotate(turn, track.camera.root) + position)
    return replace(track, world=world)


FORMAT: Final = Format(
    _TITLE,
    "`hps_track_*.npy`, with `camera.npy` in their folder or the one above; or the folder",
    "world motion, moving camera; without `camera.npy` people in camera space, which are solved",
    NETWORK_LICENSE,
    is_tram,
    import_tram,
    folder=True,
)
