"""Any armature with an action can be exported, however it is scaled, turned, hidden or named."""

import bpy
import numpy as np
import pytest
from measure import track
from reading import largest_errors, read
from rigs import CHAIN, FRAMES, add_keys, add_mesh, make_rig

from addon.blender import compat
from addon.export.bvh import bvh_name
from addon.export.character import export_characters
from addon.export.reimport import compare
from addon.export.verdict import verdict_on
from addon.export.verification import expected_arrays

FRAME_NUMBERS = range(1, FRAMES + 1)
SUFFIXES = {"FBX": ".fbx", "GLB": ".glb", "BVH": ".bvh", "USD": ".usdc"}


@pytest.fixture(autouse=True)
def rate(scene):
    scene.render.fps = 30


def as_mixamo(item):
    item.rotation_euler, item.scale = (np.pi / 2, 0, 0), (0.01, 0.01, 0.01)


def turned(item):
    item.rotation_euler, item.location, item.scale = (0.2, 0.1, 2.0), (3, -2, 0.5), (2, 2, 2)


def moved(item):
    channels = compat.assigned_channels(item)
    add_keys(channels, "location", 0, lambda t: t)
    add_keys(channels, "rotation_euler", 2, lambda t: t)


@pytest.mark.parametrize("form", list(SUFFIXES))
@pytest.mark.parametrize(("change", "units"), [(as_mixamo, 100.0), (turned, 1.0), (moved, 1.0)])
def test_moves_in_the_file_as_in_the_scene(scene, tmp_path, form, change, units):
    item = make_rig(scene, units=units)
    change(item)
    bpy.context.view_layer.update()
    expected = track(scene, item, FRAME_NUMBERS, list(CHAIN))
    path = tmp_path / f"Datei ü{SUFFIXES[form]}"
    written = export_characters(scene, [item], path, form)
    heads, turns = largest_errors(path, expected, list(written.motions[0].bones))
    assert heads < 1e-3
    if change != moved:  # the reference of `track` moves along with the object
        assert turns < 0.1
    verdict = verdict_on(written, compare(expected_arrays(written)))
    assert verdict.ok and verdict.frames == FRAMES and verdict.clips == 1, verdict.problems


def test_mirrored_object(scene, tmp_path):
    item = make_rig(scene)
    item.scale = (-1, 1, 1)
    bpy.context.view_layer.update()
    expected, _ = track(scene, item, FRAME_NUMBERS, list(CHAIN))
    written = export_characters(scene, [item], tmp_path / "x.fbx", "FBX")
    (armature,), frames = read(written.path)
    assert np.abs(track(bpy.context.scene, armature, frames, list(CHAIN))[0] - expected).max() < 1e-3
    verdict = verdict_on(written, compare(expected_arrays(written)))
    assert verdict.ok, verdict.problems


def test_hidden_edited_and_longer_than_the_scene(scene, tmp_path):
    item = make_rig(scene)
    collection = bpy.data.collections.new("Away")
    scene.collection.children.link(collection)
    collection.objects.link(item)
    expected = track(scene, item, FRAME_NUMBERS, list(CHAIN))
    bpy.context.view_layer.objects.active = item
    bpy.ops.object.mode_set(mode="EDIT")
    scene.frame_start, scene.frame_end = 3, 5
    written = export_characters(scene, [item], tmp_path / "edited.bvh", "BVH")
    assert item.mode == "EDIT" and (scene.frame_start, scene.frame_end) == (3, 5)
    assert np.abs(written.motions[0].heads - expected[0]).max() < 1e-4
    bpy.ops.object.mode_set(mode="OBJECT")
    scene.collection.objects.unlink(item)
    item.hide_viewport = item.hide_render = True
    bpy.context.view_layer.layer_collection.children["Away"].exclude = True
    written = export_characters(scene, [item], tmp_path / "hidden.bvh", "BVH")
    assert np.abs(written.motions[0].heads - expected[0]).max() < 1e-4
    assert item.hide_viewport and item.hide_render and item.users_scene == (scene,)
    heads, _ = largest_errors(tmp_path / "hidden.bvh", expected, ["Hüfte", *list(written.motions[0].bones)[1:]])
    assert heads < 1e-3


