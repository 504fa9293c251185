"""Body models as they were read, kept in the weight folder: the official files take seconds, this a blink."""

from __future__ import annotations

import hashlib
import json
import logging
import zipfile
from collections.abc import Iterable
from dataclasses import fields
from pathlib import Path

import numpy as np

from ...errors import TakeError
from ...storage.take_file import write_npz
from .model import SmplModel

_FORM = 1
"""To be raised whenever models are read differently."""
_QUICK = (".pth",)
log = logging.getLogger(__name__)


def is_slow(path: Path) -> bool:
    """Whether reading a body file takes so long that keeping the result pays."""
    return path.suffix.lower() not in _QUICK


def kept_path(folder: Path, path: Path, needed: Iterable[Path | None]) -> Path:
    """Where the model of a body file is kept; changes when the file or one that it needs does."""
    files = [path, *(each for each in needed if each is not None)]
    state = [_FORM, *((str(file), file.stat().st_size, file.stat().st_mtime_ns) for file in files)]
    return folder / f"{path.stem}-{hashlib.sha256(json.dumps(state).encode()).hexdigest()[:16]}.npz"


def read_kept(kept: Path) -> SmplModel | None:
    """The kept model; None when there is none, or it is damaged."""
    try:
        with np.load(kept, allow_pickle=False) as archive:
            stored = dict(archive)
        about = json.loads(str(stored.pop("about")))
        return SmplModel(**stored, **about | {"remarks": tuple(about["remarks"])})
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile) as error:
        log.info("%s is rebuilt: %s", kept, error)
        return None


def keep(kept: Path, path: Path, model: SmplModel) -> None:
    """Keep a model, in the place of what was kept of this body file before; not being able to is no error."""
    values = {field.name: getattr(model, field.name) for field in fields(model)}
    arrays = {name: value for name, value in values.items() if isinstance(value, np.ndarray)}
    about = {name: value for name, value in values.items() if name not in arrays}
    try:
        write_npz(kept, {**arrays, "about": np.array(json.dumps(about))})
        for old in kept.parent.glob(f"{path.stem}-*.npz"):
            if old != kept:
                old.unlink()
    except (OSError, TakeError) as error:
        log.info("%s is not kept: %s", path, error)
