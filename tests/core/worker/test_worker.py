"""The worker as the add-on uses it: runs, is cancelled, is killed, loses its parent; nothing is lost."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from romp_core import errors
from romp_core.cli.progress import Silent
from romp_core.inference.options import RuntimeChoice
from romp_core.jobs.capture import capture
from romp_core.storage.journal import journal_path
from romp_core.storage.take_file import load_take, save_take
from romp_core.take.edits import Edits, PersonEdit
from romp_core.take.settings import CaptureSettings, SolveSettings, from_mapping
from romp_core.worker.client import CANCEL_SECONDS, Worker, WorkerJob
from romp_core.worker.commands import (
    Cancelled,
    Capture,
    Event,
    Failed,
    Finished,
    Previewed,
    Progressed,
    Recover,
    Saving,
    SelfTest,
    Solve,
    Started,
)
from tests.core.synthetic import make_take
from tests.core.workers import ended, follow, start


def start_capture(source: Path, out: Path, **capture: Any) -> WorkerJob:
    command = Capture(str(source), str(out), CaptureSettings(**capture))
    return start(command, out.parent / "log" / "worker.log")


def in_capture(event: Event) -> bool:
    return isinstance(event, Progressed) and event.stage == "capture" and event.done >= 10


def in_solve(event: Event) -> bool:
    return isinstance(event, Progressed) and event.stage == "solve"


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
    events = follow(start_capture(demo_clip, out))
    first, last = events[0], events[-1]
    assert isinstance(first, Started) and first.provider == "CPUExecutionProvider"
    assert isinstance(last, Finished)
    assert {event.stage for event in events if isinstance(event, Progressed)} == {"capture", "solve"}
    preview = next(event for event in events if isinstance(event, Previewed))
    assert preview.joints.shape == (1, 24, 3) and np.isfinite(preview.joints).all()
    take = load_take(last.take)
    assert take.solved and take.provenance.complete and len(take.people) == 1
    assert not journal_path(out).exists()


def test_cancel_is_quick_and_keeps_a_usable_take(demo_clip: Path, tmp_path: Path) -> None:
    out = tmp_path / "take.npz"
    job = start_capture(demo_clip, out)
    follow(job, in_capture)
    asked = time.monotonic()
    job.cancel()
    events = follow(job)
    assert any(isinstance(event, Saving) for event in events), "the user sees that it is being saved"
    last = events[-1]
    assert isinstance(last, Cancelled) and time.monotonic() - asked < CANCEL_SECONDS + 20  # a busy machine gets more
    take = load_take(last.take)
    assert not take.provenance.complete and len(take.people[0].observations.frame_index) >= 9
    again = start(Solve(str(out), str(out)), tmp_path / "log.txt")
    assert isinstance(ended(again), Finished) and load_take(out).solved


def test_cancel_before_the_first_frame_leaves_nothing(demo_clip: Path, tmp_path: Path) -> None:
    out = tmp_path / "new" / "take.npz"
    job = start(Capture(str(demo_clip), str(out)), tmp_path / "log.txt")
    job.cancel()
    last = ended(job)
    assert isinstance(last, Cancelled) and last.take == ""
    assert not out.exists() and not journal_path(out).exists()


def test_cancel_after_the_last_frame_keeps_a_complete_take(demo_clip: Path, tmp_path: Path) -> None:
    out = tmp_path / "take.npz"
    stop = False

    class Listener(Silent):
        def progress(self, progress: Any) -> None:
            nonlocal stop
            stop = progress.stage == "capture" and progress.done >= progress.total

    with pytest.raises(errors.Cancelled):
        capture(str(demo_clip), out, CaptureSettings(), SolveSettings(), Listener(), lambda: stop)
    take = load_take(out)
    assert take.provenance.complete and not take.solved and len(take.footage.times) == 120


def test_a_busy_worker_is_killed_and_what_it_had_is_saved_by_another(demo_clip: Path, tmp_path: Path) -> None:
    """As in the middle of a long inference: nothing answers, and the parent assembles nothing itself."""
    out = tmp_path / "take.npz"
    job = start_capture(over_and_over(demo_clip, tmp_path), out)
    follow(job, lambda _: journal_path(out).exists() and journal_path(out).stat().st_size > 10_000)
    os.kill(job.pid, signal.SIGSTOP)
    job.cancel()
    events = follow(job)
    assert any(isinstance(event, Saving) for event in events)
    last = events[-1]
    assert isinstance(last, Cancelled) and last.take == str(out)
    assert not load_take(out).provenance.complete and not journal_path(out).exists()


def test_killed_worker_leaves_message_log_and_partial_take(demo_clip: Path, tmp_path: Path) -> None:
    out = tmp_path / "take.npz"
    job = start_capture(over_and_over(demo_clip, tmp_path), out)
    follow(job, lambda _: journal_path(out).exists() and journal_path(out).stat().st_size > 10_000)
    log_path = job.log_path
    job.kill()
    last = ended(job)
    assert isinstance(last, Failed) and "ended unexpectedly" in last.sentence
    assert last.log == str(log_path) and str(log_path) in last.hint and log_path.exists()
    assert last.take == str(out) and not load_take(out).provenance.complete
    assert not journal_path(out).exists()
    assert isinstance(ended(start_capture(demo_clip, out)), Finished)


@pytest.mark.slow
def test_two_captures_into_one_take(demo_clip: Path, tmp_path: Path) -> None:
    """The second is refused, and so is a solve; the first does not notice."""
    out = tmp_path / "take.npz"
    first = start_capture(over_and_over(demo_clip, tmp_path, times=2), out)
    follow(first, in_capture)
    log_path = tmp_path / "other" / "log.txt"
    for command in (Capture(str(demo_clip), str(out)), Solve(str(out), str(out)), Recover(str(out))):
        last = ended(start(command, log_path))
        assert isinstance(last, Failed) and last.take == ""
        assert last.sentence == "take.npz is being captured right now."
    assert isinstance(ended(first), Finished)
    take = load_take(out)
    assert take.provenance.complete and len(take.footage.times) == 240
    assert sorted(file.name for file in tmp_path.glob("*.npz*")) == ["take.npz"]


def test_a_partial_take_does_not_replace_an_earlier_one(demo_clip: Path, tmp_path: Path) -> None:
    out = tmp_path / "take.npz"
    save_take(make_take(), out)
    before = out.read_bytes()
    job = start_capture(over_and_over(demo_clip, tmp_path), out)
    follow(job, lambda _: journal_path(out).exists() and journal_path(out).stat().st_size > 10_000)
    job.kill()
    last = ended(job)
    assert isinstance(last, Failed) and last.take == str(tmp_path / "take 2.npz")
    assert out.read_bytes() == before and not load_take(last.take).provenance.complete


def test_killed_while_solving_leaves_the_raw_take(demo_clip: Path, tmp_path: Path) -> None:
    for times in (1, 2, 4, 8):  # a busy machine may look away until a short solve has ended
        folder = tmp_path / str(times)
        folder.mkdir()
        out = folder / "take.npz"
        job = start_capture(over_and_over(demo_clip, folder, times), out)
        follow(job, in_solve)
        job.kill()
        last = ended(job)
        if isinstance(last, Failed) and not load_take(out).solved:
            break
    assert isinstance(last, Failed) and last.take == str(out)
    take = load_take(out)
    assert take.provenance.complete and not take.solved


def test_take_of_an_earlier_run_is_not_given_out_as_this_ones(tmp_path: Path) -> None:
    out = tmp_path / "take.npz"
    save_take(make_take(), out)
    before = out.read_bytes()
    last = ended(start_capture(tmp_path / "missing.mp4", out))
    assert isinstance(last, Failed) and last.take == "" and out.read_bytes() == before


def test_a_take_is_solved_again_in_the_same_process_from_what_is_there(demo_take: Path, tmp_path: Path) -> None:
    """The stages that a setting does not concern are not run again; another process gives the same motion."""
    path, fresh = tmp_path / "take.npz", tmp_path / "fresh.npz"
    for copy in (path, fresh):
        copy.write_bytes(demo_take.read_bytes())
    worker = Worker()
    settings = from_mapping(SolveSettings, {"strength": 0.5})
    first = follow(worker.start(Solve(str(path), str(path)), tmp_path / "log.txt"))
    pid = worker.pid
    again = follow(worker.start(Solve(str(path), str(path), settings), tmp_path / "log.txt"))
    assert worker.pid == pid and isinstance(first[-1], Finished) and isinstance(again[-1], Finished)
    assert len(list(filter(in_solve, first))) > len(list(filter(in_solve, again)))
    assert isinstance(ended(start(Solve(str(fresh), str(fresh), settings), tmp_path / "log2.txt")), Finished)
    ours, theirs = (load_take(each).characters[0].motion for each in (path, fresh))
    assert ours is not None and theirs is not None
    np.testing.assert_array_equal(ours.rotations, theirs.rotations)
    # someone else changes the file: what is remembered does not count any more
    save_take(replace(load_take(path), people=()), path)
    assert isinstance(ended(worker.start(Solve(str(path), str(path)), tmp_path / "log.txt")), Finished)
    assert load_take(path).characters == ()
    worker.close()


def test_edits_and_heights_travel(demo_take: Path, tmp_path: Path) -> None:
    path = tmp_path / "take.npz"
    path.write_bytes(demo_take.read_bytes())
    (id,) = (person.id for person in load_take(path).people)
    edits = Edits(trim=(0.5, 2.0), people={id: PersonEdit(name="Ann")})
    command = Solve(str(path), str(path), heights={id: 1.5}, edits=edits)
    assert isinstance(ended(start(command, tmp_path / "log.txt")), Finished)
    take = load_take(path)
    assert take.edits == edits and take.people[0].height == 1.5
    (person,) = take.characters
    assert person.name == "Ann" and person.motion is not None
    times = take.footage.times[person.motion.frame_index]
    assert times[0] >= 0.5 - 1e-6 and times[-1] <= 2.0 + 1e-6


@pytest.mark.skipif(os.name == "nt", reason="NOT CHECKED on Windows: uses POSIX process signals")
def test_worker_ends_with_its_parent(demo_clip: Path, tmp_path: Path) -> None:
    code = (
        "import time; from pathlib import Path; from romp_core.worker.client import Worker\n"
        "from romp_core.worker.commands import Capture, Progressed\n"
        f"job = Worker().start(Capture({str(demo_clip)!r}, {str(tmp_path / 't.npz')!r}),"
        f" Path({str(tmp_path / 'log.txt')!r}))\n"
        "while not any(isinstance(event, Progressed) for event in job.poll()): time.sleep(0.01)\n"
        "print(job.pid, flush=True); time.sleep(60)"
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
    last = ended(start_capture(path, tmp_path / "take.npz"))
    assert isinstance(last, Failed) and sentence in last.sentence and last.hint
    assert "Traceback" not in last.sentence and last.sentence.endswith(".")
    assert not (tmp_path / "take.npz").exists() and not journal_path(tmp_path / "take.npz").exists()


def test_unwritable_output_is_one_sentence(demo_clip: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    last = ended(start(Capture(str(demo_clip), str(tmp_path / "file" / "t.npz")), tmp_path / "log.txt"))
    assert isinstance(last, Failed) and "Cannot write" in last.sentence


def test_nobody_in_the_footage(tmp_path: Path) -> None:
    folder = tmp_path / "frames"
    folder.mkdir()
    rng = np.random.default_rng(0)
    for index in range(3):
        cv2.imwrite(str(folder / f"{index}.png"), rng.integers(90, 110, (240, 320, 3), dtype=np.uint8))
    last = ended(start_capture(folder, tmp_path / "take.npz"))
    assert isinstance(last, Failed) and "Nobody was found" in last.sentence


def test_self_test(tmp_path: Path) -> None:
    last = ended(Worker().start(SelfTest(), tmp_path / "log.txt", RuntimeChoice(threads=3).to_environment()))
    assert isinstance(last, Finished) and last.report.startswith("Ready") and ", 3 threads," in last.report
