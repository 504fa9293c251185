"""Which .blend files use a take: noted whenever one is saved or opened, one small file for each .blend."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from ..blender.paths import same_file
from ..preferences import folders


def note(blend: str, takes: Iterable[str]) -> None:
    """Note the take files that a .blend lists; all paths are absolute."""
    from romp_core.storage.atomic import write_bytes

    file, takes = _record(blend), sorted(set(takes))
    with suppress(OSError):  # a full disk must not keep the .blend from being saved
        if takes:
            write_bytes(file, json.dumps({"blend": blend, "takes": takes}, indent=1).encode())
        else:
            file.unlink(missing_ok=True)


def users_of(take: str, besides: str = "") -> list[str]:
    """The .blend files that use this take file.

    Args:
        besides: a .blend that does not count: the open one.
    """
    return sorted(
        blend
        for blend, takes in _records()
        if blend != besides and not same_file(blend, besides) and any(_same(take, each) for each in takes)
    )


def _records() -> Iterator[tuple[str, list[str]]]:
    for file in folders.user_folder(folders.USES).glob("*.json"):
        with suppress(OSError, ValueError, KeyError, TypeError):
            record = json.loads(file.read_text(encoding="utf-8"))
            yield str(record["blend"]), [str(take) for take in record["takes"]]


def _record(blend: str) -> Path:
    name = hashlib.sha256(blend.encode(errors="surrogateescape")).hexdigest()[:24]
    return folders.user_folder(folders.USES) / f"{name}.json"


def _same(take: str, other: str) -> bool:
    return take == other or same_file(take, other)
