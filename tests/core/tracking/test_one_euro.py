"""One-Euro: the reference's numbers, and what a live preview needs."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from romp_core.geometry.rotations import (
    angle_between,
    matrix_from_rotvec,
    quat_from_rotvec,
    quat_multiply,
    rotvec_from_quat,
)
from romp_core.models.bev.camera import position
from romp_core.models.common.rotation_6d import quat_from_matrix
from romp_core.reference.byte_tracker import ByteTracker
from romp_core.tracking.kalman import measurements
from romp_core.tracking.one_euro import FRAME_S, OneEuro, OneEuroRotations, PreviewFilter
from romp_core.typing import Array


class ReferenceSmoothing:
    """The reference's filters of one person; with several people three of four differentiate filtered values."""

    def __init__(self, pose_hz: float, derivative_of: Literal["raw", "filtered"]) -> None:
        self.turn, self.pose = OneEuro(pose_hz), OneEuro(pose_hz, derivative_of=derivative_of)
        self.cam, self.shape = OneEuro(1.6, derivative_of=derivative_of), OneEuro(0.6, derivative_of=derivative_of)

    def __call__(self, thetas: Array, betas: Array, cam: Array) -> tuple[Array, Array, Array]:
        # The filtered nine numbers are no rotation any more, but are taken for one.
        root = rotvec_from_quat(quat_from_matrix(self.turn.update(matrix_from_rotvec(thetas[:3]))))
        return np.concatenate([root, self.pose.update(thetas[3:])]), self.shape.update(betas), self.cam.update(cam)


def test_numbers_of_the_reference(golden: Path):
    stored = np.load(golden / "romp" / "oneeuro.npz")
    settings = re.compile(r"scalar_out_mincutoff([\d.]+)_beta([\d.]+)_freq([\d.]+)")
    checked = 0
    for match in filter(None, map(settings.fullmatch, stored.files)):
        min_cutoff, beta, rate = map(float, match.groups())
        euro = OneEuro(min_cutoff, beta)
        assert_allclose([euro.update(x, 1 / rate) for x in stored["scalar_in"]], stored[match.string], atol=1e-5)
        checked += 1
    assert checked


def test_smoothed_people_of_the_reference(golden: Path):
    stored = np.load(golden / "romp" / "oneeuro.npz")
    runs = {key.removesuffix("_cam") for key in stored.files if key.endswith("_cam")}
    assert runs
    for run in runs:
        kind, pose_hz = run.split("_sc")
        smooth = ReferenceSmoothing(float(pose_hz), derivative_of="filtered" if kind == "tracked" else "raw")
        frames = zip(stored["thetas"], stored["betas"], stored["cam"], strict=True)
        thetas, betas, cams = map(np.array, zip(*[smooth(*frame) for frame in frames], strict=True))
        assert_allclose(thetas, stored[f"{run}_smpl_thetas"], atol=1e-5)
        assert_allclose(betas, stored[f"{run}_smpl_betas"], atol=1e-5)
        assert_allclose(cams, stored[f"{run}_cam"], atol=1e-5)


def test_followed_and_smoothed_people_of_the_reference(golden: Path):
    stored = np.load(golden / "bev" / "temporal.npz")
    tracker, smoothing = ByteTracker(), {}
    for number in range(sum(key.endswith("_in_cam") for key in stored.files)):
        frame = {key[4:]: stored[key] for key in stored.files if key.startswith(f"f{number:02d}_")}
        points = measurements(frame["in_cam"], position(frame["in_cam"])[:, 2])
        ids, indices = tracker.update(points, np.ones(len(points)))
        assert_array_equal(ids, frame["track_ids"])
        for row, (id, index) in enumerate(zip(ids.tolist(), indices, strict=True)):
            smooth = smoothing.setdefault(id, ReferenceSmoothing(3.0, derivative_of="filtered"))
            results = smooth(*(frame[f"in_{name}"][index] for name in ("thetas", "betas", "cam")))
            for name, result in zip(("thetas", "betas", "cam"), results, strict=True):
                assert_allclose(result, frame[f"out_{name}"][row], atol=1e-4, err_msg=f"{name} of frame {number}")


