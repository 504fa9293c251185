"""People whose face was captured get shape keys with ARKit's names, an action for them, and a mouth to open."""

from dataclasses import replace

import bpy
import numpy as np
import pytest
from takes import HEIGHT_M, make_take, motion, motion_with_face, motion_with_fingers

from addon.bake.edited import has_hand_edits
from addon.bake.face import own_face_action
from addon.bake.take import BakeOptions, bake_take
from addon.blender import compat, scene_index
from addon.takes.removal import remove_characters
from romp_core.bodies.embedded import load_body, with_face
from romp_core.geometry.face_units import FACE_UNIT, FACE_UNITS

JAW = 'key_blocks["jawOpen"].value'


def skin_of(scene, take, person=1):
    return scene_index.find_object(scene, take.id, scene_index.BODY, person)


def curves_of(skin):
    channels = compat.assigned_channels(skin.data.shape_keys)
    return {curve.data_path.split('"')[1]: curve for curve in channels.fcurves}


@pytest.fixture
def baked(scene):
    take = make_take([motion_with_face(40)])
    bake_take(scene, take, "Clip")
    return take, skin_of(scene, take)


def test_shape_keys_have_the_names_of_arkit_after_the_sliders(baked):
    _, skin = baked
    names = [key.name for key in skin.data.shape_keys.key_blocks]
    assert tuple(names[-52:]) == FACE_UNITS
    assert names[:-52] == ["Basis", *(key.name for key in load_body().shape_keys)]
    assert all((key.slider_min, key.slider_max) == (0.0, 1.0) for key in skin.data.shape_keys.key_blocks[-52:])


def test_only_what_moves_is_keyed_at_the_frames_of_the_footage(baked):
    take, skin = baked
    found = curves_of(skin)
    assert set(found) == {"jawOpen", "eyeBlinkLeft", "mouthSmileRight"}
    expected = take.people[0].motion.face
    for name, curve in found.items():
        points = np.array([point.co for point in curve.keyframe_points])
        np.testing.assert_allclose(points[:, 0], 1 + np.arange(40))
        np.testing.assert_allclose(points[:, 1], expected[:, FACE_UNIT[name]], atol=1e-6)
        assert {point.interpolation for point in curve.keyframe_points} == {"LINEAR"}
    assert skin.data.shape_keys.animation_data.action.name == "Clip Person 1 Face"


def test_the_mesh_shows_the_expression_of_the_core(scene, baked):
    take, skin = baked
    scene.frame_set(11)
    armature = scene_index.find_object(scene, take.id, scene_index.ARMATURE, 1)
    armature.data.pose_position = "REST"
    evaluated = skin.evaluated_get(bpy.context.evaluated_depsgraph_get())
    shown = np.empty(3 * len(evaluated.data.vertices), np.float32)
    evaluated.data.vertices.foreach_get("co", shown)
    body = with_face(load_body()).scaled(HEIGHT_M)
    expected = body.expressing(take.people[0].motion.face[10]) - [0.0, body.floor_m, 0.0]
    expected = np.stack([expected[:, 0], -expected[:, 2], expected[:, 1]], axis=1)
    assert np.abs(shown.reshape(-1, 3) - expected).max() < 1e-4


def test_a_smaller_head_gets_smaller_movements(scene):
    child = replace(motion_with_face(10), build=np.array([0, 1, 0, 0, 0], np.float32))
    bake_take(scene, make_take([motion_with_face(10), child]), "Clip")
    reach = []
    for person in (1, 2):
        keys = scene_index.find_object(scene, "take-1", scene_index.BODY, person).data.shape_keys.key_blocks
        points = [np.array([point.co for point in keys[name].data]) for name in ("Basis", "jawOpen")]
        if person == 2:
            points = [each + np.array([p.co for p in keys["Age: child"].data]) - points[0] for each in points]
        face = np.array([point.co for point in keys["eyeBlinkLeft"].data])
        reach.append((np.abs(points[1] - points[0]).max(), face))
    assert 0.7 < reach[1][0] / reach[0][0] < 1.3
    assert reach[1][0] != pytest.approx(reach[0][0], rel=0.01)


