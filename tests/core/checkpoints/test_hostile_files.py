"""A corpus of hostile and broken files: each is refused with a sentence, runs nothing and costs little memory."""

import copyreg
import io
import os
import pickle
import struct
import tracemalloc
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from romp_core.checkpoints import read
from romp_core.errors import ModelError
from tests import pickle_craft as craft
from tests.torch_files import save_torch_legacy, save_torch_zip

STATE = {"weight": np.arange(600, dtype=np.float32).reshape(20, 30), "bias": np.ones(3, np.float16)}
LEGACY_HEADERS = (0x1950A86A20F9469CFC6C, 1001, {"protocol_version": 1001, "little_endian": True, "type_sizes": {}})
EXTENSION = 177


@pytest.fixture
def canary() -> Iterator[str]:
    """Name of a folder in the working directory that every attack tries to make."""
    name = f"canary-{os.getpid()}"
    yield name
    if os.path.isdir(name):
        os.rmdir(name)


def refuse(path: Path, match: str | None = None) -> None:
    """Reading must end in one sentence that names the file."""
    with pytest.raises(ModelError, match=match) as caught:
        read(path)
    assert caught.value.sentence.startswith(path.name) and caught.value.sentence.endswith(".")
    assert len(caught.value.sentence) < 200 and caught.value.sentence.isprintable()


# Code execution: what a pickle can do to a reader that trusts it. The first group really works against `pickle.loads`.

MKDIR = craft.name("os", "mkdir")
RECONSTRUCT = craft.name("numpy._core.multiarray", "_reconstruct")
SHELL = craft.name("subprocess", "Popen")
RUNSTRING = craft.name("numpy.testing._private.utils", "runstring")


def _map_into_bytes(canary: str) -> bytes:
    """No REDUCE at all: NEWOBJ of a lazy map, which the making of bytes then runs."""
    lazy = craft.new(craft.name("builtins", "map"), MKDIR, craft.list_(craft.text(canary)))
    return craft.new(craft.name("builtins", "bytes"), lazy)


def _state_setter(kind: bytes) -> Callable[[str], bytes]:
    """BUILD gives an object a `__setstate__`, which a second BUILD calls."""
    return lambda canary: craft.build(craft.build(kind, craft.dict_(__setstate__=MKDIR)), craft.text(canary))


def _getattr_chain(canary: str) -> bytes:
    module = craft.call(craft.name("importlib", "import_module"), craft.text("os"))
    return craft.call(craft.call(craft.name("builtins", "getattr"), module, craft.text("mkdir")), craft.text(canary))


def _nested(canary: str) -> bytes:
    return craft.call(craft.name("pickle", "loads"), craft.raw(craft.call(MKDIR, craft.text(canary)) + craft.STOP))


