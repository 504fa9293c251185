"""Hands of a rendered clip, captured and solved: the promised numbers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks.hand_metrics import HandScore, captured_hands, score_hands
from romp_core.formats.exporter import export_take
from romp_core.take.take import Take

pytestmark = pytest.mark.slow

Measured = tuple[Take, tuple[HandScore, HandScore]]


@pytest.fixture(scope="module")
def measured(groundtruth: Path, tmp_path_factory: pytest.TempPathFactory) -> Measured:
    video = groundtruth / "hands.mp4"
    if not video.exists():
        pytest.skip("NOT CHECKED: hands is not in this ground-truth set")
    take = captured_hands(video, tmp_path_factory.mktemp("hands"))
    return take, score_hands(take, video.with_suffix(".npz"))


def test_visible_hands_are_found_and_never_taken_for_each_other(measured: Measured) -> None:
    for score in measured[1]:
        assert score.found >= 0.98 and score.valid >= 0.98
        assert score.wrong == 0 and score.false == 0


def test_fingers_and_wrists_are_as_they_were(measured: Measured) -> None:
    mean = {name: np.mean([getattr(score, name) for score in measured[1]]) for name in vars(measured[1][0])}
    assert mean["bend_deg"] <= 10 and mean["wrist_deg"] <= 11
    assert mean["tip_mm"] <= 28 and mean["aligned_mm"] <= 22
    assert mean["jerk_deg"] <= 2 and mean["step_deg"] <= 45


def test_exports_have_the_fingers(measured: Measured, tmp_path: Path) -> None:
    take, _ = measured
    (joints,) = export_take(take, "joints", tmp_path / "joints.npz")
    with np.load(joints) as file:
        assert file["hands_world_0"].shape == (180, 30, 3) and file["hands_valid_0"].shape == (180, 2)
        wrists = file["joints_world_0"][:, 20:22]
        away = np.linalg.norm(file["hands_world_0"].reshape(180, 2, 15, 3) - wrists[:, :, None], axis=-1)
        assert away.min() > 0.02 and away.max() < 0.25
