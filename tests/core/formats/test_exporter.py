"""Exported files hold what other tools expect."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from romp_core.errors import SettingsError, TakeError
from romp_core.formats.exporter import export_take
from romp_core.geometry.rotations import matrix_from_rotvec
from romp_core.geometry.skeleton import PARENTS, SMPL_PELVIS, rest_offsets
from romp_core.take.edits import PersonEdit
from romp_core.take.take import Provenance
from tests.core.synthetic import REST, make_take


def test_amass_parameters_pose_the_same_skeleton(tmp_path: Path) -> None:
    take = make_take()
    (path,) = export_take(take, "amass", tmp_path / "a.npz")
    data = np.load(path)
    assert data["poses"].shape == (60, 72) and data["betas"].shape == (10,) and data["mocap_framerate"] == 30
    # SMPL's own recipe: joints rotate about the rest pelvis, then trans is added.
    local = matrix_from_rotvec(data["poses"].reshape(60, 24, 3))
    offsets, world = rest_offsets(REST), [local[:, 0]]
    joints = [data["trans"] + SMPL_PELVIS]
    for joint in range(1, 24):
        parent = PARENTS[joint]
        world.append(world[parent] @ local[:, joint])
        joints.append(joints[parent] + world[parent] @ offsets[joint])
    np.testing.assert_allclose(np.stack(joints, 1), take.people[0].motion.joints(), atol=1e-4)


@pytest.mark.parametrize("count", [0, 10, 11, 16])
def test_amass_has_ten_betas_whatever_the_model_has(tmp_path: Path, count: int) -> None:
    take = make_take()
    person = take.people[0]
    frames = len(person.observations.frame_index)
    betas = np.tile(np.arange(1.0, count + 1, dtype=np.float32), (frames, 1)) if count else None
    take = replace(take, people=(replace(person, observations=replace(person.observations, betas=betas)),))
    (path,) = export_take(take, "amass", tmp_path / "a.npz")
    expected = [*range(1, min(count, 10) + 1), *[0] * (10 - min(count, 10))]
    assert np.load(path)["betas"].tolist() == expected


@pytest.mark.parametrize("format", ["amass", "joints"])
def test_exports_say_where_they_come_from(tmp_path: Path, format: str) -> None:
    provenance = Provenance("romp", "ROMP license", "SMPL license", core_version="0.2.0", created="2026-01-01")
    take = make_take()
    take = replace(take, provenance=provenance, footage=replace(take.footage, path="/films/Übung 1.mp4"))
    (path,) = export_take(take, format, tmp_path / "out.npz")
    with np.load(path, allow_pickle=False) as data:
        stamp = {name: str(data[name]) for name in ("model", "model_license", "body_license", "core_version", "source")}
    assert stamp == {
        "model": "romp",
        "model_license": "ROMP license",
        "body_license": "SMPL license",
        "core_version": "0.2.0",
        "source": "Übung 1.mp4",
    }


def test_removed_people_are_not_exported(tmp_path: Path) -> None:
    take = make_take(people=2)
    take = replace(take, edits=take.edits.with_person(take.people[0].id, PersonEdit(removed=True)))
    (path,) = export_take(take, "joints", tmp_path / "j.npz")
    with np.load(path) as data:
        assert "joints_world_0" in data and "joints_world_1" not in data
    assert [each.name for each in export_take(take, "amass", tmp_path / "a.npz")] == ["a.npz"]


def test_amass_writes_one_file_per_person(tmp_path: Path) -> None:
    paths = export_take(make_take(people=2), "amass", tmp_path / "a.npz")
    assert [path.name for path in paths] == ["a_1.npz", "a_2.npz"]


def test_joints_in_world_and_camera(tmp_path: Path) -> None:
    take = make_take(people=2)
    (path,) = export_take(take, "joints", tmp_path / "j.npz")
    data = np.load(path)
    world, camera = data["joints_world_1"], data["joints_camera_1"]
    assert world.shape == camera.shape == (60, 24, 3) and data["valid_1"].all()
    np.testing.assert_allclose(data["times_1"], np.arange(60) / 30)
    # The camera is level at the origin: forward is world y, down is world -z.
    np.testing.assert_allclose(camera, np.stack([world[..., 0], -world[..., 2], world[..., 1]], -1), atol=1e-6)
    assert world[0, 0] == pytest.approx([1.0, 0.0, 0.95], abs=1e-6)
    assert data["contacts_1"].shape == (60, 4) and not data["contacts_1"].any()


def test_refusals(tmp_path: Path) -> None:
    take = make_take()
    with pytest.raises(SettingsError, match='no export format "xyz"'):
        export_take(take, "xyz", tmp_path / "a")
    raw = replace(take, camera=None)
    with pytest.raises(TakeError, match="no solved motion"):
        export_take(raw, "joints", tmp_path / "a")
