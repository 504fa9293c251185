"""The frame behind the camera is the one of that time: the test clips show their frame number as bars."""

import shutil
from dataclasses import replace
from pathlib import Path

import bpy
import numpy as np
import pytest
from takes import footage, make_take

from addon.bake.take import BakeOptions, bake_take
from addon.takes import characters, take_list
from romp_core.storage.take_file import save_take

DATA = Path(__file__).resolve().parents[2] / "data"
COUNT, FPS = 48, 29.97
DURATIONS = np.array([3 if number % 5 == 2 else 1 for number in range(COUNT)])  # of counting_vfr.mp4, see its maker
NO_BODY = BakeOptions(with_body=False)


def clip(name, start=0, **changes):
    """FootageInfo of a counting clip, read from frame `start` on."""
    steps = DURATIONS if "vfr" in name else np.ones(COUNT)
    times = np.concatenate([[0], np.cumsum(steps)[:-1]]) / FPS
    info = footage(path=str(DATA / name), fps=(COUNT - 1) / times[-1], times=times[start:], first=start, size=(96, 64))
    return replace(info, **changes)


class Screen:
    """Renders the background of a camera as a camera at the same frame would show it."""

    def __init__(self, scene, camera):
        (self.background,) = camera.background_images
        mesh = bpy.data.meshes.new("Screen")
        mesh.from_pydata([(-1, -1, 0), (1, -1, 0), (1, 1, 0), (-1, 1, 0)], [], [(0, 1, 2, 3)])
        mesh.uv_layers.new().data.foreach_set("uv", [0, 0, 1, 0, 1, 1, 0, 1])
        material = bpy.data.materials.new("Screen")
        if material.node_tree is None:
            material.use_nodes = True
        nodes, links = material.node_tree.nodes, material.node_tree.links
        nodes.clear()
        texture, light, out = (nodes.new(f"ShaderNode{kind}") for kind in ("TexImage", "Emission", "OutputMaterial"))
        texture.image = self.background.image
        for name in ("frame_duration", "frame_start", "frame_offset", "use_cyclic"):
            setattr(texture.image_user, name, getattr(self.background.image_user, name))
        texture.image_user.use_auto_refresh = True
        links.new(texture.outputs[0], light.inputs[0])
        links.new(light.outputs[0], out.inputs[0])
        mesh.materials.append(material)
        eye = bpy.data.objects.new("Eye", bpy.data.cameras.new("Eye"))
        eye.data.type, eye.data.ortho_scale, eye.location.z = "ORTHO", 2.0, 1.0
        self.scene = bpy.data.scenes.new("Screen")
        for item in (bpy.data.objects.new("Screen", mesh), eye):
            self.scene.collection.objects.link(item)
        self.scene.camera = eye
        render = self.scene.render
        render.engine, render.resolution_x, render.resolution_y = "CYCLES", 48, 48
        render.fps, render.fps_base = scene.render.fps, scene.render.fps_base
        render.image_settings.file_format = "PNG"
        self.scene.cycles.samples, self.scene.cycles.use_denoising = 1, False
        self.scene.view_settings.view_transform = "Standard"

    def number(self, frame, folder):
        """Frame number shown at a scene frame."""
        bpy.context.window.scene = self.scene
        self.scene.frame_set(frame)
        self.scene.render.filepath = str(Path(folder) / "shown.png")
        bpy.ops.render.render(write_still=True)
        image = bpy.data.images.load(self.scene.render.filepath)
        pixels = np.array(image.pixels[:]).reshape(48, 48, 4)[24, :, 0]
        bpy.data.images.remove(image)
        return sum(int(pixels[4 + 8 * bar] > 0.5) << bar for bar in range(6))


@pytest.mark.parametrize("start", [0, 13])
def test_constant_rate_shows_the_very_frame(scene, tmp_path, start):
    bake_take(scene, make_take(info=clip("counting.mp4", start)), "Clip", options=NO_BODY)
    screen = Screen(scene, scene.camera.data)
    for frame in (1, 2, 20, COUNT - start):
        assert screen.number(frame, tmp_path) == frame - 1 + start


