"""Paths as users enter them and as a .blend keeps them: absolute, or relative to it (`//`)."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path

import bpy

RELATIVE = {"PATH_SUPPORTS_BLEND_RELATIVE"} if bpy.app.version >= (4, 5) else set[str]()
"""Options of path properties that may start with `//`; before 4.5 all of them may."""
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)\s*(\.|$)", re.IGNORECASE)
_MOST_BYTES, _MOST_CHARACTERS = 200, 80


def blend_folder() -> str:
    """Folder of the open .blend file; "" while it was never saved."""
    return os.path.dirname(bpy.data.filepath)


def find_file(path: str, folders: Iterable[str | Path] = ()) -> str:
    """Absolute path of a file or folder; "" stays empty.

    A relative path counts from the first of the given folders in which it exists, else from the .blend file's folder,
    else from the working directory. The result need not exist.
    """
    if not path:
        return ""
    name = bpy.path.abspath(path)
    if os.sep == "/" and path.startswith("//") and not os.path.exists(name):
        name = bpy.path.abspath(path.replace("\\", "/"))  # chosen on Windows
    for folder in (*folders, blend_folder()):
        if folder and os.path.exists(os.path.join(folder, name)):
            return os.path.abspath(os.path.join(folder, name))
    return os.path.abspath(name)


def target_file(path: str) -> str:
    """Absolute path of a file to write.

    Raises:
        romp_core.errors.TakeError: it is relative to a .blend file that was never saved.
    """
    from romp_core.errors import TakeError

    if path.startswith("//") and not blend_folder():
        raise TakeError(f'"{path}" is relative to the .blend file, which was never saved.', "Save it first.")
    return find_file(path)


def stored(path: str, folder: str | None = None) -> str:
    """How a .blend keeps a path: relative to its folder, so that both can be moved together.

    A path that has nothing but the drive in common with the .blend stays absolute, and so does every path while the
    .blend was never saved.

    Args:
        path: absolute, or relative to the open .blend.
        folder: of the .blend; None for the open one's.
    """
    folder = blend_folder() if folder is None else folder
    path = find_file(path)
    if not path or not folder:
        return path
    pairs = [(path, os.path.abspath(folder)), (os.path.realpath(path), os.path.realpath(folder))]
    for file, base in pairs:
        if _common(file, base) == base:
            return _relative(file, base)
    common = _common(*pairs[0])
    return _relative(*pairs[0]) if os.path.dirname(common) != common else path


def _common(path: str, other: str) -> str:
    """The folder that two paths share; "" on different drives."""
    try:
        return os.path.commonpath([path, other])
    except ValueError:
        return ""


def _relative(file: str, base: str) -> str:
    return "//" + os.path.relpath(file, base).replace(os.sep, "/")


def last_name(path: str) -> str:
    """The file name at the end of a path of whatever system."""
    return re.split(r"[\\/]", path.rstrip("\\/"))[-1]


def same_file(path: str, other: str) -> bool:
    """Whether two paths lead to one file, also through links; False where either is missing."""
    try:
        return os.path.samefile(path, other)
    except OSError:
        return False


def printable(text: str) -> str:
    """The text without what Blender cannot show: bytes of file names that are no text become "?"."""
    return text.encode(errors="replace").decode()


def file_name(text: str, fallback: str = "take") -> str:
    """The text as the beginning of a file name that every system takes; with a date and suffixes it fits 255 bytes."""
    text = re.sub(r'[<>:"/\\|?*\x00-\x1f]', "_", printable(text))[:_MOST_CHARACTERS]
    text = text.encode()[:_MOST_BYTES].decode(errors="ignore").strip()
    return f"_{text}" if _RESERVED.match(text) else text or fallback
