"""Writes pickles as Python 2 did (byte strings, numpy 1 module names), the form of the SMPL files.

Version 1.1.0 of SMPL is in protocol 0, which is text: its 247 MB are this text of its arrays, and 83 MB of numbers.
"""

import struct
from dataclasses import dataclass

import numpy as np

_MARK, _TUPLE, _CALL, _BUILD, _STOP = b"(", b"t", b"R", b"b", b"."


@dataclass(frozen=True)
class CscMatrix:
    """Written as `scipy.sparse.csc.csc_matrix`."""

    dense: np.ndarray


@dataclass(frozen=True)
class Chumpy:
    """Written as `chumpy.ch.Ch`."""

    array: np.ndarray


def python2_pickle(value: object, protocol: int = 2) -> bytes:
    """The pickle of a tree of dict, tuple, str, int, None, arrays, `CscMatrix` and `Chumpy`.

    Args:
        protocol: 2, or 0 for text.
    """
    if protocol == 0:
        return _Text().encode(value) + _STOP
    return b"\x80\x02" + _Binary().encode(value) + _STOP


class _Binary:
    """Opcodes of protocol 2."""

    def encode(self, value: object) -> bytes:
        if value is None:
            return b"N"
        if isinstance(value, bool):
            return self.truth(value)
        if isinstance(value, str):
            return self.string(value.encode("latin1"))
        if isinstance(value, int):
            return self.number(value)
        if isinstance(value, tuple):
            return _MARK + b"".join(map(self.encode, value)) + _TUPLE
        if isinstance(value, dict):
            return self.dictionary({key: self.encode(item) for key, item in value.items()})
        if isinstance(value, np.ndarray):
            return self.array(value)
        if isinstance(value, CscMatrix):
            return self.made("scipy.sparse.csc", "csc_matrix") + self.encode(_csc_state(value.dense)) + _BUILD
        if isinstance(value, Chumpy):
            dirty = _global("__builtin__", "set") + _MARK + b"(l" + _TUPLE + _CALL
            state = {"x": self.array(value.array), "_dirty_vars": dirty, "_itr": b"N"}
            return self.made("chumpy.ch", "Ch") + self.dictionary(state) + _BUILD
        raise TypeError(type(value).__name__)

    def truth(self, value: bool) -> bytes:
        return b"\x88" if value else b"\x89"

    def number(self, value: int) -> bytes:
        return b"J" + struct.pack("<i", value)

    def string(self, text: bytes) -> bytes:
        return (b"U" + bytes([len(text)]) if len(text) < 256 else b"T" + struct.pack("<i", len(text))) + text

    def dictionary(self, items: dict[str, bytes]) -> bytes:
        return b"}" + _MARK + b"".join(self.encode(key) + item for key, item in items.items()) + b"u"

    def made(self, module: str, name: str) -> bytes:
        """A new object without its state."""
        return _global(module, name) + b")\x81"

    def array(self, array: np.ndarray) -> bytes:
        made = _global("numpy.core.multiarray", "_reconstruct") + _MARK + _global("numpy", "ndarray")
        made += self.encode((0,)) + self.encode("b") + _TUPLE + _CALL
        kind = _global("numpy", "dtype") + self.encode((array.dtype.str[1:], 0, 1)) + _CALL
        kind += self.encode((3, array.dtype.str[0], None, None, None, -1, -1, 0)) + _BUILD
        state = self.encode(1) + self.encode(array.shape) + kind + self.encode(False)
        return made + _MARK + state + self.string(np.ascontiguousarray(array).tobytes()) + _TUPLE + _BUILD


class _Text(_Binary):
    """Opcodes of protocol 0."""

    def truth(self, value: bool) -> bytes:
        return b"I01\n" if value else b"I00\n"

    def number(self, value: int) -> bytes:
        return b"I%d\n" % value

    def string(self, text: bytes) -> bytes:
        return b"S" + repr(text)[1:].encode() + b"\n"

    def dictionary(self, items: dict[str, bytes]) -> bytes:
        return b"(d" + b"".join(self.encode(key) + item + b"s" for key, item in items.items())

    def made(self, module: str, name: str) -> bytes:
        maker = _global("copy_reg", "_reconstructor")
        return maker + _MARK + _global(module, name) + _global("__builtin__", "object") + b"N" + _TUPLE + _CALL


def _global(module: str, name: str) -> bytes:
    return f"c{module}\n{name}\n".encode()


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
