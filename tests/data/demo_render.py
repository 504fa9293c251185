"""A small software renderer: one clothed person in a room with a wooden floor, a brick wall, and soft light from above.

Axes: world with y up and the floor at 0; camera x right, y down, z forward; pixel centers lie at .5.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from romp_core.bodies.body import Body
from romp_core.geometry.rotations import normalize
from romp_core.typing import Array

_OVERSAMPLING = 2
_WALL_Z = -2.2
_TO_LIGHT = normalize(np.array([-0.35, 1.0, 0.45]))
_SHADOW_M = 0.012  # meters per cell of the shadow map
# On the wall: left, bottom, width, height in meters, and a color.
_PICTURES = ((-1.75, 1.25, 0.62, 0.85, (0.07, 0.2, 0.3)), (1.15, 1.45, 0.9, 0.6, (0.3, 0.26, 0.08)))


@dataclass(frozen=True)
class Camera:
    """A pinhole: `rotation` (3, 3) world to camera, `position` (3,), `intrinsics` (3, 3) in pixels."""

    rotation: Array
    position: Array
    intrinsics: Array
    size: tuple[int, int]  # width, height

    @staticmethod
    def looking(position: Array, target: Array, size: tuple[int, int], horizontal_fov: float) -> "Camera":
        """A level camera at `position` that has `target` in the middle of the image."""
        forward = normalize(np.subtract(target, position))
        right = normalize(np.cross(forward, [0.0, 1.0, 0.0]))
        width, height = size
        focal = width / 2 / np.tan(horizontal_fov / 2)
        intrinsics = np.array([[focal, 0, width / 2], [0, focal, height / 2], [0, 0, 1]])
        return Camera(np.stack([right, np.cross(forward, right), forward]), np.array(position), intrinsics, size)

    def project(self, points: Array) -> tuple[Array, Array]:
        """Pixels (..., 2) and depths (...) of world points (..., 3)."""
        seen = (points - self.position) @ self.rotation.T
        pixels = seen @ self.intrinsics.T
        return pixels[..., :2] / pixels[..., 2:], seen[..., 2]


class Studio:
    """The empty room seen by a camera that does not move; `draw` puts a person into it."""

    def __init__(self, camera: Camera, body: Body, albedo: Array) -> None:
        """`albedo` (F, 3) linear RGB of the faces of `body`."""
        self.camera, self.body, self.albedo = camera, body, albedo
        width, height = (n * _OVERSAMPLING for n in camera.size)
        x, y = np.meshgrid(np.arange(width) + 0.5, np.arange(height) + 0.5)
        pixels = np.stack([x / _OVERSAMPLING, y / _OVERSAMPLING, np.ones_like(x)], axis=-1)
        self._rays = pixels @ np.linalg.inv(camera.intrinsics).T @ camera.rotation
        with np.errstate(divide="ignore"):
            to_floor = np.where(self._rays[..., 1] < 0, -camera.position[1] / self._rays[..., 1], np.inf)
            to_wall = np.where(self._rays[..., 2] < 0, (_WALL_Z - camera.position[2]) / self._rays[..., 2], np.inf)
        self._is_floor = to_floor < to_wall
        self._ground = camera.position + self._rays * np.minimum(to_floor, to_wall)[..., None]
        self._empty = np.where(self._is_floor[..., None], _floor(self._ground), _wall(self._ground))

    def draw(self, vertices: Array) -> Array:
        """The image, (height, width, 3) uint8 RGB, of the body with `vertices` (N, 3)."""
        linear = self._empty * self._light_left(vertices)[..., None]
        image = np.ascontiguousarray(_encode(linear))
        pixels, _ = self.camera.project(vertices)
        quads = vertices[self.body.faces]
        normals = normalize(np.cross(quads[:, 2] - quads[:, 0], quads[:, 3] - quads[:, 1]))
        centers = quads.mean(1)
        shown = np.flatnonzero(((self.camera.position - centers) * normals).sum(1) > 0)
        distance = np.linalg.norm(centers[shown] - self.camera.position, axis=1)
        sky = 0.5 + 0.5 * normals[:, 1]
        sun = np.clip((normals @ _TO_LIGHT + 0.25) / 1.25, 0, 1)
        colors = _encode(self.albedo * (0.22 + 0.33 * sky + 0.95 * sun)[:, None])
        corners = np.rint(pixels[self.body.faces] * _OVERSAMPLING * 16 - 8).astype(np.int32)
        for face in shown[np.argsort(-distance)]:
            cv2.fillConvexPoly(image, corners[face], colors[face].tolist(), cv2.LINE_8, 4)
        return cv2.resize(image, self.camera.size, interpolation=cv2.INTER_AREA)

    def _light_left(self, vertices: Array) -> Array:
        """Share of the light that the person leaves to each point of floor and wall: a blurred shadow."""
        cells, low = 420, np.array([-2.6, -2.6])
        fallen = vertices - vertices[:, 1:2] / _TO_LIGHT[1] * _TO_LIGHT
        corners = np.rint((fallen[:, [0, 2]] - low) / _SHADOW_M).astype(np.int32)[self.body.faces]
        shadow = np.zeros((cells, cells), np.float32)
        for face in corners:
            cv2.fillConvexPoly(shadow, face, 1.0)
        contact = np.zeros_like(shadow)
        for face in corners[vertices[self.body.faces][..., 1].max(1) < 0.06]:
            cv2.fillConvexPoly(contact, face, 1.0)
        dark = 0.38 * cv2.GaussianBlur(shadow, (0, 0), 5) + 0.4 * cv2.GaussianBlur(contact, (0, 0), 2.5)
        at = ((self._ground[..., [0, 2]] - low) / _SHADOW_M).astype(np.float32)
        on_floor = cv2.remap(dark, at[..., 0], at[..., 1], cv2.INTER_LINEAR, borderValue=0)
        return 1 - np.where(self._is_floor, on_floor, 0)


def _encode(linear: Array) -> Array:
    return np.rint(255 * np.clip(linear, 0, 1) ** (1 / 2.2)).astype(np.uint8)


def _noise(index: Array, seed: int) -> Array:
    """A fixed pseudo-random number in 0..1 for each whole number (or pair of them, last axis)."""
    return np.modf(np.abs(np.sin(index @ np.array([12.9898, 78.233]) + seed) * 43758.5453))[0]


def _floor(points: Array) -> Array:
    """Boards along z, linear RGB."""
    x, z = points[..., 0] / 0.16, points[..., 2]
    board = np.floor(x)
    length = np.floor(z / 1.1 + _noise(np.stack([board, board], -1), 1))
    tone = 0.75 + 0.45 * _noise(np.stack([board, length], -1), 2)
    edge = np.abs(x - np.round(x)) < 0.03
    grain = 0.04 * np.sin(90 * points[..., 0] + 6 * np.sin(3 * z + board))
    tone = np.where(edge, 0.45, tone + grain) * (1.0 - 0.05 * np.hypot(points[..., 0], z))
    return tone[..., None] * np.array([0.36, 0.23, 0.13])


def _wall(points: Array) -> Array:
    """Painted bricks with a skirting board and two framed prints, linear RGB."""
    x, y = points[..., 0], points[..., 1]
    row = np.floor(y / 0.11)
    column = np.floor(x / 0.26 + 0.5 * np.mod(row, 2))
    along = np.mod(x / 0.26 + 0.5 * np.mod(row, 2), 1)
    up = np.mod(y / 0.11, 1)
    joint = (along < 0.035) | (up < 0.08)
    tone = np.where(joint, 0.80, 0.92 + 0.12 * _noise(np.stack([column, row], -1), 3)) * (0.75 + 0.12 * y)
    color = tone[..., None] * np.array([0.47, 0.50, 0.48])
    for left, bottom, width, height, paint in _PICTURES:
        u, v = (x - left) / width, (y - bottom) / height
        inside = (np.abs(u - 0.5) < 0.5) & (np.abs(v - 0.5) < 0.5)
        frame = inside & ((np.abs(u - 0.5) > 0.46) | (np.abs(v - 0.5) > 0.46))
        hills = np.where(v < 0.45 + 0.15 * np.sin(5 * u + left), 0.5, 1.3)
        color = np.where(inside[..., None], hills[..., None] * np.array(paint), color)
        color = np.where(frame[..., None], 0.05, color)
    return np.where((y < 0.09)[..., None], 0.55, color)
