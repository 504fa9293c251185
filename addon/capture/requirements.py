"""What a capture cannot begin without, checked before a worker starts."""

from __future__ import annotations

import os

from ..blender.paths import blend_folder
from ..documents import lookup
from ..models import files


def existing_footage(source: str) -> str:
    """Absolute path of footage that exists. Raises FootageError."""
    from romp_core.errors import FootageError

    path = lookup.source_file(source)
    if not path:
        raise FootageError("No footage is chosen.", "Choose a video, an image or a folder of images.")
    if source.startswith("//") and not blend_folder():
        raise FootageError(f'"{source}" is relative to the .blend file, which was never saved.', "Choose it again.")
    if not os.path.exists(path):
        raise FootageError(f'"{path}" does not exist.', "Choose the footage again.")
    return path


def is_folder(source: str) -> bool:
    """Whether the footage is a folder of images, which has no frame rate of its own."""
    return os.path.isdir(lookup.source_file(source)) if source else False


def require_model_files(model: str) -> None:
    """Raise ModelError when the model lacks files."""
    from romp_core.errors import ModelError
    from romp_core.weights.store import advice

    for state in files.missing(model):
        raise ModelError(state.problem, advice(state.file))
