"""What was found of a person as the observations of a body model, in place of those of the first model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from ...bodies.smpl.layout import N_BETAS
from ...geometry.projection import Pinhole, project
from ...geometry.skeleton import forward_kinematics
from ...take.observations import Observations
from ...typing import Array
from .boxes import Track
from .refiner import Poses

_BESIDE = ("hand_", "face_", "detector_")
"""What was read beside the first model stays."""
_NEAREST_M = 0.05


@dataclass(frozen=True)
class Refined:
    """A track with its poses."""

    track: Track
    poses: Poses


def refined_observations(before: Observations, found: Sequence[Refined], pinhole: Pinhole) -> Observations:
    """The observations (n,) of a person, in all frames of the tracks in which they are in front of the camera.

    Where joints are in the image follows from the poses. Frames that the first model left out are among them; of hands
    and faces nothing is known there.
    """
    rows = np.concatenate([each.track.rows for each in found])
    poses = {name: np.concatenate([getattr(each.poses, name) for each in found]) for name in vars(found[0].poses)}
    rotations, root, rest = poses["rotations"], poses["root"], poses["rest_joints"]
    joints, _ = forward_kinematics(rotations, root, rest)
    center = np.asarray(pinhole.center_px)
    pixels, size = project(joints, pinhole.focal_px, center), 2 * center
    inside = ((pixels >= 0) & (pixels <= size - 1)).all(axis=-1)
    focal = pinhole.focal_px / np.max(size)
    arrays: dict[str, Array] = {
        "confidence": poses["confidence"].mean(axis=1),
        "keypoints2d": pixels,
        "visibility": poses["confidence"] * inside,
        "keypoints3d": joints - joints[:, :1],
        "rotations": rotations,
        "betas": np.zeros((len(rows), N_BETAS)),
        "root": root,
        "rest_joints": rest,
        "focal": np.full(len(rows), focal),
        "depth_per_focal": root[:, 2] / focal,
    }
    values: dict[str, Any] = {name: array.astype(np.float32) for name, array in arrays.items()}
    observations = Observations(frame_index=rows.astype(np.int32), **values, **_beside(before, rows))
    known = np.isfinite(joints).all(axis=(1, 2)) & (joints[..., 2] > _NEAREST_M).all(axis=1)
    return observations.rows(np.asarray(known))


def _beside(before: Observations, rows: Array) -> Mapping[str, Any]:
    """The arrays of hands, faces and detectors in these frames, zeros where the person was not seen."""
    _, mine, theirs = np.intersect1d(rows, before.frame_index, return_indices=True)
    kept: dict[str, Any] = {}
    for item in fields(before):
        values = getattr(before, item.name)
        if values is not None and item.name.startswith(_BESIDE):
            kept[item.name] = np.zeros((len(rows), *values.shape[1:]), values.dtype)
            kept[item.name][mine] = values[theirs]
    return kept
