"""The installed zip does the main job: the panel's operator on footage, characters, exports that read back the same."""

from __future__ import annotations

import importlib
import shutil
import socket
from pathlib import Path
from types import ModuleType

import bpy
import numpy as np
import pytest

HERE = Path(__file__).resolve().parent
CLIP = HERE.parent / "data" / "demo.mp4"
FRAMES, FPS, HEIGHT, FOV = 120, 30, 1.74, 50.0


@pytest.fixture(scope="module")
def captured(extension: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The clip captured once, from a path with spaces and umlauts, without touching the network."""
    folder = tmp_path_factory.mktemp("Ein Ordner mit Ümlauten")
    clip = folder / "Über den Flur.mp4"
    shutil.copy(CLIP, clip)
    bpy.ops.wm.read_homefile(use_factory_startup=True)
    bpy.context.scene.objects["Cube"].location.x = 7.0

    def refuse(*_: object) -> None:
        raise AssertionError("a connection was attempted")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", refuse)
        result = bpy.ops.romp_mocap.capture(
            filepath=str(clip), out=str(folder / "take.npz"), height=HEIGHT, fov=FOV, people=1
        )
    assert result == {"FINISHED"}
    bpy.ops.wm.save_as_mainfile(filepath=str(folder / "scene.blend"))
    return {"take": folder / "take.npz", "blend": folder / "scene.blend", "clip": clip}


@pytest.fixture
def scene(captured: dict[str, Path]) -> bpy.types.Scene:
    """The captured scene, freshly opened."""
    bpy.ops.wm.open_mainfile(filepath=str(captured["blend"]))
    return bpy.context.scene


@pytest.fixture
def measure(extension: ModuleType, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """How Blender is measured is shared with that ring; it needs the installed core."""
    monkeypatch.syspath_prepend(str(HERE.parent / "blender"))
    return importlib.import_module("measure")


def armature() -> bpy.types.Object:
    (item,) = [item for item in bpy.data.objects if item.type == "ARMATURE"]
    return item


def test_scene_is_set_up_for_the_footage(scene: bpy.types.Scene, captured: dict[str, Path]) -> None:
    assert scene.render.fps / scene.render.fps_base == pytest.approx(FPS)
    assert (scene.frame_start, scene.frame_end) == (1, FRAMES)
    camera = scene.camera.data
    focal = 480 / 2 / np.tan(np.radians(FOV) / 2)
    assert camera.lens / camera.sensor_width * 480 == pytest.approx(focal, rel=1e-4)
    assert camera.show_background_images and len(camera.background_images) == 1
    assert scene.objects["Cube"].location.x == 7.0, "the user's own object was touched"


def test_bones_are_where_the_core_says(scene: bpy.types.Scene, measure: ModuleType, captured: dict[str, Path]) -> None:
    from romp_core.storage.take_file import load_take

    motion = load_take(captured["take"]).people[0].motion
    rows = np.arange(0, len(motion.frame_index), 7)
    heads, _ = measure.track(scene, armature(), motion.frame_index[rows] + 1)
    assert np.abs(heads - motion.joints()[rows]).max() < 1e-4


def test_the_character_moves_like_the_actor(scene: bpy.types.Scene, measure: ModuleType) -> None:
    truth = np.load(CLIP.with_suffix(".npz"))
    world = truth["joints"][0] @ np.array([[1.0, 0, 0], [0, 0, -1], [0, 1, 0]]).T
    frames = np.arange(0, FRAMES, 5)
    heads, _ = measure.track(scene, armature(), frames + 1)
    turn = np.array(scene.camera.matrix_world)[:3, :3]
    true_turn = np.array([[1.0, 0, 0], [0, 0, -1], [0, 1, 0]]) @ truth["Rcw"][0].T @ np.diag([1.0, -1, -1])
    limbs = [1, 2, 4, 5, 7, 8, 16, 17, 18, 19, 20, 21]
    ours = (heads[:, limbs] - heads[:, :1]) @ turn
    true = (world[frames][:, limbs] - world[frames][:, :1]) @ true_turn
    assert np.linalg.norm(ours - true, axis=-1).mean() < 0.09, "meters, mean over limbs, in camera axes"
    soles = heads[:, [10, 11], 2].min(axis=1)
    assert np.abs(soles - np.median(soles)).max() < 0.06, "somebody always stands on the floor in this clip"
    assert -0.02 < np.median(soles) < 0.08


READERS = {
    "FBX": lambda path: bpy.ops.import_scene.fbx(filepath=path),
    "GLB": lambda path: bpy.ops.import_scene.gltf(filepath=path),
    "BVH": lambda path: bpy.ops.import_anim.bvh(filepath=path, update_scene_fps=True),
}


@pytest.mark.parametrize("form", list(READERS))
def test_exports_read_back_the_same(scene: bpy.types.Scene, measure: ModuleType, tmp_path: Path, form: str) -> None:
    expected, turns = measure.track(scene, armature(), range(1, FRAMES + 1))
    assert bpy.ops.romp_mocap.export(filepath=str(tmp_path / "out"), format=form, which="ALL") == {"FINISHED"}
    (path,) = tmp_path.glob(f"*.{form.lower()}")  # beside a license, where the file has no room for it
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
    bpy.context.scene.render.fps = FPS
    READERS[form](str(path))
    first, last = armature().animation_data.action.frame_range
    assert last - first == pytest.approx(FRAMES - 1, abs=1e-3)
    heads, rotations = measure.track(bpy.context.scene, armature(), first + np.arange(FRAMES))
    assert np.abs(heads - expected).max() < 1e-3
    assert measure.degrees_between(rotations, turns).max() < 0.1


def test_solving_again_updates_the_character(scene: bpy.types.Scene, measure: ModuleType) -> None:
    before, name = measure.track(scene, armature(), [60])[0], armature().name
    entry = scene.romp_mocap.takes[0]
    entry.solve.height = HEIGHT * 1.1
    assert bpy.ops.romp_mocap.solve() == {"FINISHED"}
    after = measure.track(scene, armature(), [60])[0]
    assert armature().name == name
    tall, small = (heads[0, 15, 2] - heads[0, [7, 8], 2].mean() for heads in (after, before))
    assert tall / small == pytest.approx(1.1, abs=0.02)


@pytest.mark.parametrize(
    ("name", "content", "part"),
    [("gone.mp4", None, "does not exist"), ("empty.mp4", b"", "empty"), ("text.mp4", b"hello " * 99, "text.mp4")],
)
def test_bad_footage_is_reported_and_the_scene_stays(
    scene: bpy.types.Scene, tmp_path: Path, name: str, content: bytes | None, part: str
) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    names = sorted(item.name for item in bpy.data.objects)
    with pytest.raises(RuntimeError, match=part):
        bpy.ops.romp_mocap.capture(filepath=str(path))
    assert sorted(item.name for item in bpy.data.objects) == names


def test_self_test_says_ready(extension: ModuleType, capfd: pytest.CaptureFixture[str]) -> None:
    assert bpy.ops.romp_mocap.self_test() == {"FINISHED"}
    assert "Ready: onnxruntime" in capfd.readouterr().out
