"""A camera of the user's scene as that of a take."""

import bpy
import numpy as np
import pytest
from fake_worker import FakeWorker, finished
from layouts import drawn
from takes import footage, make_take, motion

from addon.bake.camera import ensure_camera, place_camera
from addon.takes import characters, take_list
from romp_core.geometry.rotations import angle_between, quat_from_rotvec
from romp_core.storage.take_file import save_take
from romp_core.take.take import Camera

N = 20


@pytest.fixture
def entry(worker, scene, tmp_path):
    """A take at 30 fps with a character, in a scene with its frame rate."""
    scene.romp_mocap.live_update, scene.romp_mocap.with_body = False, False
    scene.render.fps, scene.render.fps_base = 30, 1.0
    take = make_take([motion(N, seed=1)], info=footage(N, size=(640, 480)))
    entry = take_list.add_take(scene, save_take(take, tmp_path / "take.npz"))
    characters.make_characters(scene, entry, {1})
    scene.render.fps, scene.render.fps_base = 30, 1.0
    return entry


def own_camera(scene, camera, name="Mine"):
    """A camera object of the user's that shows what a take's camera shows."""
    item, _ = ensure_camera(scene, "elsewhere", name)
    scene.collection.objects.link(item)
    place_camera(scene, item, camera, np.arange(1, len(camera.position) + 1), name, 1.0, 30.0)
    for key in list(item.keys()):
        del item[key]
    return item


def decide(**arguments):
    FakeWorker.script = [finished(make_take([motion(N, seed=1)]))]
    assert bpy.ops.romp_mocap.edit_camera(**arguments) == {"FINISHED"}
    return FakeWorker.started[-1].command.edits.camera


def moving_camera() -> Camera:
    turns = quat_from_rotvec(np.linspace(0, 0.6, N)[:, None] * [0.1, 0.9, 0.2] + [1.2, 0.0, 0.0])
    return Camera(0.9, turns, np.linspace([0, -4, 1.5], [1.0, -4.5, 1.7], N))


@pytest.mark.parametrize("parented", [False, True])
def test_lens_and_path_are_those_of_the_camera(entry, scene, mocap, parented):
    camera = moving_camera()
    item = own_camera(scene, camera)
    if parented:
        anchor = bpy.data.objects.new("Anchor", None)
        scene.collection.objects.link(anchor)
        anchor.location, item.parent = (0, 0, 2.0), anchor
    frame = scene.frame_current
    edit = decide(camera="Mine")
    assert edit.fov == pytest.approx(0.9, abs=1e-5)
    offset = [0, 0, 2.0] if parented else [0, 0, 0]
    np.testing.assert_allclose(edit.position_array, camera.position + offset, atol=1e-5)
    assert np.degrees(angle_between(edit.rotation_array, camera.rotation)).max() < 0.01
    assert scene.frame_current == frame
    assert "Camera as given, moving" in drawn(mocap)


def test_the_active_camera_is_taken_and_the_edit_taken_back(entry, scene, mocap):
    still = moving_camera()
    item = own_camera(scene, Camera(0.7, still.rotation[:1], still.position[:1]))
    bpy.context.view_layer.objects.active = item
    edit = decide()
    assert len(edit.positions) == 1 and edit.fov == pytest.approx(0.7, abs=1e-5)
    assert "Camera as given, still" in drawn(mocap)
    FakeWorker.script = [finished(make_take([motion(N, seed=1)]))]
    assert bpy.ops.romp_mocap.edit_remove(kind="CAMERA", index=0) == {"FINISHED"}
    assert FakeWorker.started[-1].command.edits.camera is None
    assert "as given" not in drawn(mocap)


def test_cameras_that_cannot_be_used_are_told(entry, scene):
    with pytest.raises(RuntimeError, match="No camera of your own is selected"):
        bpy.ops.romp_mocap.edit_camera()  # the take's own camera is the scene's
    with pytest.raises(RuntimeError, match='no camera "Nowhere"'):
        bpy.ops.romp_mocap.edit_camera(camera="Nowhere")
    item = own_camera(scene, moving_camera())
    item.data.shift_x = 0.2
    with pytest.raises(RuntimeError, match="is shifted"):
        bpy.ops.romp_mocap.edit_camera(camera="Mine")
    item.data.shift_x, item.data.type = 0.0, "ORTHO"
    with pytest.raises(RuntimeError, match="has no perspective"):
        bpy.ops.romp_mocap.edit_camera(camera="Mine")
    item.data.type = "PERSP"
    item.data.keyframe_insert("lens", frame=1)
    item.data.lens *= 1.5
    item.data.keyframe_insert("lens", frame=N)
    with pytest.raises(RuntimeError, match="zooms"):
        bpy.ops.romp_mocap.edit_camera(camera="Mine")