def test_without_a_face_the_body_is_as_ever(scene):
    bake_take(scene, make_take([motion(10)]), "Clip")
    skin = scene_index.find_object(scene, "take-1", scene_index.BODY, 1)
    assert len(skin.data.vertices) == len(load_body().vertices)
    assert len(skin.data.shape_keys.key_blocks) == 1 + len(load_body().shape_keys)
    assert skin.data.shape_keys.animation_data is None
    assert len(skin.data.materials) == len(load_body().materials)


def test_people_of_one_take_move_their_own_faces(scene):
    take = make_take([motion_with_face(20), motion_with_face(20, 1, ("browInnerUp",)), motion(20, 2)])
    bake_take(scene, take, "Clip")
    skins = [skin_of(scene, take, person) for person in (1, 2, 3)]
    assert set(curves_of(skins[0])) == {"jawOpen", "eyeBlinkLeft", "mouthSmileRight"}
    assert set(curves_of(skins[1])) == {"browInnerUp"}
    assert skins[2].data.shape_keys.animation_data is None


def test_hands_and_face_go_together(scene):
    both = replace(motion_with_fingers(20), face=motion_with_face(20).face, face_confidence=np.ones(20, np.float32))
    take = make_take([both])
    bake_take(scene, take, "Clip")
    skin = skin_of(scene, take)
    assert {"left_index1", "head"} <= {group.name for group in skin.vertex_groups}
    assert set(curves_of(skin)) == {"jawOpen", "eyeBlinkLeft", "mouthSmileRight"}
    teeth = len(skin.data.vertices) - 1
    groups = {skin.vertex_groups[each.group].name: each.weight for each in skin.data.vertices[teeth].groups}
    assert groups == {"head": pytest.approx(1.0)}


def test_gaps_hold_the_last_key(scene):
    take = make_take([replace(motion_with_face(40), valid=~np.isin(np.arange(40), range(10, 20)))])
    bake_take(scene, take, "Clip")
    points = curves_of(skin_of(scene, take))["jawOpen"].keyframe_points
    assert len(points) == 30 and points[9].interpolation == "CONSTANT"


def test_numbers_that_are_none_are_not_keyed(scene):
    broken = motion_with_face(20)
    broken.face[5] = np.nan
    take = make_take([broken])
    bake_take(scene, take, "Clip")
    assert len(curves_of(skin_of(scene, take))["jawOpen"].keyframe_points) == 19


def test_what_the_user_did_to_the_face_stays(scene, baked):
    take, skin = baked
    armature = skin.parent
    assert not has_hand_edits(scene, armature)
    curve = curves_of(skin)["jawOpen"]
    before = np.array([point.co[1] for point in curve.keyframe_points])
    for point in curve.keyframe_points:
        point.co[1] += 0.25
    curve.update()
    assert has_hand_edits(scene, armature)
    louder = replace(take.people[0].motion, face=take.people[0].motion.face.copy())
    louder.face[:, FACE_UNIT["browInnerUp"]] = 0.5
    again = replace(take, people=(replace(take.people[0], motion=louder),))
    bake_take(scene, again, "Clip")
    moved = np.array([point.co[1] for point in curves_of(skin)["jawOpen"].keyframe_points]) - before
    np.testing.assert_allclose(moved, 0.25, atol=1e-5)
    assert {point.co[1] for point in curves_of(skin)["browInnerUp"].keyframe_points} == {0.5}
    bake_take(scene, take, "Clip", options=BakeOptions(keep_edits=False))
    assert set(curves_of(skin)) == {"jawOpen", "eyeBlinkLeft", "mouthSmileRight"}
    restored = [point.co[1] for point in curves_of(skin)["jawOpen"].keyframe_points]
    np.testing.assert_allclose(restored, before, atol=1e-6)