def test_what_is_being_edited_is_exported(scene, tmp_path):
    item = make_rig(scene)
    bpy.context.view_layer.objects.active = item
    bpy.ops.object.mode_set(mode="EDIT")
    bones = item.data.edit_bones
    bones["arm.L"].name = "upper_arm.L"
    added = bones.new("tail")
    added.head, added.tail, added.parent = (0, 0.2, 1), (0, 0.4, 1), bones[0]
    written = export_characters(scene, [item], tmp_path / "edited.bvh", "BVH")
    (motion,) = written.motions
    assert item.mode == "EDIT"
    assert set(motion.sources) == {bone.name for bone in item.data.edit_bones} >= {"upper_arm.L", "tail"}
    assert len(motion.tops) == 1 and motion.bones[motion.parents[motion.sources.index("tail")]] == bvh_name(
        bones[0].name
    )


def test_what_constraints_do_is_exported(scene, tmp_path):
    item = make_rig(scene)
    goal = bpy.data.objects.new("Goal", None)
    goal.location = (1, 1, 1)
    scene.collection.objects.link(goal)
    item.pose.bones["arm.L"].constraints.new("DAMPED_TRACK").target = goal
    expected = track(scene, item, FRAME_NUMBERS, list(CHAIN))
    export_characters(scene, [item], tmp_path / "x.glb", "GLB")
    heads, turns = largest_errors(tmp_path / "x.glb", expected, list(CHAIN))
    assert heads < 1e-3 and turns < 0.1


@pytest.mark.parametrize("form", ["FBX", "GLB"])
def test_bones_that_grow(scene, tmp_path, form):
    item = make_rig(scene)
    channels = compat.assigned_channels(item)
    for axis in range(3):
        add_keys(channels, 'pose.bones["arm.L"].scale', axis, lambda t: 1 + t)
    expected, _ = track(scene, item, FRAME_NUMBERS, list(CHAIN))
    path = tmp_path / f"x{SUFFIXES[form]}"
    export_characters(scene, [item], path, form)
    (armature,), frames = read(path)
    assert np.abs(track(bpy.context.scene, armature, frames, list(CHAIN))[0] - expected).max() < 1e-3
    bpy.context.scene.frame_set(int(frames[-1]))
    arm = armature.evaluated_get(bpy.context.evaluated_depsgraph_get()).pose.bones["arm.L"]
    assert arm.matrix.to_scale()[0] / armature.pose.bones["Hüfte"].matrix.to_scale()[0] == pytest.approx(2.2, rel=1e-3)


def test_control_bones_stay_out_of_engines(scene, tmp_path):
    item = make_rig(scene, chain={**CHAIN, "ctrl": ("", (0, 1, 0), (0, 1, 0.2))})
    item.data.bones["ctrl"].use_deform = False
    general = export_characters(scene, [item], tmp_path / "all.fbx", "FBX")
    assert "ctrl" in general.motions[0].bones and any("without a parent" in remark for remark in general.remarks)
    unity = export_characters(scene, [item], tmp_path / "unity.fbx", "FBX", "UNITY")
    assert set(unity.motions[0].bones) == set(CHAIN) and not unity.remarks


def test_limbs_that_only_constraints_tie_to_the_root(scene, tmp_path):
    chain = {"root": ("", (0, 0, 0), (0, 0.3, 0)), "tail": ("root", (0, 0.1, 0.9), (0, 0.4, 0.9)), **CHAIN}
    item = make_rig(scene, chain=chain)
    item.data.bones["root"].use_deform = False
    written = export_characters(scene, [item], tmp_path / "x.fbx", "FBX", "UNREAL")
    assert written.motions[0].bones[0] == written.motions[0].root_bone == "root" and not written.remarks
    assert set(written.motions[0].bones) == set(chain)  # nothing was added
    expected, _ = track(scene, item, FRAME_NUMBERS, list(chain))
    (armature,), frames = read(written.path)
    assert armature.data.bones["Hüfte"].parent.name == "root"
    assert np.abs(track(bpy.context.scene, armature, frames, list(chain))[0] - expected).max() < 1e-3


