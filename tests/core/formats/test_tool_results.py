"""Results of other tools lead back to the motion that they were made from: poses, positions, times, cameras, people."""

from pathlib import Path

import joblib
import numpy as np
import pytest

from romp_core.errors import TakeError
from romp_core.formats import FORMATS, import_results
from romp_core.formats.registry import formats_table
from romp_core.geometry.projection import focal_from_fov
from romp_core.geometry.rotations import angle_between, quat_multiply
from romp_core.solve import solve
from romp_core.take.settings import with_values
from romp_core.take.take import Take
from tests.core.formats import tool_files
from tests.core.formats.tool_files import COUNT, Filmed, filmed

ONE_MM, TENTH_DEG = 1e-3, np.radians(0.1)
ALONE = {"GVHMR", "AIST++", "EDGE"}
"""Formats of one person."""
WITH_CAMERA = ["WHAM", "GVHMR", "TRAM", "PromptHMR", "SLAHMR", "3DPW"]
WITH_INTRINSICS = [name for name in WITH_CAMERA if name != "WHAM"]


def check_motion(take: Take, index: int, truth: Filmed) -> None:
    """World motion as it was, but for where the world's origin is."""
    motion = take.people[index].motion
    assert motion is not None and motion.valid.all() and len(motion.root) == COUNT
    moved = (motion.root - motion.root[0]) - (truth.root - truth.root[0])
    assert np.abs(moved).max() < ONE_MM
    joints = 22
    assert angle_between(motion.rotations[:, :joints], truth.body[:, :joints]).max() < TENTH_DEG
    feet = motion.joints()[..., 2].min()
    assert -0.05 < feet < 0.15  # on the floor


def check_camera_space(take: Take, index: int, truth: Filmed) -> None:
    """Where the camera sees the person, and turned how."""
    seen = take.people[index].observations
    rotation, root = truth.in_camera
    assert seen.root is not None and seen.rotations is not None
    assert np.abs(seen.root - root).max() < ONE_MM
    assert angle_between(seen.rotations[:, 0], rotation).max() < TENTH_DEG
    assert angle_between(seen.rotations[:, 1:22], truth.body[:, 1:22]).max() < TENTH_DEG


@pytest.mark.parametrize("name", tool_files.WORLDS)
def test_motions_in_a_world(name: str, tmp_path: Path) -> None:
    people = [filmed()] if name in ALONE else [filmed(), filmed(1.5)]
    take = import_results(tool_files.WORLDS[name](tmp_path, people))
    assert take.solved and len(take.people) == len(people) and take.provenance.model == f"imported: {name}"
    assert "commercial" in take.provenance.model_license or "CC BY" in take.provenance.model_license
    for index, truth in enumerate(people):
        check_motion(take, index, truth)
    if len(people) > 1:
        apart = take.people[1].motion.root[0] - take.people[0].motion.root[0]
        assert np.abs(apart - (people[1].root[0] - people[0].root[0])).max() < ONE_MM


@pytest.mark.parametrize("name", WITH_CAMERA)
@pytest.mark.parametrize("moving", [True, False])
def test_the_camera_of_the_file(name: str, moving: bool, tmp_path: Path) -> None:
    truth = filmed(moving=moving)
    take = import_results(tool_files.WORLDS[name](tmp_path, [truth]))
    assert len(take.camera.rotation) == (COUNT if moving else 1)
    check_camera_space(take, 0, truth)
    rotation, position = take.camera.at(np.arange(COUNT))
    assert angle_between(rotation, truth.camera_rotation).max() < TENTH_DEG
    shift = take.people[0].motion.root[0] - truth.root[0]
    assert np.abs(position - shift - truth.camera_position).max() < 2 * ONE_MM
    if name in WITH_INTRINSICS:
        assert (take.footage.width, take.footage.height) == (tool_files.WIDTH, tool_files.HEIGHT)
        assert focal_from_fov(take.camera.fov, take.footage.width) == pytest.approx(tool_files.FOCAL, rel=1e-4)


@pytest.mark.parametrize("name", tool_files.CAMERAS)
def test_people_in_camera_space(name: str, tmp_path: Path) -> None:
    people = [filmed(), filmed(1.5)]
    take = import_results(tool_files.CAMERAS[name](tmp_path, people))
    assert not take.solved and [len(person.observations.frame_index) for person in take.people] == [COUNT] * 2
    order = np.argsort([person.observations.root[0, 0] for person in take.people])
    for truth, index in zip(people, order, strict=True):
        check_camera_space(take, int(index), truth)
    solved = solve(take)
    assert all(np.isfinite(person.motion.root).all() for person in solved.characters)


def test_the_camera_of_phalp_belongs_to_the_padded_image(tmp_path: Path) -> None:
    take = import_results(tool_files.phalp(tmp_path, [filmed()]))
    assert (take.footage.width, take.footage.height) == (1280, 720)
    assert focal_from_fov(take.footage.fov, 1280) == pytest.approx(5000 / 256 * 1280)


