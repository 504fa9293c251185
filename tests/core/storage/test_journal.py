"""What was captured survives a kill at any byte; noise and ghosts are left out."""

from pathlib import Path

import numpy as np
import pytest

from romp_core.storage.assemble import TakeHead
from romp_core.storage.journal import Journal, journal_path, recover
from romp_core.storage.take_file import load_take
from romp_core.take.observations import Frame, People
from romp_core.take.settings import CaptureSettings, SolveSettings, from_mapping
from romp_core.take.take import FootageInfo, Provenance, Take

INFO = FootageInfo("a.mp4", 640, 360, 30.0, np.zeros(0), np.zeros(0, np.int32))


def people(row: int, ids: list[int], scale: float = 1.0, cut: bool = False) -> People:
    n = len(ids)
    points = (row + np.array(ids))[:, None, None] * np.linspace(0, scale, 33)[None, :, None] * np.ones((n, 33, 2))
    return People(np.ones(n), points, np.ones((n, 33)), np.zeros((n, 33, 3)), np.array(ids, np.int32), cut=cut)


def record(path: Path, frames: list[People], keep: int = 0, flush_every: int = 10) -> Journal:
    head = TakeHead(
        "id", INFO, CaptureSettings(people=keep), from_mapping(SolveSettings, {"height": 1.6}), Provenance("blazepose")
    )
    journal = Journal(journal_path(path), head)
    for row, found in enumerate(frames):
        journal.add(Frame(row + 100, (row + 100) / 30, np.zeros((4, 4, 3), np.uint8)), found)
        if row % flush_every == flush_every - 1:
            journal.flush()
    return journal


def test_take_of_a_whole_run(tmp_path: Path) -> None:
    frames = [people(row, [5] if row < 20 else [5, 9], cut=row == 30) for row in range(60)]
    take = record(tmp_path / "t.npz", frames).take(complete=True)
    assert [person.id for person in take.people] == [5, 9] and take.provenance.complete
    assert take.footage.cuts == (30,) and take.footage.source_frames[0] == 100
    np.testing.assert_array_equal(take.people[1].observations.frame_index, np.arange(20, 60))
    np.testing.assert_allclose(take.people[1].observations.keypoints2d[0, -1], 29)


def test_recovery_after_a_cut_anywhere(tmp_path: Path) -> None:
    path = tmp_path / "t.npz"
    record(path, [people(row, [1]) for row in range(60)]).close()
    whole = journal_path(path).read_bytes()
    for share in (0.99, 0.5):
        journal_path(path).write_bytes(whole[: int(len(whole) * share)])
        take = recover(path)
        assert isinstance(take, Take) and not take.provenance.complete and take.solve.scale.height == 1.6
        rows = len(take.footage.times)
        assert rows % 10 == 0 and rows >= 60 * share - 15
        assert len(load_take(path).people[0].observations.frame_index) == rows
        assert not journal_path(path).exists()


def test_nothing_to_recover(tmp_path: Path) -> None:
    path = tmp_path / "t.npz"
    assert recover(path) is None
    journal_path(path).write_bytes(b"junk")
    assert recover(path) is None and not path.exists()


def test_ghosts_are_dropped_and_the_nearest_kept(tmp_path: Path) -> None:
    def seen(row: int) -> list[int]:
        return [1, 2] + ([3] if row in (10, 11) else [])

    frames = [people(row, seen(row)) for row in range(60)]
    assert [p.id for p in record(tmp_path / "a.npz", frames).take(True).people] == [2, 1]
    frames = [people(row, [7, 8]) for row in range(60)]
    assert [p.id for p in record(tmp_path / "b.npz", frames, keep=1).take(True).people] == [8]


def test_non_finite_rows_become_gaps(tmp_path: Path) -> None:
    frames = [people(row, [1]) for row in range(20)]
    frames[7].keypoints3d[0, 3, 1] = np.nan
    take = record(tmp_path / "t.npz", frames).take(True)
    assert 7 not in take.people[0].observations.frame_index and len(take.people[0].observations.frame_index) == 19


def test_nobody(tmp_path: Path) -> None:
    take = record(tmp_path / "t.npz", [people(row, []) for row in range(5)]).take(True)
    assert take.people == () and len(take.footage.times) == 5


def test_unwritable_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Exception, match="Cannot write"):
        record(tmp_path / "file" / "t.npz", [])
