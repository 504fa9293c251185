"""JSON files as plain data, with limits."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ..errors import TakeError

_LARGEST = 1 << 30


def is_json(path: Path) -> bool:
    """Whether a file seems to be JSON: by its first character that is no space."""
    try:
        with open(path, "rb") as file:
            head = file.read(64)
    except OSError:
        return False
    return head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"{", b"[")


def read_json(path: Path) -> Any:
    """The content of a JSON file, or of one with a JSON value in each line, as a list.

    Raises:
        TakeError: too large, damaged, or nested too deeply.
    """
    try:
        if path.stat().st_size > _LARGEST:
            raise TakeError(f"{path.name} is too large to be a file of results.", "Choose another file.")
        text = path.read_text(encoding="utf-8-sig")
        try:
            return json.loads(text)
        except json.JSONDecodeError as error:
            if error.msg != "Extra data":
                raise
            return [json.loads(line) for line in text.splitlines() if line.strip()]
    except (ValueError, RecursionError) as error:
        raise TakeError(f"{path.name} is damaged, or no JSON file.", "Choose another file.") from error
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise TakeError(f"{path.name} cannot be read ({reason}).", "Choose a file that you may read.") from error
