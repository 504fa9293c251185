"""Children, tall and heavy people look so: bones and mesh have the build of the take."""

from dataclasses import replace

import numpy as np
import pytest

from addon.bake.take import bake_take
from addon.blender import scene_index
from romp_core.bodies.build import AGE, GENDER, HEIGHT, SLIDERS, WEIGHT, built_skeleton
from tests.blender.takes import make_take, motion

PEOPLE = {"child": (1.10, {AGE: 1.0}), "tall": (1.95, {HEIGHT: 0.6, GENDER: 1.0}), "heavy": (1.70, {WEIGHT: 1.0})}


def built_motion(height, values):
    build = np.zeros(len(SLIDERS), np.float32)
    for slider, value in values.items():
        build[slider] = value
    return replace(motion(20), rest_joints=built_skeleton(build, height).astype(np.float32), build=build)


def baked(scene, height, values):
    """Armature and body of somebody of this build."""
    bake_take(scene, make_take([built_motion(height, values)]), "Take")
    return (scene_index.find_object(scene, "take-1", role, 1) for role in (scene_index.ARMATURE, scene_index.BODY))


def shown(skin):
    """Vertices (N, 3) of the rest pose with the sliders as they are."""
    blocks = skin.data.shape_keys.key_blocks
    values = np.empty((len(blocks), len(skin.data.vertices) * 3))
    for index, block in enumerate(blocks):
        block.data.foreach_get("co", values[index])
    basis = values[0]
    moved = basis + sum(block.value * (each - basis) for block, each in zip(blocks[1:], values[1:], strict=True))
    return moved.reshape(-1, 3)


def width(vertices, share):
    """Front to back of the trunk at a share of the height."""
    low, high = vertices[:, 2].min(), vertices[:, 2].max()
    near = np.abs((vertices[:, 2] - low) / (high - low) - share) < 0.02
    trunk = vertices[near & (np.abs(vertices[:, 0]) < 0.12 * (high - low))]
    return np.ptp(trunk[:, 1]) / (high - low)


def head(vertices):
    """Width of the head."""
    height = vertices[:, 2].max()
    return np.ptp(vertices[vertices[:, 2] > 0.93 * height, 0]) / height


@pytest.mark.parametrize("name", PEOPLE)
def test_armature_and_mesh_have_the_build(scene, name):
    height, values = PEOPLE[name]
    armature, skin = baked(scene, height, values)
    true = built_motion(height, values).rest_joints
    bones = armature.data.bones
    for bone, (a, b) in {"left_knee": (1, 4), "left_ankle": (4, 7), "right_wrist": (19, 21)}.items():
        length = (bones[bone].head_local - bones[bone].parent.head_local).length
        assert length == pytest.approx(np.linalg.norm(true[a] - true[b]), abs=1e-5)
    vertices = shown(skin)
    assert np.ptp(vertices[:, 2]) == pytest.approx(height, rel=0.03), "with hair and shoes"
    assert vertices[:, 2].min() == pytest.approx(0, abs=1e-3)
    held = {block.name: block.value for block in skin.data.shape_keys.key_blocks[1:] if block.value}
    assert sorted(held.values()) == pytest.approx(sorted(values.values()))


def test_they_look_different(scene):
    average = shown(list(baked(scene, 1.70, {}))[1])
    heavy = shown(list(baked(scene, 1.70, {WEIGHT: 1.0}))[1])
    assert width(heavy, 0.6) > 1.2 * width(average, 0.6)
    child = shown(list(baked(scene, 1.10, {AGE: 1.0}))[1])
    assert head(child) > 1.1 * head(average), "a child's head is wide for its height"


def test_sliders_follow_a_new_solve_but_for_those_that_the_user_moved(scene):
    _, skin = baked(scene, 1.95, {HEIGHT: 0.6, GENDER: 1.0})
    blocks = skin.data.shape_keys.key_blocks
    assert blocks["Height: tall"].value == pytest.approx(0.6)
    blocks["Weight: heavy"].value = 0.5
    _, again = baked(scene, 1.60, {HEIGHT: -0.2, GENDER: -0.5})
    assert again == skin
    assert {block.name: round(block.value, 3) for block in blocks[1:] if block.value} == {
        "Height: short": 0.2, "Gender: female": 0.5, "Weight: heavy": 0.5
    }  # fmt: skip
    baked(scene, 1.60, {HEIGHT: -0.2, GENDER: -0.5, WEIGHT: -0.4})
    assert blocks["Weight: light"].value == pytest.approx(0.4), "though the bones are the same"
