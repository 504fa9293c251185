"""Unpacking a zip that came from elsewhere: only the expected files, and never outside of the folder."""

from __future__ import annotations

import stat
import zipfile
import zlib
from pathlib import Path, PurePosixPath, PureWindowsPath

from ..errors import ModelError
from ..storage.atomic import write_bytes

MEMBER_LIMIT = 64 << 20
RATIO_LIMIT = 200
"""Most bytes of a member, and most bytes out per byte in: the real files are a few MB of numbers."""


def unpack(archive: Path, folder: Path, names: tuple[str, ...]) -> None:
    """Write these files of the archive, in whatever folder of it they are, into `folder`.

    Raises:
        ModelError: not a complete zip; a file is missing; unsafe paths or links; far too large; or the
            folder cannot be written. Nothing is written unless all files are good.
    """
    try:
        with zipfile.ZipFile(archive) as opened:
            contents = {name: _read(opened, entry, archive) for name, entry in _chosen(opened, archive, names).items()}
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError) as error:
        raise ModelError(f'"{archive.name}" is not a complete zip file.', "Download it again.") from error
    try:
        for name, content in contents.items():
            write_bytes(folder / name, content)
    except OSError as error:
        raise ModelError(f'"{folder}" cannot be written ({error.strerror}).', "Choose another model folder.") from error


def _chosen(opened: zipfile.ZipFile, archive: Path, names: tuple[str, ...]) -> dict[str, zipfile.ZipInfo]:
    """The entries of these names, if every entry of the archive is harmless."""
    found: dict[str, zipfile.ZipInfo] = {}
    for entry in opened.infolist():
        if not _is_safe(entry):
            raise ModelError(
                f'"{archive.name}" holds a file with an unsafe path ("{entry.filename}").',
                "Do not use it; get it from the official address.",
            )
        name = PurePosixPath(entry.filename).name
        if name in names and not entry.is_dir():
            found.setdefault(name, entry)
    missing = [name for name in names if name not in found]
    if missing:
        raise ModelError(f'"{archive.name}" does not contain {", ".join(missing)}.', "Choose the official archive.")
    return found


def _is_safe(entry: zipfile.ZipInfo) -> bool:
    windows = PureWindowsPath(entry.filename)  # knows drives and both kinds of slashes
    link = stat.S_ISLNK(entry.external_attr >> 16)
    return not (windows.drive or windows.root or ".." in windows.parts or link)


def _read(opened: zipfile.ZipFile, entry: zipfile.ZipInfo, archive: Path) -> bytes:
    if entry.file_size > min(MEMBER_LIMIT, RATIO_LIMIT * max(entry.compress_size, 1 << 10)):
        raise ModelError(f'"{entry.filename}" in "{archive.name}" is far too large.', "Choose the official archive.")
    with opened.open(entry) as file:
        return file.read()  # no more than the size in the header, whose CRC is checked at the end
