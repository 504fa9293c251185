"""TRACE's published result files become takes; the numbers are those of the golden set's run."""

from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose

from romp_core.errors import TakeError
from romp_core.formats import import_results
from romp_core.geometry.projection import focal_from_fov
from romp_core.geometry.skeleton import forward_kinematics
from romp_core.take.take import Take, take_fov

LEFT_OUT = ("params_pred", "detection_flag", "world_j3d", "image_names")


@pytest.fixture(scope="module")
def outputs(golden: Path) -> dict[str, np.ndarray]:
    stored = np.load(golden / "trace" / "e2e_outputs_batch.npz")
    return {name: stored[name] for name in stored.files}


def write(path: Path, outputs: dict[str, np.ndarray], frames: int = 10) -> Path:
    """A file as TRACE writes it."""
    kept = {key: value for key, value in outputs.items() if not key.startswith(("tracking", "verts", *LEFT_OUT))}
    names = [f"frames/{index:08d}.jpg" for index in range(frames)]
    np.savez(path, outputs=np.array(kept, object), imgpaths=names)
    return path


@pytest.fixture
def take(outputs, tmp_path) -> Take:
    return import_results(write(tmp_path / "walk.mp4.npz", outputs), fps=25)


def test_everybody_is_there_with_both_paths(outputs, take):
    assert take.provenance.model == "imported: TRACE" and take.footage.fps == 25 and len(take.footage.times) == 10
    assert {person.id for person in take.people} == set(outputs["track_ids"].tolist())
    for person in take.people:
        mine = np.flatnonzero(outputs["track_ids"] == person.id)
        mine = mine[np.argsort(outputs["reorganize_idx"][mine])]
        seen = person.observations
        assert seen.frame_index.tolist() == outputs["reorganize_idx"][mine].tolist()
        assert_allclose(seen.keypoints2d, outputs["pj2d_org"][mine, :24], atol=1e-3)
        joints, _ = forward_kinematics(seen.rotations, seen.root, seen.rest_joints)
        assert_allclose(joints, (outputs["cam_trans"][:, None] + outputs["j3d"])[mine, :24], atol=1e-4)
        in_world = seen.rotations.copy()
        in_world[:, 0] = seen.world_rotation
        joints, _ = forward_kinematics(in_world, seen.world_root, seen.rest_joints)
        truth = (outputs["world_trans"][:, None] + outputs["world_j3d"])[mine, :24]
        assert_allclose(joints, truth, rtol=1e-5, atol=1e-4)


def test_the_camera_is_traces(outputs, take):
    width, height = take.footage.width, take.footage.height
    assert focal_from_fov(take_fov(take), width) == pytest.approx(548 / 512 * max(width, height))
    seen = take.people[0].observations
    points = seen.keypoints3d + seen.root[:, None]
    pixels = points[..., :2] / points[..., 2:] * focal_from_fov(take_fov(take), width) + [width / 2, height / 2]
    assert_allclose(pixels, seen.keypoints2d, atol=1.0)


def test_files_with_missing_or_crooked_arrays_end_in_a_sentence(outputs, tmp_path):
    for name, value in (
        ("j3d", None),
        ("cam_trans", np.zeros((3, 2))),
        ("pj2d", np.zeros(4)),
        ("track_ids", np.ones(3)),
    ):
        changed = {**outputs, name: value}
        if value is None:
            del changed[name]
        with pytest.raises(TakeError):
            import_results(write(tmp_path / "bad.npz", changed))
    nowhere = {**outputs, "cam_trans": np.full_like(outputs["cam_trans"], np.nan)}
    with pytest.raises(TakeError, match="nobody"):
        import_results(write(tmp_path / "bad.npz", nowhere))
    empty = {key: value[:0] for key, value in outputs.items()}
    with pytest.raises(TakeError):
        import_results(write(tmp_path / "bad.npz", empty))
