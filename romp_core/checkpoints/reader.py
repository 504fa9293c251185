"""Any file of weights, body model or results to plain data; its kind is recognized by its first bytes."""

from __future__ import annotations

import mmap
import struct
import zipfile
import zlib
from pathlib import Path
from typing import Any, BinaryIO

from ..errors import ModelError
from .archive import Archive
from .compression import decompressed, is_compressed
from .limits import RETRY, MemoryBudget, RejectedFile
from .numpy_files import NPY_MAGIC, read_npy, read_npz
from .pickle_interpreter import PickleInterpreter
from .plain_data import PlainTree
from .purpose import WEIGHTS, Purpose
from .torch_files import LEGACY_MAGIC, read_embedded_storage, read_torch_legacy, read_torch_zip

_DAMAGE = (ValueError, TypeError, KeyError, IndexError, ArithmeticError, AttributeError, EOFError, RecursionError,
           NotImplementedError, SyntaxError, struct.error, zlib.error, zipfile.BadZipFile, Warning)  # fmt: skip
"""What the arithmetic on a damaged file's numbers may raise; warnings are raised where Python is set to."""
_ZIP_MAGIC = b"PK\x03\x04"
_TAR_MAGIC = slice(257, 262), b"ustar"


def read(path: str | Path, purpose: Purpose = WEIGHTS) -> Any:
    """Read a file without ever running any of its code.

    Known are torch checkpoints (zip and older format), pickles of Python 2 and 3, those of joblib, also compressed,
    `.npz` and `.npy`.

    Args:
        purpose: what the file was chosen for; it words the hints.

    Returns:
        dictionaries, lists, tuples, sets, text, bytes, numbers and numpy arrays. Torch tensors, chumpy arrays and scipy
        sparse matrices become arrays; half floats stay, bfloat16 becomes float32; an array of objects becomes what it
        holds. Arrays may be read-only, unaligned views of the mapped file: copy those that should outlive it.

    Raises:
        ModelError: missing, unsafe, truncated, damaged, or another kind of file.
    """
    path = Path(path)
    try:
        with open(path, "rb") as file:
            return _read(file)
    except RejectedFile as rejected:
        raise ModelError(f"{path.name} {rejected.reason}", purpose.hint(rejected.hint)) from rejected
    except _DAMAGE as error:
        raise ModelError(f"{path.name} is damaged, or another kind of file.", purpose.hint(RETRY)) from error
    except FileNotFoundError as error:
        raise ModelError(f"There is no file {path}.", "Choose an existing file.") from error
    except MemoryError as error:
        raise ModelError(f"{path.name} does not fit into memory.", "Close other programs and try again.") from error
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise ModelError(f"{path} cannot be read ({reason}).", "Choose a file that you may read.") from error


def _read(file: BinaryIO) -> Any:
    size = file.seek(0, 2)
    if not size:
        raise RejectedFile("is empty.")
    data = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    budget = MemoryBudget(size)
    head = bytes(data[:512])
    _reject_other_kinds(head)
    if head.startswith(_ZIP_MAGIC):
        return _read_zip(file, data, budget)
    if head.startswith(LEGACY_MAGIC):
        return read_torch_legacy(data, budget)
    if head.startswith(NPY_MAGIC):
        return read_npy(data, budget)
    if is_compressed(head):
        data = decompressed(data, budget)
    return PlainTree(budget, embedded=read_embedded_storage)(PickleInterpreter(data, budget).run())


def _read_zip(file: BinaryIO, data: memoryview, budget: MemoryBudget) -> Any:
    archive = Archive(file, data, budget)
    names = archive.names
    if any(name.rpartition("/")[2] == "data.pkl" for name in names):
        return read_torch_zip(archive, budget)
    if any(name.endswith(".npy") and "/" not in name for name in names):
        return read_npz(archive, budget)
    raise RejectedFile("is an archive of other files.", "If it holds what you are looking for, unpack it first.")


def _reject_other_kinds(head: bytes) -> None:
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if text.startswith((b"<!doctype", b"<html", b"<?xml", b"<head", b"<body", b"<!--")):
        raise RejectedFile("is a web page, not the file itself.")
    if text.startswith(b"version https://git-lfs"):
        raise RejectedFile("is only a Git LFS pointer to the real file.", "Download the file itself.")
    where, magic = _TAR_MAGIC
    if head[where] == magic:
        raise RejectedFile(
            "is in the oldest checkpoint format, which is not read.", "Save it again with a newer torch."
        )
