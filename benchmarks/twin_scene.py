"""Where the people of a twin are and from where they are seen: positions, tempos, camera, furniture."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np

from benchmarks.twin_motion import FPS, Motion, at_times, mirrored, moved, on_body, runs, skin
from benchmarks.twin_people import KINDS, draw_body, draw_clothes, dressed, nearly_alike
from benchmarks.twin_rooms import box
from romp_core.bodies.body import Body
from romp_core.geometry.rotations import matrix_from_quat
from romp_core.geometry.skeleton import forward_kinematics
from romp_core.typing import Array
from tests.data.demo_render import Camera, Surface

_APART_M = 0.5  # between two pelvises
_MARGIN = 0.03  # of the image, around everybody whom the clip shows whole
_FARTHEST_M = 14.0


@dataclass(frozen=True)
class Recipe:
    """What a twin keeps of the clip of its name.

    Attributes:
        kinds: of body, one a person; "any" is drawn.
        alike: the first two people wear nearly the same.
        turn_deg: by how much the scene may be turned.
        furniture: boxes hide legs, and there is something to sit on.
        shutter: share of the frame time that the shutter is open.
        path: how the camera moves, see `twin_cameras.PATHS`. clip: whose motions they are, where its name is another.
    """

    kinds: tuple[str, ...]
    alike: bool = False
    turn_deg: float = 20.0
    furniture: bool = False
    shutter: float = 0.0
    path: str = "still"
    clip: str = ""


@dataclass(frozen=True)
class Actor:
    """One person: `vertices` (T, N, 3) and `joints` (T, 24, 3) in the world."""

    kind: str
    body: Body
    surface: Surface
    motion: Motion
    vertices: Array
    joints: Array


@dataclass(frozen=True)
class Block:
    """A piece of furniture that stands still; `seat_m` is how high one sits on it, None where nobody does."""

    surface: Surface
    vertices: Array
    seat_m: float | None = None


def cast(rng: np.random.Generator, recipe: Recipe, clip: list[Motion], frames: int | None) -> list[Actor]:
    """Other people in the motions of a clip, who do not walk into each other; at most `frames` frames."""
    kinds = rng.permutation(recipe.kinds)
    kinds = [str(rng.choice(KINDS)) if kind == "any" else str(kind) for kind in kinds]
    bodies = [draw_body(rng, kind) for kind in kinds]
    drawn = [_placed(rng, recipe, clip, frames) for _ in range(200)]
    apart = [_nearest(motions, bodies) for motions in drawn]
    # The first draw that keeps people apart; the widest where none does, as in clips where people stand close.
    motions = drawn[next((i for i, d in enumerate(apart) if d > _APART_M), int(np.argmax(apart)))]
    clothes = [draw_clothes(rng) for _ in kinds]
    if recipe.alike:
        clothes[1] = nearly_alike(rng, clothes[0])
    actors = []
    for kind, body, motion, worn in zip(kinds, bodies, motions, clothes, strict=True):
        motion = on_body(motion, body)
        joints, _ = forward_kinematics(motion.rotations, motion.root, body.joints)
        vertices = skin(body, motion.rotations, motion.root)
        actors.append(Actor(kind, body, dressed(rng, body, worn), motion, vertices, joints))
    return actors


def _placed(rng: np.random.Generator, recipe: Recipe, clip: list[Motion], frames: int | None) -> list[Motion]:
    """The motions of a clip at other times, positions and headings, all of the same length."""
    starts, speeds = rng.uniform(0, 20, len(clip)), rng.uniform(0.85, 1.2, len(clip))
    longest = min(int((len(m.root) - 1 - a) / v) for m, a, v in zip(clip, starts, speeds, strict=True)) + 1
    rows = np.arange(min(longest, frames or longest))
    flip, turn = rng.random() < 0.5, np.radians(rng.uniform(-recipe.turn_deg, recipe.turn_deg))
    middle = np.concatenate([m.root for m in clip]).mean(0) * [1, 0, 1]
    placed = []
    for motion, start, speed in zip(clip, starts, speeds, strict=True):
        motion = moved(at_times(motion, start + speed * rows), turn, -middle, middle)
        shift = rng.uniform(-0.25, 0.25, 3) * [1, 0, 1]
        own = motion.root.mean(0) * [1, 0, 1]
        motion = moved(motion, np.radians(rng.uniform(-12, 12)), shift, own)
        placed.append(mirrored(motion) if flip else motion)
    return placed


def _nearest(motions: list[Motion], bodies: list[Body]) -> float:
    """The least distance of two pelvises on the floor, once their paths have the sizes of the bodies."""
    paths = []
    for motion, body in zip(motions, bodies, strict=True):
        middle = (motion.root.min(0) + motion.root.max(0)) / 2
        scale = np.linalg.norm(body.joints[7] - body.joints[1]) / motion.leg_m
        paths.append((middle + (motion.root - middle) * scale)[:, [0, 2]])
    return min((np.linalg.norm(a - b, axis=1).min() for a, b in combinations(paths, 2)), default=np.inf)


def draw_camera(rng: np.random.Generator, actors: list[Actor], size: tuple[int, int]) -> Camera:
    """A camera as near as it can be with everybody inside whom the clip shows whole."""
    framed = np.concatenate([actor.joints[actor.motion.framed] for actor in actors])
    target = framed.mean((0, 1)) + rng.uniform(-0.1, 0.1) * np.array([0.0, 1.0, 0.0])
    fov, roll = np.radians(rng.uniform(35, 75)), np.radians(rng.uniform(-3, 3))
    height, azimuth = rng.uniform(0.8, 2.6), np.radians(rng.uniform(-12, 12))
    share = rng.uniform(1.0, 1.25)
    for distance in np.arange(1.5, _FARTHEST_M, 0.05):
        away = share * distance * np.array([np.sin(azimuth), 0, np.cos(azimuth)])
        camera = Camera.looking(target * [1, 0, 1] + away + [0, height, 0], target, size, fov, roll)
        pixels, depths = camera.project(framed)
        inside = (np.abs(pixels / size - 0.5) < 0.5 - _MARGIN).all(-1) & (depths > 0.8)
        if inside.mean() > 0.995:
            break
    return camera


def decoration(rng: np.random.Generator, actors: list[Actor], wall_z: float) -> list[Block]:
    """Boxes along the wall, behind everybody."""
    room = min(actor.vertices[..., 2].min() for actor in actors) - wall_z - 0.1
    blocks, left = [], -4.0
    while left < 4.0:
        left += rng.uniform(0.5, 3.0)
        width, height, depth = rng.uniform(0.3, 1.2), rng.uniform(0.3, 1.5), rng.uniform(0.5, 0.9) * min(room, 0.6)
        blocks.append(Block(*box(rng, [left, 0, wall_z], [left + width, height, wall_z + depth])))
        left += width
    return blocks


def hiding(rng: np.random.Generator, actors: list[Actor], camera: Camera) -> list[Block]:
    """Boxes between camera and people that hide legs for a part of the way."""
    actor = actors[0]
    points = np.concatenate([other.vertices.reshape(-1, 3) for other in actors])
    blocks: list[Block] = []
    taken: list[tuple[float, float]] = []
    for _ in range(20):
        middle = actor.motion.root[rng.integers(len(actor.motion.root)), 0]
        width, depth = rng.uniform(0.9, 1.9), rng.uniform(0.3, 0.5)
        left, right = middle - width / 2, middle + width / 2
        near = (points[:, 0] > left - 0.15) & (points[:, 0] < right + 0.15)
        behind = float(points[near, 2].max()) + rng.uniform(0.1, 0.25)
        crowded = any(left < b + 0.1 and right > a - 0.1 for a, b in taken)
        if crowded or behind + depth > camera.position[2] - 0.8:
            continue
        high = rng.uniform(0.55, 0.95) * float(np.median(actor.motion.root[:, 1]))
        blocks.append(Block(*box(rng, [left, 0, behind], [right, high, behind + depth])))
        taken.append((left, right))
        if len(taken) == 2:
            break
    return blocks


def seats(rng: np.random.Generator, actors: list[Actor]) -> list[Block]:
    """A stool under everybody who sits, as high as the lowest skin that rests on it."""
    blocks = []
    for actor in actors:
        high = actor.motion.root[:, 1]
        for start, end in runs(high < high.max() * 0.72):
            if end - start < FPS / 3:
                continue
            still = slice(start + (end - start) // 4, end - (end - start) // 4)
            middle = actor.motion.root[still].mean(0)
            facing = matrix_from_quat(actor.motion.rotations[still, 0])[:, :, 2].mean(0)
            yaw = np.arctan2(facing[0], facing[2])
            skinned = actor.vertices[start:end]
            over = np.linalg.norm((skinned - middle)[..., [0, 2]], axis=-1) < 0.12
            top = float(skinned[..., 1][over].min()) - 0.005
            surface, corners = box(rng, [-0.2, 0, -0.24], [0.2, top, 0.14])
            turn = np.array([[np.cos(yaw), 0, np.sin(yaw)], [0, 1, 0], [-np.sin(yaw), 0, np.cos(yaw)]])
            blocks.append(Block(surface, corners @ turn.T + middle * [1, 0, 1], top))
    return blocks
