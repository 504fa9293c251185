"""The outermost points of the embedded body's parts: what touches a floor when somebody kneels, sits or lies."""

from __future__ import annotations

from functools import cache
from itertools import product
from typing import Final

import numpy as np

from ..geometry.rotations import normalize
from ..geometry.skeleton import JOINT, PARENTS
from ..typing import Array
from .embedded import load_body

PARTS: Final = tuple(
    JOINT[name]
    for name in (
        "pelvis", "left_hip", "right_hip", "left_knee", "right_knee", "left_ankle", "right_ankle", "spine3", "head",
        "left_shoulder", "right_shoulder", "left_elbow", "right_elbow", "left_wrist", "right_wrist",
    )
)  # fmt: skip
"""Joints whose frames carry the parts: seat, thighs, knees, feet, chest and back, head, arms, hands."""
_KNEES = {JOINT[f"{side}_knee"]: JOINT[f"{side}_ankle"] for side in ("left", "right")}
_HEEL = 0.2
"""Share of the way from ankle to ball up to which a foot is its heel."""
_DIRECTIONS = normalize(np.array([each for each in product((-1.0, 0.0, 1.0), repeat=3) if any(each)]))


@cache
def skin_points() -> Array:
    """Offsets (len(PARTS), D, 3) of the outermost points of each part from its joint, in heights of the body.

    Toes belong to the foot, fingers to the hand; of a lower leg the upper half counts, as the lower one is near the
    floor when somebody stands. A point is a vertex that moves with its joint more than with any other.
    """
    body, owner = load_body(), _owners()
    for end in ("left_foot", "right_foot", "left_hand", "right_hand"):
        owner = np.where(owner == JOINT[end], PARENTS[JOINT[end]], owner)
    points = np.empty((len(PARTS), len(_DIRECTIONS), 3))
    for index, joint in enumerate(PARTS):
        mine = owner == joint
        if joint in _KNEES:
            mine &= body.vertices[:, 1] > (body.joints[joint, 1] + body.joints[_KNEES[joint], 1]) / 2
        points[index] = _outermost(mine, joint)
    return points


@cache
def foot_points() -> tuple[Array, Array, Array, Array]:
    """The same of the heels and of the feet as far as their balls, from the ankles, and of the tips of the toes and of
    the whole toes, from the balls: (2, D, 3) each, left and right."""
    body, owner = load_body(), _owners()
    points = []
    for side in ("left", "right"):
        ankle, ball = JOINT[f"{side}_ankle"], JOINT[f"{side}_foot"]
        forward = body.vertices[:, 2] - body.joints[ankle, 2]
        length = body.joints[ball, 2] - body.joints[ankle, 2]
        foot, toes = owner == ankle, owner == ball
        tips = toes & (forward > (length + forward[toes].max()) / 2)
        points.append(
            (
                _outermost(foot & (forward < _HEEL * length), ankle),
                _outermost(foot & (forward < length), ankle),
                _outermost(tips, ball),
                _outermost(toes, ball),
            )
        )
    heels, feet, tips, toes = (np.stack(each) for each in zip(*points, strict=True))
    return heels, feet, tips, toes


def _owners() -> Array:
    """The joint that each vertex of the embedded body moves with most."""
    body = load_body()
    return np.asarray(body.weight_joints[np.arange(len(body.weights)), body.weights.argmax(axis=1)])


def _outermost(mine: Array, joint: int) -> Array:
    """Offsets (D, 3) of the outermost of some vertices from a joint, in heights of the body."""
    body = load_body()
    own = body.vertices[mine].astype(np.float64)
    return np.asarray((own[(own @ _DIRECTIONS.T).argmax(axis=0)] - body.joints[joint]) / body.height_m)
