"""`romp_core live`: figures in a file, a take that solves, and errors as sentences."""

import json
from pathlib import Path

import pytest

from romp_core.cli.main import main
from romp_core.storage.take_file import load_take
from tests.mjpeg_server import filming, jpegs_of

DEMO = Path(__file__).parents[2] / "data" / "demo.mp4"


def test_a_stream_is_recorded_and_measured(tmp_path, capsys):
    out, stats = tmp_path / "take.npz", tmp_path / "stats.json"
    with filming(jpegs_of(DEMO)) as camera:
        command = ["live", camera.address, "--record", str(out), "--stats", str(stats), "--seconds", "4"]
        assert main([*command, "--height", "1.8", "--fov", "60", "--people", "1", "--progress", "json"]) == 0
    figures = json.loads(stats.read_text())
    assert figures["frames_received"] >= figures["frames_inferred"] + figures["frames_dropped"] - 1
    assert figures["frames_inferred"] > 0
    assert 0 < figures["latency_p50_ms"] <= figures["latency_p95_ms"] <= figures["latency_p99_ms"]
    take = load_take(out)
    assert take.solve.scale.height == 1.8 and take.solve.fit.fov == 60 and take.footage.width == 640
    records = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert records[0]["type"] == "started" and {"LivePosed", "LiveStats"} <= {record["type"] for record in records}
    assert main(["solve", str(out), "--progress", "none"]) == 0
    assert load_take(out).solved


def test_a_video_ends_by_itself(tmp_path, capsys):
    out = tmp_path / "take.npz"
    assert main(["live", str(DEMO), "--record", str(out), "--progress", "none", "--mirror"]) == 0
    take = load_take(out)
    assert take.footage.path.endswith("demo.mp4") and take.footage.mirrored
    assert set((take.footage.times * 30).round(6)) <= set(range(120)), "the times are those of the file"
    assert "of 120 frames" in capsys.readouterr().err


@pytest.mark.parametrize("source", ["http://127.0.0.1:9/", "99", "nothing.mp4"])
def test_what_is_no_source_is_an_error_with_a_hint(source, tmp_path, capsys):
    assert main(["live", source, "--record", str(tmp_path / "take.npz")]) == 1
    message = capsys.readouterr().err
    assert message.startswith("Error: ") and len(message.strip().splitlines()) == 2
    assert not list(tmp_path.iterdir()), "nothing is left"
