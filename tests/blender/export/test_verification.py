"""The operator exports, has the file read by another process, and leaves a report."""

import json
import subprocess
import sys
import time

import bpy
import numpy as np
import pytest
from layouts import drawn
from rigs import FRAMES, make_rig
from takes import footage, make_take, motion

from addon.bake.take import BakeOptions, bake_take
from addon.blender import report, scene_index
from addon.export import reimport, verification
from addon.export.character import export_characters
from addon.export.verdict import verdict_on


@pytest.fixture
def character(scene):
    take = make_take([motion(FRAMES)], footage(FRAMES))
    bake_take(scene, take, "Clip", options=BakeOptions(with_body=False))
    item = scene_index.find_object(scene, take.id, scene_index.ARMATURE, 1)
    bpy.context.view_layer.objects.active = item
    return item


def test_report_on_action_and_scene(scene, character, mocap, tmp_path):
    action = character.animation_data.action
    action["romp_mocap_report"] = {"retarget": {"slide_mm": 2.5}}
    path = tmp_path / "Ünï.fbx"
    assert bpy.ops.romp_mocap.export(filepath=str(path), format="FBX", preset="UNREAL", verify=True) == {"FINISHED"}
    for datablock in (action, scene):
        found = datablock["romp_mocap_report"].to_dict()["export"]
        assert found["ok"] is True and found["problems"] == []
        assert found["file"] == str(path) and found["root_bone"] == "root"
        assert (found["frames"], found["clips"], round(found["fps"])) == (FRAMES, 1, 30)
        assert 0 <= found["max_error_mm"] < 1 and 0 <= found["max_error_deg"] < 0.1
    assert action["romp_mocap_report"]["retarget"]["slide_mm"] == 2.5
    assert "max error 0.0 mm, 0.00\u00b0, 12 frames, 30 fps, root bone ok" in drawn(mocap)
    assert list(tmp_path.iterdir()) == [path]


def test_in_a_window_a_timer_notices_the_end(scene, character, tmp_path):
    found = []
    written = export_characters(scene, [character], tmp_path / "x.bvh", "BVH")
    verification.start([written], found.extend, wait=False)
    (job,) = verification._running
    assert verification.running() == 1 and bpy.app.timers.is_registered(verification._on_timer) and not found
    until = time.monotonic() + 60
    while verification._on_timer() is not None and time.monotonic() < until:
        time.sleep(0.05)
    assert [verdict.ok for verdict in found] == [True]
    assert verification.running() == 0 and not job.folder.exists()


def test_switching_the_extension_off_ends_it(scene, character, mocap, tmp_path):
    written = export_characters(scene, [character], tmp_path / "x.bvh", "BVH")
    verification.start([written], lambda _: pytest.fail("there is no verdict"), wait=False)
    (job,) = verification._running
    mocap.unregister()
    assert job.process.poll() is not None and not job.folder.exists() and verification.running() == 0
    mocap.register()


def answered(monkeypatch, answer):
    """Let the other process end at once; `answer` is what it found, None for a crash."""

    def launch(folder):
        if answer is not None:
            (folder / "0.json").write_text(json.dumps(answer))
        return subprocess.Popen([sys.executable, "-S", "-c", ""])

    monkeypatch.setattr(verification, "_launch", launch)


GOOD = {"frames": 12, "fps": 30.0, "clips": 1, "root_bone": "pelvis", "problems": []}


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (None, "could not be read again (Blender ended while it read the file)"),
        ({"failure": "no importer"}, "could not be read again (no importer)"),
        ({**GOOD, "max_error_mm": 12.34, "max_error_deg": 0.0}, "Bones are off by up to 12.3 mm"),
        ({**GOOD, "max_error_mm": float("nan"), "max_error_deg": 0.0}, "Bones are off by up to nan mm"),
        ({**GOOD, "max_error_mm": 0.0, "max_error_deg": 0.0, "frames": 11}, "11 frames instead of 12"),
        ({**GOOD, "max_error_mm": 0.0, "max_error_deg": 0.0, "fps": 24.0}, "24 frames per second instead of 30"),
        ({**GOOD, "max_error_mm": 0.0, "max_error_deg": 0.0, "clips": 2}, "2 clips instead of 1"),
    ],
)
def test_what_is_wrong_is_said(scene, character, mocap, tmp_path, monkeypatch, answer, sentence):
    answered(monkeypatch, answer)
    assert bpy.ops.romp_mocap.export(filepath=str(tmp_path / "x.bvh"), format="BVH") == {"FINISHED"}
    found = report.section(scene, "export")
    assert found["ok"] is False and sentence in found["problems"][0]
    assert sentence.split(" (")[0] in drawn(mocap).replace("\n", " ")


def test_process_that_cannot_be_started(scene, character, tmp_path, monkeypatch):
    def launch(folder):
        raise FileNotFoundError(2, "No such file or directory")

    monkeypatch.setattr(verification, "_launch", launch)
    with pytest.raises(RuntimeError, match="could not be verified"):
        bpy.ops.romp_mocap.export(filepath=str(tmp_path / "x.bvh"), format="BVH")
    assert (tmp_path / "x.bvh").exists()


