"""Arrays as numpy saves them: `.npy` and `.npz`. An array of objects is a pickle, and is read as one."""

from __future__ import annotations

import io
from typing import Any

import numpy as np

from .archive import Archive
from .arrays import array_over
from .limits import DAMAGED, MemoryBudget, RejectedFile
from .pickle_interpreter import PickleInterpreter
from .plain_data import PlainTree
from .torch_files import read_embedded_storage

NPY_MAGIC = b"\x93NUMPY"
_MAX_HEADER = 10_000


def read_npz(archive: Archive, budget: MemoryBudget) -> dict[str, Any]:
    """Every array by name; an array of objects becomes what it holds: the object itself, or a list of them.

    Raises:
        RejectedFile: unsafe or damaged.
    """
    names = [name for name in archive.names if name.endswith(".npy")]
    return {name.removesuffix(".npy"): read_npy(archive.read(name, checked=True), budget) for name in names}


def read_npy(data: memoryview, budget: MemoryBudget) -> Any:
    """The array in the bytes of an `.npy` file, see `read_npz`.

    Raises:
        RejectedFile: unsafe or damaged.
    """
    start = io.BytesIO(data[: _MAX_HEADER + 16])
    version = np.lib.format.read_magic(start)
    if version not in ((1, 0), (2, 0)):
        raise RejectedFile("holds an array of an unknown version.")
    read_header = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
    shape, fortran, dtype = read_header(start)
    if dtype.kind == "O":
        return _objects(data[start.tell() :], shape, budget)
    if dtype.kind not in "biufSU" or not dtype.itemsize:
        raise RejectedFile("holds an array of an unexpected type.")
    return array_over(data[start.tell() :], dtype, shape, fortran, budget)


def _objects(data: memoryview, shape: tuple[int, ...], budget: MemoryBudget) -> Any:
    plain = PlainTree(budget, embedded=read_embedded_storage)(PickleInterpreter(data, budget).run())
    if shape and (not isinstance(plain, list) or shape != (len(plain),)):
        raise RejectedFile(DAMAGED)
    return plain
