"""Capturing faces with the body: what the raw take has of them."""

from pathlib import Path

import numpy as np
import pytest

from romp_core.cli.main import main
from romp_core.models.face.networks import face_weights
from romp_core.models.hands.networks import hand_weights
from romp_core.storage.take_file import load_take
from romp_core.take.take import Take


@pytest.fixture(scope="module")
def take(demo_clip: Path, tmp_path_factory: pytest.TempPathFactory) -> Take:
    out = tmp_path_factory.mktemp("face") / "take.npz"
    assert main(["capture", str(demo_clip), "-o", str(out), "--parts", "all", "--progress", "none"]) == 0
    return load_take(out)


def test_a_take_has_raw_faces_at_the_heads(take: Take) -> None:
    (person,) = take.people
    seen = person.observations
    count = len(seen.frame_index)
    assert take.capture.parts == "all" and seen.has_face and seen.has_hands
    assert seen.face_points is not None and seen.face_presence is not None
    assert seen.face_points.shape == (count, 478, 3) and seen.face_presence.shape == (count,)
    found = seen.face_presence > 0
    assert found.mean() > 0.5
    assert not seen.face_points[~found].any()
    gap = np.linalg.norm(seen.face_points[found][:, 1, :2] - seen.keypoints2d[found, 0], axis=1)
    size = np.ptp(seen.face_points[found][..., :2], axis=1).max(axis=1)
    assert (gap < 0.3 * size).all()  # the tip of the nose


def test_a_take_names_the_networks_of_its_parts(take: Take) -> None:
    assert face_weights().items() <= take.provenance.weights.items()
    assert hand_weights().items() <= take.provenance.weights.items()


def test_the_body_alone_has_no_face(demo_take: Path) -> None:
    take = load_take(demo_take)
    assert not take.people[0].observations.has_face
    assert not face_weights().items() & take.provenance.weights.items()


def test_models_without_faces_say_so(demo_clip: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "take.npz"
    assert main(["capture", str(demo_clip), "-o", str(out), "--model", "romp", "--parts", "face"]) != 0
    assert "does not capture faces" in capsys.readouterr().err
