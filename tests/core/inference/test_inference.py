"""Networks run on the provider that really starts; whatever else happens is told in one sentence."""

import os
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

onnxruntime = pytest.importorskip("onnxruntime", reason="NOT CHECKED: onnxruntime is not installed")

from romp_core.errors import ModelError, SettingsError  # noqa: E402
from romp_core.inference import libraries, providers, sessions, threads  # noqa: E402
from romp_core.inference import options as choice  # noqa: E402
from romp_core.inference.options import RuntimeChoice  # noqa: E402
from romp_core.models.common.assets import asset  # noqa: E402

DETECTOR = "blazepose/detector.onnx"
CUDA, DIRECTML, COREML, OPENVINO, CPU = (
    f"{name}ExecutionProvider" for name in ("CUDA", "Dml", "CoreML", "OpenVINO", "CPU")
)


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch):
    for name in (choice.PROVIDER, choice.FOLDER, choice.FAST):
        monkeypatch.delenv(name, raising=False)


def _options():
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    return options


class FakeSession:
    """Stands for a session; `behavior` says what happens, per provider and for OpenVINO per device."""

    behavior: dict = {}
    seen: list = []

    def __init__(self, model, options, providers, enable_fallback):
        assert not enable_fallback, "onnxruntime would fall back silently"
        (self.name, settings), *_ = providers
        self.what = self.behavior.get(self.name, {})
        if "device_type" in settings:
            self.what = self.what.get(settings["device_type"], self.what)
        FakeSession.seen.append((self.name, settings, options.enable_mem_pattern, options.execution_mode))
        if error := self.what.get("open"):
            raise RuntimeError(error)

    def get_providers(self):
        return [CPU] if self.what.get("silent") else [self.name, CPU]

    def get_inputs(self):
        return [SimpleNamespace(name="image", shape=["batch", 8, 8, 3], type="tensor(float)")]

    def get_provider_graph_assignment_info(self):
        mine = self.what.get("nodes", 100)
        parts = {self.name: mine, CPU: 100 - mine} if self.name != CPU else {CPU: 100}
        return [SimpleNamespace(ep_name=name, get_nodes=lambda n=n: [None] * n) for name, n in parts.items()]

    def run(self, names, inputs):
        FakeSession.batch = len(inputs["image"])
        if error := self.what.get("run"):
            raise RuntimeError(error)
        return [np.full(3, self.what.get("result", 1.0), np.float32)]


@pytest.fixture
def machine(monkeypatch):
    """A machine whose onnxruntime offers and does what the test says."""

    def make(behavior, missing=()):
        monkeypatch.setattr(FakeSession, "behavior", behavior)
        monkeypatch.setattr(FakeSession, "seen", [])
        monkeypatch.setattr(sessions.onnxruntime, "get_available_providers", lambda: [*behavior, CPU])
        monkeypatch.setattr(sessions.onnxruntime, "InferenceSession", FakeSession)
        monkeypatch.setattr(sessions.libraries, "load_cuda", lambda folder: None)
        monkeypatch.setattr(sessions.libraries, "missing_for_cuda", lambda: list(missing))

    return make


def test_the_real_cpu_runs_a_real_network_without_a_remark():
    session, provider, remark = sessions.open(asset(DETECTOR), _options(), "cpu")
    assert (provider, remark) == (CPU, "")
    assert np.isfinite(session.run(None, {"input": np.zeros((1, 224, 224, 3), np.float32)})[0]).all()


def test_what_is_asked_for_and_not_installed_is_told():
    opened = sessions.open(asset(DETECTOR).read_bytes(), _options(), "directml")
    if DIRECTML in onnxruntime.get_available_providers():
        pytest.skip("this onnxruntime has DirectML")
    assert opened.provider == opened.session.get_providers()[0]
    assert opened.remark.startswith("DirectML is not part of this installation")
    assert "so the network runs on" in opened.remark


