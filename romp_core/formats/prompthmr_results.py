"""Results of PromptHMR (Wang et al. 2025): everybody in camera space and in a world with y up, with the camera's path.

`results.pkl`, of joblib: `people` by id with `frames` (n,), `smplx_cam` and `smplx_world`, each with `pose` (n, 165) or
`rotmat` (n, 55, 3, 3), `trans` (n, 3), `shape` (n, 10); `camera` with `img_focal`, `img_center`; `camera_world` with
`Rwc` (T, 3, 3) and `Twc` (T, 3).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from ..geometry.skeleton import SMPLX_PELVIS
from ..take.take import Take
from ..typing import Array
from .format import NETWORK_LICENSE, Format, ImportOptions
from .intrinsics import view_of
from .track_take import Origin, View, take_of_tracks
from .tracks import Pelvis, Track, frame_rows, joint_rotations, malformed, numbers, pelvis, shape_of
from .world_camera import camera_path

_TITLE = "PromptHMR"
_SPACES = ("smplx_cam", "smplx_world")


def is_prompthmr(tree: Any, path: Path) -> bool:
    """Whether a file's content is a result of PromptHMR."""
    people = tree.get("people") if isinstance(tree, Mapping) else None
    return isinstance(people, Mapping) and any(
        isinstance(person, Mapping) and set(_SPACES) & set(person) for person in people.values()
    )


def import_prompthmr(tree: Mapping[str, Any], path: Path, options: ImportOptions) -> Take:
    """A solved take, or a raw one where the file has no world. Raises TakeError."""
    people = [person for person in tree["people"].values() if isinstance(person, Mapping)]
    tracks = [_track(person) for person in people if set(_SPACES) & set(person)]
    known, world = ({} if not isinstance(tree.get(n), Mapping) else tree[n] for n in ("camera", "camera_world"))
    view: View = view_of(known.get("img_focal"), known.get("img_center"))
    if {"Rwc", "Twc"} <= set(world):
        count = max((int(track.frames[-1]) + 1 for track in tracks if len(track.frames)), default=1)
        turns, position = numbers(world["Rwc"], "Rwc", _TITLE), numbers(world["Twc"], "Twc", _TITLE)
        view = replace(view, camera=camera_path(turns, position, 1.0, max(count, len(turns))))
    return take_of_tracks(tracks, Origin(path, _TITLE, NETWORK_LICENSE, up="y"), options, view)


def _track(person: Mapping[str, Any]) -> Track:
    spaces = {name: _pose(person[name], name) for name in _SPACES if name in person}
    body = next(iter(spaces.values()))[0]
    frames = frame_rows(person.get("frames"), len(body), _TITLE, "frames")
    camera, world = (spaces[name][1] if name in spaces else None for name in _SPACES)
    shape = next((shape_of(person[name].get("shape")) for name in spaces), None)
    return Track(frames, body, camera, world, shape).clean()


def _pose(values: Any, name: str) -> tuple[Array, Pelvis]:
    if not isinstance(values, Mapping) or "trans" not in values or not {"pose", "rotmat"} & set(values):
        raise malformed(name, _TITLE)
    if "rotmat" in values:
        poses = numbers(values["rotmat"], "rotmat", _TITLE)
    else:
        poses = numbers(values["pose"], "pose", _TITLE)
        poses = poses.reshape(len(poses), -1, 3)
    body = joint_rotations([poses], name, _TITLE)
    return body, pelvis(poses[:, :1], values["trans"], SMPLX_PELVIS, "trans", _TITLE)


FORMAT: Final = Format(
    _TITLE, "`results.pkl`", "world motion, moving camera", NETWORK_LICENSE, is_prompthmr, import_prompthmr
)
