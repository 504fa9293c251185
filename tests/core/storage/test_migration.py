"""Files of version 0.1.0 open: a solved capture, and the journal of an interrupted one.

`legacy_0.1.0_capture.npz` is what that version makes of
`capture demo.mp4 --end 0.45 --height 1.6 --strength 0.5 --subjects 0.5,0.5 --no-newcomers`, with its model then named
TRACE with seven flow rounds, so that every renamed setting has a value.
"""

import shutil
from pathlib import Path

import numpy as np
import pytest

from romp_core.geometry.rotations import angle_between
from romp_core.solve import solve
from romp_core.storage.journal import journal_path, recover
from romp_core.storage.take_file import load_take, save_take
from romp_core.take.edits import Edits
from romp_core.take.settings import PartSmoothingSettings, flat
from romp_core.take.settings.face import FaceSettings
from romp_core.take.take import Take

DATA = Path(__file__).resolve().parents[2] / "data"


def assert_settings(take: Take) -> None:
    assert take.capture.model == "trace" and take.capture.model_options == {"flow_rounds": 7}
    assert take.capture.selection == "0.5,0.5" and take.capture.new_people is False and take.capture.end == 0.45
    assert flat(take.solve) == {
        "height": 1.6,
        "model_scale": True,
        "strength": 0.5,
        "keep_impacts": True,
        **flat(PartSmoothingSettings()),
        "above_floor": True,
        "fov": 0.0,
        "level": True,
        "tilt": 0.0,
        "roll": 0.0,
        "camera": "auto",
        "contacts": True,
        "measured_build": True,
        "max_gap": 0.5,
        "gaps": "infill",
        "infill_gap": 2.0,
        **flat(FaceSettings()),
    }
    assert take.provenance.model == "blazepose" and take.provenance.core_version.startswith("0")
    assert "Apache-2.0" in take.provenance.model_license and "CC0" in take.provenance.body_license


def test_a_take_opens_and_solves_again(tmp_path: Path) -> None:
    take = load_take(DATA / "legacy_0.1.0_capture.npz")
    assert_settings(take)
    assert take.edits == Edits() and take.solved and len(take.characters) == 1
    (person,) = take.people
    assert take.footage.source_frames.tolist() == list(range(14))
    assert person.observations.frame_index.tolist() == list(range(14))
    old = person.motion
    assert old is not None and old.frame_index.tolist() == list(range(14)) and np.isfinite(old.root).all()
    again = solve(take).characters[0].motion
    assert again is not None
    assert np.degrees(angle_between(old.rotations, again.rotations)).mean() < 6
    assert np.linalg.norm(old.joints() - again.joints(), axis=-1).mean() < 0.06
    save_take(take, tmp_path / "new.npz")
    kept = load_take(tmp_path / "new.npz")
    assert_settings(kept)
    np.testing.assert_array_equal(kept.people[0].motion.rotations, old.rotations)  # type: ignore[union-attr]


def test_an_interrupted_capture_is_recovered(tmp_path: Path) -> None:
    path = tmp_path / "take.npz"
    shutil.copyfile(DATA / "legacy_0.1.0_interrupted.npz.journal", journal_path(path))
    assert recover(path) == path
    take = load_take(path)
    assert not take.provenance.complete and take.people[0].id == 3
    assert_settings(take)
    assert take.people[0].observations.keypoints2d.shape == (14, 33, 2)
    assert take.footage.source_frames.tolist() == list(range(14))


def test_a_take_of_a_newer_version_says_so(tmp_path: Path) -> None:
    from romp_core.errors import TakeError

    path = tmp_path / "take.npz"
    with np.load(DATA / "legacy_0.1.0_capture.npz") as file:
        arrays = dict(file)
    meta = arrays["meta"].tobytes().replace(b'"schema_version": 1', b'"schema_version": 9')
    np.savez(path, **{**arrays, "meta": np.frombuffer(meta, np.uint8)})
    with pytest.raises(TakeError, match="newer version"):
        load_take(path)