def test_a_provider_that_works_is_taken_without_a_remark(machine):
    machine({DIRECTML: {}})
    opened = sessions.open(b"network", _options())
    assert (opened.provider, opened.remark) == (DIRECTML, "")


@pytest.mark.parametrize(
    ("behavior", "reason"),
    [
        ({"open": "no such device"}, "no such device"),
        ({"open": "/src/core/provider.cc:12 void Register(Options&, int) No driver.\nmore"}, "(No driver)"),
        ({"run": "out of memory"}, "out of memory"),
        ({"result": np.nan}, "its results are not numbers"),
        ({"nodes": 3}, "it can compute only 3 of the network's 100 steps"),
        ({"silent": True}, "did not start"),
    ],
)
@pytest.mark.parametrize("name", [DIRECTML, COREML, CUDA])
def test_a_provider_that_fails_in_any_way_is_replaced_and_named(machine, name, behavior, reason):
    machine({name: behavior})
    opened = sessions.open(b"network", _options())
    assert opened.provider == CPU
    assert reason in opened.remark
    assert opened.remark.endswith("so the network runs on the processor.")
    assert "\n" not in opened.remark


def test_missing_libraries_of_cuda_are_named(machine):
    machine({CUDA: {"silent": True}}, missing=["CUDA 13", "cuDNN 9"])
    remark = sessions.open(b"network", _options()).remark
    assert remark == ("CUDA did not start (CUDA 13 and cuDNN 9 were not found), so the network runs on the processor.")


def test_the_next_rung_is_taken_not_the_last(machine):
    machine({CUDA: {"run": "driver too old"}, OPENVINO: {"GPU": {"silent": True}, "CPU": {}}})
    opened = sessions.open(b"network", _options())
    assert opened.provider == OPENVINO
    assert "driver too old" in opened.remark
    assert opened.remark.endswith("so the network runs on OpenVINO on the processor.")


def test_the_first_run_has_the_batch_of_later_ones(machine):
    machine({CUDA: {}})
    sessions.open(b"network", _options(), batch=16)
    assert FakeSession.batch == 16


def test_a_network_that_runs_nowhere_is_an_error(machine):
    machine({CPU: {"open": "not a network"}})
    with pytest.raises(ModelError, match="not a network"):
        sessions.open(b"junk", _options())


def test_directml_gets_the_options_it_needs_and_the_caller_keeps_theirs(machine):
    machine({DIRECTML: {"open": "broken"}})
    options = _options()
    options.execution_mode = onnxruntime.ExecutionMode.ORT_PARALLEL
    sessions.open(b"network", options)
    (_, _, pattern, mode), (_, _, later_pattern, later_mode) = FakeSession.seen
    assert (pattern, mode) == (False, onnxruntime.ExecutionMode.ORT_SEQUENTIAL)
    assert (later_pattern, later_mode) == (True, onnxruntime.ExecutionMode.ORT_PARALLEL)
    assert options.enable_mem_pattern and options.execution_mode == onnxruntime.ExecutionMode.ORT_PARALLEL


def test_reduced_precision_only_when_allowed(machine, monkeypatch):
    machine({CUDA: {}})
    for fast, expected in (("", "0"), ("1", "1")):
        monkeypatch.setenv(choice.FAST, fast)
        sessions.open(b"network", _options())
        assert FakeSession.seen[-1][1]["use_tf32"] == expected


def test_tensorrt_is_tried_only_when_asked_for():
    offered = ["TensorrtExecutionProvider", CUDA, CPU]
    assert [rung.key for rung in providers.ladder("auto", offered)] == ["cuda", "cpu"]
    assert [rung.key for rung in providers.ladder("tensorrt", offered)] == ["tensorrt", "cuda", "cpu"]
    assert [rung.key for rung in providers.ladder("cpu", offered)] == ["cpu"]


def test_the_environment_decides_when_the_caller_does_not(machine, monkeypatch):
    machine({CUDA: {}, DIRECTML: {}})
    monkeypatch.setenv(choice.PROVIDER, "DirectML")
    assert sessions.open(b"network", _options()).provider == DIRECTML
    assert sessions.open(b"network", _options(), "cpu").provider == CPU


