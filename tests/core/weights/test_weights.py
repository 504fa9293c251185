"""The weight files a user has: found, chosen, remembered, judged; and that nothing but a download uses the network."""

from __future__ import annotations

import ast
import hashlib
import io
import os
import socket
import stat
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from romp_core.errors import ModelError
from romp_core.models.registry import MODELS, default_store, weight_files, weight_store
from romp_core.weights import records
from romp_core.weights.archive import unpack
from romp_core.weights.store import WeightStore
from tests.weight_server import MEMBERS, body_archive, some_bytes

ROOT = Path(__file__).resolve().parents[3]
CONTENT = some_bytes(5000)


@pytest.fixture
def store(tmp_path: Path) -> WeightStore:
    return weight_store(tmp_path / "weights", (tmp_path / ".romp",))


def put(path: Path, content: bytes = CONTENT) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


OFFICIAL = (
    "https://github.com/Arthur151/ROMP/releases/",
    "https://download.openmmlab.com/mmpose/v1/projects/rtmo/",
)


def test_known_files_have_all_that_a_user_needs() -> None:
    files = weight_files()
    for file in files.values():
        assert file.license and file.file_names and file.title
        assert file.url.startswith(OFFICIAL) or file.how_to_get.endswith(".")
        assert not file.page or file.page.startswith("https://")
        assert all(key in files for key in (*file.instead, *file.members))
    assert files["ROMP.pkl"].size == 117035932 and len(files["ROMP.pkl"].sha256) == 64
    for key in ("SMPL_NEUTRAL", "SMPL_MALE", "SMPL_FEMALE", "SMIL"):
        assert files[key].page and not files[key].url
    for card in MODELS.values():
        assert all(key in files for key in (*card.needs, *card.helps))
        assert all(file.license == card.license for file in card.files), "one license line per model"
        assert all(key in files for each in card.checkpoints for key in each.files)


def test_a_chosen_file_counts_before_the_folder_and_that_before_the_folder_of_the_reference(
    store: WeightStore, tmp_path: Path
) -> None:
    assert store.find("ROMP.pkl") is None
    old = put(tmp_path / ".romp" / "ROMP.pkl")
    assert store.find("ROMP.pkl") == old
    own = put(store.folder / "ROMP.pkl")
    assert store.find("ROMP.pkl") == own
    mine = put(tmp_path / "elsewhere" / "my weights.pkl")
    store.choose("ROMP.pkl", mine)
    assert weight_store(store.folder).find("ROMP.pkl") == mine, "a new process knows it"
    store.choose("ROMP.pkl", None)
    assert store.find("ROMP.pkl") == own
    assert store.given_files({"ROMP.pkl": mine}).find("ROMP.pkl") == mine and store.find("ROMP.pkl") == own
    assert not (tmp_path / ".romp" / "weights.json").exists(), "the reference's folder is only read"


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("SMPL_NEUTRAL", "SMPL_NEUTRAL.pth"),
        ("SMPL_NEUTRAL", "smpl_packed_info.pth"),
        ("SMPL_NEUTRAL", "smpl_model_data/SMPL_NEUTRAL.pkl"),
        ("SMPL_NEUTRAL", "basicmodel_neutral_lbs_10_207_0_v1.1.0.pkl"),
        ("SMPL_FEMALE", "basicmodel_f_lbs_10_207_0_v1.1.0.pkl"),
        ("SMPL_MALE", "SMPL_MALE.npz"),
        ("SMPLA_NEUTRAL", "SMPLA_NEUTRAL.pth"),
        ("SMIL", "smpl_model_data/smil/smil_web.pkl"),
        ("SMIL", "smil_packed_info.pth"),
    ],
)
def test_files_of_an_existing_romp_folder_are_found(store: WeightStore, tmp_path: Path, key: str, name: str) -> None:
    path = put(tmp_path / ".romp" / name)
    assert store.find(key) == path and store.missing([key]) == []


def test_hash_is_computed_once_and_again_after_a_change(store: WeightStore, monkeypatch: pytest.MonkeyPatch) -> None:
    path = put(store.folder / "ROMP.pkl")
    digest = hashlib.sha256(CONTENT).hexdigest()
    assert store.sha256("ROMP.pkl") == digest
    computed: list[Path] = []
    original = records.file_sha256
    monkeypatch.setattr(records, "file_sha256", lambda each: computed.append(each) or original(each))
    assert weight_store(store.folder).sha256("ROMP.pkl") == digest and not computed
    put(path, b"x" + CONTENT[1:])
    os.utime(path, ns=(1, 1))
    assert store.sha256("ROMP.pkl") != digest and computed == [path]


def test_chosen_file_with_another_hash_runs_with_a_remark(store: WeightStore, tmp_path: Path) -> None:
    store.choose("ROMP.pkl", put(tmp_path / "finetuned.pkl"))
    assert store.verified(["ROMP.pkl"]) == ['"finetuned.pkl" is not the published ROMP.pkl.']
    assert store.missing(["ROMP.pkl"]) == []


def test_one_of_two_files_is_enough(store: WeightStore) -> None:
    assert [state.file.key for state in store.missing(["ROMP.pkl"])] == ["ROMP.pkl"]
    digest = hashlib.sha256(CONTENT).hexdigest()
    store = replace(store, files={**store.files, "ROMP.onnx": replace(store.files["ROMP.onnx"], sha256=digest)})
    put(store.folder / "ROMP.onnx")
    assert store.missing(["ROMP.pkl"]) == [] and store.verified(["ROMP.pkl"]) == []


