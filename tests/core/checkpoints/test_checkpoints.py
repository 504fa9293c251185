"""Checkpoints, body model pickles and npz as they are met in the wild become plain data."""

import pickle
import zipfile
from collections import OrderedDict
from pathlib import Path

import numpy as np
import pytest

from romp_core.checkpoints import read, read_state_dict
from romp_core.errors import ModelError
from romp_core.models.registry import known_checkpoints
from tests import pickle_craft as craft
from tests.torch_files import save_torch_legacy, save_torch_zip

STATE = {
    "layer.weight": np.arange(24, dtype=np.float32).reshape(2, 3, 4),
    "layer.bias": np.array([0.5, -1], np.float16),
    "norm.num_batches_tracked": np.array(7, np.int64),
    "mask": np.array([True, False]),
}
SHAPES = {key: array.shape for key, array in STATE.items()}


@pytest.fixture(params=[save_torch_zip, save_torch_legacy], ids=["zip", "legacy"])
def checkpoint(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    path = tmp_path / "net.pth"
    request.param(STATE, path)
    return path


def write(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def torch_zip(path: Path, root: bytes, compression: int = zipfile.ZIP_STORED, **members: bytes) -> Path:
    """A checkpoint of the zip format whose pickle is `root`; members are storages by key."""
    with zipfile.ZipFile(path, "w", compression) as archive:
        archive.writestr("net/data.pkl", b"\x80\x02" + root + craft.STOP)
        for key, content in members.items():
            archive.writestr(f"net/data/{key}" if key.isdigit() else f"net/{key}", content)
    return path


def test_checkpoints_of_both_formats_are_read(checkpoint: Path) -> None:
    found = read(checkpoint)
    assert list(found) == list(STATE)
    for key, array in STATE.items():
        np.testing.assert_array_equal(found[key], array)
        assert found[key].dtype == array.dtype and found[key].shape == array.shape


def test_tensors_are_views_with_offset_and_strides(tmp_path: Path) -> None:
    where = craft.storage("FloatStorage", "0", 12)
    root = craft.list_(craft.tensor(where, 1, (3, 2), (1, 4)), craft.tensor(where, 0, (0, 3), (3, 1)))
    content = np.arange(12, dtype=np.float32)
    turned, empty = read(torch_zip(tmp_path / "a.pt", root, **{"0": content.tobytes()}))
    np.testing.assert_array_equal(turned, content[1:].reshape(-1)[[[0, 4], [1, 5], [2, 6]]])
    assert empty.shape == (0, 3)


def test_brain_floats_and_the_other_byte_order(tmp_path: Path) -> None:
    root = craft.tensor(craft.storage("BFloat16Storage", "0", 2), 0, (2,), (1,))
    half_of_float = np.array([1.5, -2], ">f4").view(">u2")[::2].tobytes()
    members = {"0": half_of_float, "byteorder": b"big"}
    np.testing.assert_array_equal(read(torch_zip(tmp_path / "a.pt", root, **members)), np.float32([1.5, -2]))


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_python_3_pickles_of_every_protocol(tmp_path: Path, protocol: int) -> None:
    shared = [1, 2]
    data = {
        "numbers": [0, 255, 65535, -1, 10**15, 1.5, True, None],
        "text": ["é" * 300, "", "line\nbreak"],
        "bytes": b"\xff" * 300,
        "nested": OrderedDict(a=(1, (2,), [3]), b={1, 2}),
        "turned": np.arange(6.0).reshape(2, 3).T,
        "swapped": np.arange(100, dtype=">f4"),
        "words": np.array(["ä", "bc"]),
        "scalar": np.float32(0.25),
        "objects": np.array([{"x": np.ones(2)}, None], dtype=object),
        "twice": [shared, shared],
    }
    found = read(write(tmp_path / "a.pkl", pickle.dumps(data, protocol)))
    for key in ("numbers", "text", "bytes", "nested", "scalar", "twice"):
        assert found[key] == data[key]
    assert found["twice"][0] is found["twice"][1]
    for key in ("turned", "swapped", "words"):
        np.testing.assert_array_equal(found[key], data[key])
    np.testing.assert_array_equal(found["objects"][0]["x"], [1, 1])


def test_python_2_strings_are_latin_1(tmp_path: Path) -> None:
    root = craft.list_(craft.string(b"\xe9"), craft.string(b"\xe9" * 300), rb"S'it\'s \xe9\n'" + b"\n")
    assert read(write(tmp_path / "a.pkl", root + craft.STOP)) == ["é", "é" * 300, "it's é\n"]


def test_chumpy_arrays_become_arrays(tmp_path: Path) -> None:
    """As in body models of 2015: chumpy wraps arrays, or picks or turns what another one holds."""
    numbers = np.arange(6.0)
    plain = craft.array((6,), craft.dtype("f8"), craft.string(numbers.tobytes()))
    dirty = craft.call(craft.name("__builtin__", "set"), craft.list_(craft.string(b"x")))
    wrapped = craft.build(craft.new(craft.name("chumpy.ch", "Ch")), craft.dict_(x=plain, _dirty_vars=dirty))
    old = craft.call(
        craft.name("copy_reg", "_reconstructor"),
        craft.name("chumpy.ch", "Ch"),
        craft.name("__builtin__", "object"),
        b"N",
    )
    indices = craft.array((4,), craft.dtype("i8"), craft.string(np.array([0, 2, 4, 5]).tobytes()))
    shape = craft.tuple_(craft.number(2), craft.number(2))
    select = craft.new(craft.name("chumpy.reordering", "Select"))
    reshape = craft.new(craft.name("chumpy.reordering", "Reshape"))
    picked = craft.build(select, craft.dict_(a=wrapped, idxs=indices, preferred_shape=shape))
    root = craft.dict_(
        wrapped=wrapped,
        old=craft.build(old, craft.dict_(x=plain)),
        picked=picked,
        turned=craft.build(
            craft.new(craft.name("chumpy.reordering", "transpose")), craft.dict_(a=picked, axes=pickle.NONE)
        ),
        shaped=craft.build(reshape, craft.dict_(a=wrapped, newshape=craft.tuple_(craft.number(3), craft.number(-1)))),
    )
    found = read(write(tmp_path / "a.pkl", root + craft.STOP))
    np.testing.assert_array_equal(found["wrapped"], numbers)
    np.testing.assert_array_equal(found["old"], numbers)
    np.testing.assert_array_equal(found["picked"], [[0, 2], [4, 5]])
    np.testing.assert_array_equal(found["turned"], [[0, 4], [2, 5]])
    np.testing.assert_array_equal(found["shaped"], numbers.reshape(3, 2))


@pytest.mark.parametrize("layout", ["csc", "csr", "coo"])
@pytest.mark.parametrize("protocol", [0, 2, 4])
def test_sparse_matrices_become_dense(tmp_path: Path, layout: str, protocol: int) -> None:
    scipy_sparse = pytest.importorskip("scipy.sparse")
    dense = np.where(np.random.default_rng(0).random((5, 7)) < 0.3, 1.5, 0.0)
    matrix = getattr(scipy_sparse, f"{layout}_matrix")(dense)
    np.testing.assert_array_equal(read(write(tmp_path / "a.pkl", pickle.dumps(matrix, protocol))), dense)


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_npz_with_and_without_objects(tmp_path: Path, save: object) -> None:
    path = tmp_path / "results.npz"
    save(path, results=np.array({"a": {"cam": np.ones((2, 3), np.float32)}}), poses=np.eye(3), gender="female")
    found = read(path)
    np.testing.assert_array_equal(found["results"]["a"]["cam"], np.ones((2, 3)))
    np.testing.assert_array_equal(found["poses"], np.eye(3))
    assert str(found["gender"]) == "female"


def test_a_deflated_checkpoint_is_read(tmp_path: Path) -> None:
    root = craft.tensor(craft.storage("LongStorage", "0", 3), 0, (3,), (1,))
    path = torch_zip(tmp_path / "a.pt", root, zipfile.ZIP_DEFLATED, **{"0": np.arange(3).tobytes()})
    np.testing.assert_array_equal(read(path), [0, 1, 2])


def test_weights_come_as_float32_and_int64(checkpoint: Path) -> None:
    found = read_state_dict(checkpoint, SHAPES, "ROMP")
    assert {key: array.dtype.name for key, array in found.items()} == {
        "layer.weight": "float32", "layer.bias": "float32", "norm.num_batches_tracked": "int64", "mask": "int64",
    }  # fmt: skip
    assert all(array.flags.c_contiguous and array.flags.aligned for array in found.values())
    assert {key: array.shape for key, array in found.items()} == SHAPES
    np.testing.assert_array_equal(found["layer.bias"], [0.5, -1])


def test_checkpoints_of_the_research_code(tmp_path: Path) -> None:
    """A prefix, other parts of the training, no batch counts."""
    extra = {"_result_parser.x": np.ones(1, np.float32), "final_layers.0.weight": np.ones(1, np.float32)}
    state = {f"module.{key}": value for key, value in (STATE | extra).items() if "num_batches" not in key}
    save_torch_zip(state, tmp_path / "net.pth")
    found = read_state_dict(tmp_path / "net.pth", SHAPES, "ROMP")
    assert list(found) == list(SHAPES) and found["norm.num_batches_tracked"] == 0


def test_missing_and_misshapen_weights_are_named(checkpoint: Path) -> None:
    wanted = SHAPES | {f"head.{i}": (1,) for i in range(5)}
    with pytest.raises(
        ModelError, match=r"not a complete checkpoint of ROMP: head\.0, head\.1, head\.2 and 2 more are"
    ):
        read_state_dict(checkpoint, wanted, "ROMP")
    wrong = SHAPES | {"layer.bias": (3,)}
    with pytest.raises(ModelError, match=r"layer\.bias has another shape \(\(2,\) instead of \(3,\)"):
        read_state_dict(checkpoint, wrong, "ROMP")


@pytest.mark.parametrize(
    ("keys", "what"),
    [
        (["final_layers.1.0.weight", "backbone.conv1.weight"], "ROMP"),
        (["bv_out_layers.0.conv1.weight", "transformer.0.bias", "backbone.conv1.weight"], "BEV"),
        (["motion_head.0.weight", "temp_model.x", "bv_out_layers.0.weight"], "TRACE's head"),
        (["backbone.conv1.weight"], "a backbone without heads"),
        (["v_template", "shapedirs"], "an SMPL body model"),
    ],
)
def test_another_models_checkpoint_is_recognized(tmp_path: Path, keys: list[str], what: str) -> None:
    save_torch_zip({key: np.ones(1, np.float32) for key in keys}, tmp_path / "net.pth")
    with pytest.raises(ModelError, match=f"holds {what}, not MA-HMR"):
        read_state_dict(tmp_path / "net.pth", {"level_embed": (4, 256)}, "MA-HMR", known_checkpoints())


def test_weights_that_are_no_numbers_are_refused(tmp_path: Path) -> None:
    save_torch_zip({"a": np.array([1, np.nan], np.float32)}, tmp_path / "net.pth")
    with pytest.raises(ModelError, match="not finite in a"):
        read_state_dict(tmp_path / "net.pth", {"a": (2,)}, "ROMP")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is empty"),
        (b"\xef\xbb\xbf\r\n<!DOCTYPE html><html>", "is a web page"),
        (b"<html><head>", "is a web page"),
        (b"version https://git-lfs.github.com/spec/v1\n", "Git LFS"),
        (b"PK\x03\x04" + bytes(500), "is truncated"),
        (b"\x08\x07\x12\x07pytorch", "is another kind of file"),
        (b'{"message": "Not Found"}', "is another kind of file"),
        (b"\x80\x02}q\x00(X\x05", "is truncated"),
        (b"\x93NUMPY\x01\x00", "is damaged"),
    ],
)
def test_other_files_are_told_apart(tmp_path: Path, content: bytes, sentence: str) -> None:
    with pytest.raises(ModelError, match=rf"^net\.pkl .*{sentence}"):
        read(write(tmp_path / "net.pkl", content))


def test_missing_files_and_folders(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="There is no file"):
        read(tmp_path / "nothing.pth")
    with pytest.raises(ModelError, match="cannot be read"):
        read(tmp_path)


def test_an_archive_of_something_else(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "data.zip", "w") as archive:
        archive.writestr("readme.txt", "hello")
    with pytest.raises(ModelError, match="archive of other files"):
        read(tmp_path / "data.zip")
