"""Checkpoints as torch saves them: the zip format (since 1.6) and the older one, a row of pickles and raw data.

Formats: `torch/serialization.py` describes both.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any

import numpy as np

from ..typing import Array
from .archive import Archive
from .limits import DAMAGED, UNTRUSTED, MemoryBudget, RejectedFile, TruncatedFile
from .pickle_interpreter import PickleInterpreter
from .placeholders import Storage, StorageType
from .plain_data import PlainTree

LEGACY_MAGIC = b"\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19."
"""The pickle of 0x1950a86a20f9469cfc6c, which begins every older checkpoint."""
_LEGACY_PROTOCOL = 1001


def read_torch_zip(archive: Archive, budget: MemoryBudget) -> Any:
    """The object in a checkpoint of the zip format; tensors are read-only views of the file.

    Raises:
        RejectedFile: unsafe, damaged or incomplete.
    """
    pickles = [name for name in archive.names if name.rpartition("/")[2] == "data.pkl"]
    if len(pickles) != 1:
        raise RejectedFile(DAMAGED)
    if any("/code/" in f"/{name}" for name in archive.names):
        raise RejectedFile("is a TorchScript program, not data.", "Choose a file that holds data only.")
    folder = pickles[0].removesuffix("data.pkl")
    order = bytes(archive.read(f"{folder}byteorder")) if f"{folder}byteorder" in archive.names else b"little"
    loaded = _Storages(lambda storage: archive.read(f"{folder}data/{storage.key}"), order == b"big", budget)
    root = PickleInterpreter(archive.read(pickles[0]), budget, persistent=loaded.declare).run()
    return PlainTree(budget, loaded.elements)(root)


def read_torch_legacy(data: memoryview, budget: MemoryBudget) -> Any:
    """The object in a checkpoint of the older format.

    Raises:
        RejectedFile: unsafe, damaged or truncated.
    """
    root, loaded = _legacy(data, budget)
    return PlainTree(budget, loaded.elements)(root)


def read_embedded_storage(data: memoryview, budget: MemoryBudget) -> Array:
    """The one storage that tensors in ordinary pickles carry along, as a checkpoint of the older format.

    Raises:
        RejectedFile: it is something else, unsafe, damaged or truncated.
    """
    if not bytes(data[: len(LEGACY_MAGIC)]) == LEGACY_MAGIC:
        raise RejectedFile(DAMAGED, UNTRUSTED)
    root, loaded = _legacy(data, budget)
    if not isinstance(root, Storage):
        raise RejectedFile(DAMAGED, UNTRUSTED)
    return loaded.elements(root)


def _legacy(data: memoryview, budget: MemoryBudget) -> tuple[Any, _Storages]:
    """The object, its storages still to be read, and where they are."""
    contents: dict[str, memoryview] = {}

    def content(storage: Storage) -> memoryview:
        if storage.key not in contents:
            raise RejectedFile("is missing a part.")
        return contents[storage.key]

    protocol = PickleInterpreter(data, budget, len(LEGACY_MAGIC))
    if protocol.run() != _LEGACY_PROTOCOL:
        raise RejectedFile("is a checkpoint of an unknown version.")
    system = PickleInterpreter(data, budget, protocol.position)
    about = system.run()
    big = isinstance(about, dict) and about.get("little_endian") is False
    loaded = _Storages(content, big, budget)
    main = PickleInterpreter(data, budget, system.position, loaded.declare)
    root = main.run()
    listing = PickleInterpreter(data, budget, main.position)
    keys, position = listing.run(), listing.position
    if not isinstance(keys, list):
        raise RejectedFile(DAMAGED)
    for key in keys:
        storage = loaded.declared.get(key) if isinstance(key, str) else None
        if storage is None or key in contents:
            raise RejectedFile(DAMAGED)
        if position + 8 > len(data):
            raise TruncatedFile
        (count,) = struct.unpack_from(">q" if big else "<q", data, position)
        size = loaded.size(storage)
        if count != storage.count:
            raise RejectedFile(DAMAGED)
        if position + 8 + size > len(data):
            raise TruncatedFile
        contents[key] = data[position + 8 : position + 8 + size]
        position += 8 + size
    return root, loaded


class _Storages:
    """The storages of one checkpoint: declared by the pickle's persistent ids, read when a tensor needs them."""

    def __init__(self, content: Callable[[Storage], memoryview], big_endian: bool, budget: MemoryBudget) -> None:
        self.declared: dict[str, Storage] = {}
        self._content, self._big_endian, self._budget = content, big_endian, budget
        self._elements: dict[str, Array] = {}

    def declare(self, id: Any) -> Storage:
        """The storage of a persistent id ("storage", type, key, device, count[, view]). Raises RejectedFile."""
        if not isinstance(id, tuple) or len(id) not in (5, 6) or id[0] != "storage" or id[5:] not in ((), (None,)):
            raise RejectedFile("refers to something outside of it.", UNTRUSTED)
        kind, key, count = id[1], id[2], id[4]
        if not isinstance(kind, StorageType) or not isinstance(key, str) or type(count) is not int or count < 0:
            raise RejectedFile(DAMAGED, UNTRUSTED)
        storage = Storage(kind, key, count)
        if self.declared.setdefault(key, storage) != storage:
            raise RejectedFile("declares one storage in two ways.", UNTRUSTED)
        return storage

    def size(self, storage: Storage) -> int:
        """Bytes that a storage takes in the file."""
        return storage.count * self._stored_dtype(storage).itemsize

    def elements(self, storage: Storage) -> Array:
        """Elements of a storage, flat. Raises RejectedFile when its data does not have the declared length."""
        if storage.key not in self._elements:
            raw = self._content(storage)
            if len(raw) != self.size(storage):
                raise RejectedFile("holds a tensor with the wrong amount of data.")
            self._elements[storage.key] = self._decoded(np.frombuffer(raw, self._stored_dtype(storage)), storage)
        return self._elements[storage.key]

    def _decoded(self, stored: Array, storage: Storage) -> Array:
        if storage.type.dtype == "bfloat16":  # the upper half of a float32
            self._budget.spend(4 * stored.size)
            return (stored.astype(np.uint32) << 16).view(np.float32)
        if stored.flags.aligned and stored.dtype.isnative:
            return stored
        self._budget.spend(stored.nbytes)
        return stored.astype(stored.dtype.newbyteorder("="))

    def _stored_dtype(self, storage: Storage) -> np.dtype[Any]:
        name = "uint16" if storage.type.dtype == "bfloat16" else storage.type.dtype
        return np.dtype(name).newbyteorder(">" if self._big_endian else "<")