LIVE: dict[str, Callable[[str], bytes]] = {
    "REDUCE": lambda c: craft.call(MKDIR, craft.text(c)),
    "STACK_GLOBAL": lambda c: (
        craft.text("os") + craft.text("mkdir") + pickle.STACK_GLOBAL + craft.tuple_(craft.text(c)) + pickle.REDUCE
    ),
    "INST": lambda c: pickle.MARK + craft.text(c) + pickle.INST + b"os\nmkdir\n",
    "OBJ": lambda c: pickle.MARK + MKDIR + craft.text(c) + pickle.OBJ,
    "NEWOBJ": _map_into_bytes,
    "BUILD namespace": _state_setter(craft.call(craft.name("types", "SimpleNamespace"))),
    "BUILD dictionary": _state_setter(craft.call(craft.name("collections", "OrderedDict"))),
    "eval": lambda c: craft.call(craft.name("builtins", "eval"), craft.text(f"__import__('os').mkdir({c!r})")),
    "getattr": _getattr_chain,
    "nested pickle": _nested,
    "hidden in a list": lambda c: craft.list_(craft.number(1), craft.call(MKDIR, craft.text(c))),
    "thrown away": lambda c: craft.call(MKDIR, craft.text(c)) + pickle.POP + pickle.NONE,
    "in the memo": lambda c: MKDIR + pickle.BINPUT + b"\0" + pickle.BINGET + b"\0" + craft.tuple_(craft.text(c)) + b"R",
    "EXT1": lambda c: pickle.EXT1 + bytes([EXTENSION]) + craft.tuple_(craft.text(c)) + pickle.REDUCE,
    "dotted name": lambda c: (
        craft.text("shutil") + craft.text("os.mkdir") + b"\x93" + craft.tuple_(craft.text(c)) + pickle.REDUCE
    ),
}
OTHER: dict[str, Callable[[str], bytes]] = {
    "eval of Python 2": lambda c: craft.call(craft.name("__builtin__", "eval"), craft.text(f"open({c!r})")),
    "system": lambda c: craft.call(craft.name("os", "system"), craft.text(f"mkdir {c}")),
    "posix": lambda c: craft.call(craft.name("posix", "system"), craft.text(f"mkdir {c}")),
    "subprocess": lambda c: craft.call(SHELL, craft.list_(craft.text("mkdir"), craft.text(c))),
    "NEWOBJ_EX": lambda c: MKDIR + craft.tuple_(craft.text(c)) + craft.dict_() + pickle.NEWOBJ_EX,
    "BUILD chumpy": _state_setter(craft.new(craft.name("chumpy.ch", "Ch"))),
    "BUILD with slots": lambda c: craft.build(
        craft.new(craft.name("chumpy.ch", "Ch")), craft.tuple_(pickle.NONE, craft.dict_(x=craft.number(1)))
    ),
    "EXT2": lambda c: pickle.EXT2 + struct.pack("<H", EXTENSION),
    "EXT4": lambda c: pickle.EXT4 + struct.pack("<i", EXTENSION),
    "_reconstructor of a function": lambda c: craft.call(
        craft.name("copyreg", "_reconstructor"), MKDIR, craft.name("builtins", "object"), pickle.NONE
    ),
    "_reconstructor with another base": lambda c: craft.call(
        craft.name("copyreg", "_reconstructor"), craft.name("chumpy.ch", "Ch"), craft.name("numpy", "ndarray"), b"N"
    ),
    "_reconstructor of a tuple": lambda c: craft.call(
        craft.name("copyreg", "_reconstructor"), craft.name("builtins", "tuple"), craft.name("builtins", "object"), b"N"
    ),
    "copyreg": lambda c: craft.call(craft.name("copyreg", "__newobj__"), craft.name("chumpy.ch", "Ch")),
    "numpy object scalar": lambda c: craft.call(
        craft.name("numpy.core.multiarray", "scalar"), craft.dtype("O8", "|"), craft.raw(b"cos\nmkdir\n.")
    ),
    "numpy array of another class": lambda c: craft.call(
        RECONSTRUCT, craft.name("numpy", "dtype"), craft.tuple_(), craft.raw(b"b")
    ),
    "numpy load": lambda c: craft.call(craft.name("numpy", "load"), craft.text(c)),
    "numpy runstring": lambda c: craft.call(RUNSTRING, craft.text(f"import os; os.mkdir({c!r})"), craft.dict_()),
    "numpy memmap": lambda c: craft.call(craft.name("numpy", "memmap"), craft.text(c)),
    "torch bytes": lambda c: craft.call(craft.name("torch.storage", "_load_from_bytes"), craft.raw(b"x")),
    "torch load": lambda c: craft.call(craft.name("torch.serialization", "load"), craft.text(c)),
    "joblib": lambda c: craft.new(craft.name("joblib.numpy_pickle", "NumpyArrayWrapper")),
    "method of an allowed class": lambda c: craft.text("numpy") + craft.text("ndarray.tofile") + pickle.STACK_GLOBAL,
    "all classes": lambda c: craft.text("builtins") + craft.text("object.__subclasses__") + pickle.STACK_GLOBAL,
    "name that is no text": lambda c: craft.number(1) + craft.text("x") + pickle.STACK_GLOBAL,
    "call of data": lambda c: craft.text("os.mkdir") + craft.tuple_(craft.text(c)) + pickle.REDUCE,
    "call of a class that is only named": lambda c: craft.call(craft.name("numpy", "ndarray"), craft.number(3)),
    "call with a list": lambda c: craft.name("builtins", "set") + craft.list_() + pickle.REDUCE,
    "state of a list": lambda c: craft.build(craft.list_(), craft.dict_(x=craft.number(1))),
    "function as data": lambda c: craft.list_(craft.name("builtins", "set")),
    "class as data": lambda c: craft.name("torch", "FloatStorage"),
    "persistent id": lambda c: craft.tuple_(craft.text("module"), MKDIR) + pickle.BINPERSID,
    "text persistent id": lambda c: pickle.PERSID + b"storage\n",
    "buffers from outside": lambda c: pickle.NEXT_BUFFER,
    "strange key": lambda c: pickle.EMPTY_DICT + pickle.EMPTY_TUPLE + craft.number(1) + pickle.SETITEM,
    "huge key": lambda c: pickle.EMPTY_DICT + craft.number(1 << 70) + craft.number(1) + pickle.SETITEM,
}


