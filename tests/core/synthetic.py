"""Made-up takes with known numbers, for tests of everything after the network."""

from __future__ import annotations

import numpy as np

from romp_core.geometry.rotations import make_continuous, quat_from_rotvec, quat_multiply
from romp_core.geometry.spaces import WORLD_FROM_SMPL_REST_QUAT
from romp_core.take.observations import Observations
from romp_core.take.take import FootageInfo, Motion, Person, Provenance, Take, level_camera

REST = np.array(
    [
        [0, 0, 0], [0.09, -0.08, 0], [-0.09, -0.08, 0], [0, 0.11, -0.02], [0.1, -0.47, 0], [-0.1, -0.47, 0],
        [0, 0.24, 0], [0.09, -0.88, -0.03], [-0.09, -0.88, -0.03], [0, 0.3, 0.02], [0.11, -0.94, 0.09],
        [-0.11, -0.94, 0.09], [0, 0.5, -0.01], [0.08, 0.42, 0], [-0.08, 0.42, 0], [0, 0.58, 0.04], [0.18, 0.44, 0],
        [-0.18, 0.44, 0], [0.44, 0.44, 0], [-0.44, 0.44, 0], [0.69, 0.44, 0], [-0.69, 0.44, 0], [0.78, 0.44, 0],
        [-0.78, 0.44, 0],
    ]
)  # fmt: skip
"""A plain adult rest skeleton (24, 3), meters."""


def make_observations(rows: np.ndarray, seed: int = 0) -> Observations:
    """Random but finite landmarks on these rows."""
    rng = np.random.default_rng(seed)
    n = len(rows)
    return Observations(
        frame_index=rows.astype(np.int32),
        confidence=np.full(n, 0.9, np.float32),
        keypoints2d=rng.uniform(0, 400, (n, 33, 2)).astype(np.float32),
        visibility=np.ones((n, 33), np.float32),
        keypoints3d=rng.normal(0, 0.4, (n, 33, 3)).astype(np.float32),
    )


def make_motion(times: np.ndarray, rows: np.ndarray, x: float = 0.0) -> Motion:
    """Turns about the vertical at 90 degrees a second, bends the left elbow at 60, walks to -y at 1 m/s."""
    seconds = times[rows]
    rotvec = np.zeros((len(rows), 24, 3))
    rotvec[:, 18, 1] = -np.radians(60) * seconds
    rotations = quat_from_rotvec(rotvec)
    turn = quat_from_rotvec(np.stack([0 * seconds, 0 * seconds, np.radians(90) * seconds], axis=-1))
    rotations[:, 0] = quat_multiply(turn, WORLD_FROM_SMPL_REST_QUAT)
    root = np.stack([np.full(len(rows), x), -seconds, np.full(len(rows), 0.95)], axis=-1)
    return Motion(
        frame_index=rows.astype(np.int32),
        valid=np.ones(len(rows), bool),
        rotations=make_continuous(rotations).astype(np.float32),
        root=root.astype(np.float32),
        rest_joints=REST.astype(np.float32),
        contacts=np.zeros((len(rows), 2), bool),
    )


def make_take(times: np.ndarray | None = None, fps: float = 30.0, people: int = 1) -> Take:
    """A solved take of some people side by side; 60 frames at 30 fps unless times are given."""
    times = np.arange(60) / fps if times is None else np.asarray(times, float)
    rows = np.arange(len(times))
    footage = FootageInfo("/videos/made up.mp4", 640, 360, fps, times, rows.astype(np.int32))
    crowd = tuple(
        Person(i + 1, f"Person {i + 1}", make_observations(rows, i), None, make_motion(times, rows, float(i)))
        for i in range(people)
    )
    provenance = Provenance("blazepose", "Apache-2.0", "CC0-1.0", {"a.onnx": "00"}, "1.0", "2026-01-01T00:00:00+00:00")
    return Take("0123456789abcdef", footage, crowd, provenance=provenance, camera=level_camera(np.radians(50)))
