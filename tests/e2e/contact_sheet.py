"""A contact sheet of a baked scene: the characters drawn over the footage, and seen from the side.

The meshes are read out of Blender as it evaluates them, through the scene's own camera, so the sheet shows what a
user would see; drawing is done here because a machine without a display cannot be counted on to render.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import bpy
import numpy as np

from romp_core.images.digits import coverage
from romp_core.images.thumbnail import thumbnail, write_png

CELL = 300
COLUMNS = 4
SIDE_BACKGROUND, FLOOR = (38, 38, 40), (110, 110, 110)


@dataclass(frozen=True)
class Mesh:
    """One evaluated mesh: world vertices (N, 3), triangles (F, 3), linear color per triangle (F, 3)."""

    vertices: np.ndarray
    triangles: np.ndarray
    colors: np.ndarray


def evaluated_meshes(objects: list[bpy.types.Object]) -> Iterator[Mesh]:
    """The visible meshes of the present frame."""
    depsgraph = bpy.context.evaluated_depsgraph_get()
    for item in objects:
        evaluated = item.evaluated_get(depsgraph)
        if evaluated.hide_render:
            continue
        mesh = evaluated.to_mesh()
        mesh.calc_loop_triangles()
        vertices = np.empty(len(mesh.vertices) * 3, np.float32)
        mesh.vertices.foreach_get("co", vertices)
        triangles = np.empty(len(mesh.loop_triangles) * 3, np.int32)
        mesh.loop_triangles.foreach_get("vertices", triangles)
        slots = np.empty(len(mesh.loop_triangles), np.int32)
        mesh.loop_triangles.foreach_get("material_index", slots)
        palette = np.array([m.diffuse_color[:3] if m else (0.8,) * 3 for m in mesh.materials] or [(0.8,) * 3])
        world = np.array(evaluated.matrix_world)
        yield Mesh(
            vertices.reshape(-1, 3) @ world[:3, :3].T + world[:3, 3],
            triangles.reshape(-1, 3),
            palette[np.minimum(slots, len(palette) - 1)],
        )
        evaluated.to_mesh_clear()


def draw(image: np.ndarray, meshes: list[Mesh], pixels: list[np.ndarray], depths: list[np.ndarray]) -> None:
    """Paint flat-shaded triangles from far to near into `image` (RGB); pixels (N, 2), depths (N,) per mesh."""
    faces, keys, colors = [], [], []
    for mesh, points, depth in zip(meshes, pixels, depths, strict=True):
        corners = mesh.vertices[mesh.triangles]
        normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
        normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12)
        light = 0.45 + 0.55 * np.clip(normals @ np.array([0.3, -0.6, 0.74]), 0, 1)
        in_front = (depth[mesh.triangles] > 0.05).all(axis=1)
        faces.append(points[mesh.triangles][in_front])
        keys.append(depth[mesh.triangles].mean(axis=1)[in_front])
        colors.append((255 * np.clip(mesh.colors, 0, 1) ** (1 / 2.2) * light[:, None])[in_front])
    if not faces:
        return
    order = np.argsort(-np.concatenate(keys))
    for corners, color in zip(np.concatenate(faces)[order], np.concatenate(colors)[order], strict=True):
        fill_triangle(image, corners, color)


def fill_triangle(image: np.ndarray, corners: np.ndarray, color: np.ndarray) -> None:
    """Fill the pixels whose centers are in a triangle (3, 2)."""
    left, top = np.maximum(np.floor(corners.min(axis=0)), 0).astype(int)
    right, bottom = np.minimum(np.ceil(corners.max(axis=0)) + 1, (image.shape[1], image.shape[0])).astype(int)
    if left >= right or top >= bottom:
        return
    x, y = np.arange(left, right), np.arange(top, bottom)[:, None]
    sides = [
        (b[0] - a[0]) * (y - a[1]) - (b[1] - a[1]) * (x - a[0])
        for a, b in zip(corners, np.roll(corners, -1, 0), strict=True)
    ]
    inside = np.all([side >= 0 for side in sides], axis=0) | np.all([side <= 0 for side in sides], axis=0)
    image[top:bottom, left:right][inside] = color


def through_camera(scene: bpy.types.Scene, vertices: np.ndarray, width: int) -> tuple[np.ndarray, np.ndarray]:
    """Pixels (N, 2) and depths (N,) of world points seen by the scene's camera, for an image of this width."""
    camera = scene.camera
    view = np.array(camera.matrix_world.inverted())
    local = vertices @ view[:3, :3].T + view[:3, 3]
    depth = -local[:, 2]
    focal = camera.data.lens / camera.data.sensor_width * width
    height = width * scene.render.resolution_y / scene.render.resolution_x
    safe = np.maximum(depth, 1e-3)
    pixels = np.stack([width / 2 + focal * local[:, 0] / safe, height / 2 - focal * local[:, 1] / safe], axis=-1)
    return pixels, depth


