"""Results of VIBE (Kocabas et al. 2020): everybody through a camera without perspective.

`vibe_output.pkl`, of joblib: by id of the person `pose` (n, 72), `betas` (n, 10), `frame_ids` (n,), `orig_cam` (n, 4):
scale and shift of x and y in the image, -1..1; `pred_cam` (n, 3) the same in the crop of `bboxes` (n, 4).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np

from ..bodies.embedded import load_body
from ..geometry.projection import BODY_MODEL_FOCAL, Pinhole, root_from_pixels
from ..geometry.skeleton import SMPL_PELVIS, forward_kinematics
from ..take.settings import SolveSettings
from ..take.take import Take
from ..typing import Array
from .format import NETWORK_LICENSE, Format, ImportOptions
from .track_take import Origin, View, take_of_tracks
from .tracks import Pelvis, Track, frame_rows, joint_rotations, malformed, rows_of, shape_of

_TITLE = "VIBE"
_SIZE = (1920.0, 1080.0)
_SMALLEST = 1e-4
_LARGEST_PX = 1 << 15


def is_vibe(tree: Any, path: Path) -> bool:
    """Whether a file's content is a result of VIBE, or of PARE and others that write the same."""
    return isinstance(tree, Mapping) and any(
        isinstance(person, Mapping) and {"pose", "orig_cam"} <= set(person) for person in tree.values()
    )


def import_vibe(tree: Mapping[Any, Any], path: Path, options: ImportOptions) -> Take:
    """A raw take; the camera becomes a pinhole that shows the joints where VIBE does, as nearly as perspective can.

    Raises:
        TakeError: arrays do not fit each other; nobody is there.
    """
    people = [person for person in tree.values() if isinstance(person, Mapping) and "orig_cam" in person]
    size = _size(people) or _SIZE
    tracks = [_track(person, size) for person in people]
    view = View(size, focal=BODY_MODEL_FOCAL)
    return take_of_tracks(tracks, Origin(path, _TITLE, NETWORK_LICENSE), options, view)


def _size(people: list[Mapping[str, Any]]) -> tuple[float, float] | None:
    """Width and height of the image: scales of crop and image differ by their sizes."""
    sizes = []
    for person in people:
        if not {"pred_cam", "bboxes"} <= set(person):
            continue
        whole = rows_of(person["orig_cam"], 4, "orig_cam", _TITLE)
        crop = rows_of(person["pred_cam"], 3, "pred_cam", _TITLE)
        boxes = rows_of(person["bboxes"], 4, "bboxes", _TITLE)
        if not len(whole) == len(crop) == len(boxes):
            raise malformed("bboxes", _TITLE)
        good = (np.abs(whole[:, :2]) > _SMALLEST).all(axis=1)
        sizes.append((crop[good, :1] * boxes[good, 2:3]) / whole[good, :2])
    found = np.concatenate(sizes) if sizes else np.zeros((0, 2))
    found = found[np.isfinite(found).all(axis=1)]
    if not len(found):
        return None
    width, height = np.round(np.median(found, axis=0)).tolist()
    return (width, height) if 16 <= width < _LARGEST_PX and 16 <= height < _LARGEST_PX else None


def _track(person: Mapping[str, Any], size: tuple[float, float]) -> Track:
    body = joint_rotations([person["pose"]], "pose", _TITLE)
    cams = rows_of(person["orig_cam"], 4, "orig_cam", _TITLE)
    if len(cams) != len(body):
        raise malformed("orig_cam", _TITLE)
    frames = frame_rows(person.get("frame_ids"), len(body), _TITLE)
    betas = shape_of(person.get("betas"))
    valid = np.asarray((np.abs(cams[:, :2]) > _SMALLEST).all(axis=1) & np.isfinite(body).all(axis=(1, 2)))
    body = np.where(valid[:, None, None], body, [1.0, 0.0, 0.0, 0.0])
    cams = np.where(valid[:, None], cams, 1.0)
    return Track(frames, body, Pelvis(body[:, 0], _roots(body, cams, size)), betas=betas).clean(valid)


def _roots(body: Array, cams: Array, size: tuple[float, float]) -> Array:
    """Where the pelvis is (n, 3), so that the joints fall onto the pixels that VIBE's camera gives them."""
    rest = load_body().rest_joints(SolveSettings().scale.height)
    joints, _ = forward_kinematics(body, SMPL_PELVIS, rest)
    in_image = cams[:, None, :2] * (joints[..., :2] + cams[:, None, 2:])
    half = np.array(size) / 2
    pinhole = Pinhole(BODY_MODEL_FOCAL * max(size), half)
    return np.asarray(joints[:, 0] + root_from_pixels(joints, (in_image + 1) * half, None, pinhole))


FORMAT: Final = Format(
    _TITLE,
    "`vibe_output.pkl`, also of PARE",
    "people in camera space, which are solved",
    NETWORK_LICENSE,
    is_vibe,
    import_vibe,
)
