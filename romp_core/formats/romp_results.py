"""Results of simple-romp, BEV and the older ROMP: the people of each image, as a take in which they are tracked."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np

from ..errors import TakeError
from ..geometry.projection import BODY_MODEL_FOCAL
from ..geometry.skeleton import N_JOINTS
from ..models.common.frame_estimator import FrameDetections
from ..models.common.square_image import SIZE, Padding, padding, to_image
from ..take.observations import People
from ..take.take import Take
from ..tracking.base import SpaceDetections
from ..tracking.space_tracker import SpaceTracker
from ..typing import Array
from .format import NETWORK_LICENSE, Format, ImportOptions
from .image_names import by_image, frame_indices, records
from .imported_take import imported_take
from .romp_records import Detections, detections, in_camera_space
from .source_images import image_padding, images_beside

_SIZE_SAMPLES = 200


def is_romp(tree: Any, path: Path) -> bool:
    """Whether a file's content is a result of simple-romp, BEV or the older ROMP."""
    return isinstance(tree, Mapping) and bool({"results", "sequence_results"} & set(tree))


def import_romp(tree: Any, path: Path, options: ImportOptions) -> Take:
    """A raw take. People are tracked anew: the ids in files of ROMP are wrong as soon as there are two people.

    Args:
        tree: what the file holds; unused for a folder.

    Raises:
        TakeError: arrays do not fit each other; nobody is there.
    """
    images = records(path) if path.is_dir() else by_image(tree, path)
    index_of = frame_indices(list(images))
    found = {index_of[name]: several for name, record in images.items() if (several := detections(record)) is not None}
    if not found:
        raise TakeError(f"There is nobody in the results of {path.name}.", "Choose other results.")
    seen = {index: in_camera_space(people) for index, people in sorted(found.items())}
    count = max(index_of.values()) + 1
    known = _padding(found, seen)
    source, pad = images_beside(path, count, known) or (path, known or padding(SIZE, SIZE))
    model = "BEV" if any(people.bev for people in found.values()) else "ROMP"
    tracker = SpaceTracker()

    def people(index: int, time: float) -> People:
        return _tracked(time, seen.get(index), pad, tracker)

    return imported_take(path, source, pad, count, options, model, BODY_MODEL_FOCAL, people)


def _padding(found: Mapping[int, Detections], seen: Mapping[int, FrameDetections]) -> Padding | None:
    """How the images lie in their squares, by those people whose pixels are known."""
    square_points: list[Array] = []
    pixels: list[Array] = []
    for index, people in found.items():
        if people.pixels is not None and len(seen[index]) == len(people.pixels) and len(square_points) < _SIZE_SAMPLES:
            square_points.extend(seen[index].pixels)
            pixels.extend(people.pixels)
    return image_padding(square_points, pixels)


def _tracked(time: float, seen: FrameDetections | None, pad: Padding, tracker: SpaceTracker) -> People:
    """The people of a frame with the ids of the tracker."""
    if seen is None or not len(seen):
        return People.empty(N_JOINTS)
    ids = tracker.assign(SpaceDetections(seen.cams, seen.root[:, 2], seen.confidence), time)
    seen = seen.only([index for index, id in enumerate(ids) if id is not None])
    pixels = to_image(seen.pixels, pad)
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


FORMAT: Final = Format(
    "ROMP and BEV",
    "`video_results.npz`, `.npz` of images or a folder of them, `*_results.npz` and `*_ts_results.npz` of ROMP 1.0",
    "people in camera space, which are tracked and solved",
    NETWORK_LICENSE,
    is_romp,
    import_romp,
    folder=True,
)