def test_sliders_and_face_are_not_confused(scene, baked):
    take, skin = baked
    keys = skin.data.shape_keys.key_blocks
    keys["Age: old"].value = 0.6
    bake_take(scene, take, "Clip")
    assert keys["Age: old"].value == pytest.approx(0.6)
    assert "jawOpen" not in dict(skin.data.get("romp_mocap_build", {}))


def test_baking_again_keeps_mesh_and_action(scene, baked):
    take, skin = baked
    mesh, action = skin.data, skin.data.shape_keys.animation_data.action
    bake_take(scene, take, "Clip")
    assert skin.data == mesh and skin.data.shape_keys.animation_data.action == action
    assert [each.name for each in bpy.data.actions if each.name.endswith("Face")] == [action.name]


def test_another_action_on_the_face_is_the_users(scene, baked):
    take, skin = baked
    ours = skin.data.shape_keys.animation_data.action
    theirs = bpy.data.actions.new("Theirs")
    compat.assign_action(skin.data.shape_keys, theirs)
    bake_take(scene, take, "Clip")
    assert skin.data.shape_keys.animation_data.action == theirs
    assert own_face_action(scene, skin) == ours


def test_a_body_without_a_face_gets_one(scene):
    plain = make_take([motion(20)])
    bake_take(scene, plain, "Clip")
    skin = skin_of(scene, plain)
    bake_take(scene, make_take([motion_with_face(20)]), "Clip")
    assert skin_of(scene, plain) == skin and "jawOpen" in curves_of(skin)
    bake_take(scene, plain, "Clip")
    assert len(skin.data.vertices) == len(load_body().vertices)


def test_removing_a_character_removes_its_face(scene, baked):
    take, _ = baked
    remove_characters(scene, take.id)
    assert not bpy.data.actions and not bpy.data.shape_keys and not bpy.data.meshes


def test_a_failure_takes_the_face_back(scene, baked, monkeypatch):
    take, skin = baked
    before = [point.co[1] for point in curves_of(skin)["jawOpen"].keyframe_points]

    def fail(*_):
        raise RuntimeError("stop")

    quiet = replace(take.people[0].motion, face=0 * take.people[0].motion.face)
    monkeypatch.setattr("addon.bake.take.place_camera", fail)
    with pytest.raises(RuntimeError, match="stop"):
        bake_take(scene, replace(take, people=(replace(take.people[0], motion=quiet),)), "Clip")
    skin = skin_of(scene, take)
    assert [point.co[1] for point in curves_of(skin)["jawOpen"].keyframe_points] == before
    assert own_face_action(scene, skin) is not None


def test_the_face_survives_saving(scene, baked, tmp_path):
    take, _ = baked
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "face.blend"))
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "face.blend"))
    scene = bpy.context.scene
    skin = skin_of(scene, take)
    action = skin.data.shape_keys.animation_data.action
    bake_take(scene, take, "Clip")
    assert skin.data.shape_keys.animation_data.action == action == own_face_action(scene, skin)
    assert not has_hand_edits(scene, skin.parent)


def test_a_copy_of_the_scene_has_a_face_of_its_own(scene, baked):
    take, skin = baked
    bpy.ops.scene.new(type="FULL_COPY")
    copy = bpy.context.scene
    quiet = replace(take.people[0].motion, face=0.5 * take.people[0].motion.face)
    bake_take(copy, replace(take, people=(replace(take.people[0], motion=quiet),)), "Clip")
    loud, silent = (
        max(point.co[1] for point in curves_of(each)["jawOpen"].keyframe_points) for each in (skin, skin_of(copy, take))
    )
    assert skin_of(copy, take) != skin and (loud, silent) == (pytest.approx(1, abs=0.01), pytest.approx(0.5, abs=0.01))


def test_renaming_reaches_the_face(scene, baked):
    from addon.takes.characters import rename_character

    take, skin = baked
    entry = scene.romp_mocap.takes.add()
    entry.name, entry.take_id = "Show", take.id
    person = entry.people.add()
    person.name, person.person_id = "Ada", 1
    rename_character(scene, entry, person)
    assert skin.data.shape_keys.animation_data.action.name == "Show Ada Face"
