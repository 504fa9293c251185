"""A camera that the user gives, from a scene or another program: the solve takes it as it is."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from romp_core.cli.main import main
from romp_core.errors import EditError
from romp_core.formats.camera import export_camera, read_camera
from romp_core.geometry.rotations import angle_between, quat_from_matrix
from romp_core.solve import SolveCache, solve
from romp_core.storage.take_file import load_take, save_take
from romp_core.take.edits import CameraEdit, Edits
from romp_core.take.edits.removal import CAMERA, without
from romp_core.take.take import Take, fov_source
from tests.core.filmed import Film

Z_UP = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, -1.0], [0.0, 1.0, 0.0]])
SHIFT = np.array([3.0, -2.0, 0.0])
"""Where the origin of the user's scene is."""


def camera_of(film: Film) -> CameraEdit:
    """The true camera in a scene with z up; one row where it does not move."""
    rotations = quat_from_matrix(Z_UP @ film.truth.rotation.swapaxes(1, 2))
    positions = film.truth.position @ Z_UP.T + SHIFT
    count = len(positions) if np.ptp(positions, axis=0).max() > 0 else 1
    return CameraEdit.of_arrays(np.radians(film.truth.fov_deg), rotations[:count], positions[:count])


def solved(film: Film, cache: SolveCache | None = None, **settings: object) -> Take:
    take = film.take(**settings)
    edits = take.edits.with_camera(camera_of(film), take.footage.times)
    return solve(replace(take, edits=edits), rest_joints=film.skeleton, cache=cache)


@pytest.fixture(scope="module", params=[0.0, 1.5], ids=["still", "moving"])
def film(request: pytest.FixtureRequest) -> Film:
    return Film(12.0, 4.5, dolly=request.param)


def test_the_solve_has_exactly_this_camera_and_people_where_they_were(film: Film) -> None:
    take, edit = solved(film, fov=30.0), camera_of(film)
    assert take.camera is not None and take.estimates is not None
    assert np.degrees(take.camera.fov) == pytest.approx(film.truth.fov_deg), "not the field of view that was set"
    assert take.estimates.camera == "given" and take.estimates.fov.source == fov_source(take) == "user"
    rotation, position = take.camera.at(np.arange(len(film.truth.times)))
    np.testing.assert_allclose(position - edit.position_array, 0, atol=1e-6)
    assert np.degrees(angle_between(rotation, edit.rotation_array)).max() < 1e-4
    motion = take.characters[0].motion
    assert motion is not None
    true = film.truth.joints[0] @ Z_UP.T + SHIFT
    assert np.linalg.norm(motion.joints() - true, axis=-1).mean() < 0.06


def test_it_can_be_taken_back(film: Film) -> None:
    plain, cache = solve(film.take(), rest_joints=film.skeleton), SolveCache()
    take = solved(film, cache)
    edits = without(take.edits, CAMERA, 0, take.people, take.footage.times)
    assert edits == Edits()
    again = solve(replace(take, edits=edits), rest_joints=film.skeleton, cache=cache)
    np.testing.assert_array_equal(again.characters[0].motion.root, plain.characters[0].motion.root)


def test_it_is_kept_in_the_file_and_read_from_one(film: Film, tmp_path: Path) -> None:
    take = solved(film)
    saved = save_take(take, tmp_path / "take.npz")
    assert load_take(saved).edits == take.edits
    (written,) = export_camera(take, tmp_path / "camera.npz")
    read = read_camera(written, take.footage)
    assert np.degrees(read.fov) == pytest.approx(film.truth.fov_deg, abs=1e-4)
    np.testing.assert_allclose(read.position_array, camera_of(film).position_array + 0 * read.position_array, atol=1e-6)
    out = tmp_path / "other.npz"
    command = ["edit", str(saved), "-o", str(out), "--clear", "--camera-file", str(written), "--progress", "none"]
    assert main(command) == 0
    np.testing.assert_allclose(load_take(out).camera.position[0], take.camera.position[0], atol=1e-5)


def test_what_does_not_fit_is_told(tmp_path: Path) -> None:
    film = Film(12.0)
    take, edit = film.take(), camera_of(film)
    times = take.footage.times
    with pytest.raises(EditError, match="has 7 frames, the take has 120"):
        take.edits.with_camera(CameraEdit(edit.fov, edit.rotations * 7, edit.positions * 7), times)
    with pytest.raises(EditError, match="not known in every frame"):
        take.edits.with_camera(replace(edit, positions=((np.nan, 0.0, 0.0),)), times)
    with pytest.raises(EditError, match="no camera that could have filmed it"):
        take.edits.with_camera(replace(edit, fov=0.0), times)
    with pytest.raises(EditError, match="no camera file"):
        read_camera(tmp_path / "none.npz", take.footage)
    (tmp_path / "text.npz").write_text("nothing")
    with pytest.raises(EditError, match="not a readable camera"):
        read_camera(tmp_path / "text.npz", take.footage)
    lens = np.tile(np.eye(3), (2, 1, 1))
    lens[1] *= 1.5
    np.savez(tmp_path / "zoom.npz", times=times[:2], Rcw=np.tile(np.eye(3), (2, 1, 1)), cpos=np.zeros((2, 3)), K=lens)
    with pytest.raises(EditError, match="zooms"):
        read_camera(tmp_path / "zoom.npz", take.footage)
