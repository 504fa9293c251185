"""Files that are taken for RTMO: what opens, and one clear sentence for what does not."""

from __future__ import annotations

import pickle
import zipfile
from pathlib import Path

import numpy as np
import pytest

from romp_core.checkpoints import read, read_arrays
from romp_core.errors import ModelError
from romp_core.inference.template import template_shapes
from romp_core.models.registry import weight_store
from romp_core.models.rtmo.checkpoint import CHECKPOINT, read_weights, shapes, templates
from romp_core.models.rtmo.files import FILES, VARIANTS
from romp_core.models.rtmo.network import open_rtmo
from tests.formula import save_torch_zip
from tests.onnx_files import network_of
from tests.rtmo_formula import state_shapes
from tests.rtmo_stub import stub_network


@pytest.fixture(scope="module")
def network() -> bytes:
    """An ONNX file with RTMO's inputs and outputs."""
    return stub_network()


def zipped(path: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def test_an_official_archive_opens_whatever_its_folder(tmp_path, network):
    path = zipped(
        tmp_path / "rtmo-s_8xb32.zip",
        {"20231211/rtmo_s/end2end.onnx": network, "20231211/rtmo_s/detail.json": b"{}"},
    )
    opened = open_rtmo(path)
    assert (opened.rows, opened.columns) == (64, 96)
    assert [each.name for each in tmp_path.iterdir()] == [path.name], "nothing is unpacked"


def test_a_bare_network_opens(tmp_path, network):
    path = tmp_path / "end2end.onnx"
    path.write_bytes(network)
    found = open_rtmo(path)(np.zeros((1, 64, 96, 3), np.uint8))
    assert found[0].keypoints.shape[1:] == (17, 2)


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        ({"../../end2end.onnx": b"x"}, "unsafe path"),
        ({"rtmo/end2end.onnx": b"x", "/etc/end2end.json": b"x"}, "unsafe path"),
        ({"C:\\end2end.onnx": b"x"}, "unsafe path"),
        ({"a/end2end.onnx": b"x", "b/other.ONNX": b"x"}, r"2 \.onnx files \(a/end2end\.onnx, b/other\.ONNX\)"),
        ({"a/readme.txt": b"x"}, r"no \.onnx file"),
        ({"a/end2end.onnx": b"no network"}, "cannot be opened"),
    ],
)
def test_other_archives_are_refused(tmp_path, files, sentence):
    path = zipped(tmp_path / "rtmo.zip", files)
    with pytest.raises(ModelError, match=sentence):
        open_rtmo(path)
    assert [each.name for each in tmp_path.iterdir()] == [path.name], "nothing is unpacked"


def test_a_broken_archive_is_refused(tmp_path, network):
    path = zipped(tmp_path / "rtmo.zip", {"a/end2end.onnx": network})
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(ModelError, match=r"rtmo\.zip"):
        open_rtmo(path)


def test_networks_for_crowdpose_are_refused_by_name(tmp_path):
    path = tmp_path / "rtmo-s_crowdpose.onnx"
    path.write_bytes(stub_network(keypoints=14))
    with pytest.raises(ModelError, match=r"rtmo-s_crowdpose\.onnx is an RTMO for the 14 keypoints of CrowdPose"):
        open_rtmo(path)


def test_networks_of_other_models_are_refused(tmp_path):
    for name, content in (
        ("pose.onnx", network_of("Identity", (1, 256, 256, 3))),
        ("two.onnx", network_of("Identity", (1, 3, 256, 256))),
    ):
        path = tmp_path / name
        path.write_bytes(content)
        with pytest.raises(ModelError, match=f"{name} is not RTMO's network"):
            open_rtmo(path)


@pytest.mark.parametrize("size", "tsml")
def test_templates_take_the_checkpoints_keys(golden, size):
    official = {
        key: shape
        for key, shape in state_shapes(golden / "rtmo", size).items()
        if not key.endswith("num_batches_tracked")
    }
    assert shapes(size) == official


def weights(size: str = "t") -> dict[str, np.ndarray]:
    return {key: np.zeros(shape, np.float32) for key, shape in shapes(size).items()}


@pytest.mark.parametrize("size", "tsml")
def test_the_size_is_read_from_the_checkpoint(tmp_path, size):
    path = tmp_path / "rtmo.pth"
    extra = {"data_preprocessor.mean": np.zeros(3, np.float32), "head.loss_oks.sigmas": np.zeros(17, np.float32)}
    save_torch_zip({"state_dict": weights(size) | extra}, path)
    found = read_weights(path)
    assert found.size == size
    for name in templates(size):
        assert set(template_shapes(name)) <= set(found.weights)


