"""From a results file of whatever program to a take."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ..checkpoints import RESULTS, read
from ..errors import SettingsError, TakeError
from ..take.take import Take
from .format import ImportOptions
from .image_names import VIDEO_RESULTS
from .json_files import is_json, read_json
from .registry import FORMATS, IMPORT_FORMATS, SUFFIXES
from .unread import not_read, not_read_by_name


def import_results(path: str | Path, fps: float | None = None, up: str = "auto") -> Take:
    """The take of results of another program: solved where they are motions in a world, else raw.

    Args:
        path: a file, or a folder of them with one per image or person.
        fps: frame rate; None: the file's own, that of the footage beside it, or 30.
        up: axis that points up in the file's world, "z" or "y"; "auto" finds it.

    Raises:
        ModelError: a file cannot be read, or is not safe to open. TakeError: it holds no such results, or nobody.
        SettingsError: an option is outside of what makes sense.
    """
    path, options = Path(path), ImportOptions(fps, up)
    if (known := not_read_by_name(path)) is not None and not path.is_dir():
        raise known
    sample = _sample(path) if path.is_dir() else path
    tree: Any = read_json(sample) if is_json(sample) else read(sample, RESULTS)
    try:
        for each in FORMATS:
            if (each.folder or not path.is_dir()) and each.recognize(tree, sample):
                return _with_up(each.read(tree, path, options), path, options)
    except (ValueError, TypeError, LookupError, ArithmeticError, AttributeError) as error:  # arrays of any form
        raise TakeError(
            f"{path.name} looks like results of {each.title}, but has a form that is not known.",
            f"Write it again with the tool that made it, or choose a file of {IMPORT_FORMATS}.",
        ) from error
    raise not_read(tree, path, IMPORT_FORMATS)


def _with_up(take: Take, path: Path, options: ImportOptions) -> Take:
    """The take, if it has a world whose up axis can be given. Raises SettingsError."""
    if options.up != "auto" and not take.solved:
        raise SettingsError(
            f"{path.name} holds people as a camera sees them, so it has no up axis.",
            "Leave the up axis on auto; Level Camera, Tilt and Roll of the solve turn the world.",
        )
    return take


def _sample(folder: Path) -> Path:
    """The file of a folder by which its format is recognized. Raises TakeError when there is none."""
    found = next((path for path in _candidates(folder) if path.is_file()), None)
    if found is None:
        raise TakeError(f'There are no results in the folder "{folder.name}".', "Choose another folder.")
    return found


def _candidates(folder: Path) -> Iterator[Path]:
    yield folder / VIDEO_RESULTS
    yield from sorted(folder.glob("hps_track_*.npy"))
    yield from sorted(folder.glob("hps/hps_track_*.npy"))
    for pattern in ("*", "*/*"):
        yield from sorted(path for path in folder.glob(pattern) if path.suffix.lower() in SUFFIXES)
