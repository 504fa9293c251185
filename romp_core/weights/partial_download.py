"""A partial download: its bytes so far, and a file beside it with their origin."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from ..errors import ModelError
from ..storage.atomic import finish

_DISK_RESERVE = 64 << 20
"""Bytes that stay free on the disk: for the system."""


class PartialDownload:
    """A `.part` file beside the target.

    Attributes:
        validator: the server's ETag or date of this version of the file; "" when it gave none.
    """

    def __init__(self, target: Path, address: str) -> None:
        self.target, self.address = target, address
        self.path = target.with_name(target.name + ".part")
        self._origin = target.with_name(target.name + ".part.json")
        self.validator = ""
        try:
            origin = json.loads(self._origin.read_text(encoding="utf-8"))
            self.validator = str(origin["validator"]) if origin["address"] == address else ""
        except (OSError, ValueError, KeyError, TypeError):
            pass  # without its origin a partial download starts over

    @property
    def size(self) -> int:
        """Bytes so far."""
        return self.path.stat().st_size if self.path.is_file() else 0

    def begin(self, validator: str, remaining: int, start_over: bool) -> None:
        """Prepare for more bytes.

        Args:
            validator: of the version that follows. remaining: bytes that follow, 0 when not known.
            start_over: delete what there is.

        Raises:
            ModelError: the disk is full, or the folder cannot be written.
        """
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            if start_over:
                self.path.write_bytes(b"")
            self._origin.write_text(json.dumps({"address": self.address, "validator": validator}), encoding="utf-8")
        except OSError as error:
            raise self._unwritable(error) from error
        self.validator = validator
        free = shutil.disk_usage(self.path.parent).free
        if remaining + _DISK_RESERVE > free:
            raise ModelError(
                f"Not enough disk space for {self.target.name}: {remaining / 1e6:.0f} MB are missing, "
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
        """Delete what there is."""
        self.path.unlink(missing_ok=True)
        self._origin.unlink(missing_ok=True)

    def finish(self) -> None:
        """Rename the complete file, atomically. Raises ModelError when that fails."""
        try:
            finish(self.path, self.target)
        except OSError as error:
            raise self._unwritable(error) from error
        self._origin.unlink(missing_ok=True)

    def _unwritable(self, error: OSError) -> ModelError:
        return ModelError(
            f'"{self.path.parent}" cannot be written ({error.strerror}).',
            "Free some space, or choose another model folder.",
        )
