"""Footage as operators are given it."""

from __future__ import annotations

import os

import bpy


def absolute(source: str) -> str:
    """Absolute path; "" stays empty."""
    return os.path.abspath(bpy.path.abspath(source)) if source else ""


def existing(source: str) -> str:
    """Absolute path of footage that is there. Raises FootageError."""
    from romp_core.errors import FootageError

    path = absolute(source)
    if not path:
        raise FootageError("No footage is chosen.", "Choose a video, a picture or a folder of pictures.")
    if not os.path.exists(path):
        raise FootageError(f'"{path}" does not exist.', "Choose the footage again.")
    return path
