"""The walk of the project's own clip, and rigs of any build and rest pose to put it on."""

from functools import cache
from pathlib import Path

import numpy as np

from romp_core.geometry.rotations import matrix_from_rotvec, normalize, quat_from_rotvec, quat_multiply
from romp_core.geometry.skeleton import JOINT, JOINTS, PARENTS, rest_offsets
from romp_core.geometry.spaces import WORLD_FROM_SMPL_REST, WORLD_FROM_SMPL_REST_QUAT
from romp_core.retarget.body_motion import BodyMotion, from_take
from romp_core.retarget.mapping import BODY_JOINTS, RigMapping
from romp_core.retarget.rig import Rig
from romp_core.retarget.transfer import Target
from romp_core.solve.contacts.soles import sole_clearance

FPS = 30.0
DEMO = Path(__file__).parents[2] / "data" / "demo.npz"
OWN = RigMapping({joint: (joint,) for joint in BODY_JOINTS}, root="root")


@cache
def rest_joints() -> np.ndarray:
    """Rest joints (24, 3) of who walks in the clip, SMPL axes."""
    with np.load(DEMO) as truth:
        return np.asarray(truth["JT"][0], dtype=np.float64)


@cache
def walk() -> BodyMotion:
    """Walks, waves and squats; feet that stand do not move."""
    with np.load(DEMO) as truth:
        rotations = quat_from_rotvec(truth["poses"][0])
        rotations[:, 0] = quat_multiply(WORLD_FROM_SMPL_REST_QUAT, rotations[:, 0])
        root = truth["trans"][0] @ WORLD_FROM_SMPL_REST.T
        balls = truth["joints"][0][:, [10, 11]]
    moves = np.linalg.norm(np.diff(balls, axis=0, append=balls[-1:]), axis=-1) > 0.001
    return from_take(rotations, root, rest_joints(), ~moves)


def bent(about: dict[str, tuple[float, float, float]]) -> dict[str, np.ndarray]:
    """World rotations (3, 3) of joints at rest, from rotation vectors in degrees; children follow."""
    return {joint: matrix_from_rotvec(np.radians(vector)) for joint, vector in about.items()}


A_POSE = bent({"left_shoulder": (0, 45, 0), "right_shoulder": (0, -45, 0)})
NEITHER = bent(
    {
        "left_shoulder": (0, 0, -20), "right_shoulder": (0, 0, 20),
        "left_ankle": (0, 0, 15), "right_ankle": (0, 0, -15),
        "left_knee": (5, 0, 0), "right_knee": (5, 0, 0),
    }
)  # fmt: skip


def character(
    posed: dict[str, np.ndarray] | None = None, legs: float = 1.0, size: float = 1.0, turned: float = 0.0, seed: int = 1
) -> Target:
    """A rig with the walker's joints and bones of random roll.

    Args:
        posed: joint -> world rotation (3, 3) at rest, applied on that of its parent.
        legs: their length over the walker's.
        turned: degrees about the vertical by which it faces away from -y.
    """
    rng = np.random.default_rng(seed)
    offsets = rest_offsets(rest_joints()) @ WORLD_FROM_SMPL_REST.T * size
    for side in ("left", "right"):
        for part in ("knee", "ankle"):
            offsets[JOINT[f"{side}_{part}"]] *= legs
    around = matrix_from_rotvec(np.radians([0, 0, turned]))
    turns, heads = [around] * len(JOINTS), np.zeros((len(JOINTS), 3))
    for row, (joint, parent) in enumerate(zip(JOINTS, PARENTS, strict=True)):
        if parent >= 0:
            turns[row] = turns[parent]
            heads[row] = heads[parent] + turns[parent] @ offsets[row]
        if posed and joint in posed:
            turns[row] = around @ posed[joint] @ around.T @ turns[row]
    heads[:, 2] -= heads[JOINT["left_ankle"], 2] - sole_clearance(rest_joints())[0] * size
    names, parents, rest, lengths = ["root"], [-1], [frame(np.array([0.0, 1.0, 0.0]), rng)], [0.3]
    for row, joint in enumerate(JOINTS):
        children = [child for child, parent in enumerate(PARENTS) if parent == row]
        along = heads[children[0]] - heads[row] if children else turns[row] @ [0.0, -0.1, 0.0]
        names.append(joint)
        parents.append(PARENTS[row] + 1)
        rest.append(frame(along, rng))
        rest[-1][:3, 3] = heads[row]
        lengths.append(float(np.linalg.norm(along)))
    rig = Rig(tuple(names), np.array(parents), np.array(rest), np.array(lengths), np.ones(len(names), bool))
    return Target(rig, OWN, {}, np.zeros(3))


def frame(along: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A matrix (4, 4) whose y lies along a direction, at a random roll."""
    matrix = np.eye(4)
    y = normalize(along)
    x = normalize(np.cross(y, rng.normal(size=3)))
    matrix[:3, :3] = np.stack([x, y, np.cross(x, y)], axis=1)
    return matrix


LIMBS = [
    (f"{side}_{a}", f"{side}_{b}")
    for side in ("left", "right")
    for a, b in (("hip", "knee"), ("knee", "ankle"), ("shoulder", "elbow"), ("elbow", "wrist"))
]


def direction_errors(heads: dict[str, np.ndarray], motion: BodyMotion) -> np.ndarray:
    """Angles (limbs, n) in degrees between limbs of a posed rig and of the walker."""
    errors = []
    for a, b in LIMBS:
        ours = normalize(heads[b] - heads[a])
        theirs = normalize(motion.positions[b] - motion.positions[a])
        errors.append(np.degrees(2 * np.arcsin(np.linalg.norm(ours - theirs, axis=-1) / 2)))
    return np.array(errors)