@pytest.mark.parametrize("start", [0, 13])
def test_variable_rate_shows_the_frame_of_that_time(scene, tmp_path, start):
    info = clip("counting_vfr.mp4", start)
    bake_take(scene, make_take(info=info), "Clip", options=NO_BODY)
    fps = scene.render.fps / scene.render.fps_base
    assert abs(scene.frame_end - (1 + (info.times[-1] - info.times[0]) * fps)) <= 0.5
    screen = Screen(scene, scene.camera.data)
    for frame in (1, 2, 9, 17, 30, scene.frame_end):
        shown = screen.number(frame, tmp_path) - start
        time = info.times[0] + (frame - 1) / fps
        ends = np.append(info.times[1:], np.inf)
        assert info.times[shown] - 0.5 / fps <= time <= ends[shown] + 0.5 / fps


def test_image_folder_by_number_and_single_image(scene, tmp_path):
    folder = tmp_path / "bilder \u00fc"
    folder.mkdir()
    for number in range(5, 12):
        pixels = np.ones((64, 96, 4), np.float32)
        for bar in range(6):
            pixels[:, 16 * bar : 16 * bar + 16, :3] = number >> bar & 1
        image = bpy.data.images.new("x", 96, 64)
        image.pixels = pixels.ravel()
        image.filepath_raw, image.file_format = str(folder / f"shot_{number:04}.png"), "PNG"
        image.save()
        bpy.data.images.remove(image)
    info = footage(n=5, path=str(folder), first=2, size=(96, 64))
    bake_take(scene, make_take(info=info), "Folder", options=NO_BODY)
    screen = Screen(scene, scene.camera.data)
    for frame in (1, 3, 5):
        assert screen.number(frame, tmp_path) == 5 + 2 + frame - 1

    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    still = footage(times=[0.0], fps=0.0, path=str(folder / "shot_0009.png"), size=(96, 64))
    bake_take(scene, make_take(info=still, id="still"), "Still", options=NO_BODY)
    camera = bpy.data.objects["Still Camera"].data
    assert Screen(scene, camera).number(1, tmp_path) == 9
    assert scene.frame_start == scene.frame_end == 1


def test_images_with_gaps_in_their_numbers_are_reported(scene, tmp_path):
    for name in ("a.png", "c.png"):
        (tmp_path / name).write_bytes(b"x")
    remarks = bake_take(scene, make_take(info=footage(n=2, path=str(tmp_path))), "Clip", options=NO_BODY)
    assert "numbers" in remarks[0]


def test_missing_and_unreadable_footage_still_makes_characters(scene, tmp_path):
    broken = tmp_path / "x.mp4"
    broken.write_bytes(b"no movie")
    for path in (str(tmp_path / "gone.mp4"), str(broken)):
        remarks = bake_take(scene, make_take(info=footage(path=path)), "Clip", options=NO_BODY)
        assert remarks and scene.camera is not None


@pytest.mark.parametrize("name", ["counting.mp4", "//counting.mp4", "sub/counting.mp4"])
def test_relative_footage_is_found_from_any_working_directory(scene, mocap, tmp_path, monkeypatch, name):
    """Beside the take, as the command line leaves it, or beside the .blend file."""
    shot, elsewhere = tmp_path / "shot", tmp_path / "elsewhere"
    for folder in (shot / "sub", elsewhere):
        folder.mkdir(parents=True)
    target, info = shot / name.removeprefix("//"), replace(clip("counting.mp4"), path=name)
    shutil.copyfile(DATA / "counting.mp4", target)
    take = save_take(make_take(info=info), (shot if name != "//counting.mp4" else elsewhere) / "take.npz")
    bpy.ops.wm.save_as_mainfile(filepath=str((shot if "//" in name else elsewhere) / "scene.blend"))
    monkeypatch.chdir(elsewhere)
    scene.romp_mocap.with_body = False
    entry = take_list.add_take(scene, take)
    assert characters.make_characters(scene, entry, {1}) == []
    (background,) = scene.camera.data.background_images
    assert Path(bpy.path.abspath(background.image.filepath)).resolve() == target.resolve()


