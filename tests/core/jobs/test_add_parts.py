"""Hands and faces that are found in the footage of a take afterwards."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from romp_core.cli.main import main
from romp_core.errors import Cancelled, FootageError, TakeError
from romp_core.jobs.add_parts import add_parts
from romp_core.jobs.listener import ProgressOnly
from romp_core.storage.take_file import load_take, save_take
from romp_core.take.take import Take

QUIET = ProgressOnly(None)


@pytest.fixture(scope="module")
def body(demo_clip: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A take of the body alone."""
    out = tmp_path_factory.mktemp("parts") / "take.npz"
    assert main(["capture", str(demo_clip), "-o", str(out), "--progress", "none"]) == 0
    return out


@pytest.fixture(scope="module")
def added(body: Path) -> Take:
    out = body.with_name("with_hands.npz")
    assert main(["add-parts", str(body), "--parts", "hands", "-o", str(out), "--progress", "none"]) == 0
    return load_take(out)


def test_hands_are_those_that_a_capture_finds(body: Path, added: Take, demo_clip: Path, tmp_path: Path) -> None:
    out = tmp_path / "at_once.npz"
    assert main(["capture", str(demo_clip), "-o", str(out), "--parts", "hands", "--progress", "none"]) == 0
    at_once = load_take(out)
    (later,), (sooner,) = added.people, at_once.people
    np.testing.assert_array_equal(later.observations.hand_points, sooner.observations.hand_points)
    assert later.motion is not None and sooner.motion is not None
    np.testing.assert_allclose(later.motion.fingers, sooner.motion.fingers, atol=1e-6)
    assert added.capture.parts == "hands"
    assert any(name.startswith("hands/") for name in added.provenance.weights)


def test_the_first_take_is_as_it_was(body: Path, added: Take) -> None:
    take = load_take(body)
    assert not take.people[0].observations.has_hands and take.capture.parts == "body"
    np.testing.assert_array_equal(take.people[0].observations.keypoints2d, added.people[0].observations.keypoints2d)


def test_people_of_a_body_model_get_hands_by_their_joints(added: Take, tmp_path: Path) -> None:
    """A body model names no knuckles: its hand joint says where the hand is."""
    (person,) = added.people
    seen = person.observations
    wrists, knuckles = seen.keypoints2d[:, [15, 16]], seen.keypoints2d[:, [17, 19, 18, 20]].reshape(-1, 2, 2, 2)
    joints = np.zeros((len(seen.frame_index), 24, 2), np.float32)
    joints[:, [20, 21]], joints[:, [22, 23]] = wrists, knuckles.mean(axis=2)
    plain = replace(
        seen, keypoints2d=joints, visibility=np.ones(joints.shape[:2], np.float32),
        keypoints3d=np.zeros((*joints.shape[:2], 3), np.float32), hand_points=None, hand_world=None,
        hand_presence=None, hand_right=None, hand_sharpness=None,
    )  # fmt: skip
    take = replace(added, people=(replace(person, observations=plain),))
    found = _found_only(take, tmp_path)
    both = (found.hand_presence > 0.5) & (seen.hand_presence > 0.5)
    assert both.sum() > 0.8 * (seen.hand_presence > 0.5).sum()
    gap = np.linalg.norm(found.hand_points[..., :2] - seen.hand_points[..., :2], axis=-1).mean(axis=-1)
    assert np.median(gap[both]) < 3
    with pytest.raises(TakeError, match="does not say where eyes and mouth are"):
        add_parts(take, tmp_path / "out.npz", "all", QUIET)


def _found_only(take: Take, folder: Path):
    """What is found, without the solve, which knows nothing of these joints."""
    from romp_core.jobs import add_parts as job

    found = {}
    patched = pytest.MonkeyPatch()
    patched.setattr(job, "solve_take", lambda take, *_: found.setdefault("take", take))
    try:
        job.add_parts(take, folder / "out.npz", "hands", QUIET)
    finally:
        patched.undo()
    return found["take"].people[0].observations


def test_another_footage_is_refused(added: Take, tmp_path: Path) -> None:
    other = Path(__file__).parents[2] / "data" / "counting.mp4"
    with pytest.raises(FootageError, match="is not the footage of this take"):
        add_parts(added, tmp_path / "out.npz", "hands", QUIET, footage=str(other))


def test_footage_that_was_moved_is_named(body: Path, added: Take, demo_clip: Path, tmp_path: Path) -> None:
    moved = shutil.copy(demo_clip, tmp_path / "moved.mp4")
    take = replace(load_take(body), footage=replace(added.footage, path=str(tmp_path / "gone.mp4")))
    lost = save_take(take, tmp_path / "lost.npz")
    assert main(["add-parts", str(lost), "--parts", "hands", "--progress", "none"]) == 1
    assert main(["add-parts", str(lost), "--parts", "hands", "--footage", str(moved), "--progress", "none"]) == 0
    assert load_take(lost).people[0].motion.has_fingers


def test_cancelled_it_leaves_the_file(body: Path, tmp_path: Path) -> None:
    out = Path(shutil.copy(body, tmp_path / "take.npz"))
    before = out.read_bytes()
    with pytest.raises(Cancelled):
        add_parts(load_take(out), out, "all", QUIET, cancelled=lambda: True)
    assert out.read_bytes() == before


def test_people_in_the_image_only_have_no_poses(added: Take, tmp_path: Path) -> None:
    (person,) = added.people
    flat = replace(person.observations, keypoints3d=None)
    with pytest.raises(TakeError, match="no poses"):
        add_parts(replace(added, people=(replace(person, observations=flat),)), tmp_path / "out.npz", "hands", QUIET)