def test_missing_files_say_what_to_do(store: WeightStore) -> None:
    with pytest.raises(ModelError, match=r"ROMP\.pkl .* is missing\. Download it, or choose the file\."):
        store.verified(["ROMP.pkl"])
    with pytest.raises(ModelError, match=r"Register on the SMPL page, .* choose basicmodel_neutral"):
        store.verified(["SMPL_NEUTRAL"])
    with pytest.raises(ModelError, match=r'no weight file called "magic"'):
        store.find("magic")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [(None, "cannot be read"), (b"", "is empty"), (b"\xef\xbb\xbf\r\n<!DOCTYPE html>", "is a web page")],
)
def test_files_that_cannot_be_chosen(store: WeightStore, tmp_path: Path, content: bytes | None, sentence: str) -> None:
    path = tmp_path / "x.pkl"
    if content is not None:
        put(path, content)
    with pytest.raises(ModelError, match=sentence):
        store.choose("ROMP.pkl", path)
    assert store.find("ROMP.pkl") is None


def test_damaged_memory_is_no_obstacle(store: WeightStore) -> None:
    for content in (b"{", b"[1]", b'{"chosen": 3, "hashes": {"x": "y"}, "downloaded": {"ROMP.pkl": null}}'):
        put(store.folder / "weights.json", content)
        path = put(store.folder / "ROMP.pkl")
        assert store.find("ROMP.pkl") == path and store.sha256("ROMP.pkl")


def test_default_store_looks_into_the_folder_of_the_reference(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    path = put(tmp_path / ".romp" / "ROMP.pkl")
    assert default_store().find("ROMP.pkl") == default_store(tmp_path / "mine").find("ROMP.pkl") == path
    assert default_store().folder != path.parent


def test_chosen_archive_is_unpacked(store: WeightStore, tmp_path: Path) -> None:
    store.choose("smpl_model_data.zip", put(tmp_path / "x.zip", body_archive()))
    assert {path.name for path in (store.folder / "smpl_model_data").iterdir()} == set(MEMBERS)
    assert store.missing(["smpl_model_data.zip"]) == []


def zipped(name: str, content: bytes = b"0", mode: int = 0o100644) -> bytes:
    buffer = io.BytesIO(body_archive())
    with zipfile.ZipFile(buffer, "a", zipfile.ZIP_DEFLATED) as opened:
        info = zipfile.ZipInfo(name)
        info.external_attr, info.compress_type = mode << 16, zipfile.ZIP_DEFLATED
        opened.writestr(info, content)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (zipped("../../evil.npy"), "unsafe path"),
        (zipped("/etc/evil.npy"), "unsafe path"),
        (zipped("C:\\evil.npy"), "unsafe path"),
        (zipped("a\\..\\..\\evil.npy"), "unsafe path"),
        (zipped("link", b"/etc", stat.S_IFLNK | 0o777), "unsafe path"),
        (body_archive(MEMBERS[:2]), "does not contain smpl_kid_template.npy"),
        (body_archive()[:200], "not a complete zip"),
        (b"\x80" * 500, "not a complete zip"),
    ],
)
def test_bad_archives_leave_nothing(tmp_path: Path, content: bytes, sentence: str) -> None:
    archive = put(tmp_path / "x.zip", content)
    with pytest.raises(ModelError, match=sentence):
        unpack(archive, tmp_path / "out", MEMBERS)
    assert [path.name for path in tmp_path.rglob("*")] == ["x.zip"]


def test_bombs_are_not_unpacked(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as opened:
        for name in MEMBERS:
            opened.writestr(name, bytes(30 << 20))
    with pytest.raises(ModelError, match="far too large"):
        unpack(put(tmp_path / "x.zip", buffer.getvalue()), tmp_path / "out", MEMBERS)


def test_size_counts_the_known_files_only(store: WeightStore) -> None:
    put(store.folder / "ROMP.pkl"), put(store.folder / "BEV.pth.part"), put(store.folder / "holiday.jpg")
    assert store.size() == 2 * len(CONTENT)


def test_only_downloads_and_network_cameras_open_connections() -> None:
    network = {"socket", "ssl", "urllib.request", "http.client", "http", "requests", "ftplib", "asyncio", "webbrowser"}
    users = set()
    for package in ("romp_core", "addon"):
        for path in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
                names += [node.module] if isinstance(node, ast.ImportFrom) and node.module and not node.level else []
                if network & set(names) and "generate" not in path.parts:
                    users.add(path.relative_to(ROOT).as_posix())
    assert users == {
        "romp_core/weights/connection.py",
        "romp_core/weights/download.py",
        "romp_core/footage/stream/mjpeg.py",
    }


def test_nothing_connects_without_a_download(
    store: WeightStore, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from romp_core.cli.main import main
    from romp_core.jobs.self_test import self_test

    def refuse(*arguments: object) -> None:
        raise AssertionError(f"a connection was tried: {arguments}")

    for name in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, name, refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    store.choose("ROMP.pkl", put(tmp_path / "x.pkl"))
    store.verified(["ROMP.pkl"]), store.missing(store.files)
    assert self_test().startswith("Ready")
    assert main(["models", "--weights", str(store.folder)]) == 0
    assert main(["download", "BEV.pth", "--weights", str(store.folder)]) == 1, "without the license nothing is fetched"
    assert "license" in capsys.readouterr().err
