"""Exported characters keep their fingers."""

import numpy as np
import pytest
from measure import track
from reading import largest_errors
from takes import make_take, motion_with_fingers

from addon.bake.take import BakeOptions, bake_take
from addon.blender import scene_index
from addon.export.character import export_characters
from romp_core.geometry.fingers import ALL_JOINTS
from romp_core.geometry.rotations import matrix_from_quat, matrix_from_rotvec

FRAMES = range(1, 41)


@pytest.fixture
def character(scene):
    take = make_take([motion_with_fingers(40)])
    bake_take(scene, take, "Clip", options=BakeOptions(with_body=False))
    return take, scene_index.find_object(scene, take.id, scene_index.ARMATURE, 1)


@pytest.mark.parametrize("format", ["FBX", "GLB", "BVH"])
def test_fingers_are_in_the_file(scene, tmp_path, character, format):
    _, item = character
    path = tmp_path / f"character.{format.lower()}"
    expected = track(scene, item, FRAMES, ALL_JOINTS)
    export_characters(scene, [item], path, format)
    distance, angle = largest_errors(path, expected, ALL_JOINTS)
    assert distance < 2e-3 and angle < 0.5


def test_amass_is_smpl_h(scene, tmp_path, character):
    take, item = character
    path = tmp_path / "motion.npz"
    export_characters(scene, [item], path, "AMASS")
    with np.load(path) as file:
        assert file["poses"].shape == (40, 156)
        fingers = matrix_from_rotvec(file["poses"][:, 66:].reshape(40, 30, 3))
    np.testing.assert_allclose(fingers, matrix_from_quat(take.people[0].motion.fingers), atol=1e-3)
