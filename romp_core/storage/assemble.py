"""From the people of each frame to a take: observations per person, false detections dropped, the nearest N kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..errors import TakeError
from ..take.background import Background
from ..take.observations import Frame, Observations, People
from ..take.settings import CaptureSettings, SolveSettings
from ..take.take import FootageInfo, Person, Provenance, Take, as_float32
from ..typing import Array

_PERSON_FIELDS = ("confidence", "keypoints2d", "visibility", "keypoints3d", "rotations", "betas", "root",
                  "rest_joints", "world_rotation", "world_root", "focal", "depth_per_focal", "silhouette",
                  "spread2d", "detector_points", "detector_visibility", "hand_points", "hand_world",
                  "hand_presence", "hand_right", "hand_sharpness", "face_points", "face_presence")  # fmt: skip
MIN_SECONDS = 0.3
"""People seen for less than this in footage that is longer are taken for false detections."""
_UNCLEAR_S, _UNCLEAR = 1.0, 0.5
"""So are those seen for less than this whose keypoints on average never were visible: a hand is taken for a person."""


@dataclass(frozen=True)
class TakeHead:
    """What a take holds besides its people."""

    id: str
    footage: FootageInfo
    capture: CaptureSettings
    solve: SolveSettings
    provenance: Provenance


def take_of(head: TakeHead, frames: Iterable[tuple[Frame, People]]) -> Take:
    """The raw take of frames and the people in them, all at once."""
    return assemble(head, [pack(list(frames), 0)])


def pack(frames: Sequence[tuple[Frame, People]], first: int, longest_px: float = 1.0) -> dict[str, Array]:
    """Frames and their people as flat arrays; people with non-finite numbers are left out (they become gaps).

    Args:
        first: frame index of the first one. longest_px: the image's longer side.
    """
    record: dict[str, Array] = {
        "times": np.array([frame.time for frame, _ in frames]),
        "source_frames": np.array([frame.source_frame for frame, _ in frames], np.int32),
        "cuts": np.array([first + i for i, (_, people) in enumerate(frames) if people.cut], np.int32),
    }
    points = [frame.background for frame, _ in frames if frame.background is not None]
    if len(points) == len(frames):
        background = Background.of_frames(points, longest_px)
        record |= {"points": background.positions, "points_started": np.packbits(background.started, axis=1)}
    seen = [(first + i, people) for i, (_, people) in enumerate(frames) if len(people)]
    if not seen:
        return record
    packed = {
        "rows": np.concatenate([np.full(len(people), row, np.int32) for row, people in seen]),
        "ids": np.concatenate([np.asarray(people.ids, np.int32) for _, people in seen]),
    }
    for name in _PERSON_FIELDS:
        values = [getattr(people, name) for _, people in seen]
        if all(value is not None for value in values):
            packed[name] = as_float32(np.concatenate(values))
    finite = np.ones(len(packed["rows"]), bool)
    for name in packed.keys() & set(_PERSON_FIELDS):
        finite &= np.isfinite(packed[name]).reshape(len(finite), -1).all(axis=1)
    return record | {name: value[finite] for name, value in packed.items()}


def assemble(head: TakeHead, records: Sequence[Mapping[str, Array]], shortest_s: float = MIN_SECONDS) -> Take:
    """The raw take of consecutive records of `pack`. Raises TakeError when there are none.

    Args:
        shortest_s: people seen for less than this, in footage that is longer, are left out.
    """
    if not records:
        raise TakeError("Nothing was captured.", "The capture ended before the first frame.")
    times = np.concatenate([record["times"] for record in records])
    footage = replace(
        head.footage,
        times=times,
        source_frames=np.concatenate([record[_source_frames(record)] for record in records]),
        cuts=tuple(int(row) for record in records for row in record["cuts"]),
    )
    background = None
    if all("points" in record for record in records):
        positions = np.concatenate([record["points"] for record in records])
        started = np.concatenate([record["points_started"] for record in records])
        background = Background(positions, np.unpackbits(started, axis=1, count=positions.shape[1]).astype(bool))
    seen = [record for record in records if "rows" in record]
    if not seen:
        return Take(head.id, footage, (), head.capture, head.solve, head.provenance, background=background)
    ids, rows = (np.concatenate([record[name] for record in seen]) for name in ("ids", "rows"))
    frame_time = (times[-1] - times[0]) / max(len(times) - 1, 1)
    shortest, unclear = (
        each / frame_time if times[-1] - times[0] > 3 * each and shortest_s else 1 for each in (shortest_s, _UNCLEAR_S)
    )
    clear = np.concatenate([record["visibility"].mean(axis=1) for record in seen])
    chosen = [
        id
        for id in np.unique(ids)
        if (mine := ids == id).sum() >= shortest and (mine.sum() >= unclear or clear[mine].max() >= _UNCLEAR)
    ]
    fields: dict[int, dict[str, Array]] = {int(id): {"frame_index": rows[ids == id]} for id in chosen}
    for name in [name for name in _PERSON_FIELDS if name in seen[0]]:
        column = np.concatenate([record[name] for record in seen])  # one field at a time: long takes are heavy
        for id, values in fields.items():
            values[name] = column[ids == id]
    tracks = [(id, Observations(**values)) for id, values in fields.items()]
    if head.capture.people:
        tracks = sorted(tracks, key=lambda track: -_prominence(track[1]))[: head.capture.people]
    tracks.sort(key=lambda track: (track[1].frame_index[0], -_prominence(track[1])))
    people = tuple(Person(id, f"Person {i + 1}", observations) for i, (id, observations) in enumerate(tracks))
    return Take(head.id, footage, people, head.capture, head.solve, head.provenance, background=background)


def _source_frames(record: Mapping[str, Array]) -> str:
    """Key of the frames' numbers; journals of 0.1.0 have another one."""
    return "source_frames" if "source_frames" in record else "numbers"


def _prominence(observations: Observations) -> float:
    """How near and how long a person is in the footage: summed height in pixels of the keypoints' box."""
    return float(np.ptp(observations.keypoints2d[..., 1], axis=1).sum())
