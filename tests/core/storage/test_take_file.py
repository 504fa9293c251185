"""Takes survive the disk unchanged, and bad files are told apart by a sentence."""

import gc
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from romp_core.errors import TakeError
from romp_core.storage import take_file as take_io
from romp_core.storage.take_file import load_take, read_record, save_take, take_id
from romp_core.take.estimates import Estimates, FovEstimate, HeightEstimate
from romp_core.take.observations import Observations
from romp_core.take.settings import SolveSettings, from_mapping
from tests.core.synthetic import make_take


def test_round_trip_keeps_everything(tmp_path: Path) -> None:
    take = make_take(people=2)
    take = replace(
        take, footage=replace(take.footage, cuts=(7, 9), fov=1.1), solve=from_mapping(SolveSettings, {"height": 1.83})
    )
    take = take.with_person(replace(take.people[0], name="Zoë", height=1.5))
    back = load_take(save_take(take, tmp_path / "ein Ordner mit Ümlaut" / "take.npz"))
    assert (back.id, back.solve, back.capture, back.provenance) == (take.id, take.solve, take.capture, take.provenance)
    assert (back.footage.cuts, back.footage.fov, back.footage.path) == ((7, 9), 1.1, take.footage.path)
    assert (back.person(1).name, back.person(1).height, back.person(2).height) == ("Zoë", 1.5, None)
    np.testing.assert_array_equal(back.footage.times, take.footage.times)
    for old, new in zip(take.people, back.people, strict=True):
        for name in Observations.__dataclass_fields__:
            np.testing.assert_array_equal(getattr(new.observations, name), getattr(old.observations, name))
        np.testing.assert_array_equal(new.motion.joints(), old.motion.joints())
    assert back.solved


def test_estimates_are_kept_and_may_be_missing(tmp_path: Path) -> None:
    heights = {1: HeightEstimate(1.17, "estimated", 0.06), 2: HeightEstimate(1.7, "user")}
    take = replace(make_take(people=2), estimates=Estimates(FovEstimate("assumed", 0.27), heights))
    assert load_take(save_take(take, tmp_path / "take.npz")).estimates == take.estimates
    assert load_take(save_take(make_take(), tmp_path / "old.npz")).estimates is None


def test_raw_take_is_not_solved(tmp_path: Path) -> None:
    take = make_take()
    raw = replace(take, camera=None, people=tuple(replace(person, motion=None) for person in take.people))
    back = load_take(save_take(raw, tmp_path / "raw.npz"))
    assert not back.solved and back.people[0].motion is None and back.camera is None


@pytest.mark.parametrize("content", [b"", b"hello", b"PK\x03\x04 broken"])
def test_damaged_files_get_a_sentence(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "bad.npz"
    path.write_bytes(content)
    with pytest.raises(TakeError, match=r"bad\.npz is not a readable take"):
        load_take(path)


def test_the_record_is_read_without_the_arrays(tmp_path: Path) -> None:
    take = make_take()
    path = save_take(take, tmp_path / "take.npz")
    assert take_id(path) == take.id and read_record(path)["footage"]["path"] == take.footage.path
    np.savez(tmp_path / "other.npz", meta=np.frombuffer(b"{}", np.uint8))
    for name in ("other.npz", "none.npz"):
        assert take_id(tmp_path / name) == ""
        with pytest.raises(TakeError):
            read_record(tmp_path / name)


def test_pickles_are_never_loaded(tmp_path: Path) -> None:
    path = tmp_path / "evil.npz"
    np.savez(path, meta=np.array([{"a": 1}], dtype=object))
    with pytest.raises(TakeError, match="not a readable take"):
        load_take(path)


def test_missing_file() -> None:
    with pytest.raises(TakeError, match="There is no take at"):
        load_take("nowhere.npz")


def test_newer_schema_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(take_io, "SCHEMA_VERSION", 99)
    path = save_take(make_take(), tmp_path / "take.npz")
    monkeypatch.undo()
    with pytest.raises(TakeError, match="newer version"):
        load_take(path)


def test_failed_write_keeps_the_old_take(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = save_take(make_take(), tmp_path / "take.npz")
    before = path.read_bytes()

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(take_io.np.lib.format, "write_array", full)
    with pytest.raises(TakeError, match="disk is full"):
        save_take(make_take(people=2), path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="NOT CHECKED: this system has no /dev/full")
def test_full_disk_is_told_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No second complaint of the archive that stayed unfinished, as np.savez leaves one behind."""
    complaints: list[object] = []
    monkeypatch.setattr("sys.unraisablehook", complaints.append)
    (tmp_path / f"take.npz.{os.getpid()}.tmp").symlink_to("/dev/full")
    with pytest.raises(TakeError, match="disk is full"):
        save_take(make_take(), tmp_path / "take.npz")
    gc.collect()
    assert not complaints and list(tmp_path.iterdir()) == []


def test_other_files_are_never_overwritten(tmp_path: Path) -> None:
    clip = tmp_path / "clip.mp4"
    clip.write_bytes(b"the only copy of a film")
    with pytest.raises(TakeError, match="would be overwritten"):
        save_take(make_take(), clip)
    with pytest.raises(TakeError, match="is a folder"):
        save_take(make_take(), tmp_path)
    assert clip.read_bytes() == b"the only copy of a film" and list(tmp_path.iterdir()) == [clip]


def test_unwritable_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(TakeError, match="Cannot write"):
        save_take(make_take(), tmp_path / "file" / "take.npz")
