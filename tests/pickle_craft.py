"""Pickles put together by hand, opcode by opcode, for tests of what reads them. Opcodes: `pickletools`."""

import pickle
import struct

STOP = pickle.STOP


def name(module: str, attribute: str) -> bytes:
    """GLOBAL."""
    return pickle.GLOBAL + f"{module}\n{attribute}\n".encode()


def text(value: str) -> bytes:
    data = value.encode()
    return pickle.BINUNICODE + struct.pack("<I", len(data)) + data


def raw(value: bytes) -> bytes:
    return pickle.BINBYTES + struct.pack("<I", len(value)) + value


def string(value: bytes) -> bytes:
    """A `str` of Python 2."""
    return pickle.BINSTRING + struct.pack("<I", len(value)) + value


def number(value: int) -> bytes:
    data = pickle.encode_long(value)
    return pickle.LONG1 + bytes([len(data)]) + data


def tuple_(*items: bytes) -> bytes:
    return pickle.MARK + b"".join(items) + pickle.TUPLE


def list_(*items: bytes) -> bytes:
    return pickle.MARK + b"".join(items) + pickle.LIST


def dict_(**items: bytes) -> bytes:
    return pickle.MARK + b"".join(text(key) + value for key, value in items.items()) + pickle.DICT


def call(function: bytes, *arguments: bytes) -> bytes:
    """REDUCE."""
    return function + tuple_(*arguments) + pickle.REDUCE


def new(kind: bytes, *arguments: bytes) -> bytes:
    """NEWOBJ."""
    return kind + tuple_(*arguments) + pickle.NEWOBJ


def build(target: bytes, state: bytes) -> bytes:
    return target + state + pickle.BUILD


def dtype(code: str, order: str = "<") -> bytes:
    """A numpy dtype and its state, as numpy pickles it."""
    state = tuple_(number(3), text(order), *[pickle.NONE] * 3, number(-1), number(-1), number(0))
    return build(call(name("numpy", "dtype"), text(code), pickle.NEWFALSE, pickle.NEWTRUE), state)


def array(shape: tuple[int, ...], kind: bytes, content: bytes) -> bytes:
    """A numpy array: `kind` is a `dtype(...)`, `content` the opcodes of its bytes or of its list of objects."""
    empty = call(name("numpy.core.multiarray", "_reconstruct"), name("numpy", "ndarray"), tuple_(number(0)), raw(b"b"))
    return build(empty, tuple_(number(1), tuple_(*map(number, shape)), kind, pickle.NEWFALSE, content))


def storage(kind: str, key: str, count: int) -> bytes:
    """A persistent id of torch."""
    return tuple_(text("storage"), name("torch", kind), text(key), text("cpu"), number(count)) + pickle.BINPERSID


def tensor(where: bytes, offset: int, shape: tuple[int, ...], strides: tuple[int, ...]) -> bytes:
    """A torch tensor; `where` is a `storage(...)`."""
    function = name("torch._utils", "_rebuild_tensor_v2")
    lengths, steps = tuple_(*map(number, shape)), tuple_(*map(number, strides))
    return call(
        function, where, number(offset), lengths, steps, pickle.NEWFALSE, call(name("collections", "OrderedDict"))
    )
