"""Results of other programs on the command line and in the worker: from a file to a solved take."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from romp_core.cli.main import main
from romp_core.storage.take_file import is_take, load_take
from romp_core.worker.commands import Finished, ImportResults
from tests.core.formats.test_importer import amass, romp_frame, save_video
from tests.core.workers import ended, start


def test_results_of_a_video_are_solved(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    results = save_video(tmp_path / "video_results.npz", {row: romp_frame(row) for row in range(30)})
    out = tmp_path / "take.npz"
    command = ["import", str(results), "-o", str(out), "--height", "1.6", "--progress", "none"]
    assert main([*command, "--fps", "25"]) == 0
    take = load_take(out)
    assert take.solved and len(take.people) == 2 and take.footage.fps == 25 and take.solve.scale.height == 1.6
    assert "2 people" in capsys.readouterr().err and is_take(out) and not is_take(results)
    assert main(command) == 0
    assert "does not hold its frame rate; 30 fps is assumed" in capsys.readouterr().err


def test_worker_imports(tmp_path: Path) -> None:
    np.savez(tmp_path / "walk.npz", **amass(156))
    end = ended(start(ImportResults(str(tmp_path / "walk.npz"), str(tmp_path / "t.npz")), tmp_path / "log"))
    assert isinstance(end, Finished) and load_take(end.take).solved


def test_another_npz_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    np.savez(tmp_path / "x.npz", x=np.zeros(3))
    assert main(["import", str(tmp_path / "x.npz"), "-o", str(tmp_path / "t.npz"), "--progress", "none"]) == 1
    text = capsys.readouterr().err
    assert "x.npz" in text and "Traceback" not in text and not (tmp_path / "t.npz").exists()
