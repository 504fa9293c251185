"""The lock names every file by hash, serves every platform, and says clearly what does not exist."""

import re

import pytest
from packaging.requirements import Requirement

from buildtools import fetch, lock, process, project
from buildtools.console import BuildError
from buildtools.lock import Wheel
from buildtools.paths import REQUIREMENTS, WHEEL_LOCK
from buildtools.platforms import PLATFORMS
from buildtools.validate import wheel_problems

EVERY_WHEEL = [wheel for part in lock.read().values() for wheel in part]


@pytest.mark.parametrize("platform", PLATFORMS.values(), ids=PLATFORMS)
def test_each_platform_has_wheels_that_run_the_default_pythons(platform):
    wheels = lock.bundled(platform.name, ["cp311", "cp313"])
    assert {"onnxruntime", "munkres", "python-osc"} <= {wheel.name for wheel in wheels}
    assert {"opencv-python-headless", "av"} & {wheel.name for wheel in wheels}, "nothing to decode video with"
    assert wheel_problems([wheel.filename for wheel in wheels], platform, ["cp311", "cp313"]) == []


VARIANTS = [(platform, runtime) for runtime in lock.RUNTIMES for platform in sorted(lock.runtime_platforms(runtime))]


@pytest.mark.parametrize(("platform", "runtime"), VARIANTS)
def test_each_variant_has_one_onnxruntime_that_runs_the_default_pythons(platform, runtime):
    wheels = lock.bundled(platform, ["cp311", "cp313"], runtime)
    assert wheel_problems([wheel.filename for wheel in wheels], PLATFORMS[platform], ["cp311", "cp313"]) == []
    runtimes = {wheel.name for wheel in wheels if wheel.name.startswith("onnxruntime")}
    ending = {"cpu": "", "cuda": "-gpu"}.get(runtime, f"-{runtime}")
    assert runtimes == {f"onnxruntime{ending}"}, "two of them overwrite each other"


def test_every_promised_variant_exists():
    assert lock.runtime_platforms("cpu") == set(PLATFORMS)
    assert lock.runtime_platforms("cuda") == lock.runtime_platforms("openvino") == {"linux-x64", "windows-x64"}
    assert lock.runtime_platforms("directml") == {"windows-x64"}


def test_all_runtimes_share_the_other_wheels():
    def others(runtime):
        wheels = lock.bundled("windows-x64", ["cp311", "cp313"], runtime)
        return {wheel.filename for wheel in wheels if wheel.runtime == ""}

    assert len({frozenset(others(runtime)) for runtime in lock.RUNTIMES}) == 1


def test_openvino_on_windows_brings_the_libraries_that_its_provider_lacks():
    names = {wheel.name for wheel in lock.bundled("windows-x64", ["cp311", "cp313"], "openvino")}
    assert {"onnxruntime-openvino", "openvino"} <= names


@pytest.mark.parametrize(
    ("platform", "tag", "runtime", "said"),
    [
        ("windows-arm64", "cp311", "directml", "windows-arm64: there is no onnxruntime with directml; .*runtime cpu"),
        ("macos-arm64", "cp311", "cuda", "macos-arm64: there is no onnxruntime with cuda"),
        ("linux-x64", "cp314", "openvino", r"onnxruntime-openvino 1\.24\.1 has no wheel for cp314"),
    ],
)
def test_a_variant_that_does_not_exist_is_refused_by_name(platform, tag, runtime, said):
    with pytest.raises(BuildError, match=said):
        lock.bundled(platform, [tag], runtime)


def test_torch_alone_comes_by_version():
    pins = {
        name: lock.by_version(name) for name in ("build", "core-py311", "core-py313", "torch", *lock.blender_venvs())
    }
    assert {name for name, pinned in pins.items() if pinned} == {"torch"}
    (pin,) = pins["torch"]
    assert re.fullmatch(r"torch==[\d.]+", pin)
    text = lock.requirements("torch").read_text("utf-8")
    assert pin in text.split("\n\n")[0], "another torch must make another environment"
    assert not re.search(r"^(torch|nvidia|triton|cuda)\b", text, re.MULTILINE)
    assert re.search(r"^smplx==", text, re.MULTILINE)


def test_a_python_without_wheels_is_refused_by_name():
    with pytest.raises(BuildError, match=r"macos-x64: onnxruntime 1\.23\.2 has no wheel for cp314"):
        lock.bundled("macos-x64", ["cp311", "cp314"])


@pytest.mark.parametrize("wheel", EVERY_WHEEL, ids=lambda wheel: wheel.filename)
def test_every_wheel_has_a_hash_and_a_license(wheel):
    assert re.fullmatch("[0-9a-f]{64}", wheel.sha256)
    assert wheel.license
    assert wheel.filename.startswith(f"{wheel.name.replace('-', '_')}-{wheel.version}-")