def in_pickle(path: Path, root: bytes) -> None:
    path.write_bytes(b"\x80\x02" + root + craft.STOP)


def in_torch_zip(path: Path, root: bytes) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("net/data.pkl", b"\x80\x02" + root + craft.STOP)


def in_torch_legacy(path: Path, root: bytes) -> None:
    heads = b"".join(pickle.dumps(header, 2) for header in LEGACY_HEADERS)
    path.write_bytes(heads + b"\x80\x02" + root + craft.STOP + pickle.dumps([], 2))


def in_npz(path: Path, root: bytes) -> None:
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, {"descr": "|O", "fortran_order": False, "shape": ()})
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("results.npy", header.getvalue() + b"\x80\x02" + root + craft.STOP)


CONTAINERS = {function.__name__: function for function in (in_pickle, in_torch_zip, in_torch_legacy, in_npz)}


@pytest.mark.parametrize("attack", LIVE)
def test_the_attacks_are_real(attack: str, canary: str) -> None:
    """Against Python's own reader each of the first group works: the corpus is no paper tiger."""
    copyreg.add_extension("os", "mkdir", EXTENSION)
    try:
        pickle.loads(b"\x80\x04" + LIVE[attack](canary) + craft.STOP)
    except (TypeError, pickle.UnpicklingError):
        pass  # it has happened by then
    finally:
        copyreg.remove_extension("os", "mkdir", EXTENSION)
    assert os.path.isdir(canary)


@pytest.mark.parametrize("container", CONTAINERS)
@pytest.mark.parametrize("attack", LIVE | OTHER)
def test_nothing_is_run(attack: str, container: str, tmp_path: Path, canary: str) -> None:
    path = tmp_path / "net.pth"
    CONTAINERS[container](path, (LIVE | OTHER)[attack](canary))
    copyreg.add_extension("os", "mkdir", EXTENSION)
    try:
        refuse(path)
    finally:
        copyreg.remove_extension("os", "mkdir", EXTENSION)
    assert not os.path.exists(canary)


def test_the_sentence_says_what_was_asked_for(tmp_path: Path, canary: str) -> None:
    in_pickle(tmp_path / "net.pth", LIVE["REDUCE"](canary))
    refuse(tmp_path / "net.pth", r'is not safe to open: it asks for "os\.mkdir"')


@pytest.mark.parametrize("part", range(5))
def test_every_pickle_of_an_old_checkpoint_is_guarded(part: int, tmp_path: Path, canary: str) -> None:
    pickles = [pickle.dumps(value, 2) for value in (*LEGACY_HEADERS, {}, [])]
    pickles[part] = b"\x80\x02" + LIVE["REDUCE"](canary) + craft.STOP
    (tmp_path / "net.pth").write_bytes(b"".join(pickles))
    refuse(tmp_path / "net.pth")
    assert not os.path.exists(canary)


# Memory and depth.

TERA = 1 << 40
MEGABYTE = bytes(1 << 20)


def _reused(function: Callable[[bytes], bytes], content: bytes, times: int) -> bytes:
    """Store the content once, and use it many times."""
    return content + pickle.BINPUT + b"\1" + pickle.POP + craft.list_(*[function(pickle.BINGET + b"\1")] * times)


