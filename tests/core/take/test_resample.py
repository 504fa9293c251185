"""Even sampling follows true time: rates, jitter, late starts, gaps."""

from dataclasses import replace

import numpy as np
import pytest

from romp_core.geometry.rotations import rotvec_from_quat
from romp_core.take.resample import resample, to_grid
from romp_core.take.take import Take
from tests.core.synthetic import make_motion, make_take


def walked(take: Take) -> np.ndarray:
    """Seconds walked at each sample: the synthetic person walks to -y at 1 m/s."""
    clip = resample(take.people[0].motion, take.footage)
    return -clip.root[:, 1]


@pytest.mark.parametrize("fps", [23.976, 29.97, 30.0, 59.94])
def test_constant_rate_is_kept_frame_by_frame(fps: float) -> None:
    times = np.round(np.arange(600) / fps, 4)  # time stamps as files round them
    take = make_take(times, fps)
    seconds = walked(take)
    assert len(seconds) == 600
    np.testing.assert_allclose(seconds, np.arange(600) / fps, atol=2e-4)


def test_variable_rate_is_sampled_by_true_time() -> None:
    rng = np.random.default_rng(1)
    times = np.sort(rng.uniform(0, 10, 250))
    times[0], times[-1] = 0.0, 10.0
    take = make_take(times, 25.0)
    seconds = walked(take)
    assert len(seconds) == 251
    np.testing.assert_allclose(seconds, np.arange(251) / 25, atol=1e-5)
    clip = resample(take.people[0].motion, take.footage)
    bend = np.degrees(np.linalg.norm(rotvec_from_quat(clip.rotations[:, 18]), axis=-1))
    wrapped = (60 * np.arange(251) / 25) % 360
    np.testing.assert_allclose(np.minimum(bend, 360 - bend), np.minimum(wrapped, 360 - wrapped), atol=0.01)


def test_late_person_starts_late() -> None:
    take = make_take()
    motion = make_motion(take.footage.times, np.arange(20, 50))
    clip = resample(motion, take.footage)
    assert (clip.first, len(clip.root)) == (20, 30)


def test_start_of_range_is_sample_zero() -> None:
    take = make_take(5 + np.arange(30) / 30)
    assert to_grid(np.array([5.5]), take.footage) == pytest.approx(15)


def test_gap_stays_a_gap() -> None:
    take = make_take()
    motion = take.people[0].motion
    valid = motion.valid.copy()
    valid[10:20] = False
    clip = resample(replace(motion, valid=valid), take.footage)
    np.testing.assert_array_equal(clip.valid, valid)


def test_single_picture() -> None:
    take = make_take(np.zeros(1), fps=0.0)
    clip = resample(take.people[0].motion, take.footage)
    assert clip.fps == 30.0 and clip.root.shape == (1, 3) and clip.valid.all()


def test_a_face_follows_true_time() -> None:
    times = np.sort(np.random.default_rng(2).uniform(0, 4, 150))
    times[0], times[-1] = 0.0, 4.0
    take = make_take(times, 25.0)
    motion = take.people[0].motion
    face = np.zeros((len(times), 52), np.float32)
    face[:, 24] = times / 4  # the jaw opens steadily
    clip = resample(replace(motion, face=face), take.footage)
    np.testing.assert_allclose(clip.face[:, 24], np.arange(101) / 100, atol=1e-6)
    assert not resample(motion, take.footage).has_face
