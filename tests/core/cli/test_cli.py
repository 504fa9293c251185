"""The command line as the README promises it."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from romp_core.cli.main import main
from romp_core.cli.old_names import with_new_names
from romp_core.storage.take_file import load_take
from romp_core.take.settings import SolveSettings, from_mapping
from tests.core.mp4_files import index_first

DEMO = Path(__file__).resolve().parents[2] / "data" / "demo.mp4"


def test_info_says_what_is_in_a_take(demo_take: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["info", str(demo_take)]) == 0
    text = capsys.readouterr().out
    assert "demo.mp4" in text and "solved" in text and "Person 1" in text and "blazepose" in text
    assert "50.0 degrees wide, a usual one" in text and "1.70 m tall (as set)" in text


def test_models_are_listed_with_their_license(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models"]) == 0
    text = capsys.readouterr().out
    assert "blazepose" in text and "Apache-2.0" in text


def test_export(demo_take: Path, tmp_path: Path) -> None:
    assert main(["export", str(demo_take), "--format", "joints", str(tmp_path / "j.npz")]) == 0
    assert main(["export", str(demo_take), "--format", "amass", str(tmp_path / "a.npz")]) == 0
    joints, amass = np.load(tmp_path / "j.npz"), np.load(tmp_path / "a.npz")
    assert joints["joints_world_0"].shape[1:] == (24, 3) and amass["poses"].shape[1] == 72


def test_other_height_scales_the_motion_without_the_network(demo_take: Path, tmp_path: Path) -> None:
    out = tmp_path / "tall.npz"
    assert main(["solve", str(demo_take), "-o", str(out), "--height", "1.9", "--progress", "none"]) == 0
    old, new = load_take(demo_take), load_take(out)
    assert new.solve == from_mapping(SolveSettings, {"height": 1.9}) and new.id == old.id
    ratio = new.people[0].motion.root[:, 2].mean() / old.people[0].motion.root[:, 2].mean()
    assert ratio == pytest.approx(1.9 / 1.7, rel=0.02)


def test_progress_for_pipelines_is_json(demo_clip: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "romp_core", "capture", str(demo_clip), "-o", str(tmp_path / "t.npz")]
    done = subprocess.run(
        [*command, "--end", "0.5", "--people", "all", "--progress", "json"],
        capture_output=True, text=True, timeout=120, check=False, cwd=Path(__file__).resolve().parents[3],
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    records = [json.loads(line) for line in done.stdout.splitlines()]
    assert records[0]["type"] == "started" and {r["stage"] for r in records[1:]} == {"capture", "solve"}
    assert load_take(tmp_path / "t.npz").footage.times[-1] <= 0.51


def test_footage_is_not_overwritten(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    clip = tmp_path / "clip.mp4"
    shutil.copy(DEMO, clip)
    assert main(["capture", str(clip), "-o", str(clip), "--progress", "none"]) == 1
    assert "would be overwritten" in capsys.readouterr().err
    assert clip.read_bytes() == DEMO.read_bytes() and list(tmp_path.iterdir()) == [clip]


def test_take_is_not_overwritten_by_its_export(
    demo_take: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    take = tmp_path / "take.npz"
    shutil.copy(demo_take, take)
    assert main(["export", str(take), "--format", "amass", str(take)]) == 1
    assert "overwrite the take" in capsys.readouterr().err and load_take(take).solved


def test_footage_that_ends_early_is_captured_and_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cut, out = tmp_path / "cut.mp4", tmp_path / "take.npz"
    data = index_first(DEMO.read_bytes())
    cut.write_bytes(data[: len(data) // 2])
    assert main(["capture", str(cut), "-o", str(out), "--progress", "none"]) == 0
    assert "ends early, at" in capsys.readouterr().err
    assert main(["info", str(out)]) == 0 and "ends early, at" in capsys.readouterr().out
    assert load_take(out).solved


def test_whole_footage_needs_no_remark(demo_take: Path) -> None:
    assert load_take(demo_take).provenance.remark == ""


def test_number_of_people_is_a_number_or_all(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["capture", str(DEMO), "-o", "x.npz", "--people", "some"])
    assert "'some' is neither a number nor 'all'" in capsys.readouterr().err


def test_solve_recovers_a_capture_that_was_killed(tmp_path: Path) -> None:
    out, images = tmp_path / "take.npz", tmp_path / "images"
    images.mkdir()
    reader = cv2.VideoCapture(str(DEMO))
    for index in range(12):
        cv2.imwrite(str(images / f"{index:02}.png"), reader.read()[1])
    code = (
        "import os, romp_core.jobs.capture as capture\n"
        "capture.save_take = lambda *_: os._exit(9)\n"
        "from romp_core.cli.main import main\n"
        f"main(['capture', {str(images)!r}, '-o', {str(out)!r}, '--progress', 'none'])"
    )
    killed = subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).resolve().parents[3], check=False)
    assert killed.returncode == 9 and not out.exists()
    assert main(["solve", str(out), "--progress", "none"]) == 0
    take = load_take(out)
    assert take.solved and not take.provenance.complete and len(take.footage.times) == 12
    assert sorted(path.name for path in tmp_path.iterdir()) == ["images", "take.npz"]


def test_an_error_on_the_way_keeps_what_there_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder, out = tmp_path / "images", tmp_path / "take.npz"
    folder.mkdir()
    reader = cv2.VideoCapture(str(Path(__file__).resolve().parents[2] / "data" / "demo.mp4"))
    for index in range(12):
        image = reader.read()[1]
        cv2.imwrite(str(folder / f"{index:02}.png"), image if index < 11 else image[:100, :100])
    assert main(["capture", str(folder), "-o", str(out), "--progress", "none"]) == 1
    text = capsys.readouterr().err
    assert "11.png" in text and str(out) in text
    take = load_take(out)
    assert not take.provenance.complete and len(take.people[0].observations.frame_index) > 5
    assert sorted(path.name for path in tmp_path.iterdir()) == ["images", "take.npz"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (["scout", "scout"], ["detect-people", "scout"]),
        (["capture", "v.mp4", "--subjects=0.1,0.2"], ["capture", "v.mp4", "--selection=0.1,0.2"]),
        (["capture", "v.mp4", "--no-newcomers"], ["capture", "v.mp4", "--no-new-people"]),
        (["download", "romp", "--accept-licence"], ["download", "romp", "--accept-license"]),
        (["solve", "take.npz", "--height", "1.8"], ["solve", "take.npz", "--height", "1.8"]),
        ([], []),
    ],
)
def test_command_lines_of_0_1_0_still_work(old: list[str], new: list[str]) -> None:
    assert with_new_names(old) == new


def test_every_command_has_help_in_which_trace_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    listed = " ".join(capsys.readouterr().out.split())
    assert all(tool in listed for tool in ("ROMP and BEV", "TRACE", "WHAM", "AMASS")) and "scout" not in listed
    for command in ("capture", "detect-people", "solve", "info", "import", "export", "models", "download", "verify"):
        with pytest.raises(SystemExit) as ended:
            main([command, "--help"])
        assert ended.value.code == 0 and f"romp_core {command}" in capsys.readouterr().out


def test_a_missing_library_is_a_sentence(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    for name in [
        name for name in sys.modules if name.startswith(("romp_core.models.blazepose", "romp_core.inference"))
    ]:
        monkeypatch.delitem(sys.modules, name)
    assert main(["capture", str(DEMO), "-o", "x.npz", "--progress", "none"]) == 1
    text = capsys.readouterr().err
    assert "A library cannot be loaded" in text and "onnxruntime" in text


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["capture", "nowhere.mp4", "-o", "x.npz"], "nowhere.mp4"),
        (
            ["capture", "nowhere.mp4", "-o", "x.npz", "--height", "17"],
            "Height is 17.0, but must be between 0.4 and 2.6 m.",
        ),
        (["capture", str(DEMO), "-o", "x.npz", "--end", "inf"], "End is inf, but must be a number."),
        (["capture", str(DEMO), "-o", "."], "is a folder"),
        (["capture", "nowhere.mp4", "-o", "x.npz", "--model", "magic"], "magic"),
        (["capture", str(DEMO), "-o", "x.npz", "--threads", "-1"], "Networks cannot run in -1 threads."),
        (["info", "nowhere.npz"], "There is no take at nowhere.npz."),
    ],
)
def test_mistakes_are_one_sentence(
    arguments: list[str],
    sentence: str,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == 1
    text = capsys.readouterr().err
    assert sentence in text and "Traceback" not in text
    assert list(tmp_path.iterdir()) == []
