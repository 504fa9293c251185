"""Results of other programs become takes with characters."""

import bpy
import numpy as np
import pytest
from fake_worker import finished
from takes import make_take

from romp_core.storage.take_file import save_take
from romp_core.worker.commands import ImportResults


@pytest.fixture(autouse=True)
def script(worker):
    worker.script = [finished(make_take())]


def test_results_become_a_take_with_characters(worker, scene, tmp_path):
    results = tmp_path / "results.npz"
    np.savez(results, poses=np.zeros(3))
    scene.romp_mocap.solve.height = 1.5
    assert bpy.ops.romp_mocap.import_results(filepath=str(results)) == {"FINISHED"}
    command = worker.started[0].command
    assert isinstance(command, ImportResults) and command.fps == 0 and command.source == str(results)
    assert command.solve == {"height": pytest.approx(1.5)} and command.up == "auto"
    assert len(scene.romp_mocap.takes) == 1 and [item for item in scene.objects if item.type == "ARMATURE"]


def test_options_are_passed_on(worker, scene, tmp_path):
    results = tmp_path / "wham_output.pkl"
    results.write_bytes(b"x")
    assert bpy.ops.romp_mocap.import_results(filepath=str(results), fps=50, up="y") == {"FINISHED"}
    command = worker.started[0].command
    assert (command.fps, command.up, command.solve) == (50, "y", {})


def test_a_dropped_take_is_opened(worker, scene, tmp_path):
    path = save_take(make_take(id="mine"), tmp_path / "t.npz")
    assert bpy.ops.romp_mocap.import_results("INVOKE_DEFAULT", filepath=str(path)) == {"FINISHED"}
    assert not worker.started and scene.romp_mocap.takes[0].take_id == "mine"


def test_every_format_is_named():
    text = bpy.ops.romp_mocap.import_results.get_rna_type().description
    assert all(name in text for name in ("ROMP", "BEV", "TRACE", "AMASS"))


def test_result_files_can_be_dropped():
    from romp_core.formats import SUFFIXES

    handler = bpy.types.ROMP_MOCAP_FH_results
    assert (
        handler.bl_file_extensions == ";".join(SUFFIXES) and handler.bl_import_operator == "romp_mocap.import_results"
    )
