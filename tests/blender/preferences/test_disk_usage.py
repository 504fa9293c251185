"""The preferences: files are measured by a timer, never while the page is drawn."""

import pytest
from layouts import drawn

from addon.preferences import disk_usage, folders
from addon.worker import jobs


@pytest.fixture(autouse=True)
def own_folders(monkeypatch, tmp_path):
    """Folders of a known size, and nothing of the tester's."""
    monkeypatch.setattr(folders, "own_folder", lambda name: tmp_path / name)
    monkeypatch.setattr(folders, "user_folder", lambda name: tmp_path / name)
    monkeypatch.setattr(folders, "weights_folder", lambda: tmp_path / folders.WEIGHTS)
    for name, size in ((folders.TAKES, 1_500_000), (folders.LOGS, 100_000), (folders.WEIGHTS, 3_000_000)):
        (tmp_path / name).mkdir()
        file = "BEV.pth" if name == folders.WEIGHTS else "file"
        (tmp_path / name / file).write_bytes(b"x" * size)
    disk_usage.forget()
    jobs.dismiss()
    yield
    disk_usage.forget()


def measure():
    for _ in range(100):
        if disk_usage._step() is None:
            return
    raise AssertionError("measuring does not end")


def test_drawing_walks_no_folder(mocap, monkeypatch):
    walked = []
    walk = disk_usage._walk
    monkeypatch.setattr(disk_usage, "_walk", lambda groups: (walked.append(None) or each for each in walk(groups)))
    for _ in range(3):
        assert "Models: measuring\u2026" in drawn(mocap)
    assert not walked
    measure()
    walked.clear()
    for _ in range(3):
        texts = drawn(mocap)
        assert "Models: 3.0 MB" in texts and "Takes of Unsaved Files: 1.5 MB" in texts and "Logs: 0.1 MB" in texts
    assert not walked, "measured once"


def test_sizes_are_measured_again_after_a_change(mocap, tmp_path):
    drawn(mocap)
    measure()
    (tmp_path / folders.TAKES / "another").write_bytes(b"x" * 400_000)
    assert "Takes of Unsaved Files: 1.5 MB" in drawn(mocap)
    disk_usage.forget()  # as after every job
    drawn(mocap)
    measure()
    assert "Takes of Unsaved Files: 1.9 MB" in drawn(mocap)


def test_many_files_are_measured_in_steps(mocap, tmp_path, monkeypatch):
    for number in range(20):
        (tmp_path / folders.LOGS / f"{number}.log").write_bytes(b"x")
    monkeypatch.setattr(disk_usage, "_STEP_SECONDS", 0.0)
    drawn(mocap)
    assert disk_usage._step() is not None, "the time of this step is used up"
    assert disk_usage.measured() is None
    monkeypatch.setattr(disk_usage, "_STEP_SECONDS", 1.0)
    measure()
    assert disk_usage.measured() == pytest.approx((3.0, 1.5, 0.1), abs=0.001)
