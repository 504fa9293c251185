"""The filming camera: matched lens and position, with the footage behind the characters."""

from __future__ import annotations

from typing import TYPE_CHECKING

import bpy

from ..blender import scene_index
from .action import ensure_action, take_over
from .motion_curves import Curve, SolvedPose, write_motion

if TYPE_CHECKING:
    from romp_core.take.take import Camera
    from romp_core.typing import Array

CURVES: list[Curve] = [("rotation_quaternion", index) for index in range(4)] + [("location", axis) for axis in range(3)]


def ensure_camera(scene: bpy.types.Scene, take_id: str, name: str) -> tuple[bpy.types.Object, bool]:
    """The take's camera in this scene, and whether it is new."""
    item = scene_index.find_object(scene, take_id, scene_index.CAMERA)
    if item is not None:
        scene_index.keep(scene, item)
        return item, False
    item = bpy.data.objects.new(name, bpy.data.cameras.new(name))
    scene_index.mark(item, take_id, scene_index.CAMERA)
    scene_index.keep(scene, item)
    item.rotation_mode = "QUATERNION"
    item.data.passepartout_alpha = 0.8
    return item, True


def place_camera(
    scene: bpy.types.Scene,
    item: bpy.types.Object,
    camera: Camera,
    frames: Array,
    name: str,
    units_per_meter: float,
    fps: float,
    keep_edits: bool = True,
) -> None:
    """Give the camera object the lens and the position, or the keyed path, of a take's camera.

    Args:
        camera: with one position, or with one for each of `frames` (n,) of the scene.
        fps: frames per second of the scene. keep_edits: see `hand_edits`.
    """
    import numpy as np

    from romp_core.geometry.rotations import make_continuous, quat_from_matrix, quat_multiply
    from romp_core.geometry.spaces import BLENDER_CAMERA_FROM_CAMERA

    item.data.sensor_fit = "HORIZONTAL"
    item.data.angle = camera.fov
    turn = quat_from_matrix(BLENDER_CAMERA_FROM_CAMERA)
    positions = np.asarray(camera.position) * units_per_meter
    rotations = make_continuous(quat_multiply(camera.rotation, turn))
    if len(rotations) == 1:
        item.rotation_quaternion, item.location = rotations[0], positions[0]
        return
    action = ensure_action(scene, item, name)
    path = SolvedPose(fps, frames, np.hstack((rotations, positions)), 1)
    write_motion(item, action, CURVES, path, keep_edits, "Camera")
    take_over(item, action)
