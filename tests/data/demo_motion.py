"""A procedural performance with truly planted feet: a few steps, a wave, a squat.

The feet are laid out first, the pelvis follows them, and the legs are solved to reach the feet, so that a standing
foot does not move at all. Axes and joints are those of
`romp_core.geometry.skeleton` in a world with y up and the floor at 0.
"""

from dataclasses import dataclass

import numpy as np

from romp_core.bodies.body import Body
from romp_core.geometry.rotations import (
    matrix_from_quat,
    normalize,
    quat_conjugate,
    quat_from_matrix,
    quat_from_rotvec,
    quat_multiply,
    slerp,
)
from romp_core.geometry.skeleton import JOINT, N_JOINTS, forward_kinematics
from romp_core.typing import Array

FPS = 30.0
N_FRAMES = 120
HEADING = np.radians(62)  # of the walk; 0 faces +z, towards the camera
FACING = np.radians(14)  # of the person afterwards
START = np.array([-1.25, 0.0, -0.75])
# Steps: foot, second at which it leaves the floor, meters along the path where it lands, share of the turn done.
STEPS = (
    ("left", 0.15, 0.38, 0.0),
    ("right", 0.60, 0.88, 0.0),
    ("left", 1.05, 1.32, 0.25),
    ("right", 1.50, 1.50, 1.0),
    ("left", 1.95, 1.50, 1.0),
)
SWING_S, HEEL_OFF_S = 0.36, 0.16
WAVE_S, SQUAT_S = (1.55, 2.95), (2.75, 3.95)


@dataclass(frozen=True)
class Performance:
    """Local rotations (T, 24, 4) wxyz and pelvis positions (T, 3) in meters, world axes; `times` (T,) seconds."""

    times: Array
    rotations: Array
    root: Array


def perform(body: Body) -> Performance:
    """The whole performance, for a body of any size."""
    times = np.arange(N_FRAMES) / FPS
    feet = {side: _foot_track(body, side, times) for side in ("left", "right")}
    squat = _pulse(times, *SQUAT_S)
    root, pelvis = _pelvis_track(body, feet, times, squat)
    rotations = np.tile([1.0, 0.0, 0.0, 0.0], (len(times), N_JOINTS, 1))
    rotations[:, 0] = pelvis
    _move_upper_body(rotations, times, squat)
    for side, (ankles, soles) in feet.items():
        _reach(body, side, rotations, root, ankles, soles)
    return Performance(times, rotations, root)


def _turn(axis: str, degrees: Array | float) -> Array:
    """Quaternions (..., 4) about one axis."""
    return quat_from_rotvec(np.radians(np.asarray(degrees, float))[..., None] * np.eye(3)["xyz".index(axis)])


def _ease(t: Array | float, start: float, end: float) -> Array:
    """0 before `start`, 1 after `end`, smooth in between."""
    u = np.clip((np.asarray(t, float) - start) / (end - start), 0, 1)
    return u * u * u * (10 + u * (6 * u - 15))


def _pulse(t: Array, start: float, end: float, ramp: float = 0.45) -> Array:
    """Up from 0 to 1 and down again between `start` and `end`."""
    return _ease(t, start, start + ramp) * (1 - _ease(t, end - ramp, end))


def _foot_track(body: Body, side: str, times: Array) -> tuple[Array, Array]:
    """Ankle positions (T, 3) and sole orientations (T, 4). The ball of a standing foot stays where it is."""
    ball, ankle = body.joints[JOINT[f"{side}_foot"]], body.joints[JOINT[f"{side}_ankle"]]
    along = np.array([np.sin(HEADING), 0.0, np.cos(HEADING)])

    def print_on_floor(distance: float, turned: float) -> tuple[Array, float]:
        yaw = HEADING + turned * (FACING - HEADING)
        across = np.array([np.cos(yaw), 0.0, -np.sin(yaw)]) * ball[0]
        forward = np.array([np.sin(yaw), 0.0, np.cos(yaw)]) * ball[2]
        return START + along * distance + across + forward + [0.0, ball[1] - body.floor_m, 0.0], yaw

    here, yaw_here = print_on_floor(0.0, 0.0)
    position, yaw, pitch = np.tile(here, (len(times), 1)), np.full(len(times), yaw_here), np.zeros(len(times))
    for foot, leaves, distance, turned in STEPS:
        if foot != side:
            continue
        there, yaw_there = print_on_floor(distance, turned)
        share = _ease(times, leaves, leaves + SWING_S)[:, None]
        after = times >= leaves
        position[after] = (here + share * (there - here))[after]
        position[after, 1] += (0.07 * np.sin(np.pi * share[:, 0]) ** 2)[after]
        yaw[after] = (yaw_here + share[:, 0] * (yaw_there - yaw_here))[after]
        lifted = 28 if np.linalg.norm(there - here) > 0.3 else 10
        lands = leaves + SWING_S
        pitch += lifted * _ease(times, leaves - HEEL_OFF_S, leaves + 0.05) * (1 - _ease(times, leaves + 0.05, lands))
        here, yaw_here = there, yaw_there
    soles = quat_multiply(_turn("y", np.degrees(yaw)), _turn("x", pitch))
    return position + np.einsum("tab,b->ta", matrix_from_quat(soles), ankle - ball), soles


