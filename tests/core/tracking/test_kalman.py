"""BEV's tracker: the numbers of the reference, and of the corrected algorithm (`golden/bev/README.md`)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from romp_core.reference.byte_tracker import ByteTracker
from romp_core.tracking.kalman import Kalman, measurements

RUNS = {
    "default": lambda: ByteTracker(),
    "tight": lambda: ByteTracker(gate=60, buffer=10),
    "fixed": lambda: ByteTracker(reference=False),
}


@pytest.fixture(scope="module")
def stored(golden: Path) -> dict[str, np.ndarray]:
    return dict(np.load(golden / "bev" / "tracker.npz"))


def test_kalman_filter(stored):
    first, *later = stored["kf_measurements"]
    person = Kalman(first)
    states = [(person.mean, person.covariance)]
    for point in later:
        person.predict()
        states.append((person.mean, person.covariance))
        person.update(point)
        states.append((person.mean, person.covariance))
    for (mean, covariance), mean8, covariance8 in zip(states, stored["kf_means"], stored["kf_covs"], strict=True):
        assert_allclose(mean.ravel(), mean8, rtol=1e-6, atol=1e-9)
        assert_allclose(np.kron(covariance, np.eye(4)), covariance8, rtol=1e-6, atol=1e-9)


def test_two_steps_at_once_are_two_steps():
    once, twice = (Kalman(np.array([100.0, 80.0, 60.0, 20.0])) for _ in range(2))
    for one in (once, twice):
        one.predict()
        one.update(np.array([103.0, 80.0, 61.0, 20.0]))
    once.predict(2.0)
    twice.predict()
    twice.predict()
    assert_allclose(once.mean, twice.mean)
    assert once.covariance[0, 0] == pytest.approx(twice.covariance[0, 0], rel=0.1)


@pytest.mark.parametrize("run", RUNS)
def test_tracks_of_the_reference(stored, run):
    tracker = RUNS[run]()
    for frame in range(sum(key.endswith("_points") for key in stored)):
        kept = {key[5:]: value for key, value in stored.items() if key.startswith(f"f{frame:03d}_")}
        ids, indices = tracker.update(kept["points"], kept["scores"])
        assert_array_equal(ids, kept[f"{run}_ids"], err_msg=f"frame {frame}")
        assert_array_equal(indices, kept[f"{run}_inds"], err_msg=f"frame {frame}")
        if f"{run}_track_means" in kept:
            means = np.array([track.state.mean.ravel() for track in tracker.tracked if track.confirmed])
            assert_allclose(means, kept[f"{run}_track_means"], atol=1e-2)


def test_corrected_tracks_share_no_detection(stored):
    tracker = ByteTracker(reference=False)
    for frame in range(sum(key.endswith("_points") for key in stored)):
        ids, indices = tracker.update(stored[f"f{frame:03d}_points"], stored[f"f{frame:03d}_scores"])
        assert len(set(indices.tolist())) == len(indices) == len(set(ids.tolist()))


def test_nobody_in_sight_is_a_frame_too():
    tracker = ByteTracker(reference=False, buffer=5)
    point = measurements(np.array([[0.4, 0.0, 0.1]]), np.array([4.0]))
    assert tracker.update(point, np.array([0.9]))[0].tolist() == [1]
    for _ in range(8):
        ids, indices = tracker.update(np.zeros((0, 4)), np.zeros(0))
        assert len(ids) == len(indices) == 0
    assert tracker.update(point, np.array([0.9]))[0].tolist() == []
    assert tracker.update(point, np.array([0.9]))[0].tolist() == [2]


def test_every_tracker_counts_from_one():
    point = measurements(np.array([[0.4, 0.0, 0.1]]), np.array([4.0]))
    assert [ByteTracker(reference=False).update(point, np.array([0.9]))[0].tolist() for _ in range(2)] == [[1], [1]]
