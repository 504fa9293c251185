"""What an import says about files that it cannot read: whose they are, and what to do. No word of weights."""

import json
import pickle
from pathlib import Path

import joblib
import numpy as np
import pytest

from romp_core.cli.main import main
from romp_core.errors import MocapError, TakeError
from romp_core.formats import import_results
from tests import pickle_craft as craft


def sentence(path: Path) -> str:
    with pytest.raises(MocapError) as caught:
        import_results(path)
    text = f"{caught.value.sentence} {caught.value.hint}"
    assert path.name in caught.value.sentence
    assert not {"weights", "checkpoint of", "official", "Download"} & set(text.split())
    return text


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ({"v_template": np.zeros((10, 3)), "shapedirs": np.zeros((10, 3, 2))}, "SMPL body model"),
        ({"joints_world_0": np.zeros((5, 24, 3))}, "this program exported"),
        ({"joints": np.zeros((5, 24, 3))}, "without rotations"),
        ({"gender": np.array("male"), "betas": np.zeros(16)}, "without a motion"),
        ({"pred_xyz_29": np.zeros((5, 29, 3)), "pred_uvd": np.zeros(3)}, "HybrIK"),
        ({"positions_3d": np.zeros((5, 17, 3))}, "VideoPose3D"),
        ({"something": np.zeros(3)}, "no results that can be imported"),
    ],
)
def test_known_content(content: dict[str, np.ndarray], expected: str, tmp_path: Path) -> None:
    np.savez(tmp_path / "file.npz", **content)
    assert expected in sentence(tmp_path / "file.npz")


@pytest.mark.parametrize(
    ("name", "expected"),
    [("a.bvh", "File > Import > BVH"), ("a.fbx", "File > Import > FBX"), ("a.c3d", "markers"), ("a.mp4", "a video")],
)
def test_known_names(name: str, expected: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(b"HIERARCHY")
    assert expected in sentence(tmp_path / name)


def test_positions_without_rotations(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", np.zeros((10, 22, 3)))
    assert "without rotations" in sentence(tmp_path / "a.npy")


def test_damaged_and_hostile_files(tmp_path: Path) -> None:
    path = tmp_path / "wham_output.pkl"
    path.write_bytes(craft.call(craft.name("os", "system"), craft.text("true")) + craft.STOP)
    text = sentence(path)
    assert "not safe to open" in text and "Nothing in it was run" in text
    joblib.dump({"a": np.zeros(1000)}, path)
    path.write_bytes(path.read_bytes()[:500])
    assert "truncated" in sentence(path)
    path.write_bytes(b"")
    assert "is empty" in sentence(path)
    path.write_bytes(b"\x00\x01 nothing of the kind")
    assert "another kind of file" in sentence(path)
    path.write_text('{"frames": [')
    assert "damaged" in sentence(path)
    path.write_text("[" * 100_000)
    assert "damaged" in sentence(path)


def test_names_do_not_decide(tmp_path: Path) -> None:
    """A file of AMASS keys with another suffix is read by its content."""
    poses, trans = np.zeros((5, 72)), np.tile([0, 0, 0.9], (5, 1))
    poses[:, 0] = np.pi / 2
    content = {"poses": poses, "trans": trans, "mocap_framerate": 30}
    for name in ("a.pkl", "a.pt", "a.dat"):
        (tmp_path / name).write_bytes(pickle.dumps(content))
        assert import_results(tmp_path / name).solved


def test_a_folder_of_nothing(tmp_path: Path) -> None:
    (tmp_path / "readme.txt").write_text("x")
    with pytest.raises(TakeError, match="no results in the folder"):
        import_results(tmp_path)


def test_the_command_line_says_it_without_a_traceback(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "x.json").write_text(json.dumps({"version": 1.3, "people": []}))
    assert main(["import", str(tmp_path / "x.json"), "-o", str(tmp_path / "t.npz"), "--progress", "none"]) == 1
    text = capsys.readouterr().err
    assert "OpenPose" in text and "Traceback" not in text
