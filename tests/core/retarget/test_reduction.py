"""Fewer keys change the evaluated pose by no more than they may."""

import numpy as np
import pytest

from romp_core.geometry.rotations import angle_between, normalize
from romp_core.retarget.pose import RigPose, pose_from_keys
from romp_core.retarget.reduction import Curves, reduce_keys
from tests.core.retarget.walkers import FPS, character, walk


def quaternions(pose: RigPose) -> dict[str, Curves]:
    """Rotations keyed as quaternions."""
    return {bone: Curves(values, normalize) for bone, values in pose.rotations.items()}


@pytest.mark.parametrize(("bound_mm", "bound_deg"), [(1.0, 0.2), (10.0, 2.0)])
def test_the_bound_holds_in_every_frame(bound_mm: float, bound_deg: float) -> None:
    target = character()
    pose = target.retarget(walk(), FPS, "ROOT").pose
    reduced = reduce_keys(target.rig, pose, quaternions(pose), np.arange(len(walk())), bound_mm, bound_deg)
    frames = np.arange(len(walk()))

    def linear(values: np.ndarray, rows: np.ndarray) -> np.ndarray:
        return np.stack([np.interp(frames, rows, values[rows, axis]) for axis in range(values.shape[1])], axis=1)

    played = pose_from_keys(
        target.rig,
        {bone: normalize(linear(pose.rotations[bone], rows)) for bone, rows in reduced.rotations.items()},
        {bone: linear(pose.locations[bone], rows) for bone, rows in reduced.locations.items()},
    )
    moved = max(np.linalg.norm(played.heads[bone] - pose.heads[bone], axis=1).max() for bone in pose.heads) * 1000
    turned = np.degrees(
        max(angle_between(played.orientations[bone], pose.orientations[bone]).max() for bone in pose.rotations)
    )
    assert moved <= bound_mm and turned <= bound_deg
    assert reduced.error_mm == pytest.approx(moved, abs=1e-6) and reduced.error_deg == pytest.approx(turned, abs=1e-6)
    keys = sum(len(rows) for rows in reduced.rotations.values())
    assert keys < len(walk()) * len(reduced.rotations) * 0.8


def test_a_still_pose_keeps_its_ends_and_those_of_a_gap() -> None:
    target = character()
    pose = target.retarget(walk(), FPS).pose
    still = type(pose)(
        {bone: np.repeat(values[:1], 30, axis=0) for bone, values in pose.rotations.items()},
        {bone: np.repeat(values[:1], 30, axis=0) for bone, values in pose.locations.items()},
        {bone: np.repeat(values[:1], 30, axis=0) for bone, values in pose.heads.items()},
        {bone: np.repeat(values[:1], 30, axis=0) for bone, values in pose.orientations.items()},
    )
    reduced = reduce_keys(target.rig, still, quaternions(still), np.r_[0:10, 40:60], 1.0, 0.1)
    assert all(rows.tolist() == [0, 9, 10, 29] for rows in reduced.rotations.values())
