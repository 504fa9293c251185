"""Pickles of joblib, tensors in pickles and other dictionaries: read as data, refused where they are hostile."""

import bz2
import gzip
import lzma
import os
import pickle
import tracemalloc
import zlib
from collections import OrderedDict, defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pytest

from romp_core.checkpoints import RESULTS, read
from romp_core.errors import ModelError
from tests import pickle_craft as craft
from tests.torch_files import save_torch_legacy

WRAPPER = craft.name("joblib.numpy_pickle", "NumpyArrayWrapper")
LOAD = craft.name("torch.storage", "_load_from_bytes")


def content() -> dict[Any, Any]:
    tree: dict[Any, Any] = defaultdict(dict)
    tree[0]["pose"] = np.arange(12, dtype=np.float32).reshape(3, 4)
    tree[0]["fortran"] = np.asfortranarray(np.arange(6.0).reshape(2, 3))
    tree[0]["big"] = np.arange(5, dtype=">i4")
    tree[0]["empty"] = np.zeros((0, 3))
    tree[0]["scalar"], tree[0]["text"] = np.float64(2.5), "walk"
    tree[0]["names"] = np.array(["a", None], dtype=object)
    tree["more"] = OrderedDict(mask=np.array([True, False]))
    return tree


def check(found: Any) -> None:
    np.testing.assert_array_equal(found[0]["pose"], np.arange(12).reshape(3, 4))
    np.testing.assert_array_equal(found[0]["fortran"], np.arange(6).reshape(2, 3))
    np.testing.assert_array_equal(found[0]["big"], np.arange(5))
    assert found[0]["empty"].shape == (0, 3) and found[0]["scalar"] == 2.5 and found[0]["text"] == "walk"
    assert found[0]["names"] == ["a", None] and found["more"]["mask"].tolist() == [True, False]


@pytest.mark.parametrize("compress", [0, 3, ("zlib", 9), ("gzip", 3), ("bz2", 3), ("lzma", 3), ("xz", 3)], ids=str)
@pytest.mark.parametrize("protocol", [2, 4, 5])
def test_what_joblib_writes(compress: Any, protocol: int, tmp_path: Path) -> None:
    joblib.dump(content(), tmp_path / "a.pkl", compress=compress, protocol=protocol)
    check(read(tmp_path / "a.pkl"))


