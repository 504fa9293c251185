"""Landmarks of MediaPipe's pose models, as people dump them: no file format of its own, but one set of 33 points.

Read are JSON files, a frame in each entry or line: `pose_landmarks` and `pose_world_landmarks`, `landmarks` and
`worldLandmarks`, ..., each a list of 33 points or of such lists, points being {x, y, z, visibility} or
[x, y, z, visibility]; and arrays (T, 33, 3 or more) of world landmarks. Landmarks in the image are in fractions of its
width and height, world landmarks in meters with y down.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from ..bodies.embedded import BODY_LICENSE
from ..errors import TakeError
from ..solve.landmark_fit.markers import LEFT_HIP, RIGHT_HIP
from ..storage.assemble import TakeHead, assemble, pack
from ..take.keypoints import BLAZEPOSE_33
from ..take.observations import Frame, People
from ..take.settings import CaptureSettings, SolveSettings
from ..take.take import FootageInfo, Provenance, Take
from ..typing import Array
from .format import Format, ImportOptions
from .linking import ids_of
from .source_images import footage_beside
from .track_take import UNKNOWN_FPS, assumed_rate

_TITLE = "MediaPipe"
_LICENSE = "Apache-2.0 (MediaPipe)"
_POINTS = len(BLAZEPOSE_33)
_IMAGE = ("pose_landmarks", "poseLandmarks", "image_landmarks", "landmarks", "keypoints", "pose")
_WORLD = ("pose_world_landmarks", "poseWorldLandmarks", "world_landmarks", "worldLandmarks", "landmarks_3d", "world")
_FRAMES = ("frames", "results", "data", "poses")
_WIDTH, _HEIGHT = ("width", "image_width", "imageWidth", "video_width"), ("height", "image_height", "imageHeight")
_RATE = ("fps", "frame_rate", "frameRate", "video_fps")
_INDEX = ("frame", "frame_index", "frameIndex", "frame_id", "frame_number", "index")
_USUAL_SIZE = (1280, 720)
_LONGEST = 1 << 22
_LARGEST_M = 5.0
_SMALLEST_SHARE, _SMALLEST_M = 0.01, 0.05
_TRUNK_M = 0.5
"""Length from hips to shoulders by which depth in the image becomes meters, where there are no world landmarks."""
_STEP = 0.25
"""How far the hips get from one frame to the next, in fractions of the image."""


@dataclass(frozen=True)
class _Seen:
    """People of one frame: image (P, 33, 4) fractions, depth, visibility; world (P, 33, 3) meters."""

    image: Array
    world: Array


def is_mediapipe(tree: Any, path: Path) -> bool:
    """Whether a file's content are landmarks of MediaPipe's pose models."""
    if isinstance(tree, np.ndarray):
        return tree.ndim == 3 and tree.shape[1] == _POINTS and 3 <= tree.shape[2] <= 5
    return any(_people(entry, _IMAGE) is not None or _people(entry, _WORLD) is not None for _, entry in _entries(tree))


def import_mediapipe(tree: Any, path: Path, options: ImportOptions) -> Take:
    """A raw take. Raises TakeError when there is nobody in it."""
    entries = [*_entries(tree)]
    about: Mapping[str, Any] = tree if isinstance(tree, Mapping) else {}
    count = max((index for index, _ in entries), default=0) + 1
    beside = footage_beside(path, count)
    size = (beside.width, beside.height) if beside else _size(about) or _USUAL_SIZE
    found = {index: seen for index, entry in entries if (seen := _seen(entry, size)) is not None}
    if not found:
        raise TakeError(
            f"{path.name} looks like landmarks of {_TITLE}, but nobody in it can be used: there are no people, or all "
            "points of a person coincide.",
            "Choose other results.",
        )
    known = options.fps or _number(about, _RATE) or (beside.fps if beside else None)
    fps = (known or UNKNOWN_FPS) if count > 1 else 0.0
    frames = np.arange(count, dtype=np.int32)
    footage = FootageInfo(str(beside.path if beside else path), *size, fps, frames / (fps or 1), frames)
    remarks = [] if known or count < 2 else [assumed_rate(UNKNOWN_FPS)]
    if not beside and _size(about) is None:
        remarks.append(f"The file does not hold the size of the image; {size[0]} x {size[1]} is assumed.")
    made = Provenance.stamped(
        model=f"imported: {_TITLE}", model_license=_LICENSE, body_license=BODY_LICENSE, remark=" ".join(remarks)
    )
    head = TakeHead(uuid.uuid4().hex, footage, CaptureSettings(), SolveSettings(), made)
    hips = {index: seen.image[:, [LEFT_HIP, RIGHT_HIP], :2].mean(axis=1) / _STEP for index, seen in found.items()}
    ids = ids_of(hips)
    packed = [_as_people(found.get(index), ids.get(index, []), size) for index in range(count)]
    rows = [(Frame(i, float(footage.times[i]), np.empty(0)), people) for i, people in enumerate(packed)]
    return assemble(head, [pack(rows, 0)], shortest_s=0.0)


def _entries(tree: Any) -> Iterator[tuple[int, Any]]:
    """Frame index and entry of every frame."""
    if isinstance(tree, np.ndarray):
        for index, points in enumerate(tree if tree.ndim == 3 else []):
            yield index, {_WORLD[0]: points}
        return
    if isinstance(tree, Mapping):
        inner = next((tree[name] for name in _FRAMES if isinstance(tree.get(name), list | dict | np.ndarray)), None)
        if inner is not None:
            yield from _entries(inner)
        elif tree and all(str(name).isdigit() and int(name) < _LONGEST for name in tree):
            yield from ((int(name), entry) for name, entry in tree.items())
        elif set(tree) & {*_IMAGE, *_WORLD}:
            one = next(tree[name] for name in (*_WORLD, *_IMAGE) if name in tree)
            if isinstance(one, np.ndarray) and one.ndim == 3 and len(one) != _POINTS:  # arrays over all frames
                keys = [name for name in (*_IMAGE, *_WORLD) if isinstance(tree.get(name), np.ndarray)]
                yield from ((i, {name: tree[name][i] for name in keys if len(tree[name]) > i}) for i in range(len(one)))
            else:
                yield 0, tree
        return
    if isinstance(tree, Sequence) and not isinstance(tree, str | bytes):
        for index, entry in enumerate(tree):
            own = _number(entry, _INDEX) if isinstance(entry, Mapping) else None
            plain = entry if isinstance(entry, Mapping) else {_IMAGE[0]: entry}
            yield int(own) if own is not None and 0 <= own < _LONGEST else index, plain


def _seen(entry: Any, size: tuple[int, int]) -> _Seen | None:
    """The usable people of a frame of this size."""
    image, world = _people(entry, _IMAGE), _people(entry, _WORLD)
    if image is None and world is None:
        return None
    if world is not None and (np.abs(world[..., :3]) > _LARGEST_M).any():
        raise TakeError("The world landmarks are no meters: nobody is so large.", "Save them in meters, hips at 0.")
    if image is None and world is not None:
        image = _standing_in(world)
    assert image is not None
    if world is None or len(world) != len(image):
        world = _from_image(image, size)
    good = np.isfinite(image[..., :3]).all(axis=(1, 2)) & np.isfinite(world[..., :3]).all(axis=(1, 2))
    good &= np.ptp(image[..., :2], axis=1).max(axis=-1) > _SMALLEST_SHARE
    good &= np.ptp(world[..., :3], axis=1).max(axis=-1) > _SMALLEST_M
    return _Seen(image[good], world[good, :, :3]) if good.any() else None


def _standing_in(world: Array) -> Array:
    """Landmarks in the image for people of whom only world landmarks are known: in its middle, as from a few meters."""
    image = np.concatenate([world[..., :3] / [6.0, 3.4, 6.0], world[..., 3:4]], axis=-1)
    image[..., :2] += 0.5
    return image


def _from_image(image: Array, size: tuple[int, int]) -> Array:
    """World landmarks (P, 33, 3) of landmarks in the image, whose depth has the scale of x."""
    points = image[..., :3] * [size[0], size[1], size[0]]
    points = points - points[:, [LEFT_HIP, RIGHT_HIP]].mean(axis=1, keepdims=True)
    trunk = np.linalg.norm(points[:, [11, 12]].mean(axis=1), axis=-1)
    return np.asarray(points * (_TRUNK_M / np.maximum(trunk, 1e-6))[:, None, None])


def _people(entry: Any, names: Sequence[str]) -> Array | None:
    """(P, 33, 4) of the first of these names that holds landmarks; None when there are none."""
    if not isinstance(entry, Mapping):
        return None
    for name in names:
        if name in entry and (found := _points(entry[name])) is not None:
            return found
    return None


def _points(value: Any) -> Array | None:
    """(P, 33, 4): x, y, z, visibility of one person or several, from whatever nesting; None for anything else."""
    if isinstance(value, Mapping):
        inner = next((value[name] for name in ("landmark", "landmarks") if name in value), None)
        return None if inner is None else _points(inner)
    if not isinstance(value, list | tuple | np.ndarray) or not len(value):
        return None
    if len(value) == _POINTS and all(_is_point(point) for point in value):
        return np.array([[_point(point) for point in value]], np.float64)
    people = [_points(person) for person in value] if not isinstance(value[0], int | float | str) else []
    known = [person for person in people if person is not None]
    return np.concatenate(known) if known else None


def _is_point(value: Any) -> bool:
    if isinstance(value, Mapping):
        return {"x", "y"} <= set(value)
    return isinstance(value, list | tuple | np.ndarray) and 2 <= len(value) <= 5 and np.isscalar(value[0])


def _point(value: Any) -> list[float]:
    if isinstance(value, Mapping):
        return [float(value.get(name, rest)) for name, rest in (("x", 0), ("y", 0), ("z", 0), ("visibility", 1))]
    numbers = [float(number) for number in value]
    return [*numbers[:3], *[0.0] * (3 - len(numbers)), numbers[3] if len(numbers) > 3 else 1.0]


def _as_people(seen: _Seen | None, ids: Sequence[int], size: tuple[int, int]) -> People:
    if seen is None:
        return People.empty(_POINTS)
    hips = seen.world[:, [LEFT_HIP, RIGHT_HIP]].mean(axis=1, keepdims=True)
    visibility = np.clip(seen.image[..., 3], 0, 1)
    return People(
        ids=np.array(ids, np.int32) + 1,
        confidence=visibility.mean(axis=1),
        keypoints2d=seen.image[..., :2] * np.array(size),
        visibility=visibility,
        keypoints3d=seen.world - hips,
    )


def _size(about: Mapping[str, Any]) -> tuple[int, int] | None:
    for record in (about, about.get("metadata"), about.get("meta"), about.get("video")):
        if isinstance(record, Mapping):
            width, height = _number(record, _WIDTH), _number(record, _HEIGHT)
            if width and height and 16 <= width < 1 << 15 and 16 <= height < 1 << 15:
                return round(width), round(height)
    return None


def _number(record: Mapping[str, Any], names: Sequence[str]) -> float | None:
    for name in names:
        value = record.get(name)
        if isinstance(value, int | float) and not isinstance(value, bool) and np.isfinite(value):
            return float(value)
    return None


FORMAT: Final = Format(
    "MediaPipe",
    "landmarks of the pose models: `.json` in the usual forms, `.npy` (T, 33, 3) of world landmarks",
    "landmarks, which are solved",
    _LICENSE,
    is_mediapipe,
    import_mediapipe,
)
