"""What was captured survives a kill at any byte; noise and ghosts are left out."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from romp_core.errors import TakeInUse
from romp_core.storage.assemble import TakeHead
from romp_core.storage.journal import Journal, check_not_captured, journal_path, recover
from romp_core.storage.take_file import load_take, save_take
from romp_core.take.observations import Frame, People
from romp_core.take.settings import CaptureSettings, SolveSettings, from_mapping
from romp_core.take.take import FootageInfo, Provenance

INFO = FootageInfo("a.mp4", 640, 360, 30.0, np.zeros(0), np.zeros(0, np.int32))


def people(row: int, ids: list[int], scale: float = 1.0, cut: bool = False) -> People:
    n = len(ids)
    points = (row + np.array(ids))[:, None, None] * np.linspace(0, scale, 33)[None, :, None] * np.ones((n, 33, 2))
    return People(np.ones(n), points, np.ones((n, 33)), np.zeros((n, 33, 3)), np.array(ids, np.int32), cut=cut)


def record(path: Path, frames: list[People], keep: int = 0, flush_every: int = 10, id: str = "id") -> Journal:
    head = TakeHead(
        id, INFO, CaptureSettings(people=keep), from_mapping(SolveSettings, {"height": 1.6}), Provenance("blazepose")
    )
    journal = Journal(path, head)
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
        assert recover(path) == path
        take = load_take(path)
        assert not take.provenance.complete and take.solve.scale.height == 1.6
        rows = len(take.footage.times)
        assert rows % 10 == 0 and rows >= 60 * share - 15
        assert len(take.people[0].observations.frame_index) == rows
        assert not journal_path(path).exists()
        path.unlink()


def test_nothing_to_recover(tmp_path: Path) -> None:
    path = tmp_path / "t.npz"
    assert recover(path) is None
    journal_path(path).write_bytes(b"junk")
    assert recover(path) is None and not path.exists()


def test_a_capture_that_found_nobody_leaves_no_take(tmp_path: Path) -> None:
    path = tmp_path / "t.npz"
    record(path, [people(row, []) for row in range(30)]).close()
    assert recover(path) is None and not list(tmp_path.iterdir())
    record(path, [people(row, []) for row in range(30)]).close()
    again = record(path, [people(row, [1]) for row in range(30)], id="again")
    assert again.rescued is None
    again.delete()
    assert not list(tmp_path.iterdir())


def test_nobody_touches_a_journal_that_grows(tmp_path: Path) -> None:
    path = tmp_path / "t.npz"
    frames = [people(row, [1]) for row in range(30)]
    journal = record(path, frames[:10])
    before = journal_path(path).read_bytes()
    for act in (recover, check_not_captured, lambda path: Journal(path, journal.head)):
        with pytest.raises(TakeInUse, match=r"t\.npz is being captured right now"):
            act(path)
    assert journal_path(path).read_bytes() == before and not path.exists()
    journal_path(path).unlink()  # by the user, who tidies up: the capture does not need the name
    for row, found in enumerate(frames[10:], start=10):
        journal.add(Frame(row, row / 30, np.zeros((4, 4, 3), np.uint8)), found)
    assert len(journal.take(True).footage.times) == 30
    journal.delete()
    check_not_captured(path)


def test_what_an_interrupted_capture_left_is_kept_before_the_next(tmp_path: Path) -> None:
    path = tmp_path / "t.npz"
    record(path, [people(row, [1]) for row in range(20)]).close()
    second = record(path, [people(row, [1]) for row in range(30)], id="second")
    assert second.rescued == tmp_path / "t 2.npz" and len(load_take(second.rescued).footage.times) == 20
    second.close()
    third = record(path, [people(row, [1]) for row in range(10)], id="third")
    assert third.rescued == tmp_path / "t 3.npz" and len(load_take(third.rescued).footage.times) == 30
    assert len(third.take(True).footage.times) == 10
    third.delete()
    assert sorted(file.name for file in tmp_path.iterdir()) == ["t 2.npz", "t 3.npz"]


def test_what_was_kept_already_is_not_kept_twice(tmp_path: Path) -> None:
    path = tmp_path / "t.npz"
    record(path, [people(row, [1]) for row in range(20)], id="first").close()
    left = journal_path(path).read_bytes()
    record(path, [people(row, [1]) for row in range(30)], id="second").close()
    journal_path(path).write_bytes(left)  # as if the second one was killed before it wrote its own
    third = record(path, [people(row, [1]) for row in range(10)], id="third")
    assert third.rescued == tmp_path / "t 2.npz"
    third.delete()
    assert [file.name for file in tmp_path.iterdir()] == ["t 2.npz"]


def test_recovery_writes_over_no_other_take(tmp_path: Path) -> None:
    path = tmp_path / "t.npz"
    journal = record(path, [people(row, [1]) for row in range(20)])
    save_take(replace(journal.take(True), id="an earlier one"), path)
    journal.close()
    earlier = path.read_bytes()
    assert recover(path) == tmp_path / "t 2.npz" and path.read_bytes() == earlier
    assert load_take(tmp_path / "t 2.npz").id == "id"


def test_interrupted_right_after_saving(tmp_path: Path) -> None:
    path = tmp_path / "t.npz"
    journal = record(path, [people(row, [1]) for row in range(20)])
    save_take(journal.take(True), path)
    journal.close()
    assert recover(path) == path and load_take(path).provenance.complete
    assert [file.name for file in tmp_path.iterdir()] == ["t.npz"]


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
