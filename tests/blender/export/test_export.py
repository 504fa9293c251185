"""Exported characters, read back by Blender's own importers, move like the originals."""

import os

import bpy
import numpy as np
import pytest
from measure import degrees_between, track
from takes import footage, make_take, motion

from addon.bake.take import BakeOptions, bake_take
from addon.blender import compat, scene_index
from addon.export.character import export_characters

READERS = {
    "FBX": lambda path: bpy.ops.import_scene.fbx(filepath=path),
    "FBX new": lambda path: bpy.ops.wm.fbx_import(filepath=path),  # 4.5 on
    "GLB": lambda path: bpy.ops.import_scene.gltf(filepath=path),
    "BVH": lambda path: bpy.ops.import_anim.bvh(filepath=path, update_scene_fps=True),
}
if "fbx_import" not in dir(bpy.ops.wm):
    del READERS["FBX new"]


def export_character(scene, item, path, format, preset="BLENDER"):
    """Write one character; remarks."""
    return export_characters(scene, [item], path, format, preset).remarks


def read_back(path, reader, fps):
    """Import into an empty file: scene, armature, first and last frame, frames per second that the reader counts in."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    scene.render.fps, scene.render.fps_base = round(fps), round(fps) / fps
    READERS[reader](str(path))
    (armature,) = [item for item in bpy.data.objects if item.type == "ARMATURE"]
    counted = scene.render.fps / scene.render.fps_base
    if reader == "FBX":
        counted = scene.render.fps  # the old importer forgets fps_base: 29.97 is counted as 30
    curves = compat.assigned_channels(armature).fcurves
    assert max(len(curve.keyframe_points) for curve in curves) == 40
    return scene, armature, *armature.animation_data.action.frame_range, counted


@pytest.mark.parametrize("with_root", [False, True])
@pytest.mark.parametrize("fps", [30.0, 30000 / 1001])
@pytest.mark.parametrize("reader", list(READERS))
def test_round_trip(scene, tmp_path, reader, fps, with_root):
    take = make_take([motion(40), motion(40, seed=5)], footage(fps=fps))
    bake_take(scene, take, "Clip", options=BakeOptions(with_root=with_root, with_body=False))
    item = scene_index.find_object(scene, take.id, scene_index.ARMATURE, 2)
    expected = track(scene, item, range(1, 41))
    format = reader.split()[0]
    path = tmp_path / f"character.{format.lower()}"
    export_character(scene, item, path, format)

    scene, armature, first, last, counted = read_back(path, reader, fps)
    assert (last - first) / counted == pytest.approx(39 / fps, abs=1e-5)
    heads, rotations = track(scene, armature, first + np.arange(40) * counted / fps)
    assert np.abs(heads - expected[0]).max() < 1e-3
    assert degrees_between(rotations, expected[1]).max() < 0.1


@pytest.mark.parametrize("preset", ["BLENDER", "UNREAL"])
@pytest.mark.parametrize("reader", list(READERS))
def test_a_file_shows_the_character_where_the_empty_of_the_take_puts_it(scene, tmp_path, reader, preset):
    take = make_take([motion(40)])
    bake_take(scene, take, "Clip", options=BakeOptions(with_body=False))
    item = scene_index.find_object(scene, take.id, scene_index.ARMATURE, 1)
    item.parent.location, item.parent.rotation_euler = (2.0, -1.0, 0.5), (0.0, 0.0, 0.7)
    bpy.context.view_layer.update()
    expected = track(scene, item, range(1, 41))
    assert np.abs(expected[0] - take.people[0].motion.joints()).max() > 1.0
    path = tmp_path / f"character.{reader.split()[0].lower()}"
    export_character(scene, item, path, reader.split()[0], preset)
    assert item.parent.name == "Clip"

    scene, armature, first, _, counted = read_back(path, reader, 30.0)
    heads, _ = track(scene, armature, first + np.arange(40) * counted / 30.0)
    assert np.abs(heads - expected[0]).max() < 1e-3
    assert not [each for each in scene.objects if each.type == "EMPTY" or each.name == "Clip"]


def file_state(scene):
    """What an export must leave as it was."""
    objects = {
        item.name: (item.hide_viewport, item.hide_render, item.select_get(), item.mode) for item in scene.objects
    }
    animated = [(item.name, item.animation_data and item.animation_data.action) for item in scene.objects]
    muted = [curve.mute for item in scene.objects if (bag := compat.assigned_channels(item)) for curve in bag.fcurves]
    kinds = ("objects", "actions", "scenes", "meshes", "armatures", "materials", "collections")
    names = {kind: sorted(item.name for item in getattr(bpy.data, kind)) for kind in kinds}
    frames = (scene.frame_start, scene.frame_end, scene.frame_current, scene.render.fps, scene.render.fps_base)
    return objects, animated, muted, names, frames, bpy.context.scene, bpy.context.view_layer.objects.active


@pytest.mark.parametrize("format", ["FBX", "GLB", "BVH"])
def test_export_leaves_the_scene_alone_even_in_pose_mode_within_a_gap(scene, tmp_path, format):
    take = make_take([motion(40, gaps=[(10, 29)])])
    bake_take(scene, take, "Clip")
    item = scene_index.find_object(scene, take.id, scene_index.ARMATURE, 1)
    bpy.context.view_layer.objects.active = item
    bpy.ops.object.mode_set(mode="POSE")
    scene.frame_end = 77
    scene.frame_set(20)
    assert item.hide_viewport
    before = file_state(scene)
    export_character(scene, item, tmp_path / f"x.{format.lower()}", format)
    assert file_state(scene) == before
    assert (tmp_path / f"x.{format.lower()}").stat().st_size > 1000


@pytest.mark.parametrize("reader", [reader for reader in READERS if reader != "BVH"])
def test_body_sliders_and_provenance_travel_along(scene, tmp_path, reader):
    take = make_take([motion(40), motion(40, seed=2)])
    bake_take(scene, take, "Clip")
    item = scene_index.find_object(scene, take.id, scene_index.ARMATURE, 1)
    body = scene_index.find_object(scene, take.id, scene_index.BODY, 1)
    keys = list(body.data.shape_keys.key_blocks.keys())
    scene.frame_set(25)
    expected = corners(body)
    path = tmp_path / f"x.{reader[:3].lower()}"
    export_character(scene, item, path, reader.split()[0])
    scene, armature, first, _, _ = read_back(path, reader, 30.0)
    meshes = [item for item in scene.objects if item.type == "MESH" and item.find_armature()]
    assert len(meshes) == 1
    assert len(scene.objects) <= 3  # nobody else came along; glTF brings a bone shape
    assert list(meshes[0].data.shape_keys.key_blocks.keys()) == keys
    assert [slot.material.name for slot in meshes[0].material_slots if slot.material]
    scene.frame_set(round(first) + 24)
    assert np.abs(corners(meshes[0]) - expected).max() < 2e-3
    # the old FBX importer gives the (unmoved) sliders an action of their own
    assert len([item for item in bpy.data.actions if item.frame_range[1] > 2]) == 1 + (reader == "FBX")
    if reader != "FBX new":
        assert armature["romp_mocap_model_license"] == "Apache-2.0"
        assert armature["romp_mocap_body_license"].startswith("CC0-1.0")
        assert armature["romp_mocap_commercial_use"] == "yes"


def test_bvh_has_its_licenses_in_a_file_beside_it(scene, tmp_path):
    take = make_take([motion(10)])
    bake_take(scene, take, "Clip")
    item = scene_index.find_object(scene, take.id, scene_index.ARMATURE, 1)
    export_character(scene, item, tmp_path / "x.bvh", "BVH")
    text = (tmp_path / "x.license.txt").read_text("utf-8")
    assert "License of the model: Apache-2.0" in text and "License of the body: CC0-1.0" in text
    assert "Commercial use (a reading, not legal advice): yes" in text


def corners(item):
    """Bounding box of the posed mesh in the world (2, 3): independent of vertex order."""
    evaluated = item.evaluated_get(bpy.context.evaluated_depsgraph_get())
    flat = np.empty(len(evaluated.data.vertices) * 3, np.float32)
    evaluated.data.vertices.foreach_get("co", flat)
    world = np.array(evaluated.matrix_world)
    points = flat.reshape(-1, 3) @ world[:3, :3].T + world[:3, 3]
    return np.array([points.min(axis=0), points.max(axis=0)])


def test_what_cannot_be_exported_is_reported(scene, tmp_path):
    from romp_core.errors import TakeError

    take = make_take()
    bake_take(scene, take, "Clip")
    item = scene_index.find_object(scene, take.id, scene_index.ARMATURE, 1)
    blocker = tmp_path / "file"
    blocker.write_text("")
    for format in ("FBX", "GLB", "BVH"):
        with pytest.raises(TakeError, match="could not be written"):
            export_character(scene, item, blocker / f"x.{format.lower()}", format)
    item.scale = (20.0, 20.0, 20.0)
    bpy.context.view_layer.update()
    (remark,) = export_character(scene, item, tmp_path / "x.bvh", "BVH")
    assert "m tall" in remark and "unit scale" in remark
    item.animation_data_clear()
    with pytest.raises(TakeError, match="no animation"):
        export_character(scene, item, tmp_path / "x.fbx", "FBX")


@pytest.mark.skipif(os.name == "nt", reason="NOT CHECKED on Windows: limits the size of files as POSIX can")
@pytest.mark.parametrize("form", ["FBX", "GLB", "BVH"])
def test_failed_export_is_one_sentence_and_keeps_the_old_file(scene, tmp_path, form):
    import resource

    from romp_core.errors import TakeError

    bake_take(bpy.context.scene, make_take(), "Take")
    (armature,) = scene_index.characters(bpy.context.scene)
    path = tmp_path / f"a{form}"
    path.write_bytes(b"an earlier export")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limits[1]))  # writing more fails, as on a full disk
    try:
        with pytest.raises(TakeError) as caught:
            export_character(bpy.context.scene, armature, path, form)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert "File too large" in caught.value.sentence and "Traceback" not in caught.value.sentence
    assert "\n" not in caught.value.sentence
    assert path.read_bytes() == b"an earlier export" and list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("form", ["FBX", "GLB", "BVH"])
def test_scene_in_centimeters_shows_and_exports_people_of_human_size(scene, tmp_path, form):
    scene.unit_settings.scale_length = 0.01
    take = make_take()
    assert bake_take(scene, take, "Take") == ["The footage was not found, so the camera does not show it."]
    (armature,) = scene_index.characters(scene)
    expected = take.people[0].motion.joints()
    rows = [0, 20, 39]
    assert np.abs(track(scene, armature, np.add(rows, 1))[0] / 100 - expected[rows]).max() < 1e-4
    assert np.abs(np.array(scene.camera.location) / 100 - take.camera.position[0]).max() < 1e-4
    before = armature.matrix_world.copy()
    path = tmp_path / f"a.{form.lower()}"
    assert export_character(scene, armature, path, form) == []
    assert armature.matrix_world == before
    scene, armature, first, *_ = read_back(path, form, 30.0)
    assert np.abs(track(scene, armature, np.add(rows, first))[0] - expected[rows]).max() < 1e-3


@pytest.mark.parametrize("reader", list(READERS))
@pytest.mark.parametrize("late", [(10, 30), (0, 25)], ids=["comes later", "leaves earlier"])
def test_files_of_one_take_share_a_time_line(scene, tmp_path, reader, late):
    start, count = late
    take = make_take([motion(40), motion(count, seed=5, start_row=start)])
    bake_take(scene, take, "Clip", options=BakeOptions(with_body=False))
    item = scene_index.find_object(scene, take.id, scene_index.ARMATURE, 2)
    expected = take.people[1].motion.joints()[:, 0]
    format = reader.split()[0]
    path = tmp_path / f"character.{format.lower()}"
    export_character(scene, item, path, format)

    scene, armature, first, last, _ = read_back(path, reader, 30.0)
    assert last - first == pytest.approx(39, abs=1e-3)
    pelvis = track(scene, armature, first + np.arange(40))[0][:, 0]
    assert np.abs(pelvis[start : start + count] - expected).max() < 1e-3
    assert np.abs(pelvis[:start] - expected[0]).max(initial=0) < 1e-3  # stands still before and after
    assert np.abs(pelvis[start + count :] - expected[-1]).max(initial=0) < 1e-3
