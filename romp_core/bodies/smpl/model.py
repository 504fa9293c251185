"""The forward pass of SMPL (Loper et al. 2015, "SMPL: A Skinned Multi-Person Linear Model", section 3) in numpy."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from ...errors import ModelError
from ...geometry.rotations import matrix_from_rotvec
from ...geometry.skeleton import LEVELS, N_JOINTS
from ...geometry.skinning import blend_motions, rigid_motions
from ...typing import Array
from .layout import LEFT_HIP, RIGHT_HIP

_BATCH = 16
"""People posed at once: enough to share the reading of `posedirs`, few enough to stay in the processor's caches."""

_FEW = 6


@dataclass(frozen=True)
class SmplModel:
    """A body of V vertices and B shape directions: SMPL itself, SMPL-A (the 11th direction leads to a child), SMIL.

    Attributes:
        v_template: (V, 3) float32 meters, T-pose, SMPL rest axes. faces: (F, 3) int32.
        shapedirs: (V, 3, B) float32. posedirs: (207, 3 V) float32, for the elements of 23 rotation matrices.
        weights: (V, 24) float32 skin weights. joint_regressor: (24, V) float32 joints of the rest pose.
        extra_vertices: (21,) int, vertices that count as joints. extra_regressor: (26, V) float32 for further joints
            of the posed mesh (9, then 17 of Human3.6M); None without `smpl_model_data`.
        infant: True for SMIL. gender: "neutral", "male", "female" or "unknown". version: "1.0", "1.1" or "unknown".
        remarks: sentences for the user about the file.
    """

    v_template: Array
    faces: Array
    shapedirs: Array
    posedirs: Array
    weights: Array
    joint_regressor: Array
    extra_vertices: Array
    extra_regressor: Array | None = None
    infant: bool = False
    gender: str = "unknown"
    version: str = "unknown"
    remarks: tuple[str, ...] = ()

    @cached_property
    def joint_template(self) -> Array:
        """Joints (24, 3) of the mean shape, float64."""
        return self.joint_regressor.astype(np.float64) @ self.v_template

    @cached_property
    def joint_dirs(self) -> Array:
        """What each shape direction moves the joints by, (24, 3, B) float64: regression is linear as shape is."""
        return np.einsum("jv,vab->jab", self.joint_regressor.astype(np.float64), self.shapedirs, optimize=True)

    def rest_joints(self, betas: Array) -> Array:
        """Joints (N, 24, 3) float32 of the T-pose, not centered, for shapes (N, B'); see `shaped`."""
        return self.exact_rest_joints(betas).astype(np.float32)

    def exact_rest_joints(self, betas: Array) -> Array:
        """The same in float64."""
        betas = np.asarray(betas, dtype=np.float64)
        known = self.joint_dirs[..., : betas.shape[1]]
        return self.joint_template + np.einsum("jab,nb->nja", known, betas[:, : known.shape[2]])

    def shaped(self, betas: Array) -> Array:
        """Vertices (N, V, 3) float32 of the T-pose.

        Coefficients that are not given are zero; those beyond the model's directions have no effect.
        """
        betas = np.asarray(betas, dtype=np.float32)
        known = self._flat_shapedirs[: betas.shape[1]]
        shapes = betas[:, : len(known)] @ known
        return self.v_template + shapes.reshape(len(betas), *self.v_template.shape)

    @cached_property
    def _flat_shapedirs(self) -> Array:
        return np.ascontiguousarray(np.moveaxis(self.shapedirs, 2, 0)).reshape(self.shapedirs.shape[2], -1)

    def forward(self, thetas: Array, betas: Array, root_align: bool = False) -> tuple[Array, Array]:
        """Pose N people.

        Args:
            thetas: (N, 72) rotation vectors of the 24 joints, relative to the parent, radians.
            betas: (N, B') shape coefficients, see `shaped`.
            root_align: make the middle of the regressed hips the origin, as BEV does; else the root turns about its
                position in the template.

        Returns:
            vertices (N, V, 3) and joints (N, 71, 3), float32 meters.

        Raises:
            ModelError: files for the joints are missing.
        """
        parts = [
            self._posed(thetas[start : start + _BATCH], betas[start : start + _BATCH])
            for start in range(0, len(thetas), _BATCH)
        ] or [self._posed(thetas, betas)]
        vertices, skeleton = (np.concatenate(each) for each in zip(*parts, strict=True))
        joints = np.concatenate([skeleton, vertices[:, self.extra_vertices], self._regressor @ vertices], axis=1)
        return _aligned(vertices, joints) if root_align else (vertices, joints)

    def joints(self, thetas: Array, betas: Array, root_align: bool = False) -> Array:
        """The joints (N, 71, 3) of `forward` alone: ten times as quick, because few vertices decide them."""
        return self._joint_makers.forward(thetas, betas, root_align)[1]

    @cached_property
    def _joint_makers(self) -> SmplModel:
        """This body with only those vertices that the 71 joints are made of."""
        used = np.asarray(self._regressor.any(0))
        used[self.extra_vertices] = True
        kept = np.flatnonzero(used)
        part = replace(
            self,
            v_template=self.v_template[kept],
            shapedirs=self.shapedirs[kept],
            posedirs=np.ascontiguousarray(self.posedirs.reshape(len(self.posedirs), -1, 3)[:, kept]).reshape(
                len(self.posedirs), -1
            ),
            weights=self.weights[kept],
            joint_regressor=self.joint_regressor[:, kept],
            extra_vertices=np.searchsorted(kept, self.extra_vertices),
            extra_regressor=np.ascontiguousarray(self._regressor[:, kept]),
        )
        # The rest joints come from the whole mesh.
        part.__dict__.update(joint_template=self.joint_template, joint_dirs=self.joint_dirs)
        return part

    @property
    def knows_joints(self) -> bool:
        """False when the files for the 71 joints are missing: there are only a mesh and rest joints then."""
        return self.extra_regressor is not None

    @property
    def _regressor(self) -> Array:
        if self.extra_regressor is None:
            raise ModelError(
                "The joint files of the body model are missing.",
                "Put smpl_model_data (J_regressor_extra.npy and J_regressor_h36m.npy) beside the SMPL file.",
            )
        return self.extra_regressor

    def _posed(self, thetas: Array, betas: Array) -> tuple[Array, Array]:
        """Vertices (N, V, 3) and the skeleton's joints (N, 24, 3), float32."""
        betas = np.asarray(betas)
        turns = matrix_from_rotvec(np.asarray(thetas).reshape(-1, N_JOINTS, 3))
        bend = (turns[:, 1:] - np.eye(3)).reshape(len(turns), len(self.posedirs)).astype(np.float32)
        vertices = _rows_times(bend, self.posedirs).reshape(len(turns), *self.v_template.shape)
        vertices += self.shaped(betas)
        rest = self.exact_rest_joints(betas)
        orientations, positions = _chain(turns, rest)
        motions = rigid_motions(orientations, positions, rest)
        return blend_motions(vertices, self.weights, motions), positions.astype(np.float32)


def _rows_times(rows: Array, matrix: Array) -> Array:
    """rows @ matrix. A few rows go one by one: BLAS then only reads the large matrix, and does not repack it."""
    return np.stack([row @ matrix for row in rows]) if 0 < len(rows) < _FEW else rows @ matrix


def _chain(turns: Array, rest: Array) -> tuple[Array, Array]:
    """Global rotations (N, 24, 3, 3) and joint positions (N, 24, 3) of local rotations; the root stays in its place."""
    orientations, positions = turns.copy(), rest.copy()
    for joints, parents in LEVELS:
        orientations[:, joints] = orientations[:, parents] @ turns[:, joints]
        offsets = (rest[:, joints] - rest[:, parents])[..., None]
        positions[:, joints] = positions[:, parents] + (orientations[:, parents] @ offsets)[..., 0]
    return orientations, positions


def _aligned(vertices: Array, joints: Array) -> tuple[Array, Array]:
    origin = joints[:, [RIGHT_HIP, LEFT_HIP]].mean(1, keepdims=True)
    return vertices - origin, joints - origin