def test_large_arrays_cost_no_memory(tmp_path: Path) -> None:
    joblib.dump({"verts": np.zeros((2000, 6890 // 8, 3), np.float32)}, tmp_path / "a.pkl")
    tracemalloc.start()
    found = read(tmp_path / "a.pkl")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found["verts"].nbytes > 20_000_000 and peak < 2_000_000


def wrapped(lengths: tuple[int, ...], code: str, **more: bytes) -> bytes:
    """The opcodes of an array of joblib, without its elements."""
    state = {
        "subclass": craft.name("numpy", "ndarray"),
        "shape": craft.tuple_(*map(craft.number, lengths)),
        "order": craft.text("C"),
        "dtype": craft.dtype(code),
        "allow_mmap": pickle.NEWFALSE,
        **more,
    }
    return craft.build(craft.new(WRAPPER), craft.dict_(**state))


def _bomb(compress: Callable[[bytes], bytes]) -> bytes:
    return compress(b"\x80\x04" + b"\x00" * 300_000_000)


HOSTILE: dict[str, Callable[[str], bytes]] = {
    "elements of another file": lambda canary: wrapped((1 << 40,), "f8") + craft.STOP,
    "a huge shape of nothing": lambda canary: wrapped((1 << 60, 0), "f8") + craft.STOP,
    "a negative shape": lambda canary: wrapped((-1, -8), "f8") + b"\0" * 64 + craft.STOP,
    "a shape that is no tuple": lambda canary: wrapped((), "f8", shape=craft.text("x")) + craft.STOP,
    "no dtype": lambda canary: wrapped((1,), "f8", dtype=craft.text("f8")) + b"\0" * 8 + craft.STOP,
    "padding beyond the end": lambda canary: (
        wrapped((1,), "f8", numpy_array_alignment_bytes=craft.number(16)) + b"\xff" + craft.STOP
    ),
    "a call among the elements": lambda canary: (
        wrapped((1,), "O8") + craft.call(craft.name("os", "mkdir"), craft.text(canary)) + craft.STOP
    ),
    "arrays in arrays": lambda canary: wrapped((1,), "O8") * 40 + craft.STOP,
    "the older wrapper, which names files": lambda canary: (
        craft.new(craft.name("joblib.numpy_pickle_compat", "NDArrayWrapper")) + craft.STOP
    ),
    "a default that calls": lambda canary: (
        craft.call(craft.name("collections", "defaultdict"), craft.name("os", "mkdir")) + craft.STOP
    ),
    "a default that is text": lambda canary: (
        craft.call(craft.name("collections", "defaultdict"), craft.text("x")) + craft.STOP
    ),
    "a call of dict": lambda canary: craft.call(craft.name("builtins", "dict"), craft.list_()) + craft.STOP,
    "a tensor of a pickle": lambda canary: (
        craft.tensor(craft.call(LOAD, craft.raw(craft.call(craft.name("os", "mkdir"), craft.text(canary)))),
                     0, (1,), (1,)) + craft.STOP
    ),
    "a tensor of nothing": lambda canary: (
        craft.tensor(craft.call(LOAD, craft.raw(b"")), 0, (1,), (1,)) + craft.STOP
    ),
    "bytes of a storage alone": lambda canary: craft.call(LOAD, craft.raw(b"abc")) + craft.STOP,
    "a zlib bomb": lambda canary: _bomb(zlib.compress),
    "a gzip bomb": lambda canary: _bomb(gzip.compress),
    "a bz2 bomb": lambda canary: _bomb(bz2.compress),
    "an xz bomb": lambda canary: _bomb(lzma.compress),
    "a cut stream": lambda canary: zlib.compress(pickle.dumps(list(range(10_000))))[:200],
    "a damaged stream": lambda canary: b"\x78\x9c" + b"\xff" * 100,
    "a damaged bz2 stream": lambda canary: b"BZh9" + b"\xff" * 100,
    "a damaged lzma stream": lambda canary: b"\x5d\x00" + b"\xff" * 100,
    "LZ4": lambda canary: b"\x04\x22\x4d\x18" + b"\0" * 50,
    "a compressed call": lambda canary: zlib.compress(
        craft.call(craft.name("os", "mkdir"), craft.text(canary)) + craft.STOP
    ),
}  # fmt: skip


@pytest.mark.parametrize("attack", HOSTILE)
def test_hostile_files_are_refused(attack: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file.pkl").write_bytes(HOSTILE[attack]("canary"))
    tracemalloc.start()
    with pytest.raises(ModelError) as caught:
        read(tmp_path / "file.pkl", RESULTS)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert caught.value.sentence.startswith("file.pkl") and caught.value.sentence.endswith(".")
    assert "weights" not in str(caught.value) and "official" not in str(caught.value)
    assert not os.path.exists("canary") and peak < 400_000_000


def test_hints_fit_what_the_file_was_chosen_for(tmp_path: Path) -> None:
    (tmp_path / "a.pkl").write_bytes(craft.call(craft.name("os", "mkdir"), craft.text("x")) + craft.STOP)
    with pytest.raises(ModelError, match="official source"):
        read(tmp_path / "a.pkl")
    with pytest.raises(ModelError, match="Results hold numbers and names only"):
        read(tmp_path / "a.pkl", RESULTS)


def test_tensors_in_ordinary_pickles(tmp_path: Path) -> None:
    """As numpy and pickle write tensors: a storage that is a checkpoint of the older format."""
    values = np.arange(6, dtype=np.float32)
    save_torch_legacy({"x": values}, tmp_path / "whole.pt")
    data = (tmp_path / "whole.pt").read_bytes()
    headers = data[: data.index(b"ctorch._utils")].rindex(b"\x80\x02")
    persistent = craft.tuple_(
        craft.text("storage"), craft.name("torch", "FloatStorage"), craft.text("0"), craft.text("cpu"), craft.number(6),
        pickle.NONE,
    )  # fmt: skip
    after = data[data.index(b"\x80\x02", headers + 2) :]
    storage = data[:headers] + b"\x80\x02" + persistent + pickle.BINPERSID + craft.STOP + after
    tensor = craft.tensor(craft.call(LOAD, craft.raw(storage)), 0, (2, 3), (3, 1))
    (tmp_path / "a.pkl").write_bytes(craft.dict_(pose=tensor) + craft.STOP)
    np.testing.assert_array_equal(read(tmp_path / "a.pkl")["pose"], values.reshape(2, 3))
    (tmp_path / "a.pkl").write_bytes((craft.dict_(pose=tensor) + craft.STOP).replace(b"FloatStorage", b"LongStorages"))
    with pytest.raises(ModelError):
        read(tmp_path / "a.pkl")
