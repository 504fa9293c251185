"""A contact sheet of a baked scene: the characters drawn over the footage, and seen from the side.

The meshes are read out of Blender as it evaluates them, through the scene's own camera, so the sheet shows what a
user would see; drawing is done here because a machine without a display cannot be counted on to render.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import bpy
import cv2
import numpy as np

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
    """Paint flat-shaded triangles from far to near into `image` (BGR); pixels (N, 2), depths (N,) per mesh."""
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
    polygons = np.round(np.concatenate(faces)[order] * 16).astype(np.int32)
    for polygon, color in zip(polygons, np.concatenate(colors)[order, ::-1], strict=True):
        cv2.fillConvexPoly(image, polygon, color.tolist(), lineType=cv2.LINE_AA, shift=4)


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
        footage = cv2.resize(image, (CELL, height), interpolation=cv2.INTER_AREA)[..., ::-1].copy()
        painted = footage.copy()
        seen = [through_camera(scene, mesh.vertices, CELL) for mesh in moments[frame]]
        draw(painted, moments[frame], [pixels for pixels, _ in seen], [depth for _, depth in seen])
        over = cv2.addWeighted(painted, 0.75, footage, 0.25, 0)
        profile = np.full((height, CELL, 3), SIDE_BACKGROUND, np.uint8)
        cv2.line(profile, (0, round(side.floor())), (CELL, round(side.floor())), FLOOR, 1)
        seen = [side(mesh.vertices) for mesh in moments[frame]]
        draw(profile, moments[frame], [pixels for pixels, _ in seen], [depth for _, depth in seen])
        label = f"{frame} / {frame / (scene.render.fps / scene.render.fps_base):.2f} s"
        cv2.putText(over, label, (8, 20), cv2.FONT_HERSHEY_SIMPLEX, 0.5, (255, 255, 255), 1, cv2.LINE_AA)
        cells.append(np.concatenate([footage, over, profile], axis=1))
    cells += [np.zeros_like(cells[0])] * (-len(cells) % (COLUMNS // 2))
    rows = [np.concatenate(cells[i : i + COLUMNS // 2], axis=1) for i in range(0, len(cells), COLUMNS // 2)]
    encoded = cv2.imencode(".png", np.concatenate(rows))[1]
    path.write_bytes(encoded.tobytes())
