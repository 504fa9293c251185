"""A skinned human body in the rest pose and axes of SMPL.

T-pose, y up, facing +z, left hand towards +x; the pelvis is the origin. Lengths are meters.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from ..errors import ModelError
from ..geometry.fingers import FINGERS, N_FINGERS
from ..geometry.skeleton import JOINT, N_JOINTS
from ..geometry.skinning import linear_blend_skinning
from ..typing import Array


@dataclass(frozen=True)
class Material:
    """A color of the body's clothing or skin: linear RGB in 0..1."""

    name: str
    color: tuple[float, float, float]


@dataclass(frozen=True)
class ShapeKey:
    """A linear direction of body shape: what the value 1 adds to the T-pose.

    `value` is how much of it the body has already; `low` and `high` are the usual ends of a slider.
    """

    name: str
    vertex_deltas: Array  # (N, 3)
    joint_deltas: Array  # (24, 3)
    height_delta_m: float
    value: float = 0.0
    low: float = 0.0
    high: float = 1.0
    finger_deltas: Array | None = None  # (40, 3), of a body with fingers


@dataclass(frozen=True)
class FaceUnit:
    """A movement of the face: what its coefficient 1 adds to the vertices that it moves.

    `name` is one of `geometry.face_units.FACE_UNITS`, as ARKit names them.
    """

    name: str
    vertices: Array  # (k,) int64 numbers, ascending
    deltas: Array  # (k, 3) float32 meters


