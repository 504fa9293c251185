"""A camera of the user's scene as that of a take: one that was solved from the footage, or matched by hand."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import bpy
from bpy.props import StringProperty
from bpy.types import Operator

from ..blender import scene_index
from ..blender.evaluated import seen_alone
from ..blender.reporting import Reporting
from ..blender.timing import frame_at
from ..blender.units import units_per_meter
from . import changes
from .targets import OfTake

if TYPE_CHECKING:
    from romp_core.take.edits import CameraEdit, Edits
    from romp_core.take.take import FootageInfo, Take

_STILL, _ZOOM, _SHIFT = 1e-6, 0.01, 0.01
"""Differences of matrices, of focal lengths as a share, and of the image's middle in widths, that are none."""


class ROMP_MOCAP_OT_edit_camera(OfTake, Reporting, Operator):
    """Take the lens and path of a camera of your own, the selected one or the scene's, instead of what is found"""

    bl_idname = "romp_mocap.edit_camera"
    bl_label = "Use Scene Camera"

    camera: StringProperty(
        name="Camera",
        description="Name of the camera. Leave empty for the active object, or else the scene's camera",
        options={"SKIP_SAVE"},
    )

    def run(self, context: bpy.types.Context) -> set[str]:
        scene = context.scene
        item = _chosen(context, self.camera)

        def change(take: Take) -> Edits:
            return take.edits.with_camera(sampled(scene, item, take.footage), take.footage.times)

        return changes.decide(self, scene, change)


def _chosen(context: bpy.types.Context, name: str) -> bpy.types.Object:
    """The camera to use. Raises EditError when there is none but those of takes."""
    from romp_core.errors import EditError

    if name and ((item := context.scene.objects.get(name)) is None or item.type != "CAMERA"):
        raise EditError(f'The scene has no camera "{name}".', "Choose another one.")
    candidates = [context.scene.objects.get(name)] if name else [context.object, context.scene.camera]
    for item in candidates:
        if item is not None and item.type == "CAMERA" and item.get(scene_index.ROLE) != scene_index.CAMERA:
            return item
    raise EditError("No camera of your own is selected.", "Select one, such as one that was solved from the footage.")


def sampled(scene: bpy.types.Scene, item: bpy.types.Object, footage: FootageInfo) -> CameraEdit:
    """The camera at the times of the footage's frames, with all that moves it. Raises EditError for unusual lenses."""
    import numpy as np

    from romp_core.errors import EditError
    from romp_core.geometry.rotations import make_continuous, quat_conjugate, quat_from_matrix, quat_multiply
    from romp_core.geometry.spaces import BLENDER_CAMERA_FROM_CAMERA
    from romp_core.take.edits import CameraEdit

    placed, lenses = [], []
    with seen_alone(scene, item) as alone:
        alone.active_clip = scene.active_clip  # which camera solver constraints follow
        depsgraph = alone.view_layers[0].depsgraph
        for second in footage.times.tolist():
            frame = frame_at(second, footage, scene)
            alone.frame_set(math.floor(frame), subframe=frame - math.floor(frame))
            placed.append(np.array(item.evaluated_get(depsgraph).matrix_world))
            lenses.append(np.array(item.calc_matrix_camera(depsgraph, x=footage.width, y=footage.height)))
    matrices, lens = np.array(placed), np.array(lenses)
    if not np.allclose(lens[:, 3, 2], -1):
        raise EditError(f'"{item.name}" has no perspective.', "Choose a camera with a lens.")
    if np.ptp(lens[:, 0, 0]) > _ZOOM * lens[:, 0, 0].mean():
        raise EditError(f'"{item.name}" zooms, which a solve cannot follow.', "Choose a camera with one focal length.")
    if np.abs(lens[:, :2, 2]).max() > 2 * _SHIFT:
        raise EditError(f'The lens of "{item.name}" is shifted, which a solve cannot follow.', "Set its shift to 0.")
    if np.abs(matrices - matrices[0]).max() < _STILL:
        matrices = matrices[:1]
    axes = matrices[:, :3, :3] / np.linalg.norm(matrices[:, :3, :3], axis=1, keepdims=True)
    turn = quat_conjugate(quat_from_matrix(BLENDER_CAMERA_FROM_CAMERA))
    rotations = make_continuous(quat_multiply(quat_from_matrix(axes), turn))
    fov = 2 * math.atan(1 / float(lens[:, 0, 0].mean()))
    return CameraEdit.of_arrays(fov, rotations, matrices[:, :3, 3] / units_per_meter(scene))


CLASSES = (ROMP_MOCAP_OT_edit_camera,)