def test_a_choice_travels_through_the_environment(tmp_path):
    chosen = RuntimeChoice("cuda", str(tmp_path), fast=True, threads=3)
    assert RuntimeChoice.from_environment(chosen.to_environment()) == chosen
    assert RuntimeChoice.from_environment({}) == RuntimeChoice()


@pytest.mark.parametrize(("provider", "folder"), [("gpu", ""), ("cuda", "no/such/folder")])
def test_a_choice_that_cannot_be_is_refused(provider, folder):
    with pytest.raises(SettingsError, match="There is no"):
        RuntimeChoice(provider, folder)


@pytest.mark.parametrize(
    "inside",
    [
        "libcudnn.so.9",
        "bin/cudart64_13.dll",
        "lib64/libcublasLt.so.13",
        "torch/lib/cudnn64_9.dll",
        "nvidia/cudnn/lib/libcudnn.so.9",
        "nvidia/cu13/bin/x86_64/cudart64_13.dll",
        "lib/python3.12/site-packages/nvidia/cu13/lib/libcublasLt.so.13",
        "Lib/site-packages/torch/lib/cudart64_13.dll",
    ],
)
def test_cuda_is_found_in_what_a_user_names(tmp_path, inside):
    library = tmp_path / inside
    library.parent.mkdir(parents=True, exist_ok=True)
    library.touch()
    assert [place.resolve() for place in libraries.cuda_folders(tmp_path)] == [library.parent.resolve()]


def test_libraries_beside_torch_and_in_the_named_folder_are_loaded(tmp_path, monkeypatch, capsys):
    (tmp_path / "torch/lib").mkdir(parents=True)
    (tmp_path / "torch/lib/libcudnn.so.9").touch()
    asked = []

    def preload(directory):
        print("Failed to load something")
        asked.append(directory)

    monkeypatch.setattr(libraries.onnxruntime, "preload_dlls", preload, raising=False)
    monkeypatch.chdir(tmp_path.parent)
    libraries.load_cuda.cache_clear()
    libraries.load_cuda(Path(tmp_path.name))
    libraries.load_cuda.cache_clear()
    assert asked == [str(tmp_path / "torch/lib"), None], "onnxruntime reads relative paths from its own folder"
    assert capsys.readouterr().out == "", "the caller's output was littered"


def test_a_machine_without_cuda_is_told_what_it_lacks(monkeypatch):
    monkeypatch.setattr(libraries, "_loads", lambda library: "cuda" in library)
    monkeypatch.setattr(libraries.onnxruntime, "cuda_version", "13.0")
    assert libraries.missing_for_cuda() == ["CUDA 13", "cuDNN 9"]


def test_networks_get_the_threads_that_were_chosen(monkeypatch):
    monkeypatch.setenv(choice.THREADS, "3")
    assert threads.large_network_threads() == threads.small_networks_at_once() == 3
    monkeypatch.setenv(choice.THREADS, "0")
    assert threads.large_network_threads() == threads.automatic_threads()
    assert threads.small_networks_at_once() >= 1


@pytest.mark.parametrize("number", ["-1", "many", "1000", "2.5"])
def test_a_number_of_threads_that_cannot_be_is_refused(number):
    with pytest.raises(SettingsError, match=f"in {number} threads"):
        RuntimeChoice.from_environment({choice.THREADS: number})


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere onnxruntime counts")
def test_threads_are_physical_cores_that_the_process_may_use(tmp_path):
    for number in range(4):  # two cores with two threads each
        folder = tmp_path / f"cpu{number}/topology"
        folder.mkdir(parents=True)
        (folder / "thread_siblings_list").write_text("0,2" if number % 2 == 0 else "1,3")
    assert threads._physical_cores(tmp_path, {0, 1, 2, 3}) == 2
    assert threads._physical_cores(tmp_path, {0, 2}) == 1
    assert 1 <= threads.large_network_threads() <= len(os.sched_getaffinity(0))