def test_what_mmengine_keeps_beside_the_weights_is_dropped(tmp_path):
    """Losses, whose class is pickled with references to its methods."""
    path = tmp_path / "rtmo.pth"
    small = {"a": np.ones(2, np.float32)}
    save_torch_zip({"state_dict": small}, path)
    with zipfile.ZipFile(path) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    pickled = files["archive/data.pkl"]
    assert pickled.endswith((b"s.", b"u.")), "a dictionary ends here"
    history = (
        b"X\x0b\x00\x00\x00message_hub"
        b"cmmengine.logging.history_buffer\nHistoryBuffer\n)\x81"
        b"}(X\x07\x00\x00\x00methodsc__builtin__\ngetattr\n"
        b"cmmengine.logging.history_buffer\nHistoryBuffer\nX\x04\x00\x00\x00mean\x86Rub"
    )
    files["archive/data.pkl"] = pickled[:-1] + b"(" + history + b"u."
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    assert list(read_arrays(path)) == ["a"]
    assert read(path)["message_hub"] is None


def test_methods_of_anything_else_are_refused(tmp_path):
    path = tmp_path / "rtmo.pkl"
    path.write_bytes(b"\x80\x02c__builtin__\ngetattr\ncbuiltins\nbytes\nX\x04\x00\x00\x00join\x86R.")
    with pytest.raises(ModelError, match=r'not safe to open: it asks for "builtins\.getattr"'):
        CHECKPOINT.read(path)


def test_checkpoints_for_crowdpose_are_refused_by_name(tmp_path):
    crowd = weights()
    crowd["head.head_module.out_kpt_vis.0.weight"] = np.zeros((14, 104, 1, 1), np.float32)
    path = tmp_path / "rtmo-s_8xb32-700e_crowdpose-640x640.pth"
    save_torch_zip({"state_dict": crowd}, path)
    with pytest.raises(ModelError, match=r"rtmo-s_.*\.pth is an RTMO for the 14 keypoints of CrowdPose"):
        open_rtmo(path)


def test_other_keys_are_refused_by_name(tmp_path):
    path = tmp_path / "rtmo.pth"
    save_torch_zip({"state_dict": weights() | {"neck.extra.weight": np.zeros(3, np.float32)}}, path)
    with pytest.raises(ModelError, match=r"RTMO-t does not have, such as neck\.extra\.weight"):
        open_rtmo(path)
    less = weights()
    del less["head.dcc.gau.uv.weight"]
    save_torch_zip({"state_dict": less}, path)
    with pytest.raises(ModelError, match=r"not a complete checkpoint of RTMO: head\.dcc\.gau\.uv\.weight is missing"):
        open_rtmo(path)


def test_files_of_other_kinds_are_refused(tmp_path):
    path = tmp_path / "rtmo.pth"
    path.write_bytes(pickle.dumps({"epoch": 3}))
    with pytest.raises(ModelError, match=r"rtmo\.pth holds no weights"):
        open_rtmo(path)
    path.write_text("<html>Not found</html>")
    with pytest.raises(ModelError, match="web page"):
        open_rtmo(path)


def test_addresses_are_the_official_ones():
    by_key = {file.key: file for file in FILES}
    assert len(FILES) == 11 and set(VARIANTS) == {"t", "s", "m", "l", "s-coco", "m-coco", "l-coco"}
    base = "https://download.openmmlab.com/mmpose/v1/projects/rtmo/"
    assert by_key["rtmo-t.zip"].url == f"{base}onnx_sdk/rtmo-t_8xb32-600e_body7-416x416-f48f75cb_20231219.zip"
    assert by_key["rtmo-l-coco.pth"].url == f"{base}rtmo-l_16xb16-600e_coco-640x640-516a421f_20231211.pth"
    assert by_key["rtmo-l-coco.pth"].sha256 == "516a421f" and not by_key["rtmo-t.zip"].sha256


def test_a_checkpoint_of_another_hash_is_remarked(tmp_path):
    """Their names hold the first digits of the hash."""
    store = weight_store(tmp_path)
    (tmp_path / "rtmo-t.pth").write_bytes(b"something")
    store.sha256("rtmo-t.pth")
    assert "is not the published rtmo-t_8xb32" in store.state("rtmo-t.pth").remark
