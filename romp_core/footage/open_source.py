"""Which kind of footage a path is."""

from __future__ import annotations

from pathlib import Path

from . import problems
from .container import Unreadable
from .metadata import is_encrypted
from .sequence import IMAGE_SUFFIXES, ImageSequence, image_files, image_sequence
from .source import FrameSource
from .stills import Stills
from .video import Video

_ANIMATED_PNG = b"acTL"


def open_source(path: Path, frame_rate: float = 0.0) -> FrameSource:
    """The source of frames at a path. Raises FootageError when it is none.

    Args:
        frame_rate: frames per second of a folder of images, 0 for the usual rate.
    """
    if path.is_dir():
        paths = image_files(path)
        if not paths:
            raise problems.empty_folder(path)
        return Stills(image_sequence(paths), frame_rate)
    if frame_rate:
        raise problems.has_its_own_rate(path)
    if not path.is_file():
        raise problems.missing(path)
    with path.open("rb") as file:
        head = file.read(4096)
        size = path.stat().st_size
        if is_encrypted(file, size):
            raise problems.encrypted(path)
    if not head:
        raise problems.no_bytes(path)
    if path.suffix.lower() in IMAGE_SUFFIXES and _ANIMATED_PNG not in head:
        return Stills(ImageSequence([path], [0]))
    try:
        return Video(path)
    except Unreadable as reason:
        raise problems.undecodable(path, reason.has_sound, reason.codec) from reason
