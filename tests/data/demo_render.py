"""A small software renderer: clothed people in a room, with soft light from above.

Axes: world with y up and the floor at 0; camera x right, y down, z forward; pixel centers lie at .5.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from romp_core.geometry.rotations import normalize
from romp_core.typing import Array
from tests.data.demo_room import Room

_OVERSAMPLING = 2
_TO_LIGHT = normalize(np.array([-0.35, 1.0, 0.45]))
_SHADOW_M = 0.012  # meters per cell of the shadow map
_NEAR_M = 0.1
_GAMMA = 1 / 2.2


@dataclass(frozen=True)
class Camera:
    """A pinhole: `rotation` (3, 3) world to camera, `position` (3,), `intrinsics` (3, 3) in pixels."""

    rotation: Array
    position: Array
    intrinsics: Array
    size: tuple[int, int]  # width, height

    @staticmethod
    def looking(
        position: Array, target: Array, size: tuple[int, int], horizontal_fov: float, roll: float = 0.0
    ) -> "Camera":
        """A camera at `position` that has `target` in the middle; `roll` turns it clockwise. Angles in radians."""
        forward = normalize(np.subtract(target, position))
        right = normalize(np.cross(forward, [0.0, 1.0, 0.0]))
        down = np.cross(forward, right)
        right, down = np.cos(roll) * right + np.sin(roll) * down, np.cos(roll) * down - np.sin(roll) * right
        width, height = size
        focal = width / 2 / np.tan(horizontal_fov / 2)
        intrinsics = np.array([[focal, 0, width / 2], [0, focal, height / 2], [0, 0, 1]])
        return Camera(np.stack([right, down, forward]), np.array(position), intrinsics, size)

    def project(self, points: Array) -> tuple[Array, Array]:
        """Pixels (..., 2) and depths (...) of world points (..., 3)."""
        seen = (points - self.position) @ self.rotation.T
        pixels = seen @ self.intrinsics.T
        return pixels[..., :2] / pixels[..., 2:], seen[..., 2]


@dataclass(frozen=True)
class Surface:
    """Quads (F, 4) of a mesh, counter-clockwise seen from outside, and their linear RGB (F, 3)."""

    faces: Array
    albedo: Array


@dataclass(frozen=True)
class Drawing:
    """One image, (height, width, 3) uint8 RGB, and what it shows at twice its size.

    `owner` is the index of the surface in front, -1 for the room; `depth` its distance along the optical axis.
    """

    image: Array
    owner: Array
    depth: Array


class Studio:
    """The empty room seen by a camera that does not move; `draw` puts surfaces into it."""

    def __init__(self, camera: Camera, surfaces: Sequence[Surface], room: Room | None = None) -> None:
        self.camera, self.surfaces, self.room = camera, list(surfaces), room or Room()
        width, height = (n * _OVERSAMPLING for n in camera.size)
        x, y = np.meshgrid(np.arange(width) + 0.5, np.arange(height) + 0.5)
        pixels = np.stack([x / _OVERSAMPLING, y / _OVERSAMPLING, np.ones_like(x)], axis=-1)
        rays = pixels @ np.linalg.inv(camera.intrinsics).T @ camera.rotation
        with np.errstate(divide="ignore"):
            to_floor = np.where(rays[..., 1] < 0, -camera.position[1] / rays[..., 1], np.inf)
            to_wall = np.where(rays[..., 2] < 0, (self.room.wall_z - camera.position[2]) / rays[..., 2], np.inf)
        is_floor = to_floor < to_wall
        ground = camera.position + rays * np.minimum(to_floor, to_wall)[..., None]
        colors = np.where(is_floor[..., None], self.room.floor(ground), self.room.wall_colors(ground))
        self._empty = 255 * np.clip(colors, 0, 1).astype(np.float32) ** _GAMMA
        # Where each pixel lies in the shadow map; far outside of it on the wall.
        at = np.where(is_floor[..., None], (ground[..., [0, 2]] + self.room.reach) / _SHADOW_M, -1e6)
        self._shadow_at = np.clip(at, -1e6, 1e6).astype(np.float32)

    def draw(self, meshes: Sequence[Array]) -> Drawing:
        """The surfaces with the vertices (N, 3) of each, in their order."""
        shown = [self._shown(s, m) for s, m in zip(self.surfaces, meshes, strict=True)]
        corners, distance, depth, colors = (np.concatenate(part) for part in zip(*shown, strict=True))
        owners = np.repeat(np.arange(len(shown)), [len(part[0]) for part in shown])
        width, height = (n * _OVERSAMPLING for n in self.camera.size)
        front = np.full((height, width), -1, np.int32)
        order = np.argsort(-distance)
        for index, quad in zip(order.tolist(), corners[order], strict=True):
            cv2.fillConvexPoly(front, quad, index, cv2.LINE_8, 4)
        image = np.rint(self._empty * (self._light_left(meshes) ** _GAMMA)[..., None]).astype(np.uint8)
        covered = front >= 0
        image[covered] = colors[front[covered]]
        owner, deep = np.full(front.shape, -1), np.full(front.shape, np.inf)
        owner[covered], deep[covered] = owners[front[covered]], depth[front[covered]]
        return Drawing(cv2.resize(image, self.camera.size, interpolation=cv2.INTER_AREA), owner, deep)

    def visible_share(self, index: int, mesh: Array, drawing: Drawing) -> float:
        """Share of the silhouette of one surface that is inside the image of `drawing` and not hidden."""
        width, height = drawing.owner.shape[::-1]
        alone = np.zeros((2 * height, 2 * width), np.uint8)  # the image is its middle
        for quad in self._shown(self.surfaces[index], mesh)[0] + np.array([width, height]) * 8:
            cv2.fillConvexPoly(alone, quad, 1, cv2.LINE_8, 4)
        whole = int(np.count_nonzero(alone))
        return float(np.count_nonzero(drawing.owner == index) / whole) if whole else 0.0

    def _shown(self, surface: Surface, mesh: Array) -> tuple[Array, Array, Array, Array]:
        """Faces turned to the camera: corners in 1/16 of an oversampled pixel, distances, depths, colors."""
        quads = mesh[surface.faces]
        pixels, depths = self.camera.project(quads)
        normals = normalize(np.cross(quads[:, 2] - quads[:, 0], quads[:, 3] - quads[:, 1]))
        away = quads.mean(1) - self.camera.position
        shown = np.flatnonzero(((away * normals).sum(1) < 0) & (depths.min(1) > _NEAR_M))
        limit = 4 * max(self.camera.size)  # keeps the fixed-point numbers of OpenCV small
        corners = np.rint(np.clip(pixels[shown], -limit, limit) * _OVERSAMPLING * 16 - 8).astype(np.int32)
        sky = 0.5 + 0.5 * normals[:, 1]
        sun = np.clip((normals @ _TO_LIGHT + 0.25) / 1.25, 0, 1)
        linear = surface.albedo * (0.22 + 0.33 * sky + 0.95 * sun)[:, None]
        colors = np.rint(255 * np.clip(linear, 0, 1) ** _GAMMA).astype(np.uint8)
        return corners, np.linalg.norm(away[shown], axis=1), depths[shown].mean(1), colors[shown]

    def _light_left(self, meshes: Sequence[Array]) -> Array:
        """Share of the light that is left at each point of floor and wall: blurred shadows."""
        cells = round(2 * self.room.reach / _SHADOW_M)
        shadow = np.zeros((cells, cells), np.float32)
        contact = np.zeros_like(shadow)
        for surface, mesh in zip(self.surfaces, meshes, strict=True):
            fallen = mesh - mesh[:, 1:2] / _TO_LIGHT[1] * _TO_LIGHT
            quads = np.rint((fallen[:, [0, 2]] + self.room.reach) / _SHADOW_M).astype(np.int32)[surface.faces]
            low = mesh[surface.faces][..., 1].max(1) < 0.06
            one, other = quads[:, 2] - quads[:, 0], quads[:, 3] - quads[:, 1]
            lit = one[:, 0] * other[:, 1] < one[:, 1] * other[:, 0]
            for quad in quads[lit]:  # the side towards the light has the same outline as all of it
                cv2.fillConvexPoly(shadow, quad, 1.0)
            for quad in quads[low]:
                cv2.fillConvexPoly(contact, quad, 1.0)
        dark = 0.38 * cv2.GaussianBlur(shadow, (0, 0), 5) + 0.4 * cv2.GaussianBlur(contact, (0, 0), 2.5)
        at = self._shadow_at
        return 1 - cv2.remap(dark, at[..., 0], at[..., 1], cv2.INTER_LINEAR, borderValue=0)
