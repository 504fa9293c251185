"""A model without its files: what the panel says, choosing, downloading from this machine, trying out; importing."""

import socket
import time
from pathlib import Path
from types import SimpleNamespace

import bpy
import numpy as np
import pytest
from fake_worker import finished, running
from layouts import Layout, drawn
from takes import make_take

from addon.models import files, online
from addon.preferences import folders
from addon.worker import jobs
from romp_core.models.registry import weight_files
from romp_core.worker.commands import Download, Finished, Started
from tests.weight_server import body_archive, serving, some_bytes

CONTENT = some_bytes(200_000)


@pytest.fixture(autouse=True)
def own_folders(monkeypatch, tmp_path):
    """Neither the tester's model files nor their ~/.romp."""
    for name in ("HOME", "USERPROFILE", "LOCALAPPDATA", "XDG_DATA_HOME"):
        monkeypatch.setenv(name, str(tmp_path / "home"))
    monkeypatch.setattr(folders, "weights_folder", lambda: tmp_path / "weights")
    files.forget()
    jobs.dismiss()
    yield
    jobs.stop()
    files.forget()


@pytest.fixture
def online_access(monkeypatch):
    monkeypatch.setattr(online, "allowed", lambda: True)


@pytest.fixture
def romp(mocap, scene):
    scene.romp_mocap.capture.model, scene.romp_mocap.source = "romp", "/somewhere/clip.mp4"
    return scene


def run_timer(limit=120):
    begin = time.monotonic()
    while jobs._on_timer() is not None:
        assert time.monotonic() - begin < limit
        time.sleep(0.02)
    return jobs.last_outcome()


def test_built_in_model_asks_for_nothing(mocap, scene):
    scene.romp_mocap.source = "/somewhere/clip.mp4"
    texts = drawn(mocap)
    assert "Download" not in texts and "(off)" not in texts and "Model Files" not in texts


def test_missing_weights_say_what_to_do_and_switch_capture_off(mocap, romp, tmp_path):
    texts = drawn(mocap).replace(" | ", " ")
    assert "The file ROMP.pkl (ROMP weights) is missing." in texts
    assert "Download 117 MB" in texts and "Choose File" in texts
    assert "(off)" in texts and "The model's files are missing" in texts
    assert "non-commercial research" in texts, "the license is shown before the download"
    assert 'enable "Allow Online Access"' in texts and "Open Preferences" in texts
    assert "SMPL body, neutral" in texts and "Register on the SMPL page" in texts
    clip = tmp_path / "clip.mp4"
    clip.write_bytes(b"x")
    with pytest.raises(RuntimeError, match=r"ROMP.pkl .* is missing. Download it, or choose the file"):
        bpy.ops.romp_mocap.capture(filepath=str(clip))
    assert jobs.current() is None


def test_with_online_access_nothing_hinders_the_download(mocap, romp, online_access):
    texts = drawn(mocap)
    assert "Allow Online Access" not in texts and "Open Preferences" not in texts
    assert bpy.ops.romp_mocap.download_file.poll()


def test_without_online_access_there_is_no_download(mocap, monkeypatch):
    monkeypatch.setattr(online, "allowed", lambda: False)
    assert not bpy.ops.romp_mocap.download_file.poll()
    with serving(CONTENT) as server:
        with pytest.raises(RuntimeError, match=r"Allow Online Access|poll"):
            bpy.ops.romp_mocap.download_file(key="BEV.pth", address=server.address, accept_license=True)
        assert not server.asked


def test_chosen_file_makes_the_model_ready(mocap, romp, tmp_path):
    page = tmp_path / "page.pkl"
    page.write_text("<!DOCTYPE html><title>Log in</title>")
    with pytest.raises(RuntimeError, match="is a web page, not a model file"):
        bpy.ops.romp_mocap.choose_file(key="ROMP.pkl", filepath=str(page))
    mine = tmp_path / "mine.pkl"
    mine.write_bytes(CONTENT)
    assert bpy.ops.romp_mocap.choose_file(key="ROMP.pkl", filepath=str(mine)) == {"FINISHED"}
    texts = drawn(mocap)
    assert "(off)" not in texts and "is missing" not in texts and "mine.pkl" in texts
    mine.unlink()
    files.forget()
    assert "(off)" in (texts := drawn(mocap)) and "no longer exists" in texts.replace(" | ", " ")
    bpy.ops.romp_mocap.forget_file(key="ROMP.pkl")
    assert "is missing" in drawn(mocap)


def test_capture_goes_with_the_folder_of_weights(worker, romp, tmp_path):
    worker.script = [finished(make_take())]
    for name in ("ROMP.pkl", "clip.mp4"):
        (tmp_path / name).write_bytes(CONTENT)
    bpy.ops.romp_mocap.choose_file(key="ROMP.pkl", filepath=str(tmp_path / "ROMP.pkl"))
    assert bpy.ops.romp_mocap.capture(filepath=str(tmp_path / "clip.mp4")) == {"FINISHED"}
    command = worker.started[0].command
    assert command.capture.model == "romp" and command.weights == str(tmp_path / "weights")