class SideView:
    """Orthographic view from the camera's right, framing everything between `low` and `high` (world corners)."""

    def __init__(self, scene: bpy.types.Scene, low: np.ndarray, high: np.ndarray, height: int) -> None:
        forward = -np.array(scene.camera.matrix_world.to_3x3().col[2])
        forward[2] = 0
        self.forward = forward / max(np.linalg.norm(forward), 1e-9)
        self.right = np.cross(self.forward, [0, 0, 1])
        corners = np.array([[x, y, z] for x in (low[0], high[0]) for y in (low[1], high[1]) for z in (0, high[2])])
        along = corners @ self.forward
        self.scale = 0.9 * min(CELL / max(np.ptp(along), 0.5), height / max(high[2], 0.5))
        self.middle, self.height = (along.min() + along.max()) / 2, height

    def __call__(self, vertices: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        x = CELL / 2 + (vertices @ self.forward - self.middle) * self.scale
        y = self.floor() - vertices[:, 2] * self.scale
        return np.stack([x, y], axis=-1), 100 - vertices @ self.right

    def floor(self) -> float:
        """Row of the floor."""
        return self.height * 0.95


def contact_sheet(scene: bpy.types.Scene, images: dict[int, np.ndarray], path: Path) -> None:
    """Write the sheet.

    Args:
        scene: the baked scene. images: scene frame -> the footage's RGB image at it. path: PNG to write.
    """
    bodies = [item for item in scene.objects if item.type == "MESH" and item.find_armature()]
    moments = {}
    for frame in images:
        scene.frame_set(frame)
        moments[frame] = list(evaluated_meshes(bodies))
    everything = [mesh.vertices for meshes in moments.values() for mesh in meshes]
    if not everything:
        raise RuntimeError("no character is visible at any of the chosen frames")
    cloud = np.concatenate(everything)
    height = round(CELL * scene.render.resolution_y / scene.render.resolution_x)
    side = SideView(scene, cloud.min(axis=0), cloud.max(axis=0), height)
    cells = []
    for frame, image in images.items():
        scene.frame_set(frame)
        small = thumbnail(image, round(CELL * max(1, height / CELL)))
        footage = np.zeros((height, CELL, 3), np.uint8)
        footage[: small.shape[0], : small.shape[1]] = small[:height, :CELL]
        painted = footage.copy()
        seen = [through_camera(scene, mesh.vertices, CELL) for mesh in moments[frame]]
        draw(painted, moments[frame], [pixels for pixels, _ in seen], [depth for _, depth in seen])
        over = np.rint(0.75 * painted + 0.25 * footage)
        profile = np.full((height, CELL, 3), SIDE_BACKGROUND, np.uint8)
        profile[round(side.floor())] = FLOOR
        seen = [side(mesh.vertices) for mesh in moments[frame]]
        draw(profile, moments[frame], [pixels for pixels, _ in seen], [depth for _, depth in seen])
        opacity = coverage(str(frame), 16.0, 8.0, 8.0, over.shape[:2], 1.6)[..., None]
        over = np.rint(over * (1 - opacity) + 255 * opacity).astype(np.uint8)
        cells.append(np.concatenate([footage, over, profile], axis=1))
    cells += [np.zeros_like(cells[0])] * (-len(cells) % (COLUMNS // 2))
    rows = [np.concatenate(cells[i : i + COLUMNS // 2], axis=1) for i in range(0, len(cells), COLUMNS // 2)]
    write_png(np.concatenate(rows), path)
