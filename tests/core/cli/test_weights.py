"""The weight files on the command line and in the worker."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from romp_core.cli.main import main
from romp_core.models.registry import weight_files, weight_store
from romp_core.worker.commands import Cancelled, Download, Finished
from tests.core.workers import ended, start
from tests.formula import formula_state_dict, save_torch_zip
from tests.toy_body import write_toy_bodies
from tests.weight_server import body_archive, serving, some_bytes

CONTENT = some_bytes(300_000)


def test_models_say_what_is_missing_and_what_to_type(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models", "--weights", str(tmp_path)]) == 0
    text = capsys.readouterr().out
    assert "ready" in text.split("romp ")[0]
    assert "MISSING: The file ROMP.pkl (ROMP weights) is missing. python -m romp_core download ROMP.pkl" in text
    assert "optional: The file SMPL_NEUTRAL.pkl" in text and "Register on the SMPL page" in text
    assert str(tmp_path) in text
    (tmp_path / "ROMP.onnx").write_bytes(CONTENT)
    assert main(["models", "--weights", str(tmp_path)]) == 0
    assert "ROMP.pkl (ROMP weights) is missing" not in capsys.readouterr().out


def test_download_wants_the_license_accepted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with serving(CONTENT) as server:
        command = ["download", "BEV.pth", "--weights", str(tmp_path), "--address", server.address]
        assert main(command) == 1
        assert weight_files()["BEV.pth"].license in (text := capsys.readouterr().err) and "--accept-license" in text
        assert not server.asked and not list(tmp_path.iterdir())
        assert main([*command, "--accept-license", "--progress", "json"]) == 0
        out, told = capsys.readouterr()
    assert (tmp_path / "BEV.pth").read_bytes() == CONTENT and str(tmp_path / "BEV.pth") in told
    last = json.loads(out.splitlines()[-1])
    assert (last["stage"], last["done"], last["total"]) == ("download", 0.3, 0.3)


def test_choose_remembers(tmp_path: Path) -> None:
    mine = tmp_path / "mine.pkl"
    mine.write_bytes(CONTENT)
    assert main(["choose", "SMPL_NEUTRAL", str(mine), "--weights", str(tmp_path / "w")]) == 0
    assert weight_store(tmp_path / "w").find("SMPL_NEUTRAL") == mine


def test_capture_without_the_files_says_what_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    clip = str(Path(__file__).resolve().parents[2] / "data" / "demo.mp4")
    command = ["capture", clip, "-o", str(tmp_path / "t.npz"), "--model", "romp", "--weights", str(tmp_path / "w")]
    assert main([*command, "--progress", "none"]) == 1
    assert "The file ROMP.pkl (ROMP weights) is missing.\nDownload it, or choose" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_worker_downloads_and_tells(tmp_path: Path) -> None:
    with serving(body_archive()) as server:
        command = Download(("smpl_model_data.zip",), str(tmp_path / "w"), server.address)
        end = ended(start(command, tmp_path / "log"))
    assert isinstance(end, Finished) and end.report == "Downloaded smpl_model_data."
    assert (tmp_path / "w" / "smpl_model_data" / "smpl_kid_template.npy").exists()


def test_worker_that_waits_for_a_silent_server_is_cancelled_at_once(tmp_path: Path) -> None:
    with serving(CONTENT) as server:
        server.hangs = 99
        job = start(Download(("BEV.pth",), str(tmp_path), server.address), tmp_path / "log" / "x")
        half = tmp_path / "BEV.pth.part"
        deadline = time.monotonic() + 30
        while not (half.exists() and half.stat().st_size) and time.monotonic() < deadline:
            job.poll()
            time.sleep(0.01)
        job.cancel()
        began = time.monotonic()
        assert isinstance(ended(job), Cancelled) and time.monotonic() - began < 20  # the server's silence lasts longer
        assert half.stat().st_size == server.drop_after, "what was loaded is kept"


@pytest.mark.slow
def test_verify_tries_a_checkpoint_and_prints_what_can_be_pasted(
    golden: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    state = formula_state_dict(golden / "romp")
    save_torch_zip(state, tmp_path / "good.pkl")
    assert main(["verify", "romp", str(tmp_path / "good.pkl"), "--weights", str(tmp_path / "w")]) == 0
    text = capsys.readouterr().out
    assert "good.pkl as ROMP.pkl" in text and f"DIFFERENT: {weight_files()['ROMP.pkl'].sha256}" in text
    assert "keys and shapes fit" in text and "CPUExecutionProvider" in text and "the file works" in text
    state.pop("final_layers.1.2.weight")
    save_torch_zip(state, tmp_path / "bad.pkl")
    assert main(["verify", "romp", str(tmp_path / "bad.pkl"), "--weights", str(tmp_path / "w")]) == 1
    out, told = capsys.readouterr()
    assert "SHA-256" in out and "final_layers.1.2.weight is missing" in out and "final_layers.1.2.weight" in told


def test_verify_knows_bodies(golden: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_toy_bodies(tmp_path, golden / "romp")
    body = next(path for path in tmp_path.rglob("SMPL_NEUTRAL.pkl"))
    assert main(["verify", "SMPL_NEUTRAL", str(body), "--weights", str(tmp_path)]) == 0
    text = capsys.readouterr().out
    assert "SMPL body, neutral" in text and "6890 vertices" in text and "no hash is published" in text


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["verify", "romp", "{page}"], "is a web page, not a model file"),
        (["verify", "blazepose", "{page}"], "is a web page"),
        (["verify", "magic", "{good}"], 'no weight file called "magic"'),
        (["verify", "blazepose", "{good}"], "is built in and has no files to verify"),
        (["download", "magic"], 'no weight file called "magic"'),
        (["download", "SMIL", "--accept-license"], "Request SMIL on the Fraunhofer page"),
        (["choose", "ROMP.pkl", "{page}"], "is a web page"),
    ],
)
def test_mistakes_are_one_sentence(
    arguments: list[str], sentence: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "page.pkl").write_text("<!doctype html>")
    (tmp_path / "good.pkl").write_bytes(CONTENT)
    names = {"page": tmp_path / "page.pkl", "good": tmp_path / "good.pkl"}
    filled = [argument.format(**names) for argument in arguments]
    assert main([*filled, "--weights", str(tmp_path / "w")]) == 1
    text = capsys.readouterr().err
    assert sentence in text and "Traceback" not in text


def test_models_whose_results_may_be_sold(tmp_path, capsys):
    """By the license texts, with the condition where there is one."""
    assert main(["models", "--commercial", "--weights", str(tmp_path)]) == 0
    text = capsys.readouterr().out
    names = [line.split()[0] for line in text.splitlines() if line[:1] not in (" ", "")]
    assert {"blazepose", "rtmo"} <= set(names) and not {"romp", "bev", "trace"} & set(names)
    assert "Commercial use: yes, but read the condition: some of the data sets" in text and "not legal advice" in text
    assert main(["models", "--weights", str(tmp_path)]) == 0
    assert "Commercial use: no." in capsys.readouterr().out
