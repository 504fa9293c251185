"""From unpickled placeholders to plain data: dictionaries, lists, tuples, sets, text, bytes, numbers, arrays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..typing import Array
from .limits import DAMAGED, UNTRUSTED, MemoryBudget, RejectedFile
from .placeholders import EmbeddedStorage, Placeholder, Raw, Storage

_MAX_DEPTH = 64
_MAX_VALUES = 50_000_000
_NO_STORAGE = "refers to something outside of it."


class PlainTree:
    """Replaces every placeholder by its data; what is used twice in the pickle stays one object.

    Args:
        budget: what may be allocated.
        storage: elements of a torch storage; None where the file has none.
        embedded: elements of a torch storage from the bytes of a checkpoint in the pickle.
    """

    def __init__(
        self,
        budget: MemoryBudget,
        storage: Callable[[Storage], Array] | None = None,
        embedded: Callable[[memoryview, MemoryBudget], Array] | None = None,
    ) -> None:
        self.budget = budget
        self._storage, self._embedded = storage, embedded
        self._done: dict[int, tuple[Any, Any, int]] = {}  # by id: the original (kept alive), the result, its values
        self._counts: dict[int, int] = {}  # by id of the result
        self._open: set[int] = set()

    def __call__(self, value: Any) -> Any:
        """Plain data for a value.

        Raises:
            RejectedFile: it contains itself, is too deep, is repeated too often, or holds something other than data.
        """
        return self._plain(value)[0]

    def array(self, value: Any) -> Array:
        """The same where it must be an array or a number."""
        plain = self(value)
        if not isinstance(plain, np.ndarray | float | int):
            raise RejectedFile(DAMAGED)
        return np.asarray(plain)

    def storage(self, storage: Storage | EmbeddedStorage) -> Array:
        """Elements of a torch storage, flat."""
        if isinstance(storage, EmbeddedStorage):
            if self._embedded is None:
                raise RejectedFile(_NO_STORAGE, UNTRUSTED)
            return self._embedded(storage.content, self.budget)
        if self._storage is None:
            raise RejectedFile(_NO_STORAGE, UNTRUSTED)
        return self._storage(storage)

    def _plain(self, value: Any) -> tuple[Any, int]:
        """Plain data and how many values it would be, written out."""
        if value is None or isinstance(value, str | bytes | bool | int | float):
            return value, 1
        key = id(value)
        if key in self._done:
            _, plain, count = self._done[key]
            return plain, count
        if key in self._open or len(self._open) >= _MAX_DEPTH:
            raise RejectedFile("is nested too deeply.", UNTRUSTED)
        self._open.add(key)
        plain, count = self._converted(value)
        self._open.remove(key)
        if count > _MAX_VALUES:
            raise RejectedFile("repeats its content too often.", UNTRUSTED)
        self._done[key] = value, plain, count
        self._counts[id(plain)] = count
        return plain, count

    def _converted(self, value: Any) -> tuple[Any, int]:
        if isinstance(value, dict):
            pairs = [(key, *self._plain(item)) for key, item in value.items()]
            return {key: item for key, item, _ in pairs}, 1 + sum(count for _, _, count in pairs)
        if isinstance(value, list | tuple):
            parts = [self._plain(item) for item in value]
            return type(value)(item for item, _ in parts), 1 + sum(count for _, count in parts)
        if isinstance(value, set):
            return set(value), 1 + len(value)
        if isinstance(value, Raw):
            self.budget.spend(len(value.view))
            return (str(value.view, "latin-1") if value.text else bytes(value.view)), 1
        if isinstance(value, Placeholder) and not isinstance(value, EmbeddedStorage):
            plain = value.plain(self)
            return plain, self._counts.get(id(plain), 1)
        raise RejectedFile("holds something other than data.", UNTRUSTED)
