"""What a pickle makes instead of real objects: inert records, turned into plain data when everything is read."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from ..typing import Array
from .arrays import Buffer, array_over, plain_dtype, strided_view
from .limits import DAMAGED, MemoryBudget, RejectedFile


@dataclass(frozen=True)
class Raw:
    """A long string of the file that was not copied; `text` tells a Python-2 string from bytes."""

    view: memoryview
    text: bool


def buffer_of(value: Any) -> Buffer:
    """The bytes of a byte string, also where Python 2 called it a string. Raises RejectedFile."""
    if isinstance(value, Raw):
        return value.view
    if isinstance(value, bytes | bytearray | memoryview):
        return value
    if isinstance(value, str):
        return value.encode("latin-1")
    raise RejectedFile(DAMAGED)


class Tree(Protocol):
    """What a placeholder needs to become plain data, see `tree.PlainTree`."""

    budget: MemoryBudget

    def __call__(self, value: Any) -> Any:
        """Plain data for anything that the pickle made."""

    def array(self, value: Any) -> Array:
        """The same, where it must be an array."""

    def storage(self, storage: Storage | EmbeddedStorage) -> Array:
        """The elements of a torch storage, flat."""


@dataclass(frozen=True)
class Named:
    """A class that may be mentioned but not called."""

    name: str


@dataclass(frozen=True)
class Function:
    """Something a pickle may call. `call` is ours and makes plain data or placeholders."""

    name: str
    call: Callable[..., Any]


class Placeholder:
    """An object under construction."""

    def build(self, state: Any) -> None:
        """Take the state that a real object would restore itself from. Raises RejectedFile."""
        raise RejectedFile(DAMAGED)

    def plain(self, tree: Tree) -> Any:
        """What stands in the result. Raises RejectedFile."""
        raise NotImplementedError


class Foreign(Placeholder):
    """An object of a package that is not read: settings beside the weights. It becomes None."""

    def __init__(self, *_: Any) -> None:
        pass

    def build(self, state: Any) -> None:
        """Whatever it is made of stays unread."""

    def plain(self, tree: Tree) -> Any:
        return None


class Dtype(Placeholder):
    """numpy.dtype: plain ones only, and "O" for arrays that hold Python values."""

    def __init__(self, code: Any, align: Any = False, copy: Any = False) -> None:
        self.objects = code in ("O", "O8", "O4")
        self.dtype = None if self.objects else plain_dtype(code if isinstance(code, str) else "")

    def build(self, state: Any) -> None:
        if not isinstance(state, tuple) or len(state) < 5 or any(part is not None for part in state[2:5]):
            raise RejectedFile("holds an array of an unexpected type.")
        if self.dtype is not None:
            if state[1] not in ("<", ">", "=", "|"):
                raise RejectedFile(DAMAGED)
            self.dtype = self.dtype.newbyteorder(state[1])


class NumpyArray(Placeholder):
    """numpy.ndarray as `_reconstruct` makes it: empty until its state comes."""

    def __init__(self) -> None:
        self.state: tuple[Any, Dtype, bool, Any] | None = None

    def build(self, state: Any) -> None:
        if self.state is not None or not isinstance(state, tuple) or len(state) != 5:
            raise RejectedFile(DAMAGED)
        _, shape, dtype, fortran, content = state
        if not isinstance(dtype, Dtype) or not isinstance(fortran, bool | int):
            raise RejectedFile(DAMAGED)
        self.state = (shape, dtype, bool(fortran), content)

    def plain(self, tree: Tree) -> Any:
        if self.state is None:
            raise RejectedFile(DAMAGED)
        shape, dtype, fortran, content = self.state
        if dtype.dtype is not None:
            return array_over(buffer_of(content), dtype.dtype, shape, fortran, tree.budget)
        if not isinstance(content, list) or shape not in ((), (len(content),)) or (shape == () and len(content) != 1):
            raise RejectedFile("holds an unexpected array of objects.")
        return tree(content[0] if shape == () else content)


@dataclass(frozen=True)
class StorageType:
    """A class of torch storages. "bfloat16", which numpy lacks, becomes float32."""

    dtype: str


@dataclass(frozen=True)
class Storage(Placeholder):
    """A torch storage: `count` elements kept elsewhere in the file under `key`."""

    type: StorageType
    key: str
    count: int


class EmbeddedStorage(Placeholder):
    """A torch storage inside of another pickle: the bytes of a checkpoint of the older format."""

    def __init__(self, content: Any) -> None:
        self.content = memoryview(buffer_of(content))


class Tensor(Placeholder):
    """A torch tensor: a strided view of a storage, lengths in elements."""

    def __init__(self, storage: Any, offset: Any, shape: Any, strides: Any, *_: Any) -> None:
        if (
            not isinstance(storage, Storage | EmbeddedStorage)
            or not isinstance(shape, tuple)
            or not isinstance(strides, tuple)
        ):
            raise RejectedFile(DAMAGED)
        self.storage, self.offset, self.shape, self.strides = storage, offset, shape, strides

    def plain(self, tree: Tree) -> Array:
        return strided_view(tree.storage(self.storage), self.offset, self.shape, self.strides)


class WithAttributes(Placeholder):
    """An object whose state is the dictionary of its attributes."""

    def __init__(self) -> None:
        self.attributes: dict[Any, Any] = {}

    def build(self, state: Any) -> None:
        if self.attributes or not isinstance(state, dict):
            raise RejectedFile(DAMAGED)
        self.attributes = state

    def get(self, *names: str) -> Any:
        """The first of these attributes that there is. Raises RejectedFile when there is none."""
        for name in names:
            if name in self.attributes:
                return self.attributes[name]
        raise RejectedFile(DAMAGED)


class Dropped(Placeholder):
    """An object of no use here: it takes any state and becomes None."""

    def build(self, state: Any) -> None:
        pass

    def plain(self, tree: Tree) -> Any:
        return None


class InlineArray(WithAttributes):
    """joblib.numpy_pickle.NumpyArrayWrapper: describes an array whose elements follow in the file.

    Attributes:
        content: those elements; of an array of objects, the array itself.
    """

    content: Any = None

    @property
    def objects(self) -> bool:
        """Whether it holds Python values."""
        return self._dtype().objects

    @property
    def padded(self) -> bool:
        """Whether padding stands before the elements, and its length before it."""
        return self.attributes.get("numpy_array_alignment_bytes") is not None

    @property
    def size(self) -> int:
        """Bytes of the elements."""
        shape, dtype = self.get("shape"), self._dtype().dtype
        if dtype is None or not isinstance(shape, tuple) or not all(type(n) is int and n >= 0 for n in shape):
            raise RejectedFile(DAMAGED)
        return math.prod(shape) * dtype.itemsize

    def _dtype(self) -> Dtype:
        dtype = self.get("dtype")
        if not isinstance(dtype, Dtype):
            raise RejectedFile(DAMAGED)
        return dtype

    def plain(self, tree: Tree) -> Any:
        dtype = self._dtype().dtype
        if dtype is None:
            return tree(self.content)
        return array_over(buffer_of(self.content), dtype, self.get("shape"), self.get("order") == "F", tree.budget)


class ChumpyArray(WithAttributes):
    """chumpy.ch.Ch: a number or an array in `x`."""

    def plain(self, tree: Tree) -> Array:
        return tree.array(self.get("x"))


class ChumpySelect(WithAttributes):
    """chumpy.reordering.Select: elements `idxs` of the flattened `a`, as `preferred_shape`."""

    def plain(self, tree: Tree) -> Array:
        source, indices = tree.array(self.get("a")), tree.array(self.get("idxs"))
        tree.budget.spend(source.nbytes + indices.size * source.itemsize)
        chosen = source.ravel()[indices]
        return chosen.reshape(tree(self.attributes.get("preferred_shape", chosen.shape)))


class ChumpyReshape(WithAttributes):
    """chumpy.reordering.Reshape: `a` as `newshape`."""

    def plain(self, tree: Tree) -> Array:
        source = tree.array(self.get("a"))
        tree.budget.spend(source.nbytes)
        return source.reshape(tree(self.get("newshape")))


class ChumpyTranspose(WithAttributes):
    """chumpy.reordering.transpose: `a` with its axes in the order `axes`, reversed when there is none."""

    def plain(self, tree: Tree) -> Array:
        return tree.array(self.get("a")).transpose(tree(self.attributes.get("axes")))


class SparseMatrix(WithAttributes):
    """A scipy.sparse matrix; it becomes dense. Layouts: "csc", "csr" (compressed columns, rows) and "coo"."""

    def __init__(self, layout: str) -> None:
        super().__init__()
        self.layout = layout

    def plain(self, tree: Tree) -> Array:
        values = tree.array(self.get("data"))
        shape = tree(self.get("_shape", "shape"))
        if not isinstance(shape, tuple) or len(shape) != 2 or not all(type(n) is int and n >= 0 for n in shape):
            raise RejectedFile(DAMAGED)
        if self.layout == "coo":
            rows, columns = self._coordinates(tree)
        else:
            major, minor = self._compressed(tree, shape[self.layout == "csc"])
            rows, columns = (minor, major) if self.layout == "csc" else (major, minor)
        if values.ndim != 1 or not len(rows) == len(columns) == len(values):
            raise RejectedFile(DAMAGED)
        if len(values) and (min(rows.min(), columns.min()) < 0 or rows.max() >= shape[0] or columns.max() >= shape[1]):
            raise RejectedFile("holds a sparse matrix with entries outside of it.")
        tree.budget.spend(math.prod(shape) * values.itemsize)
        dense = np.zeros(shape, values.dtype)
        np.add.at(dense, (rows, columns), values)
        return dense

    def _coordinates(self, tree: Tree) -> tuple[Array, Array]:
        if "coords" in self.attributes:
            rows, columns = self.get("coords")
        else:
            rows, columns = self.get("row"), self.get("col")
        return _indices(tree.array(rows)), _indices(tree.array(columns))

    def _compressed(self, tree: Tree, lines: int) -> tuple[Array, Array]:
        """Index of line and index within the line of each entry."""
        starts, minor = _indices(tree.array(self.get("indptr"))), _indices(tree.array(self.get("indices")))
        counts = np.diff(starts)
        if len(starts) != lines + 1 or starts[0] != 0 or starts[-1] != len(minor) or (counts < 0).any():
            raise RejectedFile(DAMAGED)
        return np.repeat(np.arange(lines), counts), minor


def _indices(array: Array) -> Array:
    if array.ndim != 1 or array.dtype.kind not in "iu":
        raise RejectedFile(DAMAGED)
    return array.astype(np.int64)
