"""Capturing hands with the body: what a take and its exports have of them."""

from pathlib import Path

import numpy as np
import pytest

from romp_core.cli.main import main
from romp_core.geometry.fingers import FINGERS, SMPLH, pose_with_fingers
from romp_core.geometry.rotations import matrix_from_quat, matrix_from_rotvec
from romp_core.storage.take_file import load_take, read_record, save_take
from romp_core.take.take import Take


@pytest.fixture(scope="module")
def path(demo_clip: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("hands") / "take.npz"
    assert main(["capture", str(demo_clip), "-o", str(out), "--parts", "hands", "--progress", "none"]) == 0
    return out


@pytest.fixture(scope="module")
def take(path: Path) -> Take:
    return load_take(path)


def test_a_take_has_raw_hands_and_fingers(path: Path, take: Take) -> None:
    (person,) = take.people
    seen, motion = person.observations, person.motion
    count = len(seen.frame_index)
    assert read_record(path)["schema_version"] >= 3 and take.capture.parts == "hands"
    assert seen.has_hands and seen.hand_points is not None and seen.hand_presence is not None
    assert seen.hand_points.shape == (count, 2, 21, 3)
    assert seen.hand_presence.max() > 0.5  # somebody with hands
    found = seen.hand_presence > 0
    near = np.linalg.norm(seen.hand_points[:, :, 0, :2] - seen.keypoints2d[:, [15, 16]], axis=-1)
    assert near[found].max() < 60  # each at its own wrist
    assert motion is not None and motion.has_fingers
    assert motion.fingers.shape == (len(motion.frame_index), 30, 4)
    np.testing.assert_allclose(np.linalg.norm(motion.fingers, axis=-1), 1, atol=1e-5)


def test_a_take_with_hands_survives_the_disk(take: Take, tmp_path: Path) -> None:
    back = load_take(save_take(take, tmp_path / "copy.npz"))
    for old, new in zip(take.people, back.people, strict=True):
        np.testing.assert_array_equal(new.observations.hand_points, old.observations.hand_points)
        assert new.motion is not None and old.motion is not None
        np.testing.assert_array_equal(new.motion.finger_points(), old.motion.finger_points())


def test_amass_files_are_those_of_smpl_h(path: Path, take: Take, tmp_path: Path) -> None:
    out = tmp_path / "motion.npz"
    assert main(["export", str(path), str(out), "--format", "amass"]) == 0
    motion = take.people[0].motion
    assert motion is not None
    with np.load(out) as file:
        assert file["poses"].shape[1] == 156 == 3 * len(SMPLH)
        row = motion.frame_index[0]
        index = matrix_from_rotvec(file["poses"][row, 66:69])
    np.testing.assert_allclose(index, matrix_from_quat(motion.fingers[0, FINGERS.index("left_index1")]), atol=1e-3)


def test_joints_have_both_hands(path: Path, take: Take, tmp_path: Path) -> None:
    out = tmp_path / "joints.npz"
    assert main(["export", str(path), str(out), "--format", "joints"]) == 0
    motion = take.people[0].motion
    assert motion is not None
    posed = pose_with_fingers(motion.rotations, motion.fingers, motion.root, motion.rest_joints, motion.rest_fingers)
    with np.load(out) as file:
        np.testing.assert_allclose(file["hands_world_0"], posed[0][:, 24:], atol=1e-5)
        np.testing.assert_allclose(file["tips_world_0"], posed[2], atol=1e-5)
        assert file["hands_valid_0"].dtype == bool and file["hands_valid_0"].shape == (len(motion.frame_index), 2)


def test_the_body_alone_has_no_fingers(demo_take: Path, tmp_path: Path) -> None:
    take, out = load_take(demo_take), tmp_path / "joints.npz"
    assert take.people[0].motion is not None and not take.people[0].motion.has_fingers
    assert main(["export", str(demo_take), str(out), "--format", "joints"]) == 0
    with np.load(out) as file:
        assert not [name for name in file.files if name.startswith(("hands", "tips"))]


def test_the_body_moves_as_without_hands(take: Take, demo_take: Path) -> None:
    alone, both = load_take(demo_take).people[0].motion, take.people[0].motion
    assert alone is not None and both is not None
    np.testing.assert_allclose(both.joints()[:, :22], alone.joints()[:, :22], atol=1e-4)


def test_models_without_hands_say_so(demo_clip: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "take.npz"
    assert main(["capture", str(demo_clip), "-o", str(out), "--model", "romp", "--parts", "hands"]) != 0
    assert "does not capture hands" in capsys.readouterr().err


def test_a_hand_that_was_seen_wrongly_is_relaxed(path: Path, take: Take, tmp_path: Path) -> None:
    out = tmp_path / "relaxed.npz"
    seen = take.people[0].motion.hand_confidence[:, 0] > 0
    times = take.footage.times[take.people[0].motion.frame_index]
    start, end = times[np.flatnonzero(seen)[[0, -1]]]
    command = ["edit", str(path), "-o", str(out), "--relax", "0", "left_hand", str(start), str(end)]
    assert main([*command, "--progress", "none"]) == 0
    motion = load_take(out).people[0].motion
    assert not (motion.hand_confidence[:, 0] > 0).any(), "the left hand is relaxed throughout"
    np.testing.assert_array_equal(motion.hand_confidence[:, 1], take.people[0].motion.hand_confidence[:, 1])
