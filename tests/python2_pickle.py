"""Writes pickles as Python 2 did (protocol 2: byte strings, numpy 1 module names), the form of the SMPL files."""

import struct
from dataclasses import dataclass

import numpy as np

_MARK, _STOP = b"(", b"."


@dataclass(frozen=True)
class CscMatrix:
    """Written as `scipy.sparse.csc.csc_matrix`."""

    dense: np.ndarray


@dataclass(frozen=True)
class Chumpy:
    """Written as `chumpy.ch.Ch`."""

    array: np.ndarray


def python2_pickle(value: object) -> bytes:
    """The pickle of a tree of dict, tuple, str, int, None, arrays, `CscMatrix` and `Chumpy`."""
    return b"\x80\x02" + _encode(value) + _STOP


def _encode(value: object) -> bytes:
    if value is None:
        return b"N"
    if isinstance(value, str):
        return _string(value.encode("latin1"))
    if isinstance(value, int):
        return b"J" + struct.pack("<i", value)
    if isinstance(value, tuple):
        return _MARK + b"".join(map(_encode, value)) + b"t"
    if isinstance(value, dict):
        return b"}" + _MARK + b"".join(_encode(key) + _encode(item) for key, item in value.items()) + b"u"
    if isinstance(value, np.ndarray):
        return _array(value)
    if isinstance(value, CscMatrix):
        return _object("scipy.sparse.csc", "csc_matrix", _csc_state(value.dense))
    if isinstance(value, Chumpy):
        dirty = _global("__builtin__", "set") + _MARK + b"]" + b"tR"
        state = b"}" + _MARK + _encode("x") + _array(value.array) + _encode("_dirty_vars") + dirty
        return _global("chumpy.ch", "Ch") + b")\x81" + state + _encode("_itr") + b"Nub"
    raise TypeError(type(value).__name__)


def _string(text: bytes) -> bytes:
    return (b"U" + bytes([len(text)]) if len(text) < 256 else b"T" + struct.pack("<i", len(text))) + text


def _global(module: str, name: str) -> bytes:
    return f"c{module}\n{name}\n".encode()


def _object(module: str, name: str, state: dict) -> bytes:
    return _global(module, name) + b")\x81" + _encode(state) + b"b"


def _array(array: np.ndarray) -> bytes:
    made = _global("numpy.core.multiarray", "_reconstruct") + _MARK + _global("numpy", "ndarray")
    made += _encode((0,)) + _encode("b") + b"tR"
    kind = _global("numpy", "dtype") + _MARK + _encode(array.dtype.str[1:]) + _encode(0) + _encode(1) + b"tR"
    kind += _encode((3, array.dtype.str[0], None, None, None, -1, -1, 0)) + b"b"
    data = _string(np.ascontiguousarray(array).tobytes())
    return made + _MARK + _encode(1) + _encode(array.shape) + kind + b"\x89" + data + b"tb"


def _csc_state(dense: np.ndarray) -> dict:
    column, row = np.nonzero(dense.T)
    ends = np.cumsum(np.bincount(column, minlength=dense.shape[1]))
    return {
        "_shape": dense.shape,
        "maxprint": 50,
        "format": "csc",
        "indptr": np.concatenate([[0], ends]).astype(np.int32),
        "indices": row.astype(np.int32),
        "data": dense[row, column],
    }