def test_download_wants_the_license_accepted_and_then_arrives(mocap, online_access, tmp_path):
    with serving(CONTENT) as server:
        with pytest.raises(RuntimeError, match="license was not accepted"):
            bpy.ops.romp_mocap.download_file(key="BEV.pth", address=server.address)
        assert not server.asked
        result = bpy.ops.romp_mocap.download_file(key="BEV.pth", address=server.address, accept_license=True)
    assert result == {"FINISHED"} and (tmp_path / "weights" / "BEV.pth").read_bytes() == CONTENT
    assert jobs.last_outcome().text == "Downloaded BEV.pth."
    assert files.state("BEV.pth").path and folders.weight_store().size() / 1e6 == pytest.approx(0.2)


def test_dialog_shows_what_comes_from_where_and_under_which_license(mocap, tmp_path):
    layout = Layout()
    cls = bpy.types.ROMP_MOCAP_OT_download_file
    cls.draw(SimpleNamespace(layout=layout, key="ROMP.pkl", address=""), bpy.context)
    text = " ".join(layout.texts)
    assert "(117 MB), from github.com" in text and str(tmp_path / "weights") in text.replace(" ", "")
    assert weight_files()["ROMP.pkl"].license in text and "you accept this license" in text


def test_progress_is_shown_and_cancel_keeps_the_half(mocap, online_access, tmp_path):
    with serving(CONTENT) as server:
        server.hangs = 99
        command = Download(("BEV.pth",), str(tmp_path / "weights"), server.address)
        from addon.models.operators import _downloaded

        jobs.start("Download BEV.pth", command, _downloaded, wait=False)
        begin = time.monotonic()
        while not jobs.current().progress:
            jobs._on_timer()
            assert time.monotonic() - begin < 120
            time.sleep(0.02)
        texts = drawn(mocap)
        assert "Download BEV.pth" in texts and "0 / 0 MB" in texts and "Cancel" in texts
        bpy.ops.romp_mocap.cancel()
        outcome = run_timer()
    assert outcome.kind == "cancelled" and "it will resume" in outcome.text
    assert (tmp_path / "weights" / "BEV.pth.part").stat().st_size == server.drop_after


def test_refused_download_is_one_sentence(mocap, online_access, tmp_path):
    with serving(CONTENT) as server:
        server.status = 404
        with pytest.raises(RuntimeError, match="no longer at its address"):
            bpy.ops.romp_mocap.download_file(key="BEV.pth", address=server.address, accept_license=True)
    assert "no longer at its address" in drawn(mocap)


def test_archive_chosen_by_hand_is_unpacked(mocap, tmp_path):
    (tmp_path / "x.zip").write_bytes(body_archive())
    bpy.ops.romp_mocap.choose_file(key="smpl_model_data.zip", filepath=str(tmp_path / "x.zip"))
    assert files.state("smpl_model_data.zip").path == tmp_path / "weights" / "smpl_model_data"


def test_broken_file_is_reported_when_it_is_checked(mocap, tmp_path):
    (tmp_path / "x.zip").write_bytes(b"\x80" * 500)
    with pytest.raises(RuntimeError, match="not a complete zip"):
        bpy.ops.romp_mocap.choose_file(key="smpl_model_data.zip", filepath=str(tmp_path / "x.zip"))
    array = tmp_path / "J_regressor_extra.npy"
    np.save(array, np.zeros((9, 6890)))
    bpy.ops.romp_mocap.choose_file(key="J_regressor_extra.npy", filepath=str(array))
    assert bpy.ops.romp_mocap.check_file(key="J_regressor_extra.npy") == {"FINISHED"}
    assert "J_regressor_extra.npy works here." in (texts := drawn(mocap)) and "Show Log" in texts
    assert "9x6890 float64" in Path(jobs.last_outcome().log).read_text()
    array.write_bytes(b"not an array")
    with pytest.raises(RuntimeError, match="is not an array"):
        bpy.ops.romp_mocap.check_file(key="J_regressor_extra.npy")


def test_running_panel_shows_what_runs_otherwise_than_requested(mocap, monkeypatch):
    started = Started("ROMP", "CPUExecutionProvider", 10, 20, 30.0, 0, "CUDA did not start: a library is missing.")
    with monkeypatch.context() as patch:
        patch.setattr(jobs, "_session", running(started, None))
        texts = drawn(mocap).replace(" | ", " ")
    assert "ROMP on CPU" in texts and "CUDA did not start: a library is missing." in texts


def test_preferences_reach_the_worker(worker, monkeypatch, tmp_path):
    worker.script = [Finished(report="Ready")]
    requested = SimpleNamespace(provider="cuda", cuda_folder=str(tmp_path), fast=True, threads=5)
    monkeypatch.setattr(folders, "preferences", lambda: requested)
    bpy.ops.romp_mocap.self_test()
    assert worker.started[0].environment == {
        "ROMP_CORE_PROVIDER": "cuda",
        "ROMP_CORE_CUDA_FOLDER": str(tmp_path),
        "ROMP_CORE_FAST": "1",
        "ROMP_CORE_THREADS": "5",
    }
    requested.cuda_folder = str(tmp_path / "gone")
    with pytest.raises(RuntimeError, match="There is no folder"):
        bpy.ops.romp_mocap.self_test()


def test_nothing_connects_while_registering_and_drawing(romp, mocap, monkeypatch):
    def refuse(*arguments):
        raise AssertionError(f"a connection was tried: {arguments}")

    for name in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, name, refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    mocap.unregister()
    mocap.register()
    bpy.context.scene.romp_mocap.capture.model = "romp"
    assert "Download" in drawn(mocap)
