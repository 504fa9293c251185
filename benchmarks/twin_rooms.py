"""Rooms and furniture of twins: textures with drawn colors, and boxes that hide legs."""

from __future__ import annotations

import colorsys

import numpy as np

from romp_core.typing import Array
from tests.data.demo_render import Surface
from tests.data.demo_room import Print, Room, Texture, boards, bricks, noise

_CELL_M = 0.05  # the faces of furniture are sorted by distance, so they are small


def draw_room(rng: np.random.Generator, wall_z: float, reach: float) -> Room:
    """A room whose wall stands at `wall_z`."""
    floor = (tinted(boards, rng), tiles(rng), carpet(rng))[rng.integers(3)]
    wall = (tinted(bricks, rng), plaster(rng), wallpaper(rng))[rng.integers(3)]
    prints: list[Print] = []
    left = -6.0
    while left < 6.0:
        left += rng.uniform(0.3, 1.6)
        width, height = rng.uniform(0.4, 1.1, 2)
        prints.append((left, rng.uniform(0.9, 1.6), width, height, _paint(rng, 0.5)))
        left += width
    return Room(wall_z, floor, wall, tuple(prints), reach)


def tinted(texture: Texture, rng: np.random.Generator) -> Texture:
    """Another color of the same texture."""
    tint = rng.uniform(0.55, 1.35, 3)
    return lambda points: texture(points) * tint


def tiles(rng: np.random.Generator) -> Texture:
    """Square tiles of two tones with joints."""
    size, color, step = rng.uniform(0.25, 0.6), np.array(_paint(rng, 0.45)), rng.uniform(0.1, 0.4)

    def texture(points: Array) -> Array:
        at = points[..., [0, 2]] / size
        cell = np.floor(at)
        tone = 0.85 + step * np.mod(cell.sum(-1), 2) + 0.15 * noise(cell, 5)
        joint = (np.mod(at, 1) < 0.03).any(-1)
        return np.where(joint, 0.5, tone)[..., None] * color

    return texture


def carpet(rng: np.random.Generator) -> Texture:
    """A speckled carpet with soft patches."""
    color = np.array(_paint(rng, 0.4))

    def texture(points: Array) -> Array:
        fine = noise(np.floor(points[..., [0, 2]] / 0.02), 7)
        patches = np.sin(2.3 * points[..., 0] + np.sin(1.7 * points[..., 2])) * np.sin(1.9 * points[..., 2])
        return (0.8 + 0.35 * fine + 0.1 * patches)[..., None] * color

    return texture


def plaster(rng: np.random.Generator) -> Texture:
    """A mottled painted wall."""
    color, phase = np.array(_paint(rng, 0.7)), rng.uniform(0, 6, 4)

    def texture(points: Array) -> Array:
        x, y = points[..., 0], points[..., 1]
        clouds = np.sin(2.1 * x + phase[0] + np.sin(3 * y + phase[1])) + np.sin(7 * x + 5 * y + phase[2]) / 3
        grain = noise(np.floor(points[..., :2] / 0.025), 11)
        return (0.88 + 0.06 * clouds + 0.14 * grain)[..., None] * color

    return texture


def wallpaper(rng: np.random.Generator) -> Texture:
    """Vertical stripes with dots."""
    width, color, other = rng.uniform(0.12, 0.4), np.array(_paint(rng, 0.6)), np.array(_paint(rng, 0.6))

    def texture(points: Array) -> Array:
        x, y = points[..., 0] / width, points[..., 1] / width
        dot = np.hypot(np.mod(x, 1) - 0.5, np.mod(y, 1) - 0.5) < 0.16
        return np.where(((np.mod(x, 2) < 1) ^ dot)[..., None], color, 0.5 * color + 0.5 * other)

    return texture


def box(rng: np.random.Generator, low: Array, high: Array) -> tuple[Surface, Array]:
    """A piece of furniture between two corners (3,): its surface with wood grain or cloth, and its vertices."""
    low, high = np.asarray(low, float), np.asarray(high, float)
    color, grain = np.array(_paint(rng, 0.45)), rng.integers(3)
    faces, vertices = [], []
    for axis in range(3):
        u, v = (axis + 1) % 3, (axis + 2) % 3
        count = [max(1, int(np.ceil((high - low)[k] / _CELL_M))) for k in (u, v)]
        a, b = np.meshgrid(
            *(np.linspace(low[k], high[k], n + 1) for k, n in zip((u, v), count, strict=True)), indexing="ij"
        )
        for end, plane in ((0, low[axis]), (1, high[axis])):
            points = np.empty((a.size, 3))
            points[:, u], points[:, v], points[:, axis] = a.ravel(), b.ravel(), plane
            corner = np.arange(a.size).reshape(a.shape) + sum(map(len, vertices))
            quad = np.stack([corner[:-1, :-1], corner[1:, :-1], corner[1:, 1:], corner[:-1, 1:]], -1).reshape(-1, 4)
            faces.append(quad if end else quad[:, ::-1])
            vertices.append(points)
    corners, quads = np.concatenate(vertices), np.concatenate(faces)
    at = corners[quads].mean(1)
    cells = np.floor(at[:, [0, 1]] / (0.2 if grain == 0 else _CELL_M)) + np.floor(at[:, 2:] / _CELL_M)
    albedo = (0.88 + 0.24 * noise(cells, int(grain)))[:, None] * color
    return Surface(quads, albedo), corners


def _paint(rng: np.random.Generator, brightest: float) -> tuple[float, float, float]:
    return colorsys.hsv_to_rgb(rng.uniform(), rng.uniform(0.05, 0.6), rng.uniform(0.4, 1.0) * brightest)
