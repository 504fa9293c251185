"""The allow-list: every name that a pickle may use, and the function of ours that it means. Nothing else exists."""

from __future__ import annotations

from typing import Any

import numpy as np

from .limits import DAMAGED, UNTRUSTED, RejectedFile, shown
from .placeholders import (
    ChumpyArray,
    ChumpyReshape,
    ChumpySelect,
    ChumpyTranspose,
    Dropped,
    Dtype,
    EmbeddedStorage,
    Foreign,
    Function,
    InlineArray,
    Named,
    NumpyArray,
    Placeholder,
    Raw,
    SparseMatrix,
    StorageType,
    Tensor,
    buffer_of,
)

_RENAMED = (("numpy._core.", "numpy.core."), ("scipy.sparse._", "scipy.sparse."))
_PYTHON2 = {"__builtin__": "builtins", "copy_reg": "copyreg"}
_LONGEST_INDEX = 1 << 63
NDARRAY = Named("numpy.ndarray")
OBJECT = Named("builtins.object")


_UNREAD = ("omegaconf",)
"""Packages of settings that Lightning keeps beside the weights: their objects are left out, and none of them runs."""


def lookup(module: Any, name: Any) -> Function | Named | StorageType:
    """What a name means here. Raises RejectedFile when it is not on the list."""
    if not isinstance(module, str) or not isinstance(name, str):
        raise RejectedFile(DAMAGED, UNTRUSTED)
    home = _PYTHON2.get(module, module)
    for new, old in _RENAMED:
        if home.startswith(new):
            home = old + home[len(new) :]
    found = _ALLOWED.get((home, name))
    if found is None and home.partition(".")[0] in _UNREAD:
        return Function(name, Foreign)
    if found is None:
        raise RejectedFile(f"is not safe to open: it asks for {shown(f'{module}.{name}')}.", UNTRUSTED)
    return found


def checked_key(key: Any) -> Any:
    """A key of a dictionary or set: text, bytes, booleans, None, 64-bit numbers. Raises RejectedFile.

    Others (deep tuples, huge numbers) could make hashing slow or run out of stack.
    """
    if isinstance(key, Raw):
        key = str(key.view, "latin-1") if key.text else bytes(key.view)
    if isinstance(key, str | bytes | bool | None) or (type(key) is int and abs(key) < _LONGEST_INDEX):
        return key
    raise RejectedFile("uses an unexpected type as a dictionary key.", UNTRUSTED)


def _numpy_reconstruct(kind: Any, shape: Any, code: Any) -> NumpyArray:
    if kind is not NDARRAY:
        raise RejectedFile(DAMAGED, UNTRUSTED)
    return NumpyArray()


def _numpy_frombuffer(content: Any, dtype: Any, shape: Any, order: Any) -> NumpyArray:
    array = NumpyArray()
    array.build((1, shape, dtype, order == "F", content))
    return array


def _numpy_scalar(dtype: Any, content: Any) -> Any:
    if not isinstance(dtype, Dtype) or dtype.dtype is None:
        raise RejectedFile("holds a number of an unexpected type.", UNTRUSTED)
    raw = buffer_of(content)
    if len(raw) != dtype.dtype.itemsize:
        raise RejectedFile(DAMAGED)
    return np.frombuffer(raw, dtype.dtype)[0].item()


def _ordered_dict(items: Any = ()) -> dict[Any, Any]:
    return {checked_key(key): value for key, value in items}


def _defaultdict(factory: Any = None) -> dict[Any, Any]:
    if factory is not None and not isinstance(factory, Function | Named):
        raise RejectedFile(DAMAGED, UNTRUSTED)
    return {}


def _set(items: Any = ()) -> set[Any]:
    if not isinstance(items, list | tuple):
        raise RejectedFile(DAMAGED)
    return {checked_key(item) for item in items}


def _bytes(content: Any = b"", encoding: Any = "latin-1") -> bytes:
    if encoding not in ("latin1", "latin-1"):
        raise RejectedFile(DAMAGED)
    return bytes(buffer_of(content))


def _tuple(items: Any = ()) -> tuple[Any, ...]:
    if not isinstance(items, list | tuple):
        raise RejectedFile(DAMAGED)
    return tuple(items)


