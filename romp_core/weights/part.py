"""The half of a download: its bytes so far, and a note beside it that says of what they are a half."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from ..errors import ModelError
from ..storage.atomic import finish

_DISK_RESERVE = 64 << 20
"""Bytes that stay free on the disk: the system and the ledger need some."""


class Part:
    """A `.part` file beside the target.

    Attributes:
        validator: the server's mark (ETag or date) of the version that was begun; "" when it gave none.
    """

    def __init__(self, target: Path, address: str) -> None:
        self.target, self.address = target, address
        self.path = target.with_name(target.name + ".part")
        self._note = target.with_name(target.name + ".part.json")
        self.validator = ""
        try:
            note = json.loads(self._note.read_text(encoding="utf-8"))
            self.validator = str(note["validator"]) if note["address"] == address else ""
        except (OSError, ValueError, KeyError, TypeError):
            pass  # a half that nothing is known of is begun anew

    @property
    def size(self) -> int:
        """Bytes that are there."""
        return self.path.stat().st_size if self.path.is_file() else 0

    def begin(self, validator: str, remaining: int, anew: bool) -> None:
        """Make ready for more bytes.

        Args:
            validator: of the version that comes. remaining: bytes that come, 0 when not known. anew: from the start.

        Raises:
            ModelError: there is no room, or the folder cannot be written.
        """
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            if anew:
                self.path.write_bytes(b"")
            self._note.write_text(json.dumps({"address": self.address, "validator": validator}), encoding="utf-8")
        except OSError as error:
            raise self._unwritable(error) from error
        self.validator = validator
        free = shutil.disk_usage(self.path.parent).free
        if remaining + _DISK_RESERVE > free:
            raise ModelError(
                f"There is no room for {self.target.name}: {remaining / 1e6:.0f} MB are still to come, "
                f'but only {free / 1e6:.0f} MB are free in "{self.path.parent}".',
                "Free some space, or choose another model folder.",
            )

    def append(self, data: bytes) -> None:
        """Add bytes. Raises ModelError when they cannot be written; those before stay."""
        try:
            with self.path.open("ab") as file:
                file.write(data)
        except OSError as error:
            raise self._unwritable(error) from error

    def delete(self) -> None:
        """Throw the half away."""
        self.path.unlink(missing_ok=True)
        self._note.unlink(missing_ok=True)

    def finish(self) -> None:
        """Give the whole file its name, in one step. Raises ModelError when that fails."""
        try:
            finish(self.path, self.target)
        except OSError as error:
            raise self._unwritable(error) from error
        self._note.unlink(missing_ok=True)

    def _unwritable(self, error: OSError) -> ModelError:
        return ModelError(
            f'"{self.path.parent}" cannot be written ({error.strerror}).',
            "Free some space, or choose another model folder.",
        )
