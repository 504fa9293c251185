"""The arrays of a twin's npz, in the layout of the ground-truth set; contacts are measured on the skin."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from benchmarks.twin_motion import FPS, SIDES, sole_vertices
from benchmarks.twin_scene import Actor, Block
from romp_core.bodies.body import Body
from romp_core.geometry.skeleton import JOINT
from romp_core.typing import Array
from tests.data.demo_motion import Performance
from tests.data.demo_render import Camera, Drawing
from tests.data.make_demo_clip import ground_truth

GROUND = ("l_knee", "r_knee", "l_hand", "r_hand", "pelvis")
_SLOW_M_S = 0.15
_SOLE_M, _KNEE_M, _HAND_M = 0.012, 0.025, 0.015
_PER_PERSON = ("poses", "trans", "joints", "G", "off", "JT", "height", "joints2d")


def arrays(actors: Sequence[Actor], blocks: Sequence[Block], camera: Camera) -> dict[str, Array]:
    """Everything but what only the images tell (`vis_frac`, `visible`, `joint_seen`)."""
    times = np.arange(len(actors[0].motion.root)) / FPS
    each = [ground_truth(a.body, Performance(times, a.motion.rotations, a.motion.root), camera) for a in actors]
    return each[0] | {
        **{name: np.concatenate([one[name] for one in each]) for name in _PER_PERSON},
        "names": np.array([chr(ord("A") + index) for index in range(len(actors))]),
        "body": np.array([actor.kind for actor in actors]),
        "contact": np.stack([contacts(actor.body, actor.vertices) for actor in actors]),
        "ground": np.stack([_ground(actor.body, actor.vertices, blocks) for actor in actors]),
        "ground_names": np.array(GROUND),
    }


def joints_seen(pixels: Array, depths: Array, person: int, drawing: Drawing) -> Array:
    """Which joints (24,) of a person are in the image with nothing but the own body in front."""
    width, height = drawing.owner.shape[::-1]
    scale = width / drawing.image.shape[1]
    column, row = np.floor(pixels * scale).astype(int).T
    inside = (column >= 0) & (column < width) & (row >= 0) & (row < height)
    at = np.clip(row, 0, height - 1), np.clip(column, 0, width - 1)
    other = (drawing.owner[at] != person) & (drawing.depth[at] < depths)
    return inside & ~other


def contacts(body: Body, vertices: Array) -> Array:
    """(T, 4) bool: left heel, left ball, right heel, right ball touch the floor."""
    parts = [sole_vertices(body, side)[part] for side in SIDES for part in ("heel", "ball")]
    return np.stack([_touches(vertices[:, part], _SOLE_M) for part in parts], axis=1)


def _ground(body: Body, vertices: Array, blocks: Sequence[Block]) -> Array:
    """(T, 5) bool: the parts of `GROUND` touch the floor, or the pelvis a seat under it."""
    mostly = body.weight_joints[np.arange(len(body.vertices)), body.weights.argmax(1)]
    touching = []
    for side in SIDES:
        near = np.linalg.norm(body.vertices - body.joints[JOINT[f"{side}_knee"]], axis=1) < 0.06 * body.height_m
        touching.append(_touches(vertices[:, near], _KNEE_M))
    for side in SIDES:
        hand = np.isin(mostly, [JOINT[f"{side}_wrist"], JOINT[f"{side}_hand"]])
        touching.append(_touches(vertices[:, hand], _HAND_M))
    pelvis = vertices[:, mostly == JOINT["pelvis"]]
    sits = _touches(pelvis, _KNEE_M)
    for block in blocks:
        if block.seat_m is not None:
            over = (pelvis.mean(1) - block.vertices.mean(0))[:, [0, 2]]
            sits |= (np.linalg.norm(over, axis=1) < 0.25) & _touches(pelvis - [0, block.seat_m, 0], _KNEE_M)
    return np.stack([*touching, sits], axis=1)


def _touches(skin: Array, within: float) -> Array:
    """(T,) bool: the lowest skin of a part (T, n, 3) is near the floor, and the part is slow."""
    speed = np.linalg.norm(np.gradient(skin.mean(1), axis=0), axis=-1) * FPS
    return (skin[..., 1].min(1) < within) & (speed < _SLOW_M_S)
