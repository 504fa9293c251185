"""Checkpoints as torch writes them, made without torch: for tests of what reads them."""

import pickle
import struct
import zipfile
from collections.abc import Iterator, Mapping
from itertools import count
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

_STORAGES = {
    "float16": "HalfStorage",
    "float32": "FloatStorage",
    "float64": "DoubleStorage",
    "uint8": "ByteStorage",
    "int32": "IntStorage",
    "int64": "LongStorage",
    "bool": "BoolStorage",
}
_ALIGNMENT = 64
_LEGACY_MAGIC = 0x1950A86A20F9469CFC6C


Tree = Mapping[str, "NDArray | Tree"]


def save_torch_zip(state: Tree, path: Path) -> None:
    """Write `{key: array}`, or such dictionaries in dictionaries, the way `torch.save` has done since 1.6.

    A zip of one pickle and raw storages.
    """
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("archive/data.pkl", _pickled(state, view_field=False))
        archive.writestr("archive/byteorder", b"little")
        for index, array in enumerate(_leaves(state)):
            archive.writestr(_aligned(f"archive/data/{index}", archive.start_dir), _raw(array))
        archive.writestr("archive/version", b"3\n")


def save_torch_shared(shapes: Mapping[str, tuple[int, ...]], values: NDArray, path: Path) -> None:
    """Write tensors of these shapes that all begin at the start of one storage, as tied weights do: a small file."""
    items = b"".join(
        _text(key) + _tensor("0", values[: int(np.prod(shape))].reshape(shape), False, stored=values.size)
        for key, shape in shapes.items()
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        tree = _ordered_dict() + pickle.MARK + items + pickle.SETITEMS
        archive.writestr("archive/data.pkl", pickle.PROTO + b"\x02" + tree + pickle.STOP)
        archive.writestr("archive/byteorder", b"little")
        archive.writestr(_aligned("archive/data/0", archive.start_dir), _raw(values))
        archive.writestr("archive/version", b"3\n")


def _aligned(name: str, start: int) -> zipfile.ZipInfo:
    """A zip entry at byte `start` whose data begin at a multiple of 64, by an extra field of padding."""
    entry = zipfile.ZipInfo(name)
    fixed = start + zipfile.sizeFileHeader + len(name) + 4  # the extra field has a head of four bytes
    padding = -fixed % _ALIGNMENT
    entry.extra = b"FB" + struct.pack("<H", padding) + b"Z" * padding
    return entry


def save_torch_legacy(state: Mapping[str, NDArray], path: Path) -> None:
    """Write `{key: array}` as `torch.save` did before 1.6: five pickles, then sized storages, in one stream."""
    system = {
        "protocol_version": 1001,
        "little_endian": True,
        "type_sizes": {"short": 2, "int": 4, "long": 4},
    }
    with path.open("wb") as file:
        for header in (_LEGACY_MAGIC, 1001, system):
            pickle.dump(header, file, protocol=2)
        file.write(_pickled(state, view_field=True))
        pickle.dump([str(index) for index in range(len(state))], file, protocol=2)
        for array in state.values():
            file.write(struct.pack("<q", array.size) + _raw(array))


def _raw(array: NDArray) -> bytes:
    return np.ascontiguousarray(array).tobytes()


def _pickled(state: Tree, view_field: bool) -> bytes:
    """An OrderedDict of tensors that name their storages by position."""
    return pickle.PROTO + b"\x02" + _dictionary(state, count(), view_field) + pickle.STOP


def _dictionary(state: Tree, storages: Iterator[int], view_field: bool) -> bytes:
    items = b"".join(
        _text(key)
        + (
            _dictionary(value, storages, view_field)
            if isinstance(value, Mapping)
            else _tensor(str(next(storages)), value, view_field)
        )
        for key, value in state.items()
    )
    return _ordered_dict() + pickle.MARK + items + pickle.SETITEMS


def _leaves(state: Tree) -> Iterator[NDArray]:
    for value in state.values():
        if isinstance(value, Mapping):
            yield from _leaves(value)
        else:
            yield value


def _tensor(storage: str, array: NDArray, view_field: bool, stored: int | None = None) -> bytes:
    kind = _global("torch", _STORAGES[array.dtype.name])
    view = [pickle.NONE] if view_field else []
    persistent = _tuple(_text("storage"), kind, _text(storage), _text("cpu"), _number(stored or array.size), *view)
    strides = np.cumprod([1, *array.shape[:0:-1]])[::-1] if array.ndim else ()
    return (
        _global("torch._utils", "_rebuild_tensor_v2")
        + _tuple(
            persistent + pickle.BINPERSID,
            _number(0),
            _tuple(*map(_number, array.shape)),
            _tuple(*map(_number, strides)),
            pickle.NEWFALSE,
            _ordered_dict(),
        )
        + pickle.REDUCE
    )


def _ordered_dict() -> bytes:
    return _global("collections", "OrderedDict") + pickle.EMPTY_TUPLE + pickle.REDUCE


def _global(module: str, name: str) -> bytes:
    return pickle.GLOBAL + f"{module}\n{name}\n".encode()


def _tuple(*items: bytes) -> bytes:
    return pickle.MARK + b"".join(items) + pickle.TUPLE


def _number(value: int) -> bytes:
    return pickle.BININT + struct.pack("<i", value)


def _text(value: str) -> bytes:
    data = value.encode()
    return pickle.BINUNICODE + struct.pack("<I", len(data)) + data
