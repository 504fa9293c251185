"""Processes are killed at random moments, one after the other, all writing the same take: next to nothing is lost."""

import random
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from romp_core.jobs.capture import FLUSH_SECONDS
from romp_core.storage.journal import recover
from romp_core.storage.take_file import load_take

av = pytest.importorskip("av", reason="needs PyAV to write a video")
ROOT = Path(__file__).resolve().parents[3]
FPS, FRAMES = 30, 300
MOST_LOST = FPS * FLUSH_SECONDS + 3
"""Frames; one second of the footage is gathered before it is written, and one frame is on its way."""


@dataclass
class Files:
    """What the processes read and write."""

    folder: Path
    video: Path
    notes: Path

    @property
    def take(self) -> Path:
        return self.folder / "take.npz"


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("video") / "long.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=FPS)
        stream.width, stream.height = 64, 48
        frame = av.VideoFrame.from_ndarray(np.zeros((48, 64, 3), np.uint8), format="rgb24")
        for index in range(FRAMES):
            frame.pts = index
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


@pytest.fixture
def files(tmp_path: Path, video: Path) -> Files:
    folder = tmp_path / "takes"
    folder.mkdir()
    return Files(folder, video, tmp_path / "notes")


def start(files: Files, what: str) -> subprocess.Popen[str]:
    capture = ["tests.core.jobs.slow_capture", str(files.video), str(files.take), str(files.notes)]
    arguments = capture if what == "capture" else ["romp_core", "solve", str(files.take), "--progress", "none"]
    return subprocess.Popen([sys.executable, "-m", *arguments], cwd=ROOT, stderr=subprocess.PIPE, text=True)


def kept(files: Files, tmp_path: Path) -> dict[str, int]:
    """Most frames by take id, as takes and in what can be recovered; the folder itself stays as it is."""
    copy = tmp_path / "copy"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(files.folder, copy)
    recover(copy / "take.npz")
    found: dict[str, int] = {}
    for path in copy.glob("*.npz"):
        take = load_take(path)
        found[take.id] = max(found.get(take.id, 0), len(take.footage.times))
    return found


def id_at(path: Path) -> str:
    return load_take(path).id if path.exists() else ""


def noted(files: Files) -> tuple[str, int]:
    """Id and number of frames of the latest capture; an empty id before it has begun."""
    text = files.notes.read_text() if files.notes.exists() else ""
    id, _, frames = text.partition(" ")
    return id, frames.count(".")


def undisturbed(files: Files, what: str) -> float:
    """Seconds that a process takes when it is not killed."""
    began = time.monotonic()
    process = start(files, what)
    assert process.wait() == 0, process.stderr.read()
    return time.monotonic() - began


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="there, nobody can kill a process without a grace period")
@pytest.mark.parametrize("seed", [1, 2])
def test_twenty_kills(files: Files, tmp_path: Path, seed: int) -> None:
    draw = random.Random(seed)
    whole = {what: undisturbed(files, what) for what in ("capture", "solve")}
    before = kept(files, tmp_path)
    assert list(before.values()) == [FRAMES]

    for _ in range(10):
        what = draw.choice(["capture", "capture", "solve"])
        overwritten = id_at(files.take)
        files.notes.unlink(missing_ok=True)
        process = start(files, what)
        time.sleep(draw.uniform(0.3, 1.0) * whole[what])
        process.kill()
        errors = process.communicate()[1]
        assert "Traceback" not in errors
        after = kept(files, tmp_path)
        id, frames = noted(files)
        assert after.get(id, 0) >= frames - MOST_LOST if id else True
        for earlier, count in before.items():
            replaced = earlier == overwritten and id_at(files.take) == id
            assert replaced or after.get(earlier, 0) >= count, (what, frames)
        before = after

    recover(files.take)
    last = start(files, "solve")
    assert last.wait() == 0 and "Traceback" not in last.stderr.read()
    assert load_take(files.take).solved