@pytest.mark.parametrize("form", ["FBX", "GLB", "USD"])
def test_mesh_follows_and_its_modifiers_are_applied(scene, tmp_path, form):
    item = make_rig(scene, units=100.0)
    as_mixamo(item)
    mesh = add_mesh(scene, item)
    mesh.modifiers.new("Finer", "SUBSURF").subdivision_type = "SIMPLE"
    scene.frame_set(7)
    expected = box(mesh)
    path = tmp_path / f"x{SUFFIXES[form]}"
    export_characters(scene, [item], path, form)
    assert [modifier.type for modifier in mesh.modifiers] == ["ARMATURE", "SUBSURF"] and len(bpy.data.meshes) == 1
    _, frames = read(path)
    (coat,) = [item for item in bpy.context.scene.objects if item.type == "MESH" and item.vertex_groups]
    bpy.context.scene.frame_set(int(frames[6]))
    assert len(coat.data.polygons) >= 4 * 6 * len(CHAIN)
    assert np.abs(box(coat) - expected).max() < 2e-3


def box(item):
    """Bounding box of a posed mesh in the world (2, 3)."""
    evaluated = item.evaluated_get(bpy.context.evaluated_depsgraph_get())
    points = np.array([evaluated.matrix_world @ vertex.co for vertex in evaluated.data.vertices])
    return np.array([points.min(axis=0), points.max(axis=0)])


def test_several_characters_in_one_file(scene, tmp_path):
    rigs = [make_rig(scene, "A"), make_rig(scene, "B")]
    rigs[1].location.x = 2.0
    for form, suffix in (("FBX", ".fbx"), ("GLB", ".glb")):
        written = export_characters(scene, rigs, tmp_path / f"both{suffix}", form)
        verdict = verdict_on(written, compare(expected_arrays(written)))
        assert verdict.ok and verdict.clips == 2, verdict.problems
        bpy.ops.wm.read_factory_settings(use_empty=True)
        scene = bpy.context.scene
        rigs = [make_rig(scene, "A"), make_rig(scene, "B")]
        rigs[1].location.x = 2.0


def test_linked_and_overridden_rigs(scene, tmp_path):
    make_rig(scene, "Linked")
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "source.blend"))
    for override in (False, True):
        bpy.ops.wm.read_factory_settings(use_empty=True)
        scene = bpy.context.scene
        with bpy.data.libraries.load(str(tmp_path / "source.blend"), link=True) as (_, wanted):
            wanted.objects = ["Linked"]
        item = wanted.objects[0]
        scene.collection.objects.link(item)
        if override:
            item = item.override_create(remap_local_usages=True)
        bpy.context.view_layer.update()
        expected = track(scene, item, FRAME_NUMBERS, list(CHAIN))
        export_characters(scene, [item], tmp_path / "x.fbx", "FBX")
        heads, turns = largest_errors(tmp_path / "x.fbx", expected, list(CHAIN))
        assert heads < 1e-3 and turns < 0.1


def test_amass_needs_the_joints(scene, tmp_path):
    from romp_core.errors import TakeError

    with pytest.raises(TakeError, match="24 joints"):
        export_characters(scene, [make_rig(scene)], tmp_path / "x.npz", "AMASS")
    assert not list(tmp_path.iterdir())


def test_bones_shrunk_to_nothing_are_one_sentence(scene, tmp_path):
    from romp_core.errors import TakeError

    item = make_rig(scene)
    item.pose.bones["arm.L"].scale = (0, 0, 0)
    with pytest.raises(TakeError, match=r'"arm\.L".*frame 1'):
        export_characters(scene, [item], tmp_path / "x.fbx", "FBX")
