"""From a results file to a take."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from ..checkpoints import read
from ..errors import TakeError
from ..geometry.projection import BODY_MODEL_FOCAL
from ..geometry.skeleton import N_JOINTS
from ..models.common.map_estimator import Seen
from ..models.common.square_image import SIZE, Padding, padding, to_picture
from ..take.observations import People
from ..take.take import Take
from ..tracking.space_tracker import PeopleTracker
from ..typing import Array
from .amass import import_amass, is_amass
from .frame_names import by_picture, records, rows
from .imported_take import imported_take
from .romp_people import Detections, detections, placed
from .source_image import frames_beside, picture_padding
from .trace_results import import_trace, is_trace

_PICTURE_SAMPLES = 200


def import_results(path: str | Path, fps: float | None = None) -> Take:
    """Results of simple-romp, BEV, the older ROMP or TRACE as a raw take; a motion of AMASS as a solved one.

    People are followed anew but for TRACE: the ids in files of ROMP are wrong as soon as there are two people.

    Args:
        path: an `.npz`, or a folder of them with one per picture; pictures without people may be missing.
        fps: frame rate of the footage; None: the file's own, or 30.

    Raises:
        ModelError: a file cannot be read, or is not safe to open. TakeError: it holds no such results, or nobody.
    """
    path = Path(path)
    tree: Any = None if path.is_dir() else read(path)
    try:
        if is_amass(tree):
            return import_amass(tree, path, fps)
        if is_trace(tree):
            return import_trace(tree, path, fps)
        named = records(path) if tree is None else by_picture(tree, path)
        row_of = rows(list(named))
        found = {row_of[name]: people for name, record in named.items() if (people := detections(record)) is not None}
        seen = {row: placed(people) for row, people in sorted(found.items())}
    except (ValueError, TypeError, LookupError, ArithmeticError) as error:  # arrays of any form may be in there
        raise TakeError(f"{path.name} holds results of an unknown form.", "Choose a file of ROMP or BEV.") from error
    if not found:
        raise TakeError(f"Nobody is in the results of {path.name}.", "Choose other results.")
    return _take(found, seen, max(row_of.values()) + 1, path, fps)


def _take(found: Mapping[int, Detections], seen: Mapping[int, Seen], count: int, path: Path, fps: float | None) -> Take:
    """The take of `count` pictures, with people on some of them."""
    known = _picture(found, seen)
    source, pad = frames_beside(path, count, known) or (path, known or padding(SIZE, SIZE))
    bev = any(people.bev for people in found.values())
    tracker = PeopleTracker()

    def people(row: int, time: float) -> People:
        return _people(time, seen.get(row), pad, tracker)

    return imported_take(path, source, pad, count, fps, "BEV" if bev else "ROMP", BODY_MODEL_FOCAL, people)


def _picture(found: Mapping[int, Detections], seen: Mapping[int, Seen]) -> Padding | None:
    """Where the pictures lie in their squares, by those people whose pixels are known."""
    square: list[Array] = []
    pixels: list[Array] = []
    for row, people in found.items():
        if people.pixels is not None and len(seen[row]) == len(people.pixels) and len(square) < _PICTURE_SAMPLES:
            square.extend(seen[row].pixels)
            pixels.extend(people.pixels)
    return picture_padding(square, pixels)


def _people(time: float, seen: Seen | None, pad: Padding, tracker: PeopleTracker) -> People:
    """The people of a picture with the ids of the tracker."""
    if seen is None or not len(seen):
        return People.empty(N_JOINTS)
    ids = tracker.assign(seen.cams, seen.root[:, 2], seen.confidence, time)
    seen = seen.only([index for index, id in enumerate(ids) if id is not None])
    pixels = to_picture(seen.pixels, pad)
    inside = np.all((pixels >= 0) & (pixels < (pad.width, pad.height)), axis=-1)
    return People(
        ids=np.array([id for id in ids if id is not None], np.int32),
        confidence=seen.confidence,
        keypoints2d=pixels,
        visibility=inside.astype(np.float32),
        keypoints3d=seen.joints,
        rotations=seen.rotations,
        betas=seen.betas,
        root=seen.root,
        rest_joints=seen.rest_joints,
    )
