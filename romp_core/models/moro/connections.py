"""Who is next to whom on the body: the user's connection files, which belong to SMPL-X's topology."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ...errors import ModelError
from ...typing import Array

FILES = (
    *(f"_pool{number}.npy" for number in range(7)),
    *(f"_unpool{number}.npy" for number in range(6, -1, -1)),
)
"""In the order of the tokenizer's layers."""
_HINT = "Choose the folder with the connection files that came with MoRo's checkpoint."


def read_connections(folder: Path) -> list[Array]:
    """Neighbors (V', slots) of each of the 14 layers; the number of input vertices where a slot is unused.

    Raises:
        ModelError: a file is missing, or is none of these.
    """
    return [_read(folder / name) for name in FILES]


def _read(path: Path) -> Array:
    try:
        table = np.load(path, allow_pickle=False)
    except FileNotFoundError as error:
        raise ModelError(f"MoRo needs {path.name}, which is not in {path.parent.name}.", _HINT) from error
    except (OSError, ValueError, EOFError) as error:
        raise ModelError(f"{path.name} is not a readable connection file.", _HINT) from error
    if table.ndim != 2 or table.shape[1] % 2 == 0 or table.dtype.kind not in "iu":
        raise ModelError(f"{path.name} is another kind of file than MoRo's connections.", _HINT)
    return np.asarray(table[:, 1::2], np.int64)
