"""The frame behind the camera is the one of that time: the test clips show their frame number as bars."""

import shutil
from dataclasses import replace
from pathlib import Path

import bpy
import numpy as np
import pytest
from takes import footage, make_take

from addon.bake.take import BakeOptions, bake_take
from addon.blender import compat
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
        self.filmed = scene
        mesh = bpy.data.meshes.new("Screen")
        mesh.from_pydata([(-1, -1, 0), (1, -1, 0), (1, 1, 0), (-1, 1, 0)], [], [(0, 1, 2, 3)])
        mesh.uv_layers.new().data.foreach_set("uv", [0, 0, 1, 0, 1, 1, 0, 1])
        material = bpy.data.materials.new("Screen")
        if material.node_tree is None:
            material.use_nodes = True
        nodes, links = material.node_tree.nodes, material.node_tree.links
        nodes.clear()
        texture, light, out = (nodes.new(f"ShaderNode{kind}") for kind in ("TexImage", "Emission", "OutputMaterial"))
        self.texture = texture
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
        bpy.context.window.scene = self.filmed
        self.filmed.frame_set(frame)
        self.texture.image_user.frame_offset = self.background.image_user.frame_offset
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


def write_images(folder, numbers):
    """Images that show their numbers as bars, and have them in their names."""
    folder.mkdir()
    for number in numbers:
        pixels = np.ones((64, 96, 4), np.float32)
        for bar in range(6):
            pixels[:, 16 * bar : 16 * bar + 16, :3] = number >> bar & 1
        image = bpy.data.images.new("x", 96, 64)
        image.pixels = pixels.ravel()
        image.filepath_raw, image.file_format = str(folder / f"shot_{number:04}.png"), "PNG"
        image.save()
        bpy.data.images.remove(image)


def test_images_that_are_missing_are_holes(scene, tmp_path):
    numbers = np.array([5, 6, 8, 12, 13])
    write_images(tmp_path / "images", numbers)
    info = footage(times=(numbers - 5) / 30, fps=30.0, path=str(tmp_path / "images"), size=(96, 64))
    bake_take(scene, make_take(info=replace(info, source_frames=numbers - 5)), "Folder", options=NO_BODY)
    screen = Screen(scene, scene.camera.data)
    assert [screen.number(frame, tmp_path) for frame in range(1, 10)] == [5, 6, 6, 8, 8, 8, 8, 12, 13]


def test_a_folder_that_lost_images_is_reported(scene, tmp_path):
    write_images(tmp_path / "images", [1, 2, 3])
    remarks = bake_take(scene, make_take(info=footage(n=5, path=str(tmp_path / "images"))), "Folder", options=NO_BODY)
    assert remarks == ["The folder lacks images of the take, so the camera does not show it."]


def test_image_folder_by_number_and_single_image(scene, tmp_path):
    folder = tmp_path / "bilder \u00fc"
    write_images(folder, range(5, 12))
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
    assert "differ in more than their last number" in remarks[0]


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


def shows_the_frames_of_their_times(scene, info, folder, frames):
    """Whether the camera shows what was filmed at each scene frame's time, within half a frame."""
    fps, screen = scene.render.fps / scene.render.fps_base, Screen(scene, scene.camera.data)
    ends = np.append(info.times[1:], np.inf)
    for frame in frames:
        index = screen.number(frame, folder) - info.source_frames[0]
        time = info.times[0] + (frame - 1) / fps
        assert info.times[index] - 0.5 / fps <= time <= ends[index] + 0.5 / fps, frame


