"""After a capture: what was made is selected and seen through its camera. List, selection and scene agree."""

import bpy
import pytest
from takes import footage, make_take, motion

from addon.blender import scene_index
from addon.takes import characters, first_look, follow, take_list
from addon.takes.summary import summary
from romp_core.storage.take_file import save_take


def listed(scene, tmp_path, id="take-1", **parts):
    take = make_take([motion(40), motion(40, seed=2)], id=id, **parts)
    entry = take_list.add_take(scene, save_take(take, tmp_path / f"{id}.npz"))
    characters.make_characters(scene, entry, {1, 2})
    return entry


def selected():
    return {item.name for item in bpy.context.view_layer.objects if item.select_get()}


def armature(scene, take_id, person):
    return scene_index.find_object(scene, take_id, scene_index.ARMATURE, person)


def view():
    areas = [area for area in bpy.context.window_manager.windows[0].screen.areas if area.type == "VIEW_3D"]
    return max(areas, key=lambda area: area.width * area.height).spaces.active.region_3d


@pytest.fixture
def startup(mocap):
    """Blender's startup file, with its cube."""
    bpy.ops.wm.read_factory_settings(use_empty=False)
    return bpy.context.scene


def test_the_result_is_selected_and_seen_through_the_camera(startup, tmp_path):
    scene = startup
    entry = listed(scene, tmp_path)
    remarks = first_look.show_result(scene, entry)
    assert selected() == {armature(scene, "take-1", person).name for person in (1, 2)}
    assert bpy.context.view_layer.objects.active == armature(scene, "take-1", 1)
    assert scene.camera == scene_index.find_object(scene, "take-1", scene_index.CAMERA)
    assert view().view_perspective == "CAMERA"
    assert not bpy.data.objects["Cube"].visible_get() and any("Cube" in each for each in remarks)


@pytest.mark.parametrize("change", ["moved", "edited", "dressed"])
def test_a_cube_that_the_user_touched_stays_in_view(startup, tmp_path, change):
    cube = bpy.data.objects["Cube"]
    if change == "moved":
        cube.location.x = 0.5
    elif change == "edited":
        cube.data.vertices[0].co.z = 3
    else:
        cube.modifiers.new("Bevel", "BEVEL")
    bpy.context.view_layer.update()
    first_look.show_result(startup, listed(startup, tmp_path))
    assert cube.visible_get()


def test_whoever_poses_something_is_not_disturbed(scene, tmp_path):
    other = bpy.data.objects.new("Own", bpy.data.armatures.new("Own"))
    scene.collection.objects.link(other)
    bpy.context.view_layer.objects.active = other
    bpy.ops.object.mode_set(mode="POSE")
    first_look.show_result(scene, listed(scene, tmp_path))
    assert other.mode == "POSE" and bpy.context.view_layer.objects.active == other


def test_choosing_a_person_selects_the_character_and_back(scene, tmp_path):
    entry = listed(scene, tmp_path)
    entry.active_person = 1
    assert selected() == {armature(scene, "take-1", 2).name}
    body = scene_index.body_of(scene, armature(scene, "take-1", 1))
    bpy.context.view_layer.objects.active = body
    follow.object_chosen()
    assert entry.active_person == 0


def test_choosing_a_take_shows_its_frames_and_its_camera(scene, tmp_path):
    listed(scene, tmp_path)
    listed(scene, tmp_path, "take-2", info=footage(60))
    group = scene.romp_mocap
    cameras = [scene_index.find_object(scene, f"take-{number}", scene_index.CAMERA) for number in (1, 2)]
    scene.camera, group.active_take = cameras[1], 1
    group.active_take = 0
    assert scene.camera == cameras[0] and (scene.frame_start, scene.frame_end) == (1, 40)
    bpy.context.view_layer.objects.active = armature(scene, "take-2", 1)
    follow.object_chosen()
    assert group.active_take == 1
    assert scene.camera == cameras[0], "what is picked in the viewport changes neither camera nor range"


def test_a_camera_of_the_users_stays(scene, tmp_path):
    listed(scene, tmp_path)
    listed(scene, tmp_path, "take-2", info=footage(60))
    own = bpy.data.objects.new("Own", bpy.data.cameras.new("Own"))
    scene.collection.objects.link(own)
    scene.camera = own
    before = scene.frame_end
    scene.romp_mocap.active_take = 0
    assert scene.camera == own and scene.frame_end == before


def test_look_through_camera(scene, tmp_path):
    entry = listed(scene, tmp_path)
    scene.camera = None
    assert bpy.ops.romp_mocap.look_through() == {"FINISHED"}
    assert scene.camera == scene_index.find_object(scene, entry.take_id, scene_index.CAMERA)


def test_the_summary_says_who_how_long_and_with_which_confidence(scene, tmp_path):
    take = make_take([motion(40), motion(12, seed=2), *(motion(3, seed=seed) for seed in (3, 4))])
    entry = take_list.add_take(scene, save_take(take, tmp_path / "t.npz"))
    text = summary(entry)
    assert text == "4 people in 1.3 s: Person 1 (confidence 100%), Person 2 (12 frames, confidence 100%), " + (
        "Person 3 (3 frames, confidence 100%), 1 more."
    )
