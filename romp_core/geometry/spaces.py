"""The coordinate conventions, in one place. Every space is right-handed and metric.

- camera: x right, y down, z forward (OpenCV).
- world: z up, floor at z = 0 (Blender); a person with identity pelvis rotation of SMPL faces -y.
- SMPL rest: y up, facing +z, left hand towards +x.
- Blender camera object: looks along its -z, y up.
"""

from __future__ import annotations

import numpy as np

from .rotations import quat_from_matrix

WORLD_FROM_CAMERA_AXES = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, -1.0, 0.0]])
"""A level camera at the origin: camera (x, y, z) -> world (x, z, -y)."""

WORLD_FROM_SMPL_REST = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, -1.0], [0.0, 1.0, 0.0]])
"""RotX(+90 degrees): SMPL rest (x, y, z) -> world (x, -z, y)."""

WORLD_FROM_SMPL_REST_QUAT = quat_from_matrix(WORLD_FROM_SMPL_REST)

BLENDER_CAMERA_FROM_CAMERA = np.diag([1.0, -1.0, -1.0])
"""OpenCV camera axes -> axes of a Blender camera object."""
