"""Which parts of a standing foot stand."""

from dataclasses import replace

import numpy as np

from romp_core.geometry.rotations import quat_from_rotvec
from romp_core.geometry.skeleton import JOINT
from romp_core.geometry.spaces import WORLD_FROM_SMPL_REST_QUAT
from romp_core.solve.contacts.soles import standing_parts
from tests.core.synthetic import make_motion

TIMES = np.arange(40) / 30


def test_the_ball_of_a_foot_that_stands_stands_and_its_heel_where_it_is_down_and_still() -> None:
    motion = make_motion(TIMES, np.arange(40))
    rotations = np.tile(np.array([1.0, 0, 0, 0], np.float32), (40, 24, 1))
    rotations[:, 0] = WORLD_FROM_SMPL_REST_QUAT
    lift = np.zeros((40, 3))
    lift[20:, 0] = np.radians(40)  # toes down: the heel is up
    rotations[:, JOINT["left_ankle"]] = quat_from_rotvec(lift)
    root = np.tile(np.float32([0, 0, 1]), (40, 1))
    contacts = np.zeros((40, 2), bool)
    contacts[:, 0] = contacts[:10, 1] = True
    parts = standing_parts(replace(motion, rotations=rotations, root=root, contacts=contacts), TIMES)
    np.testing.assert_array_equal(parts[:, 1], contacts[:, 0])
    np.testing.assert_array_equal(parts[:, 3], contacts[:, 1])
    assert parts[:18, 0].all() and not parts[22:, 0].any()
    assert parts[:10, 2].all() and not parts[10:, 2].any()
