"""Downloading from a server with good and bad manners."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from romp_core.errors import Cancelled, ModelError
from romp_core.models.registry import weight_files
from romp_core.weights import download as module
from romp_core.weights.download import download
from romp_core.weights.store import WeightStore
from tests.weight_server import MEMBERS, WeightServer, body_archive, serving, some_bytes

CONTENT = some_bytes()


@pytest.fixture
def server() -> Iterator[WeightServer]:
    with serving(CONTENT) as running:
        yield running


def store_in(folder: Path) -> WeightStore:
    files = weight_files()
    small = replace(files["ROMP.pkl"], size=len(CONTENT), sha256=hashlib.sha256(CONTENT).hexdigest())
    return WeightStore(folder, files={**files, "ROMP.pkl": small})


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> WeightStore:
    """Of a world in which the published ROMP.pkl is our content."""
    monkeypatch.setattr(module, "PAUSE_SECONDS", 0.01)
    return store_in(tmp_path / "weights")


def names(store: WeightStore) -> set[str]:
    return {path.name for path in store.folder.iterdir()} if store.folder.exists() else set()


def test_whole_file_arrives_verified_and_named(server: WeightServer, store: WeightStore) -> None:
    told: list[tuple[int, int]] = []
    path = download("ROMP.pkl", store, lambda *each: told.append(each), address=server.address)
    assert path == store.folder / "ROMP.pkl" == store.find("ROMP.pkl") and path.read_bytes() == CONTENT
    assert names(store) == {"ROMP.pkl", "weights.json"}
    assert told[-1] == (len(CONTENT), len(CONTENT)) and [done for done, _ in told] == sorted(done for done, _ in told)
    state = store.check("ROMP.pkl")
    assert not state.problem and not state.remark and store.missing(["ROMP.pkl"]) == []


def test_connection_that_drops_is_gone_on_with(server: WeightServer, store: WeightStore) -> None:
    server.drops, server.drop_after = 2, 100_000
    assert download("ROMP.pkl", store, address=server.address).read_bytes() == CONTENT
    assert server.asked == ["", "bytes=100000-", "bytes=200000-"]


def test_resumes_in_a_later_run(server: WeightServer, store: WeightStore) -> None:
    calls = 0

    def stop() -> bool:
        nonlocal calls
        calls += 1
        return calls == 2

    with pytest.raises(Cancelled, match="Partial download kept"):
        download("ROMP.pkl", store, cancelled=stop, address=server.address)
    half = (store.folder / "ROMP.pkl.part").stat().st_size
    assert 0 < half < len(CONTENT) and store.find("ROMP.pkl") is None
    assert download("ROMP.pkl", store, address=server.address).read_bytes() == CONTENT
    assert server.asked[-1] == f"bytes={half}-" and names(store) == {"ROMP.pkl", "weights.json"}


def test_a_half_that_is_whole_already(server: WeightServer, store: WeightStore) -> None:
    store.folder.mkdir()
    (store.folder / "ROMP.pkl.part").write_bytes(CONTENT)
    assert download("ROMP.pkl", store, address=server.address).read_bytes() == CONTENT


@pytest.mark.parametrize("ranges", ["ignored", "shifted"])
def test_server_without_proper_ranges_starts_over(server: WeightServer, store: WeightStore, ranges: str) -> None:
    server.ranges, server.drops = ranges, 1
    assert download("ROMP.pkl", store, address=server.address).read_bytes() == CONTENT
    assert len(server.asked) >= 2


def test_file_that_changed_on_the_server_starts_over(server: WeightServer, store: WeightStore) -> None:
    server.content, server.tag, server.drops, server.drop_after = CONTENT[::-1], '"old"', 99, 1000
    with pytest.raises(ModelError):
        no_more_than_the_first_bytes(server, store)
    server.content, server.tag, server.drops = CONTENT, '"new"', 0
    assert download("ROMP.pkl", store, address=server.address).read_bytes() == CONTENT


def no_more_than_the_first_bytes(server: WeightServer, store: WeightStore) -> None:
    """A download that gets its first bytes and nothing more."""

    def dry() -> bool:
        server.drop_after = 0
        return False

    download("ROMP.pkl", store, cancelled=dry, address=server.address)


def test_half_of_an_unknown_version_is_not_gone_on_with(server: WeightServer, store: WeightStore) -> None:
    store.folder.mkdir()
    (store.folder / "BEV.pth.part").write_bytes(b"of another file")
    assert download("BEV.pth", store, address=server.address).read_bytes() == CONTENT
    assert server.asked == [""]


def test_broken_for_good_keeps_the_half_and_says_so(server: WeightServer, store: WeightStore) -> None:
    server.drops, server.drop_after = 99, 1000
    with pytest.raises(
        ModelError, match=r"could not be downloaded: the connection was lost\. Partial download kept; it will resume"
    ):
        no_more_than_the_first_bytes(server, store)
    assert (store.folder / "ROMP.pkl.part").stat().st_size == 1000
    assert len(server.asked) == 1 + module.TRIES


def test_silent_server_is_given_up(server: WeightServer, store: WeightStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "TRIES", 1)
    server.hangs, server.drop_after = 9, 0
    with pytest.raises(ModelError, match="the server stopped responding"):  # a minute before it closes the connection
        download("ROMP.pkl", store, address=server.address, timeout=0.2)


def test_nobody_listens(store: WeightStore) -> None:
    with pytest.raises(ModelError, match=r"could not be downloaded: (there is no connection|the connection was lost)"):
        download("ROMP.pkl", store, address="http://127.0.0.1:9/x")


@pytest.mark.parametrize(
    ("status", "sentence"),
    [(404, "no longer at its address"), (403, "refuses the file"), (503, "now .status 503.. Try again later")],
)
def test_refusals(server: WeightServer, store: WeightStore, status: int, sentence: str) -> None:
    server.status = status
    with pytest.raises(ModelError, match=sentence):
        download("ROMP.pkl", store, address=server.address)
    assert len(server.asked) == 1 and not names(store)


def test_wrong_content_is_deleted(server: WeightServer, store: WeightStore) -> None:
    server.content = CONTENT[::-1]
    with pytest.raises(ModelError, match="was deleted: its hash is not the published one"):
        download("ROMP.pkl", store, address=server.address)
    assert not names(store)


@pytest.mark.parametrize("kind", ["text/html; charset=utf-8", "application/octet-stream"])
@pytest.mark.parametrize("key", ["ROMP.pkl", "BEV.pth"])
def test_web_page_instead_of_the_file(server: WeightServer, store: WeightStore, kind: str, key: str) -> None:
    server.content, server.kind = b"\n <!DOCTYPE html><html>log in</html>".ljust(len(CONTENT)), kind
    with pytest.raises(ModelError, match="sent a web page instead of"):
        download(key, store, address=server.address)
    assert not names(store)


def test_other_size_is_refused_before_it_is_loaded(server: WeightServer, store: WeightStore) -> None:
    server.content = CONTENT[:-1]
    with pytest.raises(ModelError, match=f"{len(CONTENT) - 1} bytes instead of {len(CONTENT)}"):
        download("ROMP.pkl", store, address=server.address)
    server.says_length, server.content = False, CONTENT * 2
    with pytest.raises(ModelError, match="far more than the file"):
        download("ROMP.pkl", store, address=server.address)
    assert not names(store)


def test_no_room(server: WeightServer, store: WeightStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=1_000_000))
    with pytest.raises(ModelError, match=r"Not enough disk space for ROMP.pkl: 1 MB are missing, but only 1 MB"):
        download("ROMP.pkl", store, address=server.address)


def test_folder_that_cannot_be_written(server: WeightServer, tmp_path: Path, store: WeightStore) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ModelError, match="cannot be written"):
        download("ROMP.pkl", store_in(tmp_path / "file"), address=server.address)


def test_without_a_published_hash_the_first_download_is_the_measure(server: WeightServer, store: WeightStore) -> None:
    path = download("BEV.pth", store, address=server.address)
    assert not store.check("BEV.pth").problem and not store.check("BEV.pth").remark
    path.write_bytes(b"x" + CONTENT[1:])
    assert "damaged" in store.check("BEV.pth").problem
    with pytest.raises(ModelError, match=r'"BEV.pth" is damaged.*Download it'):
        store.verified(["BEV.pth"])
    server.content = CONTENT[::-1]
    with pytest.raises(ModelError, match="not that of the first download"):
        download("BEV.pth", store, address=server.address)
    server.content = CONTENT
    download("BEV.pth", store, address=server.address)
    assert store.verified(["BEV.pth"]) == []


def test_damaged_zip_without_a_published_hash(server: WeightServer, store: WeightStore) -> None:
    content = bytearray(body_archive())
    content[70] ^= 0xFF
    server.content = bytes(content)
    with pytest.raises(ModelError, match=r"was deleted: .* is damaged"):
        download("BEV.pth", store, address=server.address)
    assert not names(store)


def test_archive_is_unpacked(server: WeightServer, store: WeightStore) -> None:
    server.content = body_archive()
    folder = download("smpl_model_data.zip", store, address=server.address)
    assert {path.name for path in folder.iterdir()} == set(MEMBERS)
    assert store.find("smpl_kid_template.npy") == folder / "smpl_kid_template.npy"
    assert store.missing(["smpl_model_data.zip"]) == [] and store.verified(["smpl_model_data.zip"]) == []
    assert store.sha256("smpl_model_data.zip") == hashlib.sha256(server.content).hexdigest()
    assert names(store) == {"smpl_model_data", "weights.json"}


def test_download_takes_the_place_of_a_chosen_file(server: WeightServer, store: WeightStore, tmp_path: Path) -> None:
    (tmp_path / "mine.pkl").write_bytes(b"\x80 mine")
    store.choose("ROMP.pkl", tmp_path / "mine.pkl")
    (tmp_path / "mine.pkl").unlink()
    assert "no longer exists" in store.state("ROMP.pkl").problem
    assert download("ROMP.pkl", store, address=server.address) == store.find("ROMP.pkl")
    assert not store.state("ROMP.pkl").problem


def test_files_for_registered_users_are_not_downloaded(store: WeightStore) -> None:
    with pytest.raises(ModelError, match=r"cannot be downloaded by a program\. Register"):
        download("SMPL_NEUTRAL", store)


@pytest.mark.parametrize("address", ["http://example.org/ROMP.pkl", "ftp://127.0.0.1/x", "file:///etc/passwd"])
def test_unsafe_addresses(store: WeightStore, address: str) -> None:
    with pytest.raises(ModelError, match="not a safe address"):
        download("ROMP.pkl", store, address=address)


def test_redirects_stay_safe(server: WeightServer, store: WeightStore) -> None:
    server.location = "http://example.org/ROMP.pkl"
    with pytest.raises(ModelError, match="not a safe address"):
        download("ROMP.pkl", store, address=server.address)
    with serving(CONTENT) as other:
        server.location = other.address
        assert download("ROMP.pkl", store, address=server.address).read_bytes() == CONTENT
