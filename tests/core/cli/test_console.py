"""Output on consoles that lack letters, and for readers that go away."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from romp_core.storage.take_file import load_take, save_take

ROOT = Path(__file__).resolve().parents[3]
FOREIGN = "видео 舞.mp4"


def run(*arguments: str, **options: object) -> subprocess.CompletedProcess[bytes]:
    """A command in a process of its own."""
    command = [sys.executable, "-m", "romp_core", *arguments]
    settings = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "timeout": 120, "check": False, "cwd": ROOT}
    return subprocess.run(command, **(settings | options))  # type: ignore[call-overload, no-any-return]


@pytest.fixture
def foreign_take(demo_take: Path, tmp_path: Path) -> Path:
    """A take of footage with a name that Western consoles cannot show."""
    take = load_take(demo_take)
    footage = replace(take.footage, path=f"/videos/{FOREIGN}")
    return save_take(replace(take, footage=footage), tmp_path / "foreign.npz")


@pytest.mark.parametrize("encoding", ["cp1252", "cp437", "ascii", "latin-1", "utf-8"])
def test_names_that_the_console_lacks_are_escaped(foreign_take: Path, encoding: str) -> None:
    done = run("info", str(foreign_take), env={**os.environ, "PYTHONIOENCODING": encoding})
    assert (done.returncode, done.stderr) == (0, b"")
    expected = FOREIGN if encoding == "utf-8" else FOREIGN.encode("ascii", "backslashreplace").decode()
    assert f"/videos/{expected}" in done.stdout.decode(encoding)


def test_export_to_a_foreign_name_is_told_on_any_console(demo_take: Path, tmp_path: Path) -> None:
    out = tmp_path / "движение.npz"
    environment = {**os.environ, "PYTHONIOENCODING": "cp1252:strict"}
    done = run("export", str(demo_take), "--format", "joints", str(out), env=environment)
    assert done.returncode == 0 and out.is_file() and b"Traceback" not in done.stderr


@pytest.mark.parametrize("arguments", [["models"], ["--help"], ["capture", "--help"], ["info", "TAKE"]])
def test_a_reader_that_goes_away_ends_nothing_with_a_traceback(demo_take: Path, arguments: list[str]) -> None:
    done = _without_reader([str(demo_take) if each == "TAKE" else each for each in arguments], "stdout")
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.parametrize(("stream", "progress"), [("stdout", "json"), ("stderr", "bar")])
def test_a_capture_goes_on_when_nobody_reads_its_progress(
    demo_clip: Path, tmp_path: Path, stream: str, progress: str
) -> None:
    out = tmp_path / "take.npz"
    arguments = ["capture", str(demo_clip), "-o", str(out), "--end", "0.4", "--progress", progress]
    done = _without_reader(arguments, stream)
    assert done.returncode == 0 and b"Traceback" not in (done.stderr or b"")
    assert load_take(out).solved and load_take(out).provenance.complete


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full on this system")
def test_a_full_disk_is_one_sentence(demo_take: Path) -> None:
    with open("/dev/full", "wb") as full:
        done = run("info", str(demo_take), stdout=full)
    assert done.returncode == 1
    assert done.stderr.decode() == "Error: The output cannot be written (No space left on device).\n"


def _without_reader(arguments: list[str], stream: str) -> subprocess.CompletedProcess[bytes]:
    reader, writer = os.pipe()
    os.close(reader)
    try:
        return run(*arguments, **{stream: writer})
    finally:
        os.close(writer)
