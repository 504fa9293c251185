"""The worker as the add-on uses it: runs, is cancelled, is killed, loses its parent; nothing is lost."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from romp_core.storage.journal import journal_path
from romp_core.storage.messages import Message
from romp_core.storage.take_file import load_take, save_take
from romp_core.worker.client import CANCEL_SECONDS, WorkerJob
from tests.core.synthetic import make_take

LIMIT_SECONDS = 120


def start(source: Path, out: Path, **capture: object) -> WorkerJob:
    command = {"type": "capture", "source": str(source), "out": str(out), "capture": capture, "solve": {}}
    return WorkerJob(command, out.parent / "log" / "worker.log")


def follow(job: WorkerJob, until: Callable[[Message], bool] = lambda _: False) -> list[Message]:
    """Poll like a timer does, until the job ends or a message satisfies `until`."""
    messages: list[Message] = []
    deadline = time.monotonic() + LIMIT_SECONDS
    while job.running and not any(map(until, messages)):
        assert time.monotonic() < deadline, f"no end after {LIMIT_SECONDS} s; log: {job.log_path.read_text()}"
        messages += job.poll()
        time.sleep(0.01)
    return messages


def in_capture(message: Message) -> bool:
    return message.type == "progress" and message.header["done"] >= 10


def over_and_over(clip: Path, folder: Path, times: int = 8) -> Path:
    """The clip repeated: a capture long enough that its journal is written before it ends."""
    source, target = cv2.VideoCapture(str(clip)), folder / "long.mp4"
    pictures = []
    while (read := source.read())[0]:
        pictures.append(read[1])
    height, width = pictures[0].shape[:2]
    writer = cv2.VideoWriter(str(target), cv2.VideoWriter.fourcc(*"mp4v"), 25.0, (width, height))
    for picture in pictures * times:
        writer.write(picture)
    writer.release()
    return target


def test_capture_tells_and_ends_with_a_solved_take(demo_clip: Path, tmp_path: Path) -> None:
    out = tmp_path / "Ordner mit Ümlaut" / "take.npz"
    messages = follow(start(demo_clip, out))
    types = [message.type for message in messages]
    assert types[0] == "started" and types[-1] == "finished" and {"progress", "preview"} <= set(types)
    assert messages[0].header["provider"] == "CPUExecutionProvider"
    assert {m.header["stage"] for m in messages if m.type == "progress"} == {"capture", "solve"}
    preview = next(message for message in messages if message.type == "preview").arrays
    assert preview["joints"].shape == (1, 24, 3) and np.isfinite(preview["joints"]).all()
    take = load_take(messages[-1].header["take"])
    assert take.solved and take.provenance.complete and len(take.people) == 1
    assert not journal_path(out).exists()


def test_cancel_is_quick_and_keeps_a_usable_take(demo_clip: Path, tmp_path: Path) -> None:
    out = tmp_path / "take.npz"
    job = start(demo_clip, out)
    follow(job, in_capture)
    asked = time.monotonic()
    job.cancel()
    last = follow(job)[-1]
    assert last.type == "cancelled" and time.monotonic() - asked < CANCEL_SECONDS + 0.3
    take = load_take(last.header["take"])
    assert not take.provenance.complete and len(take.people[0].observations.frame_index) >= 9
    again = WorkerJob({"type": "solve", "take": str(out), "out": str(out), "solve": {}}, tmp_path / "log.txt")
    assert follow(again)[-1].type == "finished" and load_take(out).solved


def test_killed_worker_leaves_message_log_and_partial_take(demo_clip: Path, tmp_path: Path) -> None:
    out = tmp_path / "take.npz"
    job = start(over_and_over(demo_clip, tmp_path), out)
    follow(job, lambda _: journal_path(out).exists() and journal_path(out).stat().st_size > 10_000)
    job.kill()
    last = follow(job)[-1]
    assert last.type == "failed" and "ended unexpectedly" in last.header["sentence"]
    assert str(job.log_path) in last.header["hint"] and job.log_path.exists()
    assert last.header["take"] and not load_take(out).provenance.complete
    assert not journal_path(out).exists()
    assert follow(start(demo_clip, out))[-1].type == "finished"


def test_killed_while_solving_leaves_the_raw_take(demo_clip: Path, tmp_path: Path) -> None:
    out = tmp_path / "take.npz"
    job = start(demo_clip, out)
    follow(job, lambda message: message.type == "progress" and message.header["stage"] == "solve")
    job.kill()
    last = follow(job)[-1]
    assert last.type == "failed" and last.header["take"] == str(out) and "is kept" in last.header["hint"]
    take = load_take(out)
    assert take.provenance.complete and not take.solved


def test_take_of_an_earlier_run_is_not_given_out_as_this_ones(tmp_path: Path) -> None:
    out = tmp_path / "take.npz"
    save_take(make_take(), out)
    before = out.read_bytes()
    last = follow(start(tmp_path / "missing.mp4", out))[-1]
    assert last.type == "failed" and last.header["take"] is None and out.read_bytes() == before


@pytest.mark.skipif(os.name == "nt", reason="NOT CHECKED on Windows: uses POSIX process signals")
def test_worker_ends_with_its_parent(demo_clip: Path, tmp_path: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; from romp_core.worker.client import WorkerJob\n"
        f"job = WorkerJob({{'type': 'capture', 'source': {str(demo_clip)!r}, 'out': {str(tmp_path / 't.npz')!r},"
        f" 'capture': {{}}, 'solve': {{}}}}, Path({str(tmp_path / 'log.txt')!r}))\n"
        "while not any(m.type == 'progress' for m in job.poll()): time.sleep(0.01)\n"
        "print(job._process.pid, flush=True); time.sleep(60)"
    )
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    deadline = time.monotonic() + 10
    while Path(f"/proc/{pid}").exists() or not gone(pid):
        assert time.monotonic() < deadline, "the worker outlived its parent"
        time.sleep(0.05)


def gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("missing.mp4", None, "missing.mp4"),
        ("empty.mp4", b"", "empty"),
        ("text.mp4", b"this is not a film\n" * 50, "text.mp4"),
    ],
)
def test_bad_footage_is_one_sentence(tmp_path: Path, name: str, content: bytes | None, sentence: str) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    last = follow(start(path, tmp_path / "take.npz"))[-1]
    assert last.type == "failed" and sentence in last.header["sentence"] and last.header["hint"]
    assert "Traceback" not in last.header["sentence"] and last.header["sentence"].endswith(".")
    assert not (tmp_path / "take.npz").exists() and not journal_path(tmp_path / "take.npz").exists()


def test_unwritable_output_is_one_sentence(demo_clip: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    command = {"source": str(demo_clip), "out": str(tmp_path / "file" / "t.npz"), "capture": {}, "solve": {}}
    job = WorkerJob({"type": "capture", **command}, tmp_path / "log.txt")
    last = follow(job)[-1]
    assert last.type == "failed" and "Cannot write" in last.header["sentence"]


def test_nobody_in_the_picture(tmp_path: Path) -> None:
    cv2 = pytest.importorskip("cv2")
    folder = tmp_path / "pictures"
    folder.mkdir()
    rng = np.random.default_rng(0)
    for index in range(3):
        cv2.imwrite(str(folder / f"{index}.png"), rng.integers(90, 110, (240, 320, 3), dtype=np.uint8))
    last = follow(start(folder, tmp_path / "take.npz"))[-1]
    assert last.type == "failed" and "Nobody was found" in last.header["sentence"]


def test_self_test(tmp_path: Path) -> None:
    last = follow(WorkerJob({"type": "self_test"}, tmp_path / "log.txt"))[-1]
    assert last.type == "finished" and last.header["report"].startswith("Ready")