def _laughs(level: int) -> bytes:
    """Lists of ten times the same list of ten times the same list ..."""
    layers = b"".join(craft.list_(*[pickle.BINGET + b"\1"] * 10) + pickle.BINPUT + b"\1" for _ in range(level))
    return craft.list_() + pickle.BINPUT + b"\1" + layers


def _object_laughs() -> bytes:
    """The same through arrays of objects."""
    again = craft.list_(*[pickle.BINGET + b"\1"] * 10)
    layers = b"".join(craft.array((10,), craft.dtype("O8", "|"), again) + pickle.BINPUT + b"\1" for _ in range(12))
    return craft.list_() + pickle.BINPUT + b"\1" + layers


def _sparse(rows: int) -> bytes:
    empty = craft.array((0,), craft.dtype("i4"), craft.raw(b""))
    state = craft.dict_(data=empty, row=empty, col=empty, _shape=craft.tuple_(craft.number(rows), craft.number(rows)))
    return craft.build(craft.new(craft.name("scipy.sparse._coo", "coo_matrix")), state)


def _select(indices: bytes, count: int = 1 << 18) -> bytes:
    numbers = craft.array((1,), craft.dtype("i4"), craft.raw(bytes(4)))
    picks = craft.array((count,), craft.dtype("i4"), indices)
    chosen = craft.new(craft.name("chumpy.reordering", "Select"))
    return craft.build(chosen, craft.dict_(a=numbers, idxs=picks))


