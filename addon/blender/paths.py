"""Paths as users enter them: absolute, relative to the .blend file (`//`), or relative to some folder."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

import bpy

RELATIVE = {"PATH_SUPPORTS_BLEND_RELATIVE"} if bpy.app.version >= (4, 5) else set[str]()
"""Options of path properties that may start with `//`; before 4.5 all of them may."""


def find_file(path: str, folders: Iterable[str | Path] = ()) -> str:
    """Absolute path of a file or folder; "" stays empty.

    A relative path counts from the first of the given folders in which it exists, else from the .blend file's folder,
    else from the working directory. The result need not exist.
    """
    if not path:
        return ""
    name = bpy.path.abspath(path)
    for folder in (*folders, bpy.path.abspath("//")):
        if folder and os.path.exists(os.path.join(folder, name)):
            return os.path.abspath(os.path.join(folder, name))
    return os.path.abspath(name)
