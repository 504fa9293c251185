"""Who lies or sits on the floor lies on it: no part sinks in, and none hovers."""

from dataclasses import replace

import numpy as np
import pytest

from romp_core.bodies.skin_points import PARTS, skin_points
from romp_core.geometry.rotations import matrix_from_quat, matrix_from_rotvec
from romp_core.geometry.skeleton import JOINT, forward_kinematics
from romp_core.solve import solve
from romp_core.solve.contacts.body_on_floor import body_on_floor
from romp_core.solve.heights import height_of
from romp_core.solve.landmark_fit.markers import CARRIER, LEFT_HIP, RIGHT_HIP, USED, marker_offsets
from romp_core.take.observations import Observations
from romp_core.take.take import Motion, Take
from tests.core.filmed import CLIP, SIZE, Film

STANDS, FALLS, LIES = slice(0, 40), slice(40, 65), slice(65, 120)


@pytest.fixture(scope="module")
def film() -> Film:
    return Film()


def lowest(motion: Motion) -> np.ndarray:
    """Height (m, P) of the lowest point of each part."""
    joints, turned = forward_kinematics(motion.rotations, motion.root, motion.rest_joints)
    parts = list(PARTS)
    frames = matrix_from_quat(turned[:, parts])
    points = np.einsum("tpj,pdj->tpd", frames[:, :, 2], skin_points() * height_of(motion))
    return points.min(axis=2) + joints[:, parts, 2]


def falling(film: Film, depth_error: float) -> tuple[Observations, np.ndarray]:
    """Somebody who stands, falls stiffly on the back, and lies; and the true heights of the pelvis.

    Args:
        depth_error: radians by which the network turns the lying body about the camera's x axis.
    """
    with np.load(CLIP.with_suffix(".npz")) as archive:
        turned, joints = archive["G"][0, 65].astype(float), archive["joints"][0, 65].astype(float)
    angle = np.concatenate([np.zeros(40), np.linspace(0, np.pi / 2, 25), np.full(55, np.pi / 2)])
    # seen from the side
    turns = matrix_from_rotvec(np.array([-1.0, 0.0, 0.0]) * angle[:, None])
    turns = matrix_from_rotvec(np.array([0.0, 1.2, 0.0])) @ turns
    turned, joints = turns[:, None] @ turned, (joints - joints[7]) @ np.swapaxes(turns, 1, 2) + joints[7]
    parts, height = list(PARTS), float(film.truth.heights[0])
    points = np.einsum("tpj,pdj->tpd", turned[:, parts, 1], skin_points() * height) + joints[:, parts][:, :, None, 1]
    joints[..., 1] -= points.min(axis=(1, 2))[:, None]
    rotation, position = film.truth.rotation[0], film.truth.position[0]
    offsets = np.einsum("tkij,kj->tki", turned[:, CARRIER], marker_offsets(film.rest))
    markers = (joints[:, CARRIER] + offsets - position) @ rotation.T
    pixels, world = np.zeros((120, 33, 2)), np.zeros((120, 33, 3))
    pixels[:, USED] = markers[..., :2] / markers[..., 2:] * film.truth.intrinsics[0, 0] + SIZE / 2
    world[:, USED] = markers
    world -= world[:, [LEFT_HIP, RIGHT_HIP]].mean(axis=1, keepdims=True)
    wrong = matrix_from_rotvec(np.array([0.0, 1.0, 0.0]) * (depth_error * angle / (np.pi / 2))[:, None])
    world = world @ np.swapaxes(wrong, 1, 2)
    seen = replace(film.observations, keypoints2d=pixels.astype(np.float32), keypoints3d=world.astype(np.float32))
    return seen, joints[:, 0, 1]


@pytest.fixture(scope="module")
def fallen(film) -> tuple[Take, np.ndarray]:
    seen, heights = falling(film, 0.35)
    return solve(film.take(seen), rest_joints=film.skeleton), heights


def test_the_outermost_points_of_a_standing_body_reach_from_head_to_floor(film):
    motion = solve(film.take(falling(film, 0.0)[0])).people[0].motion
    low = lowest(motion)[15]
    feet = [PARTS.index(JOINT[f"{side}_ankle"]) for side in ("left", "right")]
    assert low.argmin() in feet and abs(low.min()) < 0.03
    assert 0.25 < low[PARTS.index(JOINT["left_knee"])] < 0.55
    assert 0.6 < low[PARTS.index(JOINT["pelvis"])] < 0.95
    assert low[PARTS.index(JOINT["head"])] > 1.2


def test_who_lies_is_on_the_floor_though_the_network_errs_in_depth(fallen):
    take, heights = fallen
    motion = take.people[0].motion
    low = lowest(motion)[LIES][10:]
    assert low.min() > -0.04
    assert np.abs(low.min(axis=1)).max() < 0.05
    away = np.abs(motion.root[LIES, 2] - heights[LIES])[10:]
    assert away.max() < 0.06
    standing = np.abs(motion.root[STANDS, 2] - heights[STANDS])
    assert standing.max() < 0.06


def test_parts_that_rest_are_those_near_the_floor_that_are_still(fallen):
    take, _ = fallen
    motion = take.people[0].motion
    count = len(motion.root)
    still = np.zeros(count)
    floor = body_on_floor(motion, np.ones((count, 2)), take.camera, take.footage, still, 1.0, lambda: None)
    seat, head = PARTS.index(JOINT["pelvis"]), PARTS.index(JOINT["head"])
    assert not floor.rests[STANDS][:30].any() and not floor.solid[STANDS][:25].any()
    assert floor.rests[LIES][10:, seat].min() > 0.5 and floor.solid[LIES].min() > 0.5
    assert not floor.rests[FALLS][:, head].any()
    above = np.einsum("ti,ti->t", floor.up, take.camera.to_camera(motion.root[:, None], motion.frame_index)[:, 0])
    np.testing.assert_allclose(above + floor.height, motion.root[:, 2], atol=1e-3)
    # hidden legs may be invented: they say nothing
    hidden = body_on_floor(motion, np.zeros((count, 2)), take.camera, take.footage, still, 1.0, lambda: None)
    legs = [PARTS.index(JOINT[name]) for name in ("left_hip", "right_hip", "left_knee", "right_knee")]
    assert not hidden.rests[:, legs].any() and hidden.rests[LIES, seat].any()


@pytest.mark.parametrize(("along", "rests"), [(True, True), (False, False)], ids=["in depth", "across"])
def test_what_moves_along_the_line_of_sight_alone_rests(fallen, along, rests):
    """Depths are noise, so hands that carry a handstand seem to sweep over the floor."""
    take, _ = fallen
    motion = take.people[0].motion
    ray = (motion.root[LIES].mean(axis=0) - take.camera.position[0])[:2]
    ray /= np.linalg.norm(ray)
    way = np.array([*ray, 0.0]) if along else np.array([-ray[1], ray[0], 0.0])
    swept = replace(motion, root=motion.root + 0.6 / 30 * np.arange(len(motion.root))[:, None] * way)
    ones = np.ones((len(motion.root), 2))
    floor = body_on_floor(swept, ones, take.camera, take.footage, ones[:, 0] * 0, 1.0, lambda: None)
    seat = floor.rests[LIES][10:-5, PARTS.index(JOINT["pelvis"])]
    assert (seat > 0.3).all() if rests else not seat.any()
