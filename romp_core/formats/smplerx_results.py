"""Results of SMPLer-X (Cai et al. 2023): one file per person and image, people in camera space.

`smplx/00001_0.npz`: `global_orient` (1, 3), `body_pose` (21, 3), `transl` (1, 3), `betas` (1, 10) of SMPL-X; beside
their folder `meta/00001_0.json` with `focal` and `princpt` of the image in pixels. People are tracked here: the last
number of a name counts the people of an image, and is no id.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np

from ..checkpoints import RESULTS, read
from ..geometry.skeleton import SMPLX_PELVIS
from ..take.take import Take
from ..typing import Array
from .format import NETWORK_LICENSE, Format, ImportOptions
from .image_names import frame_indices
from .intrinsics import view_of
from .json_files import read_json
from .linking import ids_of
from .track_take import Origin, View, take_of_tracks
from .tracks import Track, joint_rotations, pelvis, shape_of

_TITLE = "SMPLer-X"
_NAME = re.compile(r"^(.*?)_(\d+)$")
_REACH_M = np.array([0.7, 0.7, 2.0])
"""How far people may get from one image to the next; depth is uncertain."""
_KEYS = {"global_orient", "body_pose", "transl"}


def is_smplerx(tree: Any, path: Path) -> bool:
    """Whether a file's content is a person of SMPLer-X."""
    return isinstance(tree, Mapping) and set(tree) >= _KEYS and "smpl_params_global" not in tree


def import_smplerx(tree: Mapping[str, Any], path: Path, options: ImportOptions) -> Take:
    """A raw take of one file, or of all files of a folder. Raises TakeError."""
    files = sorted(path.rglob("*.npz")) if path.is_dir() else [path]
    named = {file: match for file in files if (match := _NAME.match(file.stem))}
    index_of = frame_indices([f"{match[1]}" for match in {m[1]: m for m in named.values()}.values()])
    people: dict[int, list[Track]] = {}
    for file in files:
        content = read(file, RESULTS) if path.is_dir() else tree
        if is_smplerx(content, file):
            frame = index_of[named[file][1]] if path.is_dir() and file in named else 0
            people.setdefault(frame, []).append(_person(content, frame))
    ids = ids_of({frame: _where(several) for frame, several in people.items()})
    tracks: dict[int, list[Track]] = {}
    for frame in sorted(people):
        for id, person in zip(ids[frame], people[frame], strict=True):
            tracks.setdefault(id, []).append(person)
    joined = [Track.joined(parts) for parts in tracks.values()]
    return take_of_tracks(joined, Origin(path, _TITLE, NETWORK_LICENSE), options, _view(files[0]))


def _person(content: Mapping[str, Any], frame: int) -> Track:
    turns = np.asarray(content["global_orient"], np.float64).reshape(-1, 1, 3)
    poses = np.asarray(content["body_pose"], np.float64).reshape(len(turns), -1, 3)
    camera = pelvis(turns, content["transl"], SMPLX_PELVIS, "transl", _TITLE)
    body = joint_rotations([turns, poses], "body_pose", _TITLE)
    return Track(frame + np.arange(len(turns)), body, camera, betas=shape_of(content.get("betas")))


def _where(people: list[Track]) -> Array:
    """Positions (P, 3) of people in reaches."""
    return np.stack([person.camera.root[0] for person in people if person.camera is not None]) / _REACH_M


def _view(file: Path) -> View:
    """The camera of the file that describes the image of one person."""
    described = file.parent.parent / "meta" / f"{file.stem}.json"
    content = read_json(described) if described.is_file() else None
    return view_of(content.get("focal"), content.get("princpt")) if isinstance(content, Mapping) else View()


FORMAT: Final = Format(
    _TITLE,
    "the folder of `smplx/*.npz`, one per person and image",
    "people in camera space, which are tracked and solved",
    NETWORK_LICENSE,
    is_smplerx,
    import_smplerx,
    folder=True,
)
