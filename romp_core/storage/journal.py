"""The growing raw result of a capture, appended to a journal file as it comes, so that it costs no memory.

A journal holds `messages`: first one `journal` message with what was captured and how, then `rows` messages. The take
is made from the file; after a kill, from everything up to the last whole message (`recover`). While it grows, the file
is locked: nobody else touches it, and whoever finds it unlocked may know that its capture was interrupted.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from ..errors import TakeError, TakeInUse
from ..take.observations import Frame, People
from ..take.settings import CaptureSettings, SolveSettings, from_mapping, to_mapping
from ..take.take import FootageInfo, Provenance, Take
from ..typing import Array
from .assemble import TakeHead, assemble, pack
from .lock import open_locked, remove
from .messages import ProtocolError, encode, read_message
from .migration import migrate_settings
from .take_file import load_take, save_take, write_error
from .unused_path import unused_path, used_paths


def journal_path(take_path: str | Path) -> Path:
    """Where the journal of a take lies while it is being captured."""
    return Path(f"{Path(take_path)}.journal")


class Journal:
    """Collects people frame by frame; `flush` appends what is new to the file.

    Attributes:
        rescued: where the take of an interrupted capture, whose journal was in the way, is now; None without one.

    Raises:
        TakeInUse: another capture into the same take is running.
        TakeError: the folder cannot be written.
    """

    def __init__(self, take_path: str | Path, head: TakeHead) -> None:
        self.path, self.head = journal_path(take_path), head
        self._pending: list[tuple[Frame, People]] = []
        self._count = 0
        with _sentences(self.path):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._file: BinaryIO = open_locked(self.path)
        try:
            self.rescued = _keep(self._file, Path(take_path), spare=True)
            with _sentences(self.path):
                self._file.truncate(0)
                self._append({"type": "journal", **_head_to_mapping(head)}, {})
        except BaseException:
            self._file.close()
            raise

    def add(self, frame: Frame, people: People) -> None:
        """Add the people of the next frame; its image is not kept."""
        self._pending.append((replace(frame, image=np.empty(0)), people))

    def flush(self) -> None:
        """Pack what came since the last flush and append it to the file."""
        if not self._pending:
            return
        size = self.head.footage.width, self.head.footage.height
        record = pack(self._pending, self._count, max(size))
        self._count += len(self._pending)
        self._pending = []
        with _sentences(self.path):
            self._append({"type": "rows"}, record)

    @property
    def empty(self) -> bool:
        """True while no frame was added."""
        return not self._count and not self._pending

    def take(self, complete: bool) -> Take:
        """The raw take of everything added so far. Raises TakeError when that is nothing."""
        self.flush()
        provenance = replace(self.head.provenance, complete=complete)
        return assemble(replace(self.head, provenance=provenance), _read(self._file)[1])

    def close(self) -> None:
        """Close the file, keeping it."""
        self._file.close()

    def delete(self) -> None:
        """Close and remove the file: the take itself is safe."""
        remove(self._file, self.path)

    def _append(self, header: Mapping[str, Any], arrays: Mapping[str, Array]) -> None:
        self._file.write(encode(header, arrays))
        self._file.flush()


def recover(take_path: str | Path) -> Path | None:
    """Turn the journal of an interrupted capture into a saved partial take; a damaged end is left out.

    Returns:
        Where the take is: `take_path`, or a name like it where another take has that one. None when there is no
        journal, or nothing in it.

    Raises:
        TakeInUse: the capture is still running.
        TakeError: the take cannot be written.
    """
    path = journal_path(take_path)
    if not path.exists():
        return None
    with _sentences(path):
        file = open_locked(path)
    with file:
        kept = _keep(file, Path(take_path), spare=False)
        remove(file, path)
    return kept


def check_not_captured(take_path: str | Path) -> None:
    """Raises TakeInUse while a capture into this take is running."""
    path = journal_path(take_path)
    if path.exists():
        with _sentences(path):
            open_locked(path).close()


@contextmanager
def _sentences(path: Path) -> Iterator[None]:
    """Turn errors of a journal file into those for a user."""
    try:
        yield
    except BlockingIOError as error:
        raise TakeInUse(
            f"{path.stem} is being captured right now.", "Wait until it has ended, or cancel it."
        ) from error
    except OSError as error:
        raise write_error(path, error) from error


def _keep(file: BinaryIO, take_path: Path, spare: bool) -> Path | None:
    """Save what an interrupted capture left, over no other take; where it is now, None when there was nothing.

    Args:
        spare: `take_path` is about to be written over: leave it free, and what is there already is not kept.
    """
    head, records = _read(file)
    if head is None or not records:
        return None
    for saved in used_paths(take_path):  # where the capture, or keeping it, was interrupted after saving
        with suppress(TakeError):
            if load_take(saved).id == head.id:
                return None if spare and saved == take_path else saved
    take = assemble(replace(head, provenance=replace(head.provenance, complete=False)), records)
    if not take.people:  # nobody was found yet: an empty take is of no use
        return None
    return save_take(take, unused_path(take_path, first=2 if spare else 1))


def _read(file: BinaryIO) -> tuple[TakeHead | None, list[dict[str, Array]]]:
    """Head and records of an open journal, up to its last whole message."""
    head, records = None, []
    file.seek(0)
    with suppress(ProtocolError):  # what was being written when the worker died
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
