"""Keypoints in the image as arrays, or as JSON in the form of the COCO data set (cocodataset.org, "Data format")."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import TakeError
from ..models.registry import MODELS
from ..storage.atomic import write_bytes
from ..storage.take_file import write_error, write_npz
from ..take.keypoints import LAYOUTS, Layout
from ..take.take import Person, Take
from ..typing import Array
from .json_files import is_json
from .provenance import provenance_arrays

_VISIBLE = 0.5
_HIDDEN_FLAG, _VISIBLE_FLAG = 1, 2
"""COCO's flags of keypoints that are labeled but not visible, and visible."""


def export_keypoints(take: Take, out: Path) -> list[Path]:
    """The people's keypoints as the edits leave them, whether solved or not; a suffix of .json chooses COCO's form.

    The npz holds `keypoint_names` (K,), `edges` (E, 2), `times` (T,) s, `people_per_frame` (T,), `size` (2,) width and
    height, and for every person i `name_i`, `id_i`, `frame_index_i` (n,), `keypoints_i` (n, K, 2) pixels,
    `visibility_i` (n, K), `confidence_i` (n,), `boxes_i` (n, 4) left, top, right, bottom; where the model
    estimates how far off a point may be also `spread_i` (n, K, 2). The strings of
    `provenance_arrays` say where they come from.

    In the JSON, `images` are the frames, `annotations` people in them, with the person in `track_id`.

    Raises:
        TakeError: nobody is in the take, or the file cannot be written.
    """
    people = take.edited_people
    if not people:
        raise TakeError("Nobody is in this take.", "Restore the people that were removed.")
    layout = keypoint_layout(take, people)
    if out.suffix.lower() == ".json":
        return [_write_json(out, _coco(take, people, layout))]
    arrays: dict[str, Array] = {
        "keypoint_names": np.array(layout.names),
        "edges": np.array(layout.edges),
        "times": take.footage.times,
        "people_per_frame": people_per_frame(take, people),
        "size": np.array([take.footage.width, take.footage.height]),
    }
    for index, person in enumerate(people):
        seen = person.observations
        arrays[f"name_{index}"], arrays[f"id_{index}"] = np.array(person.name), np.array(person.id)
        arrays[f"frame_index_{index}"] = seen.frame_index
        arrays[f"keypoints_{index}"] = seen.keypoints2d
        arrays[f"visibility_{index}"] = seen.visibility
        arrays[f"confidence_{index}"] = seen.confidence
        arrays[f"boxes_{index}"] = boxes_around(seen.keypoints2d)
        if seen.spread2d is not None:
            arrays[f"spread_{index}"] = seen.spread2d
    return [write_npz(out, arrays | provenance_arrays(take))]


def keypoint_layout(take: Take, people: tuple[Person, ...]) -> Layout:
    """Which keypoints a take's people have: those of its model, or of imports those of their number.

    Raises:
        TakeError: no layout is known, or they do not all have the same.
    """
    count, *others = {person.observations.keypoints2d.shape[1] for person in people}
    if others:
        raise TakeError(
            "Keypoints of this take cannot be exported, since only some of its people were refined.",
            "Refine everybody, or export the take that they are from.",
        )
    card = MODELS.get(take.provenance.model)
    layouts = [card.layout] if card is not None else []
    found = next((each for each in (*layouts, *LAYOUTS.values()) if len(each) == count), None)
    if found is None:
        raise TakeError(f"The {count} keypoints of this take are not known by name.", "Export another format.")
    return found


def people_per_frame(take: Take, people: tuple[Person, ...]) -> Array:
    """(T,) int: how many of the people were found in each frame."""
    counts = np.zeros(len(take.footage.times), np.int32)
    for person in people:
        counts[person.observations.frame_index] += 1
    return counts


def boxes_around(keypoints: Array) -> Array:
    """(n, 4) left, top, right, bottom of keypoints (n, K, 2)."""
    return np.concatenate([keypoints.min(axis=1), keypoints.max(axis=1)], axis=1)


def _coco(take: Take, people: tuple[Person, ...], layout: Layout) -> dict[str, Any]:
    footage = take.footage
    stamp = {name: str(value) for name, value in provenance_arrays(take).items()}
    category = {
        "id": 1,
        "name": "person",
        "supercategory": "person",
        "keypoints": list(layout.names),
        "skeleton": [[start + 1, end + 1] for start, end in layout.edges],  # COCO counts from 1
    }
    images = [
        {
            "id": index,
            "file_name": f"{Path(footage.path).name}#{source_frame}",
            "width": footage.width,
            "height": footage.height,
            "time": round(float(time), 6),
        }
        for index, (time, source_frame) in enumerate(zip(footage.times, footage.source_frames, strict=True))
    ]
    found = [each for person in people for each in _annotations(person)]
    found.sort(key=lambda each: (each["image_id"], each["track_id"]))
    annotations = [{"id": number, **each} for number, each in enumerate(found, start=1)]
    licenses = [{"id": 1, "name": stamp["model_license"]}]
    return {
        "info": {"description": "Keypoints of people in the image", "fps": footage.fps, **stamp},
        "licenses": licenses,
        "categories": [category],
        "images": images,
        "annotations": annotations,
    }


def _annotations(person: Person) -> list[dict[str, Any]]:
    """A person in every frame, without the number of the annotation."""
    seen = person.observations
    flags = np.where(seen.visibility >= _VISIBLE, _VISIBLE_FLAG, _HIDDEN_FLAG)
    boxes = boxes_around(seen.keypoints2d)
    sizes = boxes[:, 2:] - boxes[:, :2]
    return [
        {
            "image_id": int(frame),
            "category_id": 1,
            "track_id": person.id,
            "name": person.name,
            "keypoints": [
                value
                for (x, y), flag in zip(seen.keypoints2d[row].tolist(), flags[row].tolist(), strict=True)
                for value in (round(x, 3), round(y, 3), flag)
            ],
            "keypoint_scores": [round(value, 4) for value in seen.visibility[row].tolist()],
            "num_keypoints": len(flags[row]),
            "bbox": [round(value, 3) for value in (*boxes[row, :2].tolist(), *sizes[row].tolist())],
            "area": round(float(sizes[row].prod()), 3),
            "score": round(float(seen.confidence[row]), 4),
            "iscrowd": 0,
        }
        for row, frame in enumerate(seen.frame_index)
    ]


def _write_json(path: Path, content: dict[str, Any]) -> Path:
    if path.is_dir():
        raise TakeError(f'"{path}" is a folder.', "Name a file in it, such as keypoints.json.")
    if path.is_file() and path.stat().st_size and not is_json(path):
        raise TakeError(f'"{path}" is another kind of file and would be overwritten.', "Choose another name.")
    try:
        write_bytes(path, json.dumps(content, allow_nan=False).encode())
    except OSError as error:
        raise write_error(path, error) from error
    return path