@pytest.mark.parametrize("file", sorted(REQUIREMENTS.glob("*.txt")), ids=lambda file: file.stem)
def test_every_requirement_is_pinned_and_hashed(file):
    text = file.read_text("utf-8").replace("\\\n", " ")
    requirements = [line for line in text.splitlines() if line and not line.startswith("#")]
    assert requirements
    for line in requirements:
        assert re.match(r"[\w.-]+==[\w.]+ ", line), line
        assert "--hash=sha256:" in line, line


def test_every_dependency_has_an_upper_bound():
    table = project.package()
    for name in (*table["dependencies"], *(each for extra in table["optional-dependencies"].values() for each in extra)):
        assert any(bound.operator in ("<", "<=", "==") for bound in Requirement(name).specifier), name


def test_the_newest_environment_holds_every_dependency_inside_its_bounds():
    text = lock.requirements("core-newest").read_text("utf-8")
    pins = dict(re.findall(r"^([\w.-]+)==([\w.]+) ", text, re.MULTILINE))
    for wanted in map(Requirement, project.requirements(["cpu"])):
        assert pins[wanted.name] in wanted.specifier, f"{wanted}: run build_addon.py lock core-newest"


def test_environments_of_blender_hold_nothing_that_the_zip_must_bring():
    for name in lock.blender_venvs():
        pins = lock.requirements(name).read_text("utf-8")
        assert f"bpy=={name.removeprefix('bpy-')} " in pins
        assert not re.search(r"^(onnxruntime|opencv|munkres|av)\b", pins, re.MULTILINE)


def test_no_address_of_a_package_index_is_written_down():
    for file in (WHEEL_LOCK, *REQUIREMENTS.glob("*.txt")):
        assert "://" not in file.read_text("utf-8"), file.name


@pytest.mark.parametrize(
    ("filename", "problem"),
    [
        ("cv2-1-cp37-abi3-win_amd64.whl", "not for linux-x64"),
        ("cv2-1-cp37-abi3-manylinux_2_28_aarch64.whl", "not for linux-x64"),
        ("ort-1-cp311-cp311-manylinux_2_28_x86_64.whl", "ort has no wheel for cp313"),
        ("av-19-cp312-abi3-manylinux_2_28_x86_64.whl", "av has no wheel for cp311"),
        ("openvino-1-20426-cp311-cp311-win_amd64.whl", "not for linux-x64"),
        ("numpy-2-py3-none-any.whl", "must not be bundled"),
    ],
)
def test_a_wrong_wheel_is_found(filename, problem):
    problems = wheel_problems([filename], PLATFORMS["linux-x64"], ["cp311", "cp313"])
    assert any(problem in each for each in problems), problems


def _fake_pip(content):
    def download(command, **_):
        folder = command[command.index("--dest") + 1]
        with open(f"{folder}/thing-1-py3-none-any.whl", "wb") as stream:
            stream.write(content)
        return ""

    return download


def test_a_fetched_file_with_another_hash_is_thrown_away(tmp_path, monkeypatch):
    wanted = Wheel("thing", "1", "MIT", "thing-1-py3-none-any.whl", "0" * 64, ("linux-x64",), "any")
    monkeypatch.setattr(fetch, "WHEELS", tmp_path)
    monkeypatch.setattr(fetch.venvs, "python", lambda name: "python")
    monkeypatch.setattr(process, "output", _fake_pip(b"something else"))
    with pytest.raises(BuildError, match="sha256"):
        fetch.wheel(wanted)
    assert list(tmp_path.iterdir()) == []


def test_a_cached_file_is_fetched_again_only_when_damaged(tmp_path, monkeypatch):
    digest = "ed7002b439e9ac845f22357d822bac1444730fbdb6016d3ec9432297b9ec9f73"  # of b"content"
    wanted = Wheel("thing", "1", "MIT", "thing-1-py3-none-any.whl", digest, ("linux-x64",), "any")
    monkeypatch.setattr(fetch, "WHEELS", tmp_path)
    monkeypatch.setattr(fetch.venvs, "python", lambda name: "python")
    cached = tmp_path / wanted.filename
    cached.write_bytes(b"damag")
    monkeypatch.setattr(process, "output", _fake_pip(b"content"))
    assert fetch.wheel(wanted).read_bytes() == b"content"
    monkeypatch.setattr(process, "output", lambda *_, **__: pytest.fail("fetched again"))
    assert fetch.wheel(wanted) == cached