BOMBS: dict[str, bytes] = {
    "array of terabytes": craft.array((TERA,), craft.dtype("f4"), craft.raw(b"1234")),
    "array of a product that overflows": craft.array((1 << 32, 1 << 32), craft.dtype("f4"), craft.raw(b"")),
    "array of nothing that is long": craft.array((TERA, 0), craft.dtype("f4"), craft.raw(b"")),
    "array of a negative length": craft.array((-1, -1), craft.dtype("f4"), craft.raw(b"1234")),
    "array of elements without size": craft.array((TERA,), craft.dtype("S0", "|"), craft.raw(b"")),
    "array of records": craft.array((1,), craft.dtype("f4,O"), craft.raw(bytes(12))),
    "array of arrays": craft.array((1,), craft.dtype("(1000,1000)f8"), craft.raw(b"1234")),
    "array of dates": craft.array((1,), craft.dtype("M8"), craft.raw(bytes(8))),
    "array of pointers": craft.array((1,), craft.dtype("O8", "|"), craft.raw(bytes(8))),
    "array without state": craft.call(
        RECONSTRUCT, craft.name("numpy", "ndarray"), craft.tuple_(craft.number(TERA)), craft.raw(b"b")
    ),
    "array by its class": craft.new(craft.name("numpy", "ndarray"), craft.tuple_(craft.number(TERA))),
    "zeros": craft.call(craft.name("numpy", "zeros"), craft.number(TERA)),
    "bytes by number": craft.call(craft.name("builtins", "bytes"), craft.number(TERA)),
    "bytearray by number": craft.call(craft.name("builtins", "bytearray"), craft.number(TERA)),
    "tuple of a range": craft.call(
        craft.name("builtins", "tuple"), craft.call(craft.name("builtins", "range"), craft.number(TERA))
    ),
    "long string": pickle.BINUNICODE8 + struct.pack("<Q", TERA) + b"x",
    "long bytes": pickle.BINBYTES8 + struct.pack("<Q", (1 << 64) - 1) + b"x",
    "long bytearray": pickle.BYTEARRAY8 + struct.pack("<Q", TERA),
    "long number": pickle.LONG4 + struct.pack("<i", 1 << 30) + bytes(1000),
    "number of many digits": pickle.INT + b"9" * 100_000 + b"\n",
    "number of negative length": pickle.LONG4 + struct.pack("<i", -1),
    "many empty dictionaries": pickle.EMPTY_DICT * 500_000,
    "many marks": pickle.MARK * 500_000,
    "one array swapped many times": _reused(
        lambda content: craft.array((1 << 18,), craft.dtype("f4", ">"), content), craft.raw(MEGABYTE), 200
    ),
    "one text decoded many times": _reused(
        lambda content: craft.call(craft.name("_codecs", "encode"), content, craft.text("latin1")),
        craft.raw(MEGABYTE),
        200,
    ),
    "one choice made many times": _reused(_select, craft.raw(MEGABYTE), 300),
    "large sparse matrix": _sparse(1 << 20),
    "many sparse matrices": craft.list_(*[_sparse(2000)] * 50),
    "list of lists of lists": _laughs(30),
    "objects of objects of objects": _object_laughs(),
    "list in itself": craft.list_() + pickle.BINPUT + b"\1" + pickle.BINGET + b"\1" + pickle.APPEND,
    "deep list": pickle.EMPTY_LIST * 20_000 + pickle.APPEND * 19_999,
    "deep tuple": pickle.EMPTY_TUPLE + pickle.TUPLE1 * 20_000,
    "deep tuple as a key": (
        pickle.EMPTY_DICT + pickle.EMPTY_TUPLE + pickle.TUPLE1 * 100_000 + pickle.NONE + pickle.SETITEM
    ),
    "deep objects": craft.new(craft.name("chumpy.ch", "Ch")) * 1000 + b"".join([craft.dict_(), b"b"] * 1000),
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_bombs_are_refused_cheaply(bomb: str, tmp_path: Path) -> None:
    path = tmp_path / "net.pth"
    in_pickle(path, BOMBS[bomb])
    _refuse_cheaply(path)


def _refuse_cheaply(path: Path) -> None:
    size = path.stat().st_size
    tracemalloc.start()
    try:
        refuse(path)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < (100 << 20) + 16 * size


def test_a_large_memo_index_costs_nothing(tmp_path: Path) -> None:
    path = tmp_path / "net.pth"
    in_pickle(path, craft.number(5) + pickle.LONG_BINPUT + b"\xff" * 4)
    assert read(path) == 5


def test_broken_strings_of_python_2(tmp_path: Path) -> None:
    for line in (b"'\\x4'", b"'abc\\'", b"'abc", b"abc", b"'"):
        (tmp_path / "net.pth").write_bytes(b"S" + line + b"\n.")
        refuse(tmp_path / "net.pth")


# Tensors that do not fit their storages.

FLOATS = craft.storage("FloatStorage", "0", 12)
TENSORS: dict[str, bytes] = {
    "expanded": craft.tensor(FLOATS, 0, (TERA,), (0,)),
    "more than there is": craft.tensor(FLOATS, 0, (4, 4), (1, 1)),
    "too long": craft.tensor(FLOATS, 0, (13,), (1,)),
    "offset outside": craft.tensor(FLOATS, 12, (1,), (1,)),
    "offset huge": craft.tensor(FLOATS, 1 << 64, (1,), (1,)),
    "offset negative": craft.tensor(FLOATS, -1, (1,), (1,)),
    "stride outside": craft.tensor(FLOATS, 0, (2,), (12,)),
    "stride negative": craft.tensor(FLOATS, 11, (12,), (-1,)),
    "stride missing": craft.tensor(FLOATS, 0, (2, 2), (1,)),
    "length negative": craft.tensor(FLOATS, 0, (-1,), (1,)),
    "nothing, very long": craft.tensor(FLOATS, 0, (0, TERA), (1, 1)),
    "many axes": craft.tensor(FLOATS, 0, (1,) * 100, (1,) * 100),
    "storage longer than its data": craft.tensor(craft.storage("FloatStorage", "0", 13), 0, (12,), (1,)),
    "storage of another type": craft.tensor(craft.storage("DoubleStorage", "0", 12), 0, (12,), (1,)),
    "storage of terabytes": craft.tensor(craft.storage("FloatStorage", "0", TERA), 0, (12,), (1,)),
    "storage of a negative length": craft.tensor(craft.storage("FloatStorage", "0", -1), 0, (12,), (1,)),
    "storage missing": craft.tensor(craft.storage("FloatStorage", "7", 12), 0, (12,), (1,)),
    "storage elsewhere": craft.tensor(craft.storage("FloatStorage", "../data.pkl", 12), 0, (12,), (1,)),
    "storage of unknown type": craft.tensor(craft.storage("UntypedStorage", "0", 48), 0, (12,), (1,)),
    "storage of no type": craft.tensor(
        FLOATS.replace(craft.name("torch", "FloatStorage"), craft.name("numpy", "dtype")), 0, (12,), (1,)
    ),
    "no storage": craft.tensor(craft.number(1), 0, (12,), (1,)),
    "one storage as two types": craft.list_(
        craft.tensor(FLOATS, 0, (12,), (1,)), craft.tensor(craft.storage("IntStorage", "0", 12), 0, (12,), (1,))
    ),
    "storage as data": FLOATS,
}


@pytest.mark.parametrize("tensor", TENSORS)
def test_tensors_that_do_not_fit_their_storage(tensor: str, tmp_path: Path) -> None:
    path = tmp_path / "net.pth"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("net/data.pkl", b"\x80\x02" + TENSORS[tensor] + craft.STOP)
        archive.writestr("net/data/0", np.arange(12, dtype=np.float32).tobytes())
    _refuse_cheaply(path)


@pytest.mark.parametrize("count", [0, 11, 13, -1, TERA])
def test_storages_of_an_old_checkpoint_have_their_length(count: int, tmp_path: Path) -> None:
    path = tmp_path / "net.pth"
    in_torch_legacy(path, TENSORS["too long"].replace(craft.number(13), craft.number(12)))
    start = path.read_bytes().removesuffix(pickle.dumps([], 2))
    path.write_bytes(start + pickle.dumps(["0"], 2) + struct.pack("<q", count) + bytes(48))
    refuse(path)


@pytest.mark.parametrize("keys", [["0", "0"], ["1"], [0], "0", [["0"]]])
def test_the_list_of_storages_of_an_old_checkpoint(keys: object, tmp_path: Path) -> None:
    path = tmp_path / "net.pth"
    in_torch_legacy(path, craft.tensor(FLOATS, 0, (12,), (1,)))
    start = path.read_bytes().removesuffix(pickle.dumps([], 2))
    storage = struct.pack("<q", 12) + bytes(48)
    path.write_bytes(start + pickle.dumps(keys, 2) + 2 * storage)
    refuse(path)


# Archives.


def _npz(path: Path, compression: int = zipfile.ZIP_STORED) -> Path:
    with zipfile.ZipFile(path, "w", compression) as archive, archive.open("a.npy", "w") as member:
        np.lib.format.write_array(member, np.arange(1000))
    return path


def _patched(path: Path, edit: Callable[[bytearray, int], None]) -> Path:
    """The archive with its directory's first entry edited."""
    data = bytearray(path.read_bytes())
    edit(data, data.index(b"PK\x01\x02"))
    path.write_bytes(data)
    return path


def _set(form: str, offset: int, value: int) -> Callable[[bytearray, int], None]:
    return lambda data, entry: struct.pack_into(form, data, entry + offset, value)


@pytest.mark.parametrize(
    "edit",
    {
        "encrypted": _set("<H", 8, 1),
        "unknown compression": _set("<H", 10, 99),
        "bzip2": _set("<H", 10, 12),
        "wrong checksum": _set("<I", 16, 1),
        "packed size": _set("<I", 20, 5),
        "size": _set("<I", 24, (1 << 32) - 2),
        "header outside": _set("<I", 42, (1 << 32) - 2),
        "header elsewhere": _set("<I", 42, 40),
    }.items(),
    ids=lambda edit: edit[0],
)
@pytest.mark.parametrize("compression", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_archives_that_lie(
    edit: tuple[str, Callable[[bytearray, int], None]], compression: int, tmp_path: Path
) -> None:
    _refuse_cheaply(_patched(_npz(tmp_path / "a.npz", compression), edit[1]))


def test_a_zip_bomb(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("a.npy", "w") as member:
        np.lib.format.write_array_header_1_0(member, {"descr": "|u1", "fortran_order": False, "shape": (150 << 20,)})
        for _ in range(150):
            member.write(MEGABYTE)
    assert path.stat().st_size < 1 << 20
    _refuse_cheaply(path)


def test_a_zip_bomb_that_hides_its_size(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("a.npy", "w") as member:
        for _ in range(150):
            member.write(MEGABYTE)
    _refuse_cheaply(_patched(path, _set("<I", 24, 1000)))


def test_one_name_twice(tmp_path: Path) -> None:
    path = tmp_path / "net.pth"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("net/data.pkl", b"N.")
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("net/data.pkl", b"cos\nmkdir\n.")
    refuse(path)


def test_two_pickles_and_programs(tmp_path: Path) -> None:
    for other, sentence in (("other/data.pkl", "damaged"), ("net/code/net.py", "TorchScript")):
        with zipfile.ZipFile(tmp_path / "net.pth", "w") as archive:
            archive.writestr("net/data.pkl", b"N.")
            archive.writestr(other, b"N.")
        refuse(tmp_path / "net.pth", sentence)


def test_paths_in_archives_lead_nowhere(tmp_path: Path) -> None:
    """Nothing is extracted, so members that would climb out of a folder are only odd names."""
    folder = tmp_path / "inner"
    folder.mkdir()
    with zipfile.ZipFile(folder / "a.npz", "w") as archive:
        for name in ("../../evil.npy", "/evil.npy"):
            archive.writestr(name, b"")
    refuse(folder / "a.npz", "archive of other files")
    assert [path.name for path in tmp_path.rglob("*")] == ["inner", "a.npz"]


# Damage by chance.

MUTATIONS = 60


@pytest.fixture
def valid(tmp_path: Path) -> dict[str, bytes]:
    """Good files of every kind."""
    save_torch_zip(STATE, tmp_path / "zip")
    save_torch_legacy(STATE, tmp_path / "legacy")
    results = {"a.png": {"cam": np.ones((2, 3), np.float32), "id": [np.int32(4)]}, "b": ("x", {1, 2}, None, 2.5)}
    for name, save in (("npz", np.savez), ("packed", np.savez_compressed)):
        with open(tmp_path / name, "wb") as file:
            save(file, results=np.array(results), poses=np.eye(4))
    (tmp_path / "binary").write_bytes(pickle.dumps({**results, "f": np.arange(99.0)}, 4))
    (tmp_path / "text").write_bytes(pickle.dumps({**results, "f": np.arange(99.0)}, 0))
    body = craft.dict_(shape=_select(craft.string(bytes(400)), 100), J=_sparse(5))
    (tmp_path / "body").write_bytes(body + craft.STOP)
    return {path.name: path.read_bytes() for path in tmp_path.iterdir()}


@pytest.mark.parametrize("kind", ["zip", "legacy", "npz", "packed", "binary", "text", "body"])
def test_files_cut_off_anywhere(kind: str, valid: dict[str, bytes], tmp_path: Path) -> None:
    content, path = valid[kind], tmp_path / "net.pth"
    for length in np.unique(np.linspace(0, len(content) - 1, 150).astype(int)):
        path.write_bytes(content[:length])
        refuse(path)


@pytest.mark.parametrize("kind", ["zip", "legacy", "npz", "packed", "binary", "text", "body"])
def test_mutated_files_end_in_data_or_a_sentence(kind: str, valid: dict[str, bytes], tmp_path: Path) -> None:
    """The same mutations in every run; anything but data or a ModelError would come out here."""
    path, rng = tmp_path / "net.pth", np.random.default_rng(len(kind))
    for _ in range(MUTATIONS):
        content = bytearray(valid[kind])
        for _ in range(rng.integers(1, 5)):
            # Pickles and directories are at the ends of a file; most of the middle is numbers.
            start, end = rng.integers(min(600, len(content))), -rng.integers(1, 400)
            where = int(rng.choice([start, end, rng.integers(len(content))]))
            how = rng.integers(4)
            if how == 0:
                content[where] = rng.integers(256)
            elif how == 1:
                content[where] ^= 1 << rng.integers(8)
            elif how == 2:
                del content[where : where + int(rng.integers(1, 9))]
            else:
                content[where:where] = rng.bytes(int(rng.integers(1, 9)))
        path.write_bytes(content)
        try:
            read(path)
        except ModelError as error:
            assert error.sentence.endswith(".")