def _reconstructor(kind: Any, base: Any, state: Any) -> Placeholder:
    """How protocols 0 and 1 make objects: only those that are filled by their attributes afterwards."""
    if not isinstance(kind, Function) or kind not in _BY_ATTRIBUTES or base is not OBJECT or state is not None:
        raise RejectedFile(DAMAGED, UNTRUSTED)
    return kind.call()


def _parameter(data: Any, *_: Any) -> Any:
    return data


def _attribute(owner: Any, name: Any) -> Named:
    """A method of a class whose objects are dropped; nothing else has attributes here."""
    if owner is not HISTORY or not isinstance(name, str):
        raise RejectedFile(f"is not safe to open: it asks for {shown('builtins.getattr')}.", UNTRUSTED)
    return Named(name)


def _sparse(layout: str) -> Function:
    return Function(f"scipy.sparse.{layout}", lambda: SparseMatrix(layout))


_OBJECTS: dict[tuple[str, str], Function] = {
    ("chumpy.ch", "Ch"): Function("Ch", ChumpyArray),
    ("chumpy", "Ch"): Function("Ch", ChumpyArray),
    ("chumpy.reordering", "Select"): Function("Select", ChumpySelect),
    ("chumpy.reordering", "Reshape"): Function("Reshape", ChumpyReshape),
    ("chumpy.reordering", "transpose"): Function("transpose", ChumpyTranspose),
    **{
        (f"scipy.sparse.{layout}", f"{layout}_{kind}"): _sparse(layout)
        for layout in ("csc", "csr", "coo")
        for kind in ("matrix", "array")
    },
}
HISTORY = Function("HistoryBuffer", Dropped)
"""The losses of a training run, which MMEngine keeps beside the weights."""
_BY_ATTRIBUTES = tuple(_OBJECTS.values())

_STORAGES = {
    "Double": "float64", "Float": "float32", "Half": "float16", "BFloat16": "bfloat16", "Long": "int64",
    "Int": "int32", "Short": "int16", "Char": "int8", "Byte": "uint8", "Bool": "bool",
}  # fmt: skip

_ALLOWED: dict[tuple[str, str], Function | Named | StorageType] = {
    ("builtins", "object"): OBJECT,
    ("typing", "Any"): Named("typing.Any"),
    ("builtins", "getattr"): Function("getattr", _attribute),
    ("mmengine.logging.history_buffer", "HistoryBuffer"): HISTORY,
    ("builtins", "set"): Function("set", _set),
    ("builtins", "frozenset"): Function("frozenset", _set),
    ("builtins", "tuple"): Function("tuple", _tuple),
    ("builtins", "bytes"): Function("bytes", _bytes),
    ("builtins", "bytearray"): Function("bytearray", _bytes),
    ("_codecs", "encode"): Function("encode", _bytes),
    **{("builtins", kind): Named(f"builtins.{kind}") for kind in ("dict", "list", "int", "float", "str", "bool")},
    ("collections", "defaultdict"): Function("defaultdict", _defaultdict),
    ("collections", "OrderedDict"): Function("OrderedDict", _ordered_dict),
    ("copyreg", "_reconstructor"): Function("_reconstructor", _reconstructor),
    ("numpy", "ndarray"): NDARRAY,
    ("numpy", "dtype"): Function("dtype", Dtype),
    ("numpy.core.multiarray", "_reconstruct"): Function("_reconstruct", _numpy_reconstruct),
    ("numpy.core.multiarray", "scalar"): Function("scalar", _numpy_scalar),
    ("numpy.core.numeric", "_frombuffer"): Function("_frombuffer", _numpy_frombuffer),
    ("joblib.numpy_pickle", "NumpyArrayWrapper"): Function("NumpyArrayWrapper", InlineArray),
    ("torch.storage", "_load_from_bytes"): Function("_load_from_bytes", EmbeddedStorage),
    ("torch._utils", "_rebuild_tensor"): Function("_rebuild_tensor", Tensor),
    ("torch._utils", "_rebuild_tensor_v2"): Function("_rebuild_tensor_v2", Tensor),
    ("torch._utils", "_rebuild_parameter"): Function("_rebuild_parameter", _parameter),
    ("torch", "Size"): Function("Size", _tuple),
    **{("torch", f"{name}Storage"): StorageType(dtype) for name, dtype in _STORAGES.items()},
    **_OBJECTS,
}