def test_relative_footage_of_a_capture_is_sent_as_an_absolute_path(scene, mocap, tmp_path, monkeypatch):
    from addon.capture.requirements import existing_footage

    (tmp_path / "elsewhere").mkdir()
    shutil.copyfile(DATA / "counting.mp4", tmp_path / "clip.mp4")
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "scene.blend"))
    monkeypatch.chdir(tmp_path / "elsewhere")
    for source in ("//clip.mp4", "clip.mp4", "../clip.mp4", str(tmp_path / "clip.mp4")):
        assert Path(existing_footage(source)) == tmp_path / "clip.mp4"


def test_videos_can_be_dropped_and_what_is_no_video_is_left_to_blender(scene, mocap):
    from romp_core.footage.sequence import IMAGE_SUFFIXES

    handler = bpy.types.ROMP_MOCAP_FH_footage
    dropped = set(handler.bl_file_extensions.split(";"))
    assert ".mp4" in dropped and all(suffix.startswith(".") for suffix in dropped), "folders have no suffix"
    assert not dropped & IMAGE_SUFFIXES and not dropped & set(bpy.path.extensions_image)
    assert dropped >= {".mp4", ".mov", ".mkv", ".webm", ".avi", ".mts", ".gif"}
    assert bpy.ops.romp_mocap.set_source(filepath="/some/clip.mp4") == {"FINISHED"}
    assert scene.romp_mocap.source == "/some/clip.mp4"


def test_another_scene_rate_is_reported(scene, tmp_path):
    scene.render.fps = 25
    options = BakeOptions(with_body=False, set_scene=False)
    remarks = bake_take(scene, make_take(info=clip("counting.mp4")), "Clip", options=options)
    assert "drifts" in remarks[0]


def test_twice_keeps_one_background(scene, tmp_path):
    path = tmp_path / "a b.mp4"
    shutil.copyfile(DATA / "counting.mp4", path)
    for start in (0, 5):
        bake_take(scene, make_take(info=clip(str(path), start)), "Clip", options=NO_BODY)
    assert len(scene.camera.data.background_images) == 1 and len(bpy.data.images) == 1
    assert not bpy.data.movieclips


def test_phone_clip_is_rotated_on_every_blender(scene):
    """On its side in the file: either Blender rotates the frame, or the background does, by the same angle."""
    info = clip("counting.mp4", rotation=90, width=64, height=96)
    bake_take(scene, make_take(info=info), "Clip", options=NO_BODY)
    (background,) = scene.camera.data.background_images
    turned = bpy.app.version >= (4, 5)
    assert background.rotation == pytest.approx(0.0 if turned else -np.pi / 2)
    assert background.scale == pytest.approx(1.0 if turned else 1.5)


def test_pixels_that_are_not_square_are_stretched_to_their_shape(scene):
    bake_take(scene, make_take(info=clip("counting.mp4", width=128)), "Wide", options=NO_BODY)
    assert scene.camera.data.background_images[0].frame_method == "STRETCH"
    bake_take(scene, make_take(info=clip("counting.mp4")), "Wide", options=NO_BODY)
    assert scene.camera.data.background_images[0].frame_method == "FIT"


def test_footage_that_blender_plays_at_another_rate_is_reported(scene, monkeypatch):
    """As of phones whose clock has 120 ticks a second for 30 frames."""
    for module in ("addon.bake.movie", "addon.bake.footage"):
        monkeypatch.setattr(f"{module}.movie_fps", lambda path: 120.0)
    remarks = bake_take(scene, make_take(info=clip("counting.mp4")), "Clip", options=NO_BODY)
    assert any(
        remark.startswith("Blender plays the footage at 120 frames per second and the scene at") for remark in remarks
    )


def test_mirrored_videos_are_reported(scene):
    remarks = bake_take(scene, make_take(info=clip("counting.mp4", mirrored=True)), "Clip", options=NO_BODY)
    assert any("mirrored video" in remark for remark in remarks)
