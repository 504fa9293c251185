"""People who are partly hidden: what is missing for it, the worker's command, and the take that comes of it."""

from pathlib import Path

import bpy
import pytest
from fake_worker import finished
from takes import footage, make_take, motion

from addon.blender import scene_index
from addon.models import files
from addon.preferences import folders
from addon.takes import characters, take_list
from romp_core.models.moro.card import CONNECTIONS, MORO
from romp_core.storage.take_file import save_take
from romp_core.worker.commands import Refine

CLIP = Path(__file__).resolve().parents[2] / "data" / "counting.mp4"


@pytest.fixture(autouse=True)
def own_folders(monkeypatch, tmp_path):
    """Neither the tester's model files nor their ~/.romp."""
    for name in ("HOME", "USERPROFILE", "LOCALAPPDATA", "XDG_DATA_HOME"):
        monkeypatch.setenv(name, str(tmp_path / "home"))
    monkeypatch.setattr(folders, "weights_folder", lambda: tmp_path / "weights")
    files.forget()
    yield
    files.forget()


@pytest.fixture
def entry(worker, scene, tmp_path):
    info = footage(12, path=str(CLIP))
    entry = take_list.add_take(scene, save_take(make_take(info=info), tmp_path / "take.npz"))
    scene.romp_mocap.with_body = False
    characters.make_characters(scene, entry, {1})
    return entry


def test_without_its_files_it_says_which_one_is_missing(entry, worker):
    with pytest.raises(RuntimeError, match=r"moro\.ckpt \(MoRo weights\) is missing.*MoRo's Files"):
        bpy.ops.romp_mocap.refine()
    assert not worker.started


def test_the_result_is_another_take(entry, worker, scene, tmp_path):
    (tmp_path / "weights").mkdir()
    for name in ("moro.ckpt", "amass_cum_traj.pkl", "SMPLX_NEUTRAL.npz", *CONNECTIONS):
        (tmp_path / "weights" / name).write_bytes(b"x")
    files.forget()
    assert not files.missing(MORO.name)
    entry.solve.height = 1.5
    worker.script = [finished(make_take([motion(40, seed=3)], id="refined"))]
    assert bpy.ops.romp_mocap.refine() == {"FINISHED"}
    command = worker.started[0].command
    assert isinstance(command, Refine) and command.people == ()
    assert command.take == entry.path and command.out != entry.path
    assert Path(command.footage) == CLIP and Path(command.weights) == tmp_path / "weights"
    assert command.solve.scale.height == pytest.approx(1.5)
    assert [item.take_id for item in scene.romp_mocap.takes][-1] == "refined"
    scene.romp_mocap.active_take, entry = 0, scene.romp_mocap.takes[0]
    assert bpy.ops.romp_mocap.refine(who="selected") == {"FINISHED"}
    assert worker.started[1].command.people == (entry.people[0].person_id,)
    assert len(scene.romp_mocap.takes) == 2 and len(list(scene_index.characters(scene))) == 2