def test_a_file_that_exists_is_kept(scene, character, tmp_path):
    path = tmp_path / "x.bvh"
    path.write_text("mine")
    with pytest.raises(RuntimeError, match=r"already a file x\.bvh.*Overwrite"):
        bpy.ops.romp_mocap.export(filepath=str(path), format="BVH", verify=False)
    assert path.read_text() == "mine"
    bpy.ops.romp_mocap.export(filepath=str(path), format="BVH", verify=False, overwrite=True)
    assert path.read_text().startswith("HIERARCHY") and "romp_mocap_report" not in scene


def test_report_of_an_earlier_file_goes_with_the_next(scene, character, tmp_path):
    for datablock in (scene, character.animation_data.action):
        report.update(datablock, "export", {"ok": True})
        report.update(datablock, "retarget", {"slide_mm": 1.0})
    bpy.ops.romp_mocap.export(filepath=str(tmp_path / "x.bvh"), format="BVH", verify=False)
    for datablock in (scene, character.animation_data.action):
        assert report.sections(datablock) == {"retarget": {"slide_mm": 1.0}}


def test_preset_and_format_fit(scene, character, tmp_path):
    with pytest.raises(RuntimeError, match=r"glTF, VRM writes GLB, not FBX"):
        bpy.ops.romp_mocap.export(filepath=str(tmp_path / "x"), preset="GLTF_VRM", format="FBX")
    bpy.ops.romp_mocap.export(filepath=str(tmp_path / "x"), preset="GLTF_VRM", verify=False)
    assert [file.name for file in tmp_path.iterdir()] == ["x.glb"]


def test_a_missing_exporter_is_one_sentence(scene, character, tmp_path, monkeypatch):
    from addon.export import exporters

    monkeypatch.setattr(exporters, "operators", lambda: ())
    with pytest.raises(RuntimeError, match="built without USD"):
        bpy.ops.romp_mocap.export(filepath=str(tmp_path / "x"), format="USD")
    assert not list(tmp_path.iterdir())


def test_a_missing_importer_is_one_sentence(scene, character, tmp_path, monkeypatch):
    written = export_characters(scene, [character], tmp_path / "x.usdc", "USD")
    monkeypatch.setitem(reimport._IMPORTERS, "USD", ("wm.no_such_import",))
    (tmp_path / "q").mkdir()
    np.savez(tmp_path / "q" / "0.npz", **verification.expected_arrays(written))
    reimport.main(tmp_path / "q")
    found = json.loads((tmp_path / "q" / "0.json").read_text())
    assert verdict_on(written, found).text == '"x.usdc" could not be read again (this Blender has no importer for USD).'


def test_who_is_exported(scene, character, tmp_path):
    rig, idle = make_rig(scene, "Mine"), bpy.data.objects.new("Idle", bpy.data.armatures.new("Idle"))
    scene.collection.objects.link(idle)

    def names(which, **options):
        folder = tmp_path / which
        folder.mkdir()
        bpy.ops.romp_mocap.export(filepath=str(folder / "x"), format="BVH", which=which, verify=False, **options)
        return sorted(file.name for file in folder.glob("*.bvh"))

    assert names("CHARACTERS") == ["x Clip Person 1.bvh"]
    assert names("ALL") == ["x Clip Person 1.bvh", "x Mine.bvh"]
    for item in bpy.context.view_layer.objects.selected:
        item.select_set(False)
    rig.select_set(True)
    assert names("SELECTED") == ["x.bvh"]
    bpy.context.view_layer.objects.active = rig
    assert names("ACTIVE") == ["x.bvh"]
    bpy.context.view_layer.objects.active = idle
    with pytest.raises(RuntimeError, match='"Idle" has no bones'):
        bpy.ops.romp_mocap.export(filepath=str(tmp_path / "idle"), format="BVH")


def test_report_of_several_files_is_that_of_the_worst(scene, character, tmp_path):
    rig = make_rig(scene, "Mine")
    bpy.ops.romp_mocap.export(filepath=str(tmp_path / "x"), format="BVH", which="ALL")
    assert report.section(scene, "export")["files"] == 2 and report.section(scene, "export")["ok"] is True
    own = report.section(rig.animation_data.action, "export")
    assert own["file"].endswith("x Mine.bvh") and own["ok"] is True
    assert report.section(character.animation_data.action, "export")["file"].endswith("x Clip Person 1.bvh")


def test_arrays_that_say_what_a_file_must_show_need_no_pickle(scene, character, tmp_path):
    written = export_characters(scene, [character], tmp_path / "x.bvh", "BVH")
    np.savez(tmp_path / "q.npz", **verification.expected_arrays(written))
    with np.load(tmp_path / "q.npz", allow_pickle=False) as file:
        assert all(file[name].dtype.kind in "fiuU" for name in file.files)
