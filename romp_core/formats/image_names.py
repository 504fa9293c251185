"""Which images a results file is about, in order, and what it holds for each."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np

from ..checkpoints import RESULTS, read
from ..errors import TakeError

VIDEO_RESULTS = "video_results.npz"
_FRAME_NUMBER = re.compile(r"^(\d{8})(?=$|_)")
_LAST_NUMBER = re.compile(r"(\d+)$")
_DATE_TIME = re.compile(r"(?:19|20)\d{2}[-_]?[01]\d[-_]?[0-3]\d[-_ T]?[0-2]\d[-_.]?[0-5]\d[-_.]?[0-5]\d\D*$")
_MOST_EMPTY = 1000
"""Numbers that skip more images in a row than this are not image numbers."""


def records(path: Path) -> dict[str, Any]:
    """Results by image name: of a file, or of a folder with one file per image.

    Raises:
        ModelError: a file cannot be read. TakeError: it holds no results.
    """
    if path.is_dir():
        whole = path / VIDEO_RESULTS
        files = [whole] if whole.is_file() else sorted(path.glob("*.npz"))
        if not files:
            raise TakeError(f'There are no results (.npz) in the folder "{path.name}".', "Choose another folder.")
        return {name: record for file in files for name, record in records(file).items()}
    return by_image(read(path, RESULTS), path)


def by_image(tree: Any, path: Path) -> dict[str, Any]:
    """Results by image name of the content of a file; `path` names a single image."""
    content = tree if isinstance(tree, Mapping) else {}
    results, tracks = content.get("results"), content.get("sequence_results")
    if isinstance(results, Mapping) and ("smpl_thetas" in results or "cam" in results):
        return {path.stem: results}
    if isinstance(results, Sequence) and not isinstance(results, str):
        return {path.stem: results}
    if isinstance(results, Mapping) and results and all(_is_track(track) for track in results.values()):
        return _from_frames(results)
    if isinstance(results, Mapping) and results:
        return {str(name): record for name, record in results.items()}
    if isinstance(tracks, Mapping) and tracks:
        return _from_tracks(tracks)
    raise TakeError(f"There is nobody in the results of {path.name}.", "Choose other results.")


def _is_track(value: Any) -> bool:
    """Whether a value holds one person's results by frame, as ROMP 1.0 with tracking writes them."""
    return (
        isinstance(value, Mapping)
        and bool(value)
        and all(isinstance(person, Mapping) and {"cam", "poses"} <= set(person) for person in value.values())
    )


def _from_frames(tracks: Mapping[Any, Any]) -> dict[str, Any]:
    """Frames of each person, regrouped into the people of each frame."""
    found: dict[str, list[Any]] = {}
    for frames in tracks.values():
        for name, person in frames.items():
            found.setdefault(str(name), []).append(person)
    return found


def _from_tracks(tracks: Mapping[Any, Any]) -> dict[str, Any]:
    """Tracks, which list the frames of each person, regrouped into the people of each frame."""
    found: dict[str, list[dict[str, Any]]] = {}
    for columns in tracks.values():
        if not isinstance(columns, Mapping) or "frame_id" not in columns:
            continue
        numbers = np.asarray(columns["frame_id"]).reshape(-1)
        for index, number in enumerate(numbers.tolist()):
            row = {key: rows[index] for key, rows in columns.items() if len(np.shape(rows)) and len(rows) > index}
            found.setdefault(f"{int(number):08d}", []).append(row)
    return dict(sorted(found.items()))


def frame_indices(names: Sequence[str]) -> dict[str, int]:
    """Frame index by image name.

    The frames of simple-romp (`00000012.png`, `00000012_0.08.png`) are counted from 0, other names from their smallest
    number; images between them, in which nobody was found, count too. Names without numbers, and those of photos that
    end in date and time, follow each other.
    """
    stems = {name: PurePosixPath(name.replace("\\", "/")).stem for name in names}
    photos = all(_DATE_TIME.search(stem) for stem in stems.values())
    for pattern, from_zero in () if photos else ((_FRAME_NUMBER, True), (_LAST_NUMBER, False)):
        matches = {name: pattern.search(stem) for name, stem in stems.items()}
        numbers = {name: int(match[1]) for name, match in matches.items() if match and len(match[1]) < 10}
        ordered = sorted(numbers.values())
        start = 0 if from_zero or not ordered else ordered[0]
        if len(set(ordered)) == len(names) and np.diff([start, *ordered]).max(initial=0) <= _MOST_EMPTY:
            return {name: number - start for name, number in numbers.items()}
    return {name: index for index, name in enumerate(sorted(names, key=lambda name: (len(stems[name]), stems[name])))}
