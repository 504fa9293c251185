"""What a capture promises to others who write the same take, and to those who watch it."""

from pathlib import Path

import numpy as np
import pytest

from romp_core.cli.main import main
from romp_core.cli.progress import Silent
from romp_core.errors import Cancelled, TakeInUse
from romp_core.jobs import capture as job
from romp_core.jobs.progress import Progress
from romp_core.storage.journal import Journal, check_not_captured, journal_path
from romp_core.storage.take_file import load_take
from romp_core.take.settings import CaptureSettings, SolveSettings


def test_no_other_capture_begins_while_one_still_solves(
    demo_clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out, solve, refused = tmp_path / "take.npz", job.solve_take, []

    def solve_take(take, *others):
        for act in (lambda: check_not_captured(out), lambda: Journal(out, None)):
            with pytest.raises(TakeInUse, match=r"take\.npz is being captured right now"):
                act()
            refused.append(act)
        assert load_take(out).id == take.id, "a kill from here on costs nothing"
        return solve(take, *others)

    monkeypatch.setattr(job, "solve_take", solve_take)
    assert main(["capture", str(demo_clip), "-o", str(out), "--end", "0.5", "--progress", "none"]) == 0
    assert len(refused) == 2 and load_take(out).solved and not journal_path(out).exists()


def test_cancelled_before_anybody_was_found_leaves_no_file(
    demo_clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = 0

    class Counting(Silent):
        def progress(self, progress: Progress) -> None:
            nonlocal done
            done = int(progress.done)

    def nobody(frames, settings, footage):
        for people in frames:
            yield people.only(np.zeros(len(people), bool))

    monkeypatch.setattr(job, "select", nobody)
    with pytest.raises(Cancelled):
        job.capture(
            str(demo_clip), tmp_path / "t.npz", CaptureSettings(), SolveSettings(), Counting(), lambda: done >= 5
        )
    assert done >= 5 and not list(tmp_path.iterdir())


def test_what_was_rescued_is_told_without_progress_too(
    demo_clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "take.npz"
    arguments = ["capture", str(demo_clip), "-o", str(out), "--end", "0.5", "--progress", "none"]

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(job, "save_take", killed)
        main(arguments)
    assert journal_path(out).exists()
    capsys.readouterr()
    assert main(arguments) == 0
    assert "What an interrupted capture left is kept in take 2.npz." in capsys.readouterr().err
    assert load_take(tmp_path / "take 2.npz").people