def test_people_who_come_later_and_holes(tmp_path: Path) -> None:
    path = tool_files.wham(tmp_path, [filmed(), filmed(1.5)])
    tree = joblib.load(path)
    tree[1] = {key: np.delete(value, [7, 8], axis=0) for key, value in tree[1].items()}
    tree[1]["trans_world"][20] = np.nan
    joblib.dump(tree, path)
    take = import_results(path)
    assert len(take.footage.times) == COUNT + 5
    motion = take.people[1].motion
    assert motion.frame_index[0] == 5 and len(motion.frame_index) == COUNT
    assert np.flatnonzero(~motion.valid).tolist() == [7, 8, 22]
    assert np.abs(motion.root[7] - motion.root[6]).max() == 0  # held


def test_wham_without_perspective_on_z_up_worlds(tmp_path: Path) -> None:
    """What shows which axis is up counts more than what the tool usually writes."""
    truth = filmed()
    check_motion(import_results(tool_files.wham(tmp_path, [truth], np.eye(3))), 0, truth)


def vibe(path: Path, truth: Filmed, size: tuple[int, int]) -> tuple[Path, np.ndarray]:
    """A file of VIBE with a camera without perspective, and the pixels (T, 24, 2) that it stands for."""
    from romp_core.bodies.embedded import load_body
    from romp_core.geometry.skeleton import SMPL_PELVIS, forward_kinematics

    rotation, _ = truth.in_camera
    rotations = np.concatenate([rotation[:, None], truth.body[:, 1:]], axis=1)
    joints, _ = forward_kinematics(rotations, SMPL_PELVIS, load_body().rest_joints(1.70))
    t = np.linspace(0, 1, COUNT)
    crop = np.stack([0.9 + 0 * t, 0.05 + 0 * t, 0.1 + 0 * t], axis=1)
    boxes = np.stack([400 + 200 * t, 350 + 0 * t, 300 + 0 * t, 300 + 0 * t], axis=1)
    half = np.array(size) / 2
    scale = crop[:, :1] * boxes[:, 2:3] / np.array(size)
    whole = np.concatenate([scale, (boxes[:, :2] - half) / half / scale + crop[:, 1:]], axis=1)
    pixels = (whole[:, None, :2] * (joints[..., :2] + whole[:, None, 2:]) + 1) * half
    person = {
        "pred_cam": crop, "orig_cam": whole, "pose": truth.poses(rotation).reshape(COUNT, 72),
        "betas": np.zeros((COUNT, 10)), "bboxes": boxes, "frame_ids": np.arange(COUNT),
    }  # fmt: skip
    joblib.dump({3: person}, path / "vibe_output.pkl")
    return path / "vibe_output.pkl", pixels


def test_vibe(tmp_path: Path) -> None:
    truth = filmed()
    path, pixels = vibe(tmp_path, truth, (1280, 720))
    take = import_results(path)
    seen = take.people[0].observations
    assert (take.footage.width, take.footage.height) == (1280, 720) and not take.solved
    assert angle_between(seen.rotations[:, 0], truth.in_camera[0]).max() < TENTH_DEG
    assert np.abs(seen.keypoints2d - pixels).max() < 25  # as nearly as a camera with perspective can show them
    assert np.abs((seen.keypoints2d - pixels).mean(axis=1)).max() < 3


@pytest.mark.parametrize("name", ["WHAM", "SLAHMR"])
def test_a_world_solved_again_with_other_settings_keeps_its_poses(name: str, tmp_path: Path) -> None:
    truth = filmed()
    take = import_results(tool_files.WORLDS[name](tmp_path, [truth]))
    again = solve(take.__class__(**{**vars(take), "solve": with_values(take.solve, {"height": 1.9})}))
    before, after = take.people[0].motion, again.people[0].motion
    assert angle_between(before.rotations[:, 1:], after.rotations[:, 1:]).max() < np.radians(0.5)
    assert np.ptp(after.rest_joints[:, 1]) == pytest.approx(np.ptp(before.rest_joints[:, 1]) * 1.9 / 1.7, rel=0.01)
    turned = angle_between(
        quat_multiply(before.rotations[0, 0] * [1, -1, -1, -1], before.rotations[-1, 0]),
        quat_multiply(after.rotations[0, 0] * [1, -1, -1, -1], after.rotations[-1, 0]),
    )
    assert turned < np.radians(3)


@pytest.mark.parametrize("name", [*tool_files.WORLDS, "4D-Humans (PHALP)"])
def test_files_without_usable_people_name_their_tool(name: str, tmp_path: Path) -> None:
    nobody = filmed()
    broken = Filmed(nobody.body * np.nan, nobody.root * np.nan, nobody.camera_rotation, nobody.camera_position)
    make = {**tool_files.CAMERAS, **tool_files.WORLDS}[name]
    with pytest.raises(TakeError) as caught:
        import_results(make(tmp_path, [broken]))
    assert name in caught.value.sentence


def test_the_docs_list_every_format() -> None:
    page = (Path(__file__).parents[3] / "docs" / "imports.md").read_text(encoding="utf-8")
    assert formats_table() in page and all(each.title in page for each in FORMATS)
