"""Telling one footage from another without decoding it: by size and by what it begins and ends with."""

from __future__ import annotations

import hashlib
import os

_PART = 1 << 18


def fingerprint(path: str) -> str:
    """A short text that is the same for copies of a file, or of a folder of images; "" when it cannot be read."""
    try:
        if os.path.isdir(path):
            names = sorted(each.name for each in os.scandir(path) if each.is_file() and not each.name.startswith("."))
            return f"folder {len(names)} {_digest(*(name.encode(errors='surrogateescape') for name in names))}"
        size = os.path.getsize(path)
        with open(path, "rb") as file:
            first = file.read(_PART)
            file.seek(max(size - _PART, 0))
            return f"file {size} {_digest(first, file.read(_PART))}"
    except OSError:
        return ""


def _digest(*parts: bytes) -> str:
    return hashlib.sha256(b"\0".join(parts)).hexdigest()[:16]
