"""Synthetic takes: people with known rotations, for tests and benchmarks that need no network."""

from dataclasses import replace

import numpy as np

from romp_core.bodies.build import built_fingers
from romp_core.bodies.embedded import load_body
from romp_core.geometry.face_units import FACE_UNIT, N_FACE_UNITS
from romp_core.geometry.rotations import make_continuous, quat_from_rotvec, quat_multiply
from romp_core.geometry.spaces import WORLD_FROM_SMPL_REST_QUAT
from romp_core.take.observations import Observations
from romp_core.take.settings import SolveSettings, from_mapping
from romp_core.take.take import Camera, FootageInfo, Motion, Person, Provenance, Take, level_camera

HEIGHT_M = 1.8


def footage(n=40, fps=30.0, path="missing.mp4", times=None, first=0, size=(640, 360)):
    times = np.asarray(times) if times is not None else (first + np.arange(n)) / fps
    return FootageInfo(path, *size, fps, times, np.arange(first, first + len(times), dtype=np.int32))


def motion(n, seed=0, start_row=0, gaps=()):
    """Smooth random rotations of every joint over a walk along a curve; `gaps` are (first, last) samples not seen."""
    rng = np.random.default_rng(seed)
    phase, speed, axis = rng.uniform(0, 6, (24, 1)), rng.uniform(0.05, 0.15, (24, 1)), rng.normal(size=(24, 3))
    t = np.arange(n)
    swing = 0.7 * np.sin(phase + speed * t).T[..., None] * axis / np.linalg.norm(axis, axis=-1, keepdims=True)
    rotations = quat_from_rotvec(swing)
    rotations[:, 0] = quat_multiply(rotations[:, 0], WORLD_FROM_SMPL_REST_QUAT)
    root = np.stack([np.sin(t / 40.0) + seed, -t * 0.01, 0.95 + 0.05 * np.sin(t / 7.0)], axis=-1)
    valid = np.ones(n, dtype=bool)
    for first, last in gaps:
        valid[first : last + 1] = False
    return Motion(
        frame_index=np.arange(start_row, start_row + n, dtype=np.int32),
        valid=valid,
        rotations=make_continuous(rotations).astype(np.float32),
        root=root.astype(np.float32),
        rest_joints=load_body().rest_joints(HEIGHT_M),
        contacts=np.zeros((n, 2), dtype=bool),
    )


def motion_with_fingers(n, seed=0):
    """The same with fingers that bend and spread, of hands in their size."""
    fingers, rng = np.zeros((n, 30, 3)), np.random.default_rng(seed + 100)
    fingers[..., 2] = 0.8 * np.sin(rng.uniform(0, 6, 30) + rng.uniform(0.05, 0.15, 30) * np.arange(n)[:, None])
    fingers[..., 1] = 0.1 * np.sin(0.1 * np.arange(n))[:, None]
    return replace(
        motion(n, seed),
        fingers=make_continuous(quat_from_rotvec(fingers)).astype(np.float32),
        rest_fingers=built_fingers(np.zeros(0), HEIGHT_M).astype(np.float32),
        hand_confidence=np.ones((n, 2), np.float32),
    )


def motion_with_face(n, seed=0, units=("jawOpen", "eyeBlinkLeft", "mouthSmileRight")):
    """The same as without, with a face on which these units come and go."""
    face = np.zeros((n, N_FACE_UNITS), np.float32)
    for number, name in enumerate(units):
        face[:, FACE_UNIT[name]] = 0.5 - 0.5 * np.cos(0.3 * np.arange(n) + number)
    return replace(motion(n, seed), face=face, face_confidence=np.ones(n, np.float32))


def person(id, a_motion):
    n = len(a_motion.frame_index)
    nothing = np.zeros((n, 33, 2), np.float32)
    seen = Observations(a_motion.frame_index, np.ones(n), nothing, nothing[..., 0], np.zeros((n, 33, 3)))
    return Person(id, f"Person {id}", seen, motion=a_motion)


def make_take(motions=None, info=None, camera=None, id="take-1"):
    """A solved take; one person over the whole footage by default."""
    info = info or footage()
    motions = motions or [motion(len(info.times))]
    return Take(
        id=id,
        footage=info,
        people=tuple(person(i + 1, item) for i, item in enumerate(motions)),
        solve=from_mapping(SolveSettings, {"height": HEIGHT_M}),
        provenance=Provenance("blazepose", "Apache-2.0", "CC0-1.0", core_version="0", commercial_use="yes"),
        camera=camera or level_camera(np.radians(60.0)),
    )


def moving_camera(n):
    turn = quat_from_rotvec(np.stack([np.full(n, -np.pi / 2), np.zeros(n), np.linspace(0, 1, n)], axis=-1))
    return Camera(np.radians(60.0), turn, np.stack([np.linspace(0, 1, n), np.full(n, -4.0), np.full(n, 1.5)], axis=-1))