@dataclass(frozen=True)
class Body:
    """A skinned human in T-pose. Face f shows `materials[face_materials[f]]`."""

    vertices: Array  # (N, 3) float32
    faces: Array  # (F, 3 or 4) int32, counter-clockwise seen from outside
    uv: Array | None  # (F, 3 or 4, 2) float32, per face corner; None where the body has no map
    face_materials: Array  # (F,) int32
    materials: tuple[Material, ...]
    joints: Array  # (24, 3) float32, SMPL's joints in skeleton.JOINTS order; the pelvis is (0, 0, 0)
    weights: Array  # (N, 4) float32, rows sum to 1
    weight_joints: Array  # (N, 4) int32, the joint that each weight belongs to; finger joints are 24 to 53
    shape_keys: tuple[ShapeKey, ...]
    height_m: float  # standing, bare-headed and barefoot; the embedded mesh has hair and shoes
    name: str
    license: str
    finger_points: Array | None = (
        None  # (40, 3) float32, 30 finger joints and 10 tips from their wrist; see `fingers.py`
    )
    thumb_axis: Array | None = None  # (3,) about which the left thumb bends
    face_units: tuple[FaceUnit, ...] = ()  # all of them, of a body with a face; they are in the size of its head

    @property
    def has_face(self) -> bool:
        """Whether the face can move, and there is a mouth to open."""
        return bool(self.face_units)

    @property
    def has_fingers(self) -> bool:
        """Whether the fingers have joints of their own, and the hands straight fingers at rest."""
        return self.finger_points is not None

    @property
    def floor_m(self) -> float:
        """Height of the soles in the T-pose: negative, because the pelvis is the origin."""
        return float(self.vertices[:, 1].min())

    @cached_property
    def joint_weights(self) -> Array:
        """Skin weights as one row of 24 per vertex, (N, 24) float32; those of fingers count for wrist and hand."""
        dense = self.all_weights[:, :N_JOINTS].copy()
        for finger, name in enumerate(FINGERS if self.has_fingers else ()):
            side, _, part = name.partition("_")
            dense[:, JOINT[f"{side}_{'wrist' if part.startswith('thumb') else 'hand'}"]] += self.all_weights[
                :, N_JOINTS + finger
            ]
        return dense

    @cached_property
    def all_weights(self) -> Array:
        """Skin weights as one row per vertex, (N, 24) float32, or (N, 54) where there are fingers."""
        dense = np.zeros((len(self.vertices), N_JOINTS + N_FINGERS * self.has_fingers), np.float32)
        np.add.at(dense, (np.arange(len(dense))[:, None], self.weight_joints), self.weights)
        return dense

    def shaped(self, values: Mapping[str, float]) -> Body:
        """This body with shape keys applied, by name: `body.shaped({"Gender: female": 1.0})`.

        The keys hold these values then. Raises ModelError for a name that does not exist.
        """
        keys = {key.name: key for key in self.shape_keys}
        unknown = sorted(set(values) - set(keys))
        if unknown:
            raise ModelError(f"The body has no shape key named {unknown[0]!r}.", f"Known: {', '.join(keys)}.")
        vertices, joints, height_m = self.vertices.copy(), self.joints.copy(), self.height_m
        fingers = None if self.finger_points is None else self.finger_points.copy()
        for name, value in values.items():
            vertices += np.float32(value) * keys[name].vertex_deltas
            joints += np.float32(value) * keys[name].joint_deltas
            height_m += value * keys[name].height_delta_m
            deltas = keys[name].finger_deltas
            if fingers is not None and deltas is not None:
                fingers += np.float32(value) * deltas
        held = tuple(replace(key, value=key.value + values.get(key.name, 0.0)) for key in self.shape_keys)
        return replace(
            self,
            vertices=vertices,
            joints=joints,
            height_m=height_m,
            shape_keys=held,
            finger_points=fingers,
            face_units=self._units_for(vertices),
        )

    def scaled(self, height_m: float) -> Body:
        """This body, its shape keys included, uniformly scaled to the given height in meters."""
        scale = np.float32(height_m / self.height_m)
        keys = tuple(
            replace(
                key,
                vertex_deltas=key.vertex_deltas * scale,
                joint_deltas=key.joint_deltas * scale,
                height_delta_m=key.height_delta_m * float(scale),
                finger_deltas=None if key.finger_deltas is None else key.finger_deltas * scale,
            )
            for key in self.shape_keys
        )
        return replace(
            self,
            vertices=self.vertices * scale,
            joints=self.joints * scale,
            shape_keys=keys,
            height_m=height_m,
            finger_points=None if self.finger_points is None else self.finger_points * scale,
            face_units=_scaled(self.face_units, float(scale)),
        )

    def sized(self, rest_joints: Array) -> Body:
        """This body uniformly scaled to the size of a skeleton (24, 3), pelvis at the origin (least squares)."""
        scale = float((self.joints * rest_joints).sum() / (self.joints**2).sum())
        return self.scaled(self.height_m * scale)

    def fitted(self, rest_joints: Array) -> Body:
        """This body moved onto another skeleton (24, 3), pelvis at the origin.

        Each vertex follows its bones, so the mesh fits skeletons of other proportions too. Shape keys move the joints
        of a body; that part is taken off, so that a slider never pulls the mesh out of its skeleton.
        """
        weights = self.joint_weights
        keys = tuple(
            replace(
                key,
                vertex_deltas=key.vertex_deltas - weights @ key.joint_deltas,
                joint_deltas=np.zeros_like(key.joint_deltas),
            )
            for key in self.shape_keys
        )
        vertices = self.vertices + weights @ (rest_joints - self.joints)
        return replace(self, vertices=vertices, joints=np.asarray(rest_joints), shape_keys=keys)

    def rest_joints(self, height_m: float) -> Array:
        """Joints of the T-pose for a person of that height: (24, 3) float64 meters, pelvis at the origin."""
        return self.joints.astype(np.float64) * (height_m / self.height_m)

    def expressing(self, coefficients: Array) -> Array:
        """Vertices (N, 3) float32 of the T-pose with an expression: (52,) coefficients in the order of FACE_UNITS."""
        vertices = self.vertices.copy()
        for unit, coefficient in zip(self.face_units, coefficients, strict=True):
            vertices[unit.vertices] += np.float32(coefficient) * unit.deltas
        return vertices

    def _units_for(self, vertices: Array) -> tuple[FaceUnit, ...]:
        """The face units for the same face in another shape, (N, 3): in its size, by how far it reaches."""
        if not self.face_units:
            return ()
        moved = np.unique(np.concatenate([unit.vertices for unit in self.face_units]))
        before, now = (float(np.linalg.norm(each[moved].std(axis=0))) for each in (self.vertices, vertices))
        return _scaled(self.face_units, now / before)

    def posed(self, rotations: Array, root: Array) -> Array:
        """Vertices (N, 3) float32 of a pose: 24 quaternions wxyz and the pelvis (3,), see `forward_kinematics`."""
        return linear_blend_skinning(self.vertices, self.joint_weights, self.joints, rotations, root)


def _scaled(units: tuple[FaceUnit, ...], scale: float) -> tuple[FaceUnit, ...]:
    return tuple(replace(unit, deltas=unit.deltas * np.float32(scale)) for unit in units)