def _pelvis_track(body: Body, feet: dict[str, tuple[Array, Array]], times: Array, squat: Array) -> tuple[Array, Array]:
    """Pelvis position (T, 3) and orientation (T, 4): between the feet, as high as the legs allow."""
    ankles = np.stack([track[0] for track in feet.values()])  # (2, T, 3)
    middle = _smooth(ankles.mean(0), 0.16)
    yaw = np.interp(times, [1.0, 2.2], [HEADING, FACING])
    yaw = _smooth(yaw[:, None], 0.12)[:, 0]
    forward = np.stack([np.sin(yaw), np.zeros_like(yaw), np.cos(yaw)], axis=1)
    gap = ((ankles[0] - ankles[1]) * forward).sum(1)  # left foot ahead: positive
    hip = body.joints[JOINT["left_hip"]]
    leg = np.linalg.norm(body.joints[JOINT["left_ankle"]] - hip)
    root = middle + forward * (0.03 - 0.10 * squat - hip[2])[:, None]
    flat = np.linalg.norm((ankles - root)[:, :, [0, 2]], axis=2) * 0.85
    highest = (ankles[:, :, 1] + np.sqrt((0.985 * leg) ** 2 - flat**2)).min(0) - hip[1]
    root[:, 1] = _smooth(highest[:, None], 0.07)[:, 0] - 0.012 - 0.33 * leg * squat
    swing = _smooth(gap[:, None], 0.05)[:, 0] * 14
    lean = 3 + 24 * squat
    return root, quat_multiply(_turn("y", np.degrees(yaw) - swing), _turn("x", lean))


def _smooth(values: Array, seconds: float) -> Array:
    """Gaussian smoothing over time, (T, C); the ends are held."""
    reach = int(4 * seconds * FPS)
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / (seconds * FPS)) ** 2)
    padded = np.pad(values, ((reach, reach), (0, 0)), mode="edge")
    columns = [np.convolve(column, kernel / kernel.sum(), mode="valid") for column in padded.T]
    return np.stack(columns, axis=1)


def _move_upper_body(rotations: Array, times: Array, squat: Array) -> None:
    """In place: spine, head and arms."""
    walking = 1 - _ease(times, 1.6, 2.2)
    phase = np.pi * (times - 0.33) / 0.45
    swing = 22 * walking * np.sin(phase) * _ease(times, 0.0, 0.4)
    wave = _pulse(times, *WAVE_S)
    for joint in ("spine1", "spine2", "spine3"):
        rotations[:, JOINT[joint]] = quat_multiply(_turn("y", 0.25 * swing), _turn("x", 7 * squat - 0.5))
    for joint in ("neck", "head"):
        look = 9 * wave - 0.3 * swing
        rotations[:, JOINT[joint]] = quat_multiply(_turn("y", -0.3 * look), _turn("x", -14 * squat))
    rotations[:, JOINT["right_collar"]] = _turn("z", -12 * wave)
    shake = 24 * np.sin(2 * np.pi * 2.1 * (times - WAVE_S[0]))
    for side, sign in (("left", 1), ("right", -1)):
        hanging = quat_multiply(_turn("x", -3 + sign * swing), _turn("z", np.full(len(times), -sign * 74.0)))
        reaching = quat_multiply(_turn("x", -38 * squat), _turn("y", -sign * 78.0))
        upper = slerp(hanging, reaching, squat)
        lower = _turn("y", -sign * (16 + 0.4 * np.maximum(-sign * swing, 0) - 8 * squat))
        if side == "right":
            raised = quat_multiply(_turn("z", np.full(len(times), 8.0)), _turn("x", -82.0))
            upper = slerp(upper, raised, wave)
            lower = slerp(lower, _turn("y", 88 + shake), wave)
        rotations[:, JOINT[f"{side}_shoulder"]] = upper
        rotations[:, JOINT[f"{side}_elbow"]] = lower
        rotations[:, JOINT[f"{side}_hand"]] = _turn("z", -sign * 8.0)


def _reach(body: Body, side: str, rotations: Array, root: Array, ankles: Array, soles: Array) -> None:
    """In place: hip, knee and ankle, so that the foot is where it should be (two-bone inverse kinematics)."""
    hip, knee, ankle = (JOINT[f"{side}_{part}"] for part in ("hip", "knee", "ankle"))
    thigh, shank = (np.linalg.norm(body.joints[b] - body.joints[a]) for a, b in ((hip, knee), (knee, ankle)))
    joints, _ = forward_kinematics(rotations, root, body.joints)
    span = ankles - joints[:, hip]
    distance = np.linalg.norm(span, axis=1)
    if (distance > thigh + shank).any():
        raise ValueError(f"the {side} leg is too short for this step")
    down = span / distance[:, None]
    toes = matrix_from_quat(soles)[:, :, 2] + 0.15 * matrix_from_quat(soles)[:, :, 0] * np.sign(body.joints[hip, 0])
    ahead = normalize(toes - (toes * down).sum(1, keepdims=True) * down)
    bend = np.arccos((thigh**2 + distance**2 - shank**2) / (2 * thigh * distance))[:, None]
    thigh_way = np.cos(bend) * down + np.sin(bend) * ahead
    shank_way = (span - thigh * thigh_way) / shank
    hinge = np.cross(ahead, down)
    before = rotations[:, 0]
    for joint, way in ((hip, thigh_way), (knee, shank_way)):
        turned = quat_from_matrix(np.stack([hinge, -way, np.cross(hinge, -way)], axis=-1))
        rotations[:, joint] = quat_multiply(quat_conjugate(before), turned)
        before = turned
    rotations[:, ankle] = quat_multiply(quat_conjugate(before), soles)
