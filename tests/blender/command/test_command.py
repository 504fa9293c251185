"""`blender -c romp_mocap`: files, lines and exit status, with a worker that plays a script."""

import os
import signal

import bpy
import pytest
from fake_worker import PROGRESS, STARTED, finished
from reading import read
from takes import make_take, motion

from addon.blender import scene_index
from addon.command import command
from romp_core.storage.take_file import load_take
from romp_core.worker.commands import Failed


@pytest.fixture
def clip(tmp_path, monkeypatch):
    (tmp_path / "walk.mp4").write_bytes(b"x")
    monkeypatch.chdir(tmp_path)
    return "walk.mp4"


@pytest.fixture
def script(worker):
    """A function that says how many people are captured; returns the take."""

    def captured(count=1):
        take = make_take([motion(20, seed=seed) for seed in range(count)])
        worker.script = [STARTED, PROGRESS, finished(take)]
        return take

    return captured


def test_blender_knows_the_command_as_long_as_the_extension_is_enabled(monkeypatch):
    import addon

    known = {}
    monkeypatch.setattr(bpy.utils, "register_cli_command", lambda name, run: known.setdefault(name, run) and name)
    monkeypatch.setattr(bpy.utils, "unregister_cli_command", known.pop)
    addon.register()
    assert known == {"romp_mocap": command.execute}
    addon.unregister()
    assert known == {}


def test_footage_becomes_a_blend_and_a_file_for_another_program(script, worker, clip, tmp_path, capfd):
    take = script()
    bpy.ops.mesh.primitive_cube_add()
    arguments = [clip, "-o", "out/walk.blend", "-o", "out/walk.glb", "--preset", "BLENDER", "--height", "1.9"]
    assert command.execute([*arguments, "--start", "1", "--no-verify"]) == 0
    asked = worker.started[0].command
    assert asked.source == str(tmp_path / clip) and asked.capture.start == 1.0
    assert asked.solve.scale.height == pytest.approx(1.9)
    out, lines = capfd.readouterr()
    assert [line for line in out.splitlines() if line.startswith(str(tmp_path))] == [
        str(tmp_path / "out" / "walk.blend"),
        str(tmp_path / "out" / "walk.glb"),
    ]
    assert "Capture: 50%, 12.5 fps" in lines and "1 person" in lines and "Press Space" not in lines
    assert load_take(tmp_path / "out" / "walk Take.npz").id == take.id
    (armature,), frames = read(tmp_path / "out" / "walk.glb")
    assert len(frames) >= 20 and len(armature.data.bones) == 24
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "out" / "walk.blend"))
    scene = bpy.context.scene
    assert {item.type for item in scene.objects} == {"ARMATURE", "MESH", "CAMERA", "EMPTY"}
    assert len(scene.objects) == 4, "nothing of the startup file"
    assert scene.romp_mocap.takes[0].path == "//walk Take.npz"


def test_several_characters_get_a_file_each_or_one_file(script, clip, tmp_path):
    script(2)
    assert command.execute([clip, "-o", "a/walk.bvh", "--no-verify", "--no-body"]) == 0
    assert len(list((tmp_path / "a").glob("walk*.bvh"))) == 2
    script(2)
    assert command.execute([clip, "-o", "b/walk.glb", "--no-verify", "--one-file", "--root-bone"]) == 0
    assert [path.name for path in (tmp_path / "b").glob("*.glb")] == ["walk.glb"]
    assert all("root" in item.data.bones for item in scene_index.characters(bpy.context.scene))


def test_what_is_exported_is_verified(script, clip, capfd):
    script()
    assert command.execute([clip, "-o", "walk.bvh"]) == 0
    assert "max error 0.0 mm" in capfd.readouterr().out


def test_an_export_that_shows_something_else_is_an_error(script, clip, tmp_path, monkeypatch, capfd):
    from addon.export import verification

    script()
    monkeypatch.setattr(verification.Verification, "_answer", lambda *_: {"failure": "nothing was in it"})
    assert command.execute([clip, "-o", "walk.bvh"]) == 1
    assert "Error: walk.bvh: " in capfd.readouterr().err and (tmp_path / "walk.bvh").exists()


@pytest.mark.parametrize(
    ("arguments", "status", "sentence"),
    [
        (["walk.mp4"], 2, "-o"),
        (["walk.mp4", "-o", "walk.gif"], 2, "ends in none of"),
        (["gone.mp4", "-o", "walk.fbx"], 1, "does not exist"),
        (["walk.mp4", "-o", "walk.bvh", "--preset", "UNREAL"], 1, "writes FBX or GLB, not BVH"),
        (["walk.mp4", "-o", "there.fbx"], 1, "already a file there.fbx"),
        (["walk.mp4", "-o", "a.fbx", "--take", "a.fbx"], 1, "Two files have one name"),
        (["walk.mp4", "-o", "a.fbx", "--height", "9"], 1, "height"),
        (["walk.mp4", "-o", "a.fbx", "--model", "romp"], 1, "ROMP"),
        (["--help"], 0, ""),
    ],
)
def test_what_cannot_work_is_said_before_anything_is_captured(
    worker, clip, tmp_path, capfd, arguments, status, sentence
):
    (tmp_path / "there.fbx").write_bytes(b"mine")
    worker.script = [Failed("", "It was captured all the same.", "", "")]
    assert command.execute(arguments) == status
    assert sentence.lower() in capfd.readouterr().err.lower() and not worker.started
    assert (tmp_path / "there.fbx").read_bytes() == b"mine"


def test_a_failure_is_one_sentence_and_a_status(worker, clip, tmp_path, capfd):
    worker.script = [STARTED, lambda _: Failed("", "The video is damaged.", "Convert it.", "/x/y.log")]
    assert command.execute([clip, "-o", "walk.fbx"]) == 1
    assert "Error: The video is damaged.\nConvert it. The log is /x/y.log.\n" in capfd.readouterr().err
    assert not list(tmp_path.glob("*.fbx"))


def test_nobody_in_the_footage_is_an_error(worker, clip, tmp_path, capfd):
    from dataclasses import replace

    worker.script = [STARTED, finished(replace(make_take(), people=()))]
    assert command.execute([clip, "-o", "walk.fbx"]) == 1
    assert "Nobody was found" in capfd.readouterr().err and not list(tmp_path.glob("*.fbx"))


def test_an_interrupt_cancels_and_keeps_what_was_captured(worker, clip, tmp_path, capfd):
    def interrupt(_):
        os.kill(os.getpid(), signal.SIGINT)
        return PROGRESS

    worker.script = [STARTED, interrupt, PROGRESS, PROGRESS]
    assert command.execute([clip, "-o", "walk.fbx"]) == 130
    assert "Cancelled." in capfd.readouterr().err and not list(tmp_path.glob("*.fbx"))
