"""AMASS in both directions: gaps, people who come later, shapes of arrays, options that are given."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from romp_core import import_take
from romp_core.cli.main import main
from romp_core.formats import export_take, import_results
from romp_core.geometry.rotations import angle_between, quat_from_rotvec
from romp_core.storage.take_file import load_take
from romp_core.take.settings import SolveSettings
from tests.core.formats.test_importer import amass
from tests.core.synthetic import make_motion, make_take


def late_take():
    """Two people; the second is seen from frame 30 on, with a hole from 40 to 44."""
    take = make_take(people=2)
    rows = np.arange(30, 60)
    motion = make_motion(take.footage.times, rows, 1.0)
    motion = replace(motion, valid=~np.isin(rows, np.arange(40, 45)))
    return take.with_person(replace(take.people[1], motion=motion))


def test_everybody_has_one_time_line(tmp_path: Path) -> None:
    first, second = export_take(late_take(), "amass", tmp_path / "a.npz")
    with np.load(first) as one, np.load(second) as two:
        assert one["poses"].shape == two["poses"].shape == (60, 72)
        np.testing.assert_allclose(one["times"], two["times"])
        np.testing.assert_allclose(two["times"], np.arange(60) / 30)
        assert one["valid"].all() and int(two["first_frame"]) == 0
        expected = np.isin(np.arange(60), [*range(30, 40), *range(45, 60)])
        np.testing.assert_array_equal(two["valid"], expected)
        np.testing.assert_allclose(two["trans"][:30], np.tile(two["trans"][30], (30, 1)))  # held


def test_the_way_back_keeps_time_and_gaps(tmp_path: Path) -> None:
    take = late_take()
    _, path = export_take(take, "amass", tmp_path / "a.npz")
    back = import_results(path)
    before, after = take.people[1].motion, back.people[0].motion
    assert len(back.footage.times) == 60 and back.footage.fps == 30
    np.testing.assert_array_equal(after.frame_index, before.frame_index)
    np.testing.assert_array_equal(after.valid, before.valid)
    moved = (after.root - after.root[0]) - (before.root - before.root[0])
    assert np.abs(moved[before.valid]).max() < 1e-3
    turned = angle_between(after.rotations, before.rotations)[before.valid]
    assert np.degrees(turned.max()) < 0.1


def test_a_first_frame_of_another_tool_is_an_offset(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", **amass(72), first_frame=np.int64(25))
    take = import_results(tmp_path / "a.npz")
    assert take.people[0].motion.frame_index[0] == 25 and len(take.footage.times) == 85


def test_frames_that_are_not_numbers_are_gaps(tmp_path: Path) -> None:
    data = amass(156)
    data["trans"][5] = np.nan
    data["poses"][7, 3] = np.inf
    np.savez(tmp_path / "a.npz", **data)
    motion = import_results(tmp_path / "a.npz").people[0].motion
    assert np.flatnonzero(~motion.valid).tolist() == [5, 7] and np.isfinite(motion.root).all()


@pytest.mark.parametrize("shape", [(60, 24, 3), (60, 52, 3), (60, 55, 3), (60, 24, 3, 3)])
def test_shapes_of_poses(shape: tuple[int, ...], tmp_path: Path) -> None:
    data = amass({24: 72, 52: 156, 55: 165}[shape[1]])
    vectors = data["poses"].reshape(60, -1, 3)
    if len(shape) == 4:
        from romp_core.geometry.rotations import matrix_from_rotvec

        data["poses"] = matrix_from_rotvec(vectors)
    else:
        data["poses"] = vectors
    assert data["poses"].shape == shape
    np.savez(tmp_path / "a.npz", **data)
    rotations = import_results(tmp_path / "a.npz").people[0].motion.rotations
    assert np.degrees(angle_between(rotations[:, :22], quat_from_rotvec(vectors[:, :22])).max()) < 0.1


@pytest.mark.parametrize(
    "more",
    [
        {"gender": np.array(b"female")},
        {"gender": np.array("male", dtype=object)},
        {"betas": np.zeros((60, 10))},
        {"mocap_framerate": np.array("100")},
        {"marker_data": np.zeros((60, 40, 3)), "labels": np.array(["a", "b"])},
    ],
)
def test_habits_of_other_writers(more: dict[str, np.ndarray], tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", **amass(156) | more)
    take = import_results(tmp_path / "a.npz")
    assert take.solved and take.footage.fps == 100


def stature(take) -> float:
    return float(np.ptp(take.people[0].motion.rest_joints[:, 1]))


def test_given_options_count(tmp_path: Path) -> None:
    path, out = tmp_path / "a.npz", tmp_path / "t.npz"
    np.savez(path, **amass(156))
    assert main(["import", str(path), "-o", str(out), "--progress", "none"]) == 0
    plain = load_take(out)
    given = ["--fps", "30", "--height", "1.9", "--tilt", "20", "--progress", "none"]
    assert main(["import", str(path), "-o", str(out), *given]) == 0
    take = load_take(out)
    assert plain.footage.fps == 100 and take.footage.fps == 30 and take.footage.times[-1] == pytest.approx(59 / 30)
    assert take.solve.scale.height == 1.9 and stature(take) == pytest.approx(stature(plain) * 1.9 / 1.7, rel=1e-3)
    joints = take.people[0].motion.joints()
    lean = np.degrees(np.arccos((joints[0, 15] - joints[0, 0])[2] / np.linalg.norm(joints[0, 15] - joints[0, 0])))
    assert take.solve.level.tilt == 20 and lean > 10  # the level camera was said to look down


def test_the_python_api_solves_with_given_settings(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", **amass(156))
    plain, tall = import_take(tmp_path / "a.npz"), import_take(tmp_path / "a.npz", SolveSettings().changed(height=2.0))
    assert stature(tall) == pytest.approx(stature(plain) * 2.0 / 1.7, rel=1e-3)


def test_nothing_is_smoothed_unless_asked_for(tmp_path: Path) -> None:
    data = amass(156)
    data["poses"][30, 3 * 18 + 1] -= 0.5  # a jerk of one frame
    path, out = tmp_path / "a.npz", tmp_path / "t.npz"
    np.savez(path, **data)

    def jerk(*options: str) -> float:
        assert main(["import", str(path), "-o", str(out), "--progress", "none", *options]) == 0
        rotations = load_take(out).people[0].motion.rotations
        return float(angle_between(rotations[29, 18], rotations[30, 18]))

    assert jerk() > 0.45 and jerk("--height", "1.8") > 0.45 and jerk("--strength", "1.0") < 0.3