def turning(seconds: float, degrees_per_s: float, noise: float, times: Array | None = None) -> tuple[Array, Array]:
    """Times and rotations about a fixed axis that pass through half a turn, with noise in radians."""
    rng = np.random.default_rng(5)
    times = np.arange(0, seconds, FRAME_S) if times is None else times
    axis = np.array([0.36, 0.8, 0.48])
    true = quat_from_rotvec(np.radians(120 + degrees_per_s * times)[:, None] * axis)
    return true, quat_multiply(quat_from_rotvec(rng.normal(0, noise, (len(times), 3))), true)


def test_a_still_person_is_calm():
    true, noisy = turning(3, 0, noise=0.03)
    euro = OneEuroRotations(3.0)
    calm = np.array([euro.update(q) for q in noisy])

    def jitter(q: Array) -> float:
        return float(angle_between(q[30:-1], q[31:]).mean())

    assert jitter(calm) < 0.4 * jitter(noisy)
    assert angle_between(calm, true)[30:].mean() < 0.7 * angle_between(noisy, true)[30:].mean()


@pytest.mark.parametrize("fps", [60, 30, 10])
def test_a_turn_through_half_a_circle_lags_little_at_any_rate(fps):
    """Signs of quaternions and the jump of rotation vectors at 180 degrees do not matter."""
    times = np.arange(0, 1.5, 1 / fps)
    true, noisy = turning(1.5, 200, noise=0.0, times=times)
    noisy[::3] *= -1
    euro = OneEuroRotations(3.0)
    smooth = np.array([euro.update(q, 1 / fps) for q in noisy])
    lag = angle_between(smooth, true) / np.radians(200)
    assert lag[times > 0.5].max() < 0.06
    assert angle_between(smooth[1:], smooth[:-1]).max() < 1.2 * np.radians(200) / fps


def test_preview_keeps_people_apart_and_forgets_who_left():
    a, b = (quat_from_rotvec(np.tile([0.0, turn, 0.0], (2, 24, 1))) for turn in (0.3, -2.0))
    near, far = np.array([[0.0, 0.0, 3.0]]), np.array([[1.0, 0.0, 6.0]])
    preview = PreviewFilter()
    preview.smooth([1, 2], np.concatenate([a[:1], b[:1]]), np.concatenate([near, far]), 0.0)
    rotations, root = preview.smooth([2, 1], np.concatenate([b[:1], a[:1]]), np.concatenate([far, near]), 0.033)
    assert rotations.dtype == root.dtype == np.float32
    assert_allclose(angle_between(rotations[0], b[0]), 0, atol=1e-3)
    assert_allclose(root, np.concatenate([far, near]), atol=1e-6)
    moved, root = preview.smooth([1], b[:1], far, 0.066)
    assert np.all(angle_between(moved[0], a[0]) < 2.3) and root[0, 2] < 6  # still on the way
    back, root = preview.smooth([1], a[:1], near, 5.0)
    assert_allclose(back, a[:1], atol=1e-6)
    assert_allclose(root, near)


def test_preview_of_nobody():
    rotations, root = PreviewFilter().smooth(np.zeros(0, int), np.zeros((0, 24, 4)), np.zeros((0, 3)), 0.0)
    assert rotations.shape == (0, 24, 4) and root.shape == (0, 3)


def test_time_counts_and_not_frames():
    """A filter at 60 Hz goes where one at 30 Hz does."""
    ends = []
    for fps in (30, 60):
        times = np.arange(0, 1, 1 / fps)
        euro = OneEuro(1.6)
        ends.append([euro.update(np.sin(4 * t), 1 / fps) for t in times][:: fps // 30])
    assert_allclose(ends[0], ends[1], atol=0.05)
