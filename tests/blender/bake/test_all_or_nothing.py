"""A bake that fails half way leaves the scene as it was: no half character, and the earlier one unchanged."""

import inspect
from dataclasses import replace

import bpy
import numpy as np
import pytest
from measure import track
from takes import footage, make_take, motion, moving_camera

from addon.bake import take as bake_module
from addon.bake.take import BakeOptions, bake_take
from addon.blender import compat, scene_index
from addon.blender.steps import finish

STEPS = "shape_armature", "bake_action_steps", "ensure_body_steps", "bake_visibility", "place_camera", "show_footage"
KINDS = "objects", "armatures", "meshes", "cameras", "actions", "collections", "materials", "images", "scenes"


class Broken(Exception):
    pass


def done(result):
    """Steps of which none is left."""
    yield from ()
    return result


@pytest.fixture(params=STEPS)
def broken(request, monkeypatch):
    """A function that lets a step of the next bake fail once it is done, for the last person who has it."""

    def break_it(take):
        step, people = getattr(bake_module, request.param), len(take.people)
        calls = []

        def fail(*arguments, **named):
            result = step(*arguments, **named)
            result = finish(result) if inspect.isgenerator(result) else result
            calls.append(step)
            if len(calls) == (people if request.param not in STEPS[-2:] else 1):
                raise Broken
            return result if not inspect.isgeneratorfunction(step) else done(result)

        monkeypatch.setattr(bake_module, request.param, fail)

    return break_it


def parts(scene):
    armatures = [scene_index.find_object(scene, "take-1", scene_index.ARMATURE, person) for person in (1, 2)]
    return *armatures, scene_index.find_object(scene, "take-1", scene_index.CAMERA)


def named(scene):
    """What is in the file and in the scene, by name, with what the scene is set to."""
    render = scene.render
    return {kind: sorted(each.name for each in getattr(bpy.data, kind)) for kind in KINDS} | {
        "set": (render.fps, render.fps_base, render.resolution_x, scene.frame_start, scene.frame_end, scene.camera),
        "made": sorted(each.name for each in scene.romp_mocap.made),
    }


def shown(scene):
    """Bone heads at some frames, the camera there, and the body's vertices."""
    first, second, camera = parts(scene)
    heads = [track(scene, item, [1, 12, 40])[0] for item in (first, second)]
    scene.frame_set(12)
    bodies = [scene_index.body_of(scene, item) for item in (first, second)]
    vertices = [np.array([vertex.co for vertex in body.data.vertices]) for body in bodies]
    return [*heads, np.array(camera.matrix_world), np.array(camera.data.angle), *vertices]


def people(seed, scale=1.0, gaps=()):
    take = make_take([motion(40, seed), motion(40, seed + 1, gaps=gaps)], camera=moving_camera(40))
    larger = [replace(each.motion, rest_joints=each.motion.rest_joints * np.float32(scale)) for each in take.people]
    return replace(take, people=tuple(replace(a, motion=b) for a, b in zip(take.people, larger, strict=True)))


def test_nothing_is_left_of_a_first_bake(scene, broken):
    before = named(scene)
    take = people(0, gaps=[(5, 9)])
    broken(take)
    with pytest.raises(Broken):
        bake_take(scene, replace(take, footage=footage(40, 24.0)), "Clip")
    assert named(scene) == before


def test_earlier_characters_are_as_before(scene, broken):
    bake_take(scene, people(0), "Clip")
    first, _, camera = parts(scene)
    scene_index.body_of(scene, first).data.shape_keys.key_blocks[1].value = 0.5
    constraint = first.pose.bones["head"].constraints.new("COPY_ROTATION")
    constraint.target = camera
    before, looks = named(scene), shown(scene)
    again = replace(people(5, 1.1, gaps=[(5, 9)]), footage=footage(40, 24.0))
    broken(again)
    with pytest.raises(Broken):
        bake_take(scene, again, "Clip", options=BakeOptions(with_root=True))
    assert named(scene) == before and first.pose.bones["head"].constraints[0].target == camera
    assert all(np.abs(a - b).max() < 1e-5 for a, b in zip(shown(scene), looks, strict=True))
    assert "root" not in first.data.bones


def test_what_was_taken_back_can_be_baked_and_edited(scene, monkeypatch):
    bake_take(scene, people(0), "Clip")
    with monkeypatch.context() as patch:
        patch.setattr(bake_module, "place_camera", lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            bake_take(scene, people(5, 1.1), "Clip")
    first, *_ = parts(scene)
    (curve, *_) = [each for each in compat.assigned_channels(first).fcurves if "location" in each.data_path]
    for key in curve.keyframe_points:
        key.co[1] += 0.2
    again = people(7)
    bake_take(scene, again, "Clip")
    moved = track(scene, first, [1, 40])[0][:, 0] - again.people[0].motion.joints()[[0, 39], 0]
    assert np.linalg.norm(moved, axis=-1) == pytest.approx(0.2, abs=1e-4)
    assert len(bpy.data.actions) == 3 and len(bpy.data.armatures) == 2


@pytest.mark.parametrize("steps", [1, 3, 10, 40, 60])
def test_a_bake_that_is_closed_half_way_leaves_nothing(scene, steps):
    before = named(scene)
    bake = bake_module.bake_take_steps(scene, people(0), "Clip")
    shares = [next(bake) for _ in range(steps)]
    bake.close()
    assert named(scene) == before and shares == sorted(shares) and 0 <= shares[0] <= shares[-1] <= 1


def test_later_bodies_are_like_the_first_one(scene):
    take = people(0, gaps=[(5, 9)])
    bake_take(scene, take, "Clip")
    first, second, _ = parts(scene)
    one, other = (scene_index.body_of(scene, item) for item in (first, second))
    assert one.data != other.data and one.data.shape_keys != other.data.shape_keys
    assert [group.name for group in one.vertex_groups] == [group.name for group in other.vertex_groups]
    for a, b in zip(one.data.vertices, other.data.vertices, strict=True):
        assert [(g.group, g.weight) for g in a.groups] == [(g.group, g.weight) for g in b.groups]
