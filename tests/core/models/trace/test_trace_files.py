"""TRACE's three files: tried one by one, and told from each other."""

from pathlib import Path

import numpy as np
import pytest

from romp_core.cli.main import main
from romp_core.geometry.projection import focal_from_fov
from romp_core.models.registry import model_card, weight_store
from romp_core.models.trace.policy import ProductPolicy
from romp_core.take.observations import Observations
from romp_core.take.settings import CaptureSettings
from romp_core.take.take import FootageInfo, Person, Provenance, Take, take_fov
from tests.formula import save_torch_zip
from tests.formula_trace import FILES, formula_trace_state


@pytest.mark.parametrize("part", FILES)
def test_one_file_is_verified_without_the_others(golden: Path, tmp_path: Path, capsys, part: str) -> None:
    state, path = formula_trace_state(golden / "trace", part), tmp_path / FILES[part]
    save_torch_zip(state, path)
    command = ["verify", "trace", str(path), "--weights", str(tmp_path / "w")]
    assert main(command) == 0
    text = capsys.readouterr().out
    assert f"as {FILES[part]}" in text and "keys and shapes fit" in text and "not tried" in text
    lost = next(name for name in state if name.endswith("conv1.weight"))
    del state[lost]
    save_torch_zip(state, path)
    assert main(command) == 1
    assert lost.removeprefix("module.") in capsys.readouterr().err
    path.write_bytes(path.read_bytes()[:100_000])
    assert main(command) == 1


def test_a_file_of_another_network_is_refused(golden: Path, tmp_path: Path, capsys) -> None:
    path = tmp_path / "my.pkl"
    save_torch_zip(formula_trace_state(golden / "trace", "backbone"), path)
    assert main(["verify", "trace_head.pkl", str(path), "--weights", str(tmp_path / "w")]) == 1
    assert "not TRACE" in capsys.readouterr().err


def test_people_and_flow_rounds_reach_the_networks(tmp_path: Path, monkeypatch) -> None:
    """As the command line and the panel set them."""
    given: dict[str, object] = {}

    class Networks:
        provider, remark = "none", ""

        def __init__(self, *files: object) -> None:
            given["rounds"] = files[-1]

    def estimator(networks: object, footage: object, body: object, policy: ProductPolicy) -> object:
        given["people"] = policy.parameters.max_people
        return networks

    monkeypatch.setattr("romp_core.models.trace.networks.TraceNetworks", Networks)
    monkeypatch.setattr("romp_core.models.trace.estimator.TraceEstimator", estimator)
    for name in FILES.values():
        (tmp_path / name).write_bytes(b"not read here")
    info = FootageInfo("a.mp4", 64, 64, 30.0, np.zeros(0), np.zeros(0, np.int32))
    card = model_card("trace")
    card.open(info, CaptureSettings("trace", people=3, model_options={"flow_rounds": 6}), weight_store(tmp_path))
    assert given == {"rounds": 6, "people": 3}
    card.open(info, CaptureSettings("trace"), weight_store(tmp_path))
    assert given == {"rounds": 20, "people": 0}


def test_missing_files_are_named_before_anything_is_read(tmp_path: Path, capsys) -> None:
    clip = str(Path(__file__).resolve().parents[3] / "data" / "demo.mp4")
    command = ["capture", clip, "-o", str(tmp_path / "t.npz"), "--model", "trace", "--weights", str(tmp_path / "w")]
    assert main([*command, "--progress", "none"]) == 1
    assert "The file trace_image_backbone.pkl" in capsys.readouterr().err


def test_takes_know_the_pinhole_of_their_model() -> None:
    frames, points = np.zeros(1, np.int32), np.zeros((1, 24, 3), np.float32)
    seen = Observations(frames, np.ones(1), points[..., :2], points[..., 0], points, rotations=np.zeros((1, 24, 4)))
    footage = FootageInfo("x", 360, 640, 30.0, np.zeros(1), frames)
    for model, focal in (("trace", 548 / 512), ("romp", 443.4 / 512)):
        provenance = Provenance(model, model_focal=model_card(model).focal)
        take = Take("x", footage, (Person(0, "x", seen),), provenance=provenance)
        assert focal_from_fov(take_fov(take), footage.width) == pytest.approx(focal * 640)
