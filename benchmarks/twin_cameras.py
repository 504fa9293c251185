"""How the camera of a twin moves: carried by hand, panned from a tripod, or along a track while it pans."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from benchmarks.twin_motion import FPS
from romp_core.geometry.rotations import matrix_from_rotvec
from romp_core.typing import Array
from tests.data.demo_render import Camera

PATHS = ("still", "handheld", "pan", "tripod", "zoom")
_ASIDE_M = {"handheld": (0.8, 2.0), "pan": (0.8, 2.0)}
_TREMBLE_DEG, _TREMBLE_M = 0.25, 0.006


def draw_path(rng: np.random.Generator, path: str, camera: Camera, pelvis: Array) -> list[Camera]:
    """The camera of each frame.

    Args:
        path: one of `PATHS`. camera: that shows the whole scene. pelvis: (T, 3) of the person who is followed.
    """
    frames = len(pelvis)
    if path == "still":
        return [camera] * frames
    share = _eased(frames)
    if path == "zoom":
        factors = rng.uniform(1.2, 1.7) ** share
        return [replace(camera, intrinsics=camera.intrinsics * [[f, 1, 1], [1, f, 1], [1, 1, 1]]) for f in factors]
    side = rng.choice([-1.0, 1.0])
    forward = camera.rotation[2]
    target = camera.position + forward * ((pelvis.mean(axis=0) - camera.position) @ forward)
    to_person = pelvis - target
    follow = _smooth(to_person, FPS) * rng.uniform(0.5, 0.9)
    aside, ahead = np.zeros(frames), np.zeros(frames)
    if path in _ASIDE_M:
        aside = side * rng.uniform(*_ASIDE_M[path]) * (share - 0.5)
        ahead = rng.uniform(-0.5, 0.9) * share * (path == "handheld")
    turn = side * np.radians(rng.uniform(25, 45)) * (share - 0.5) if path == "tripod" else np.zeros(frames)
    shaking = path == "handheld"
    shake, sway = (_tremble(rng, frames) * size * shaking for size in (np.radians(_TREMBLE_DEG), _TREMBLE_M))
    right = np.cross(forward, [0.0, 1.0, 0.0])
    level = np.cross([0.0, 1.0, 0.0], right)
    cameras = []
    for t in range(frames):
        position = camera.position + aside[t] * right + ahead[t] * level + sway[t]
        look = target + (follow[t] if path != "tripod" else 0)
        seen = Camera.looking(position, look, camera.size, _fov(camera), 0.0)
        rotation = matrix_from_rotvec(np.array([0.0, turn[t], 0.0]) + shake[t]) @ seen.rotation
        cameras.append(replace(camera, rotation=rotation, position=position))
    return cameras


def moving_arrays(cameras: Sequence[Camera], joints: Array) -> dict[str, Array]:
    """What the truth says of the cameras, and where they see joints (P, T, 24, 3)."""
    pixels = [camera.project(joints[:, t])[0] for t, camera in enumerate(cameras)]
    lenses = np.stack([camera.intrinsics for camera in cameras])
    return {
        "Rcw": np.stack([camera.rotation for camera in cameras]),
        "cpos": np.stack([camera.position for camera in cameras]),
        "K": lenses if np.ptp(lenses[:, 0, 0]) else lenses[0],
        "joints2d": np.stack(pixels, axis=1).astype(np.float32),
    }


def _fov(camera: Camera) -> float:
    return 2 * float(np.arctan(camera.size[0] / 2 / camera.intrinsics[0, 0]))


def _eased(frames: int) -> Array:
    """(T,) from 0 to 1, slow at both ends."""
    share = np.linspace(0, 1, frames)
    return share * share * (3 - 2 * share)


def _smooth(track: Array, width: float) -> Array:
    """Running mean (T, 3) over about this many frames."""
    reach = round(width / 2)
    padded = np.pad(track, ((reach, reach), (0, 0)), mode="edge")
    total = np.cumsum(np.pad(padded, ((1, 0), (0, 0))), axis=0)
    return (total[2 * reach + 1 :] - total[: -2 * reach - 1]) / (2 * reach + 1)


def _tremble(rng: np.random.Generator, frames: int) -> Array:
    """(T, 3) of standard deviation 1: what hands do between half a hertz and four."""
    rate = np.fft.rfftfreq(frames, 1 / FPS)
    band = ((rate > 0.5) & (rate < 4)) / np.maximum(rate, 0.5)
    noise = np.fft.irfft(np.fft.rfft(rng.normal(size=(frames, 3)), axis=0) * band[:, None], frames, axis=0)
    return noise / max(float(noise.std()), 1e-9)
