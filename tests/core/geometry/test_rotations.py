"""Rotation formulas against scipy's."""

import numpy as np
import pytest

from romp_core.geometry import rotations as rot

Rotation = pytest.importorskip("scipy.spatial.transform", reason="NOT CHECKED: scipy is a test dependency").Rotation
RNG = np.random.default_rng(3)
VECTORS = np.concatenate(
    [
        RNG.normal(size=(500, 3)),
        RNG.normal(size=(50, 3)) * 1e-9,
        np.zeros((1, 3)),
        np.pi * np.eye(3),
        -np.pi * np.eye(3),
    ]
)
TRUTH = Rotation.from_rotvec(VECTORS)


def test_conversions() -> None:
    q = rot.quat_from_rotvec(VECTORS)
    np.testing.assert_allclose(rot.matrix_from_quat(q), TRUTH.as_matrix(), atol=1e-12)
    np.testing.assert_allclose(
        rot.matrix_from_quat(rot.quat_from_matrix(TRUTH.as_matrix())), TRUTH.as_matrix(), atol=1e-9
    )
    np.testing.assert_allclose(rot.matrix_from_rotvec(rot.rotvec_from_quat(q)), TRUTH.as_matrix(), atol=1e-9)


def test_product_and_action() -> None:
    a, b = rot.quat_from_rotvec(VECTORS), rot.quat_from_rotvec(VECTORS[::-1])
    np.testing.assert_allclose(
        rot.matrix_from_quat(rot.quat_multiply(a, b)), (TRUTH * TRUTH[::-1]).as_matrix(), atol=1e-12
    )
    points = RNG.normal(size=VECTORS.shape)
    np.testing.assert_allclose(rot.quat_rotate(a, points), TRUTH.apply(points), atol=1e-12)


def test_slerp_goes_the_short_way() -> None:
    a, b = rot.quat_from_rotvec(np.array([0, 0, 0.2])), -rot.quat_from_rotvec(np.array([0, 0, 1.0]))
    np.testing.assert_allclose(rot.rotvec_from_quat(rot.slerp(a, b, 0.25)), [0, 0, 0.4], atol=1e-12)
    assert rot.angle_between(a, b) == pytest.approx(0.8)


def test_continuity() -> None:
    angles = np.linspace(0, 12, 200)
    q = rot.quat_from_matrix(rot.matrix_from_rotvec(np.stack([angles, 0 * angles, 0 * angles], -1)))
    smooth = rot.make_continuous(q)
    assert np.abs(np.diff(q, axis=0)).max() > 1 > 0.1 > np.abs(np.diff(smooth, axis=0)).max()
    np.testing.assert_allclose(rot.matrix_from_quat(smooth), rot.matrix_from_quat(q), atol=1e-12)
