"""Files of version 0.1.0 open: the takes are listed, the characters are found, and the settings are as they were."""

import shutil
from pathlib import Path

import bpy
import pytest
from fake_worker import finished
from takes import make_take, motion

from addon.blender import scene_index
from addon.takes import take_list

DATA = Path(__file__).resolve().parents[1] / "data"
FILES = [path.name for path in sorted(DATA.glob("legacy_0.1.0_*.blend"))]


@pytest.fixture(params=FILES)
def legacy(request, tmp_path):
    """A copy of a file, beside its take."""
    if bpy.app.version < (5, 0) and "blender_5" in request.param:
        pytest.skip("this Blender cannot open the file of a newer one")
    shutil.copy(DATA / "legacy_0.1.0.npz", tmp_path)
    return shutil.copy(DATA / request.param, tmp_path)


@pytest.fixture
def opened(legacy, mocap):
    bpy.ops.wm.open_mainfile(filepath=str(legacy))
    return bpy.context.scene


def test_settings_and_takes_are_as_they_were(opened):
    group = opened.romp_mocap
    assert (group.source, group.with_root, group.with_body, group.set_scene) == ("//clip.mp4", True, False, True)
    assert (group.capture.model, group.capture.start, group.capture.new_people) == ("trace", 2.0, False)
    assert group.capture.model_options.trace.flow_rounds == 7
    assert group.capture.selection == "0.5000,0.4000"
    assert [(one.number, one.selected) for one in group.detected.people] == [(1, False), (2, True)]
    assert (group.solve.height, group.solve.fov) == (pytest.approx(1.6), 40.0)
    assert group.solve.camera == "static" and group.solve.contacts
    (entry,) = group.takes
    assert (entry.take_id, entry.name, entry.path) == ("old", "Old Dance", "//legacy_0.1.0.npz")
    assert entry.complete and "CC0" in entry.license and entry.solve.strength == pytest.approx(0.25)
    assert [(one.name, one.person_id, one.frames) for one in entry.people] == [("Alice", 1, 8), ("Person 2", 2, 8)]
    assert entry.people[1].height == pytest.approx(1.5) and entry.active_person == 1


def test_characters_are_found_and_nothing_old_is_left(opened):
    armatures = list(scene_index.characters(opened))
    assert sorted(item.name for item in armatures) == ["Old Dance Alice", "Old Dance Person 2"]
    assert armatures[0]["romp_mocap_model"] == "blazepose" and armatures[0]["romp_mocap_model_license"] == "Apache-2.0"
    assert scene_index.find_object(opened, "old", scene_index.BODY, 1)["romp_mocap_body_license"]
    assert scene_index.find_collection(opened, "old").name == "Old Dance"
    for group in (bpy.data.objects, bpy.data.actions, bpy.data.collections, bpy.data.materials, bpy.data.meshes):
        for item in group:
            assert not [key for key in item.keys() if key.startswith("mocap_")], item  # noqa: SIM118
    assert "mocap" not in opened.keys()  # noqa: SIM118
    if hasattr(opened, "bl_system_properties_get"):
        assert "mocap" not in opened.bl_system_properties_get().keys()  # noqa: SIM118


def test_solving_again_updates_the_old_characters(worker, opened):
    changed = make_take([motion(8, seed=5), motion(8, seed=6)], id="old")
    worker.script = [finished(changed)]
    objects, actions = set(opened.objects), set(bpy.data.actions)
    opened.romp_mocap.with_root = False
    assert bpy.ops.romp_mocap.solve() == {"FINISHED"}
    assert worker.started[0].command.heights[2] == pytest.approx(1.5)
    (parent,) = set(opened.objects) - objects
    assert parent.type == "EMPTY" and objects - set(parent.children_recursive) == set()
    assert set(bpy.data.actions) == actions
    assert take_list.load(opened.romp_mocap.takes[0]).edits.people[1].name == "Alice"


def test_saved_again_it_stays_migrated(opened, tmp_path):
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "new.blend"))
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "new.blend"))
    (entry,) = bpy.context.scene.romp_mocap.takes
    assert entry.name == "Old Dance" and bpy.context.scene.romp_mocap.capture.model_options.trace.flow_rounds == 7


def test_enabling_the_extension_migrates_the_open_file(legacy):
    import addon

    bpy.ops.wm.open_mainfile(filepath=str(legacy))
    addon.register()
    try:
        assert bpy.context.scene.romp_mocap.takes[0].name == "Old Dance"
    finally:
        addon.unregister()


def test_a_group_of_another_addon_stays(mocap, scene, tmp_path):
    scene["mocap"] = {"bones": 3}
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "other.blend"))
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "other.blend"))
    assert bpy.context.scene["mocap"]["bones"] == 3 and not bpy.context.scene.romp_mocap.takes