@pytest.mark.parametrize(("name", "fps"), [("counting.mp4", 25), ("counting.mp4", 60), ("counting_vfr.mp4", 12)])
def test_footage_follows_a_scene_of_another_rate(scene, tmp_path, name, fps):
    scene.render.fps, scene.render.fps_base = fps, 1
    info = clip(name, 3)
    options = BakeOptions(with_body=False, set_scene=False)
    assert bake_take(scene, make_take(info=info), "Clip", options=options) == []
    last = 1 + round((info.times[-1] - info.times[0]) * fps)
    shows_the_frames_of_their_times(scene, info, tmp_path, [1, 2, 7, last // 2, last - 1, last])
    curve = next(iter(compat.assigned_channels(scene.camera.data).fcurves))
    keys = len(curve.keyframe_points)
    assert {key.interpolation for key in curve.keyframe_points} == {"CONSTANT"}
    bake_take(scene, make_take(info=info), "Clip", options=options)
    assert len(curve.keyframe_points) == keys


def test_footage_follows_where_blender_counts_by_a_finer_clock(scene, tmp_path):
    """As of phones whose clock has 120 ticks a second for 30 frames: the rate of the take is that of its frames."""
    info = replace(clip("counting_vfr.mp4"), fps=FPS)
    bake_take(scene, make_take(info=info), "Clip", options=NO_BODY)
    assert scene.render.fps / scene.render.fps_base == pytest.approx(FPS)
    shows_the_frames_of_their_times(scene, info, tmp_path, [1, 2, 5, 9, 17, 30, 50, scene.frame_end])


def test_keys_of_the_background_go_when_the_rates_agree_again(scene):
    scene.render.fps, options = 12, BakeOptions(with_body=False, set_scene=False)
    bake_take(scene, make_take(info=clip("counting.mp4")), "Clip", options=options)
    assert len(compat.assigned_channels(scene.camera.data).fcurves) == 1
    bake_take(scene, make_take(info=clip("counting.mp4")), "Clip", options=NO_BODY)
    assert not len(compat.assigned_channels(scene.camera.data).fcurves)


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


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_pixels_that_are_not_square_get_their_shape(scene, rotation):
    size = {"width": 128, "height": 64} if rotation % 180 == 0 else {"width": 64, "height": 128}
    info = clip("counting.mp4", sample_aspect=4 / 3, rotation=rotation, **size)
    bake_take(scene, make_take(info=info), "Wide", options=NO_BODY)
    (background,) = scene.camera.data.background_images
    lies = rotation % 180 and bpy.app.version >= (4, 5)  # Blender has turned the frame before it gives it a shape
    across, along = background.image.display_aspect
    assert across / along == pytest.approx(3 / 4 if lies else 4 / 3)
    assert background.frame_method == "FIT"


ORIENTATIONS = [(rotation, mirrored) for mirrored in (False, True) for rotation in (0, 90, 180, 270)]


@pytest.mark.parametrize(("rotation", "mirrored"), ORIENTATIONS)
def test_what_blender_shows_lies_on_the_person(scene, rotation, mirrored):
    """Blender's own turn (4.5 on), its mirrors, then its rotation of the background together are the footage's."""
    size = (64, 96) if rotation % 180 else (96, 64)
    info = clip("counting.mp4", rotation=rotation, mirrored=mirrored, width=size[0], height=size[1])
    assert bake_take(scene, make_take(info=info), "Clip", options=NO_BODY) == []
    (background,) = scene.camera.data.background_images
    mirror = np.diag([-1, 1])

    def clockwise(degrees):
        c, s = np.rint(np.cos(np.radians(degrees))), np.rint(np.sin(np.radians(degrees)))
        return np.array([[c, -s], [s, c]])  # y down

    shown = (mirror if mirrored else np.eye(2)) @ clockwise(rotation)
    angle = np.degrees(np.arctan2(shown[1, 0], shown[0, 0]))  # of the image of the x axis, as FFmpeg tells it
    by_blender = clockwise(angle) if bpy.app.version >= (4, 5) else np.eye(2)
    flips = np.diag([-1 if background.use_flip_x else 1, -1 if background.use_flip_y else 1])
    assert np.allclose(clockwise(-np.degrees(background.rotation)) @ flips @ by_blender, shown)
