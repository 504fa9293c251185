"""Faces that are seen live: expressions come back at once, blinks are not smoothed away, and what is gone relaxes."""

import numpy as np
import pytest

from romp_core.geometry.face_units import FACE_UNIT
from romp_core.geometry.rotations import angle_between, quat_from_matrix
from romp_core.geometry.skeleton import JOINT, forward_kinematics
from romp_core.solve.causal.face import CausalFace
from romp_core.take.settings.face import FaceSettings
from tests.core.solve.face.synthetic_faces import FACING, OPTICS, coefficients_of, observed

FPS, COUNT = 30.0, 90
STILL = np.tile([1.0, 0.0, 0.0, 0.0], (24, 1))
STILL[0] = quat_from_matrix(FACING[None])[0]


def follow(observations, every: int = 1, settings: FaceSettings | None = None):
    """Coefficients (T, 52) and head orientations (T, 4) frame by frame."""
    face = CausalFace(OPTICS, settings or FaceSettings())
    units, heads = [], []
    for row in range(len(observations.frame_index)):
        if row % every == 0:
            face.see(observations.face_points[row], float(observations.face_presence[row]), row / FPS)
        body, found = face.join(STILL, row / FPS)
        units.append(found)
        heads.append(forward_kinematics(body, np.zeros(3), np.zeros((24, 3)))[1][JOINT["head"]])
    return np.array(units), np.array(heads)


@pytest.mark.parametrize("every", [1, 2])
def test_expressions_come_back(every: int) -> None:
    """The first second is at rest, as before a camera that was just started."""
    phase = np.clip(np.arange(COUNT) / FPS - 1, 0, None)
    jaw = 0.4 - 0.4 * np.cos(2 * np.pi * phase)
    smile = 0.5 * np.clip(phase - 0.5, 0, 1)
    found, _ = follow(observed(coefficients_of(COUNT, jawOpen=jaw, mouthSmileLeft=smile, mouthSmileRight=smile)), every)
    for unit, true in (("jawOpen", jaw), ("mouthSmileLeft", smile), ("mouthSmileRight", smile)):
        assert np.corrcoef(found[:, FACE_UNIT[unit]], true)[0, 1] > 0.95
        assert np.abs(found[:, FACE_UNIT[unit]] - true).mean() < 0.12
    others = [
        index for name, index in FACE_UNIT.items() if name not in ("jawOpen", "mouthSmileLeft", "mouthSmileRight")
    ]
    assert found[:, others].mean() < 0.03


def test_a_blink_of_three_frames_keeps_its_peak() -> None:
    blink = np.zeros(COUNT)
    blink[60:63] = 0.6, 1.0, 0.6
    found, _ = follow(observed(coefficients_of(COUNT, eyeBlinkLeft=blink, eyeBlinkRight=blink)))
    assert found[58:66, FACE_UNIT["eyeBlinkLeft"]].max() > 0.75
    assert found[:55, FACE_UNIT["eyeBlinkLeft"]].max() < 0.1


def test_the_head_turns_with_the_face() -> None:
    angle = np.radians(25) * np.sin(np.arange(COUNT) / FPS * 2)
    rotvecs = np.stack([0 * angle, angle, 0 * angle], axis=1)
    _, heads = follow(observed(coefficients_of(COUNT), rotvecs))
    from romp_core.geometry.rotations import matrix_from_rotvec

    true = quat_from_matrix(FACING @ matrix_from_rotvec(rotvecs))
    assert np.degrees(angle_between(heads, true))[20:].mean() < 3


def test_a_face_that_is_gone_relaxes() -> None:
    presence = np.ones(COUNT)
    presence[60:] = 0
    found, _ = follow(
        observed(coefficients_of(COUNT, jawOpen=np.r_[np.zeros(30), np.full(60, 0.7)]), presence=presence)
    )
    jaw = found[:, FACE_UNIT["jawOpen"]]
    assert jaw[59] > 0.5 and jaw[64] > 0.4, "a short gap is bridged"
    assert jaw[-1] < 0.02
    assert np.abs(np.diff(jaw[59:])).max() < 0.3


def test_strengths_are_the_users() -> None:
    smiling = observed(coefficients_of(COUNT, jawOpen=np.r_[np.zeros(30), np.full(60, 0.4)]))
    usual, none = (follow(smiling, settings=FaceSettings(mouth=mouth))[0] for mouth in (1.0, 0.0))
    assert usual[-1, FACE_UNIT["jawOpen"]] > 0.25 and none[-1, FACE_UNIT["jawOpen"]] == 0
