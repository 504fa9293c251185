"""Points of a room's walls, floor and boxes, as they are followed through footage of a camera that is known exactly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from romp_core.geometry.projection import focal_from_fov
from romp_core.geometry.rotations import matrix_from_rotvec
from romp_core.solve.background.camera_motion import CameraMotion, camera_motion
from romp_core.take.background import Background, FramePoints
from romp_core.take.observations import Observations
from romp_core.take.take import FootageInfo

WIDTH, HEIGHT, FPS = 960, 540, 30.0
CENTER = np.array([WIDTH, HEIGHT]) / 2
EYE_M = 1.5
"""Height of the first camera above the floor."""
SLOTS = 96
_LIFE = 80
"""Frames after which half of the points are lost."""


@dataclass(frozen=True)
class Path:
    """A camera in a world whose axes are those of the first camera, at whose origin it starts.

    Attributes:
        rotation: (T, 3, 3) world to camera; position: (T, 3) meters. zoom: (T,) factors on the focal length.
        readout: seconds from the first row of a frame to the last.
    """

    rotation: np.ndarray
    position: np.ndarray
    zoom: np.ndarray
    readout: float = 0.0


def path(
    frames: int = 120,
    turn_deg: tuple[float, float, float] = (0.0, 0.0, 0.0),
    move_m: tuple[float, float, float] = (0.0, 0.0, 0.0),
    tremble_deg: float = 0.0,
    zoom: float = 1.0,
    readout: float = 0.0,
) -> Path:
    """A camera that turns and moves by so much from the first frame to the last, easing in and out."""
    share = np.linspace(0, 1, frames)
    share = share * share * (3 - 2 * share)
    times = np.arange(frames) / FPS
    shake = np.stack([np.sin(2 * np.pi * rate * times) for rate in (1.7, 2.3, 1.1)], axis=1) * np.radians(tremble_deg)
    rotation = matrix_from_rotvec(np.radians(turn_deg) * share[:, None] + shake)
    return Path(rotation, np.array(move_m) * share[:, None], zoom**share, readout)


def room(rng: np.random.Generator, count: int = 4000) -> np.ndarray:
    """(count, 3) points of a wall 6 m away, a floor and boxes."""
    third = count // 3
    wall = np.stack([rng.uniform(-9, 9, third), rng.uniform(-2, EYE_M, third), np.full(third, 6.0)], axis=1)
    floor = np.stack([rng.uniform(-8, 8, third), np.full(third, EYE_M), rng.uniform(1, 6, third)], axis=1)
    boxes = np.stack(
        [rng.uniform(-7, 7, third), rng.uniform(0.3, EYE_M, third), 4 + 1.5 * rng.random(third).round(1)], axis=1
    )
    return np.concatenate([wall, floor, boxes])


def seen_points(
    camera: Path,
    fov_deg: float = 60.0,
    noise_px: float = 0.1,
    moving_share: float = 0.0,
    points: np.ndarray | None = None,
    seed: int = 1,
) -> list[FramePoints]:
    """The points of each frame.

    Args:
        moving_share: of the points that belong to people who walk about, each in a way of their own.
    """
    rng = np.random.default_rng(seed)
    points = room(rng) if points is None else points
    focal = focal_from_fov(np.radians(fov_deg), WIDTH)
    moves = rng.random(len(points)) < moving_share
    velocity = rng.normal(0, 0.5, (len(points), 3)) * moves[:, None] * [1, 0.1, 1]
    held, frames = np.full(SLOTS, -1), []
    for t in range(len(camera.rotation)):
        away = points + velocity * np.sin(t / FPS + np.arange(len(points)))[:, None]
        pixels, inside = _projected(away, camera, t, focal)
        lost = (held >= 0) & (~inside[held] | (rng.random(SLOTS) < 0.7 / _LIFE))
        held[lost] = -1
        fresh = rng.permutation(np.setdiff1d(np.flatnonzero(inside), held))
        empty = np.flatnonzero(held < 0)[: len(fresh)]
        held[empty] = fresh[: len(empty)]
        started = np.zeros(SLOTS, bool)
        started[empty] = True
        positions = np.where((held >= 0)[:, None], pixels[held] + rng.normal(0, noise_px, (SLOTS, 2)), np.nan)
        frames.append(FramePoints(positions, started))
    return frames


def _projected(points: np.ndarray, camera: Path, t: int, focal: float) -> tuple[np.ndarray, np.ndarray]:
    """Pixels (n, 2) and whether they are in the image; each row of the image at its own time."""
    last = len(camera.rotation) - 1
    row = np.full(len(points), 0.5)
    for _ in range(3 if camera.readout else 1):
        when = np.clip(t + (row - 0.5) * camera.readout * FPS, 0, last)
        low = np.minimum(when.astype(int), max(last - 1, 0))
        share = (when - low)[:, None]
        high = np.minimum(low + 1, last)
        seen = [np.einsum("nij,nj->ni", camera.rotation[at], points - camera.position[at]) for at in (low, high)]
        away = seen[0] * (1 - share) + seen[1] * share
        pixels = focal * camera.zoom[t] * away[:, :2] / np.maximum(away[:, 2:], 0.1) + CENTER
        row = np.clip(pixels[:, 1] / HEIGHT, 0, 1)
    return pixels, (away[:, 2] > 0.3) & (pixels > 2).all(axis=1) & (pixels < [WIDTH - 2, HEIGHT - 2]).all(axis=1)


def footage(frames: int, cuts: tuple[int, ...] = ()) -> FootageInfo:
    """Of so many frames."""
    index = np.arange(frames, dtype=np.int32)
    return FootageInfo("room.mp4", WIDTH, HEIGHT, FPS, index / FPS, index, cuts=cuts)


def solved(
    frames: Sequence[FramePoints],
    fov_deg: float = 60.0,
    known: bool = True,
    people: Sequence[Observations] = (),
    cuts: tuple[int, ...] = (),
) -> CameraMotion:
    """The camera's motion by these points."""
    background = Background.of_frames(list(frames), max(WIDTH, HEIGHT))
    return camera_motion(background, people, footage(len(frames), cuts), np.radians(fov_deg), known)


def turn_error_deg(rotation: np.ndarray, camera: Path) -> float:
    """Mean angle between two turns since the first frame."""
    true = camera.rotation @ camera.rotation[:1].swapaxes(1, 2)
    off = np.einsum("tij,tkj->tik", rotation @ rotation[:1].swapaxes(1, 2), true)
    return float(np.degrees(np.arccos(np.clip((np.trace(off, axis1=1, axis2=2) - 1) / 2, -1, 1))).mean())


def path_error(position: np.ndarray, camera: Path) -> float:
    """Mean distance after one scale, as a share of the length of the path."""
    mine, true = position @ camera.rotation[0], camera.position - camera.position[0]
    scaled = mine * (mine * true).sum() / (mine**2).sum()
    return float(np.linalg.norm(scaled - true, axis=1).mean() / np.linalg.norm(np.diff(true, axis=0), axis=1).sum())


def focal_ratio(motion: CameraMotion, fov_deg: float) -> float:
    """Estimated over true focal length."""
    return focal_from_fov(motion.fov, WIDTH) / focal_from_fov(np.radians(fov_deg), WIDTH)
