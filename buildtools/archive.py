"""Zip files that depend on nothing but their contents: sorted names, one time stamp, one set of permissions."""

import os
import zipfile
from collections.abc import Mapping
from pathlib import Path

_TIME = (2020, 1, 1, 0, 0, 0)
_UNIX, _READABLE = 3, 0o100644 << 16


def write(target: Path, contents: Mapping[str, bytes]) -> None:
    """Write a zip of {name inside: bytes}; replaces `target` only when complete.

    What is compressed already (wheels) is stored as it is.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(target.name + ".part")
    with zipfile.ZipFile(part, "w") as archive:
        for name in sorted(contents):
            entry = zipfile.ZipInfo(name, _TIME)
            entry.create_system, entry.external_attr = _UNIX, _READABLE
            entry.compress_type = zipfile.ZIP_STORED if name.endswith(".whl") else zipfile.ZIP_DEFLATED
            archive.writestr(entry, contents[name])
    os.replace(part, target)


def tree(folder: Path, prefix: str = "") -> dict[str, bytes]:
    """{name inside: bytes} of all files below a folder, without caches of Python or editors."""
    found: dict[str, bytes] = {}
    for path in folder.rglob("*"):
        relative = path.relative_to(folder)
        hidden = any(part.startswith((".", "__pycache__")) for part in relative.parts)
        if path.is_file() and not hidden:
            found[prefix + relative.as_posix()] = path.read_bytes()
    return found
