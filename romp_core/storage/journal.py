"""The growing raw result of a capture, appended to a journal file as it comes, so that it costs no memory.

A journal holds `messages`: first one `journal` message with what was captured and how, then `rows` messages. The take
is made from the file; after a kill, from everything up to the last whole message (`recover`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from ..take.observations import Frame, People
from ..take.settings import CaptureSettings, SolveSettings, from_mapping, to_mapping
from ..take.take import FootageInfo, Provenance, Take
from ..typing import Array
from .assemble import TakeHead, assemble, pack
from .messages import ProtocolError, encode, read_message
from .migration import migrate_settings
from .take_file import save_take, write_error


def journal_path(take_path: str | Path) -> Path:
    """Where the journal of a take lies while it is being captured."""
    return Path(f"{Path(take_path)}.journal")


class Journal:
    """Collects people frame by frame; `flush` appends what is new to the file."""

    def __init__(self, path: Path, head: TakeHead) -> None:
        self.path, self.head = path, head
        self._pending: list[tuple[Frame, People]] = []
        self._count = 0
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file: BinaryIO = open(path, "wb")  # noqa: SIM115 - closed by close()
            self._append({"type": "journal", **_head_to_mapping(head)}, {})
        except OSError as error:
            raise write_error(path, error) from error

    def add(self, frame: Frame, people: People) -> None:
        """Add the people of the next frame; its image is not kept."""
        self._pending.append((replace(frame, image=np.empty(0)), people))

    def flush(self) -> None:
        """Pack what came since the last flush and append it to the file."""
        if not self._pending:
            return
        record = pack(self._pending, self._count)
        self._count += len(self._pending)
        self._pending = []
        try:
            self._append({"type": "rows"}, record)
        except OSError as error:
            raise write_error(self.path, error) from error

    @property
    def empty(self) -> bool:
        """True while no frame was added."""
        return not self._count and not self._pending

    def take(self, complete: bool) -> Take:
        """The raw take of everything added so far. Raises TakeError when that is nothing."""
        self.flush()
        provenance = replace(self.head.provenance, complete=complete)
        return assemble(replace(self.head, provenance=provenance), _read(self.path)[1])

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
    """Turn the journal of an interrupted capture into a saved partial take.

    Returns None when there is no journal or nothing in it. A damaged end is left out.
    """
    path = journal_path(take_path)
    if not path.exists():
        return None
    head, records = _read(path)
    if head is None or not records:
        path.unlink()
        return None
    take = assemble(replace(head, provenance=replace(head.provenance, complete=False)), records)
    save_take(take, take_path)
    path.unlink()
    return take


def _read(path: Path) -> tuple[TakeHead | None, list[dict[str, Array]]]:
    """Head and records of a journal file, up to its last whole message."""
    head, records = None, []
    with open(path, "rb") as file, suppress(ProtocolError):  # what was being written when the worker died
        while (message := read_message(file)) is not None:
            if message.type == "journal":
                head = _head_from_mapping(message.header)
            elif message.type == "rows":
                records.append(message.arrays)
    return head, records


def _head_to_mapping(head: TakeHead) -> dict[str, Any]:
    footage = {key: value for key, value in vars(head.footage).items() if key not in ("times", "source_frames", "cuts")}
    provenance = {**vars(head.provenance), "weights": dict(head.provenance.weights)}
    return {
        "id": head.id,
        "footage": footage,
        "capture": to_mapping(head.capture),
        "solve": to_mapping(head.solve),
        "provenance": json.loads(json.dumps(provenance)),
    }


def _head_from_mapping(header: dict[str, Any]) -> TakeHead:
    migrate_settings(header)
    return TakeHead(
        id=header["id"],
        footage=FootageInfo(**header["footage"], times=np.zeros(0), source_frames=np.zeros(0, np.int32)),
        capture=from_mapping(CaptureSettings, header["capture"]),
        solve=from_mapping(SolveSettings, header["solve"]),
        provenance=Provenance(**header["provenance"]),
    )
