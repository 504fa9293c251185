"""A face in front of a camera comes back from its image: where it is, how it is turned, and what it looks like."""

from __future__ import annotations

import numpy as np
import pytest

from romp_core.geometry.rotations import angle_between, matrix_from_rotvec, quat_from_matrix
from romp_core.solve.face.evidence import sideways
from romp_core.solve.face.face_model import load_face_model
from romp_core.solve.face.metric_face import metric_face, similarity
from tests.core.solve.face.synthetic_faces import FACING, OPTICS, image_of


@pytest.mark.parametrize("yaw", [-40, 0, 25])
@pytest.mark.parametrize("distance", [0.5, 2.0])
def test_a_face_is_where_it_is_and_turned_as_it_is(yaw, distance):
    model = load_face_model()
    turn = FACING @ matrix_from_rotvec(np.radians([5.0, yaw, -8.0]))
    place = np.array([0.1, -0.05, distance])
    found = metric_face(image_of(model.points[None], turn[None], place), model.points, model.rigid_weights, OPTICS)
    off = np.degrees(angle_between(quat_from_matrix(found.turns), quat_from_matrix(turn)))[0]
    away = np.abs(found.points[0] - model.points).max() * 1000
    assert off < 1e-6 and away < 1e-6
    assert found.positions[0] == pytest.approx(place)


def test_the_turn_to_the_side_is_seen_from_the_camera():
    for yaw in (-50, 0, 30):
        turn = FACING @ matrix_from_rotvec(np.radians([0.0, yaw, 0.0]))
        assert np.degrees(sideways(turn[None], np.array([[0.0, 0.0, 1.0]])))[0] == pytest.approx(yaw)


def test_similarities_come_back():
    rng = np.random.default_rng(0)
    points, turn = rng.normal(size=(1, 20, 3)), matrix_from_rotvec(np.array([0.3, -1.0, 2.0]))
    targets = 2.5 * points @ turn.T + [1.0, 2.0, 3.0]
    found, scale, shift = similarity(points, targets, rng.uniform(0.1, 1, 20))
    np.testing.assert_allclose(found[0], turn, atol=1e-9)
    np.testing.assert_allclose(scale, 2.5)
    np.testing.assert_allclose(shift[0], [1.0, 2.0, 3.0])
