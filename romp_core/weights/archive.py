"""Reading a zip that came from elsewhere: only the expected files, and never outside of the folder."""

from __future__ import annotations

import stat
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
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
    with _opened(archive) as opened:
        contents = {name: _read(opened, entry, archive) for name, entry in _chosen(opened, archive, names).items()}
    try:
        for name, content in contents.items():
            write_bytes(folder / name, content)
    except OSError as error:
        raise ModelError(f'"{folder}" cannot be written ({error.strerror}).', "Choose another model folder.") from error


def read_single(archive: Path, suffix: str, limit: int) -> bytes:
    """Content of the one file of this kind in the archive, in whatever folder of it; nothing is written.

    Args:
        suffix: with its dot, in lower case. limit: most bytes of the file.

    Raises:
        ModelError: not a complete zip; none or several of these files; unsafe paths or links; far too large.
    """
    with _opened(archive) as opened:
        found = [entry for entry in _harmless(opened, archive) if entry.filename.lower().endswith(suffix)]
        if len(found) != 1:
            names = ", ".join(entry.filename for entry in found[:3])
            count = f"{len(found)} {suffix} files ({names})" if found else f"no {suffix} file"
            raise ModelError(f'"{archive.name}" holds {count}, but must hold one.', "Choose the official archive.")
        return _read(opened, found[0], archive, limit)


@contextmanager
def _opened(archive: Path) -> Iterator[zipfile.ZipFile]:
    """The archive for reading; raises ModelError for what its content may raise."""
    try:
        with zipfile.ZipFile(archive) as opened:
            yield opened
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError) as error:
        raise ModelError(f'"{archive.name}" is not a complete zip file.', "Download it again.") from error


def _harmless(opened: zipfile.ZipFile, archive: Path) -> Iterator[zipfile.ZipInfo]:
    """The files in the archive; raises ModelError at the first unsafe one."""
    for entry in opened.infolist():
        if not _is_safe(entry):
            raise ModelError(
                f'"{archive.name}" holds a file with an unsafe path ("{entry.filename}").',
                "Do not use it; get it from the official address.",
            )
        if not entry.is_dir():
            yield entry


def _chosen(opened: zipfile.ZipFile, archive: Path, names: tuple[str, ...]) -> dict[str, zipfile.ZipInfo]:
    """The entries of these names, if every entry of the archive is harmless."""
    found: dict[str, zipfile.ZipInfo] = {}
    for entry in _harmless(opened, archive):
        name = PurePosixPath(entry.filename).name
        if name in names:
            found.setdefault(name, entry)
    missing = [name for name in names if name not in found]
    if missing:
        raise ModelError(f'"{archive.name}" does not contain {", ".join(missing)}.', "Choose the official archive.")
    return found


def _is_safe(entry: zipfile.ZipInfo) -> bool:
    windows = PureWindowsPath(entry.filename)  # knows drives and both kinds of slashes
    link = stat.S_ISLNK(entry.external_attr >> 16)
    return not (windows.drive or windows.root or ".." in windows.parts or link)


def _read(opened: zipfile.ZipFile, entry: zipfile.ZipInfo, archive: Path, limit: int = MEMBER_LIMIT) -> bytes:
    if entry.file_size > min(limit, RATIO_LIMIT * max(entry.compress_size, 1 << 10)):
        raise ModelError(f'"{entry.filename}" in "{archive.name}" is far too large.', "Choose the official archive.")
    with opened.open(entry) as file:
        return file.read()  # no more than the size in the header, whose CRC is checked at the end
