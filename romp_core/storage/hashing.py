"""Hashes of files."""

from __future__ import annotations

import hashlib
from pathlib import Path

from ..errors import ModelError


def file_sha256(path: Path) -> str:
    """Hex digest of a file. Raises ModelError when it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise ModelError(f'"{path}" cannot be read ({error.strerror}).', "Choose the file again.") from error
