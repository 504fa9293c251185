"""The growing raw result of a capture, appended to a journal file as it comes, so that it costs no memory.

A journal holds `protocol` messages: first one `journal` message with what was captured and how, then `rows`
messages. The take is made from the file; after a kill, from everything up to the last whole message (`recover`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from ..errors import TakeError
from ..take.observations import Frame, Observations, People
from ..take.settings import CaptureSettings, SolveSettings, from_mapping, to_mapping
from ..take.take import FootageInfo, Person, Provenance, Take, as_float32
from ..typing import Array
from .messages import ProtocolError, encode, read_message
from .migration import migrate_settings
from .take_file import save_take, write_error

_PERSON_FIELDS = ("confidence", "keypoints2d", "visibility", "keypoints3d", "rotations", "betas", "root",
                  "rest_joints", "world_rotation", "world_root")  # fmt: skip
MIN_SECONDS = 0.3
"""People seen for less than this in footage that is longer are taken for false detections."""


@dataclass(frozen=True)
class JournalHead:
    """What a take needs besides the rows."""

    id: str
    footage: FootageInfo
    capture: CaptureSettings
    solve: SolveSettings
    provenance: Provenance


def journal_path(take_path: str | Path) -> Path:
    """Where the journal of a take lies while it is being captured."""
    return Path(f"{Path(take_path)}.journal")


class Journal:
    """Collects people frame by frame; `flush` appends what is new to the file."""

    def __init__(self, path: Path, head: JournalHead) -> None:
        self.path, self.head = path, head
        self._pending: list[tuple[Frame, People]] = []
        self._rows = 0
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file: BinaryIO = open(path, "wb")  # noqa: SIM115 - closed by close()
            self._append({"type": "journal", **_head_to_mapping(head)}, {})
        except OSError as error:
            raise write_error(path, error) from error

    def add(self, frame: Frame, people: People) -> None:
        """Note the people of the next frame; the picture itself is not kept."""
        self._pending.append((replace(frame, image=np.empty(0)), people))

    def flush(self) -> None:
        """Pack what came since the last flush and append it to the file."""
        if not self._pending:
            return
        record = _pack(self._pending, self._rows)
        self._rows += len(self._pending)
        self._pending = []
        try:
            self._append({"type": "rows"}, record)
        except OSError as error:
            raise write_error(self.path, error) from error

    def take(self, complete: bool) -> Take:
        """The raw take of everything added so far."""
        self.flush()
        provenance = replace(self.head.provenance, complete=complete)
        return _assemble(replace(self.head, provenance=provenance), _read(self.path)[1])

    def close(self) -> None:
        """Close the file, keeping it."""
        self._file.close()

    def delete(self) -> None:
        """Close and remove the file: the take itself is safe."""
        self.close()
        self.path.unlink(missing_ok=True)

    def _append(self, header: Mapping[str, Any], arrays: Mapping[str, Array]) -> None:
        self._file.write(encode(header, arrays))
        self._file.flush()


def recover(take_path: str | Path) -> Take | None:
    """Turn the journal of a capture that broke off into a saved partial take.

    Returns None when there is no journal or nothing in it. A damaged end is left out.
    """
    path = journal_path(take_path)
    if not path.exists():
        return None
    head, records = _read(path)
    if head is None or not records:
        path.unlink()
        return None
    take = _assemble(replace(head, provenance=replace(head.provenance, complete=False)), records)
    save_take(take, take_path)
    path.unlink()
    return take


def _read(path: Path) -> tuple[JournalHead | None, list[dict[str, Array]]]:
    """Head and records of a journal file, up to its last whole message."""
    head, records = None, []
    with open(path, "rb") as file, suppress(ProtocolError):  # the end that was being written when the worker died
        while (message := read_message(file)) is not None:
            if message.type == "journal":
                head = _head_from_mapping(message.header)
            elif message.type == "rows":
                records.append(message.arrays)
    return head, records


def _pack(pending: list[tuple[Frame, People]], first_row: int) -> dict[str, Array]:
    """Frames and their people as flat arrays; people with non-finite numbers are left out (they become gaps)."""
    record: dict[str, Array] = {
        "times": np.array([frame.time for frame, _ in pending]),
        "source_frames": np.array([frame.source_frame for frame, _ in pending], np.int32),
        "cuts": np.array([first_row + i for i, (_, people) in enumerate(pending) if people.cut], np.int32),
    }
    seen = [(first_row + i, people) for i, (_, people) in enumerate(pending) if len(people)]
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


def _assemble(head: JournalHead, records: list[dict[str, Array]]) -> Take:
    """Records -> raw take: observations per person, false detections dropped, the nearest N people kept."""
    if not records:
        raise TakeError("Nothing was captured.", "The capture ended before the first picture.")
    times = np.concatenate([record["times"] for record in records])
    footage = replace(
        head.footage,
        times=times,
        source_frames=np.concatenate([record[_source_frames(record)] for record in records]),
        cuts=tuple(int(row) for record in records for row in record["cuts"]),
    )
    seen = [record for record in records if "rows" in record]
    if not seen:
        return Take(head.id, footage, (), head.capture, head.solve, head.provenance)
    ids, rows = (np.concatenate([record[name] for record in seen]) for name in ("ids", "rows"))
    frame_time = (times[-1] - times[0]) / max(len(times) - 1, 1)
    shortest = MIN_SECONDS / frame_time if times[-1] - times[0] > 3 * MIN_SECONDS else 1
    chosen = [id for id in np.unique(ids) if (ids == id).sum() >= shortest]
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
    return Take(head.id, footage, people, head.capture, head.solve, head.provenance)


def _source_frames(record: Mapping[str, Array]) -> str:
    """Key of the frames' numbers; journals of 0.1.0 have another one."""
    return "source_frames" if "source_frames" in record else "numbers"


def _prominence(observations: Observations) -> float:
    """How near and how long a person is in the picture: summed height in pixels of the keypoints' box."""
    return float(np.ptp(observations.keypoints2d[..., 1], axis=1).sum())


def _head_to_mapping(head: JournalHead) -> dict[str, Any]:
    footage = {key: value for key, value in vars(head.footage).items() if key not in ("times", "source_frames", "cuts")}
    provenance = {**vars(head.provenance), "weights": dict(head.provenance.weights)}
    return {
        "id": head.id,
        "footage": footage,
        "capture": to_mapping(head.capture),
        "solve": to_mapping(head.solve),
        "provenance": json.loads(json.dumps(provenance)),
    }


def _head_from_mapping(header: dict[str, Any]) -> JournalHead:
    migrate_settings(header)
    return JournalHead(
        id=header["id"],
        footage=FootageInfo(**header["footage"], times=np.zeros(0), source_frames=np.zeros(0, np.int32)),
        capture=from_mapping(CaptureSettings, header["capture"]),
        solve=from_mapping(SolveSettings, header["solve"]),
        provenance=Provenance(**header["provenance"]),
    )
