"""What goes into wheel and zip, and that equal contents give equal bytes."""

import base64
import hashlib
import os
import re
import tomllib
import zipfile
from email.parser import Parser
from importlib.metadata import distributions

import pytest

from buildtools import archive, build, closure, core_wheel, notices, project
from buildtools.cli import main
from buildtools.paths import ASSETS, CORE
from buildtools.platforms import PLATFORMS


def test_zip_bytes_depend_on_contents_only(tmp_path):
    source = tmp_path / "source"
    source.mkdir()
    (source / "b").write_text("second")
    (source / "a").write_text("first")
    archive.write(tmp_path / "one.zip", archive.tree(source))
    os.utime(source / "a", (1e9, 1e9))
    (source / "a").chmod(0o600)
    archive.write(tmp_path / "two.zip", {"b": b"second", "a": b"first"})
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()


def test_caches_and_hidden_files_stay_out(tmp_path):
    for name in ("__init__.py", "__pycache__/x.pyc", ".hidden/file", "part/.DS_Store", "part/module.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    assert set(archive.tree(tmp_path)) == {"__init__.py", "part/module.py"}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    return core_wheel.make(tmp_path_factory.mktemp("wheel"))


def test_core_wheel_is_the_same_twice(wheel, tmp_path):
    assert core_wheel.make(tmp_path).read_bytes() == wheel.read_bytes()


def test_core_wheel_ships_the_package_without_what_builds_and_compares_it(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    assert {"romp_core/worker/main.py", "romp_core/jobs/self_test.mp4", "romp_core/py.typed"} <= set(names)
    unwanted = ("romp_core/generate/", "romp_core/networks/", "romp_core/reference/")
    assert not [name for name in names if name.startswith(unwanted) or "__pycache__" in name]
    assert any(name.startswith("romp_core/assets/") for name in names), "models and body are missing"
    for template in ("romp", "bev_maps", "bev_people"):
        assert f"romp_core/inference/templates/{template}.onnx" in names


def test_nothing_that_ships_needs_what_does_not():
    """What runs on a user's machine never imports what builds and compares it."""
    left_out = {"generate", "networks", "reference"}
    shipped = [path for path in CORE.rglob("*.py") if path.relative_to(CORE).parts[0] not in left_out]
    assert shipped
    for path in shipped:
        assert not {each.relative_to(CORE).parts[0] for each in closure.imported(path)} & left_out, path


def test_every_generated_part_comes_with_its_license_and_notice():
    assert {path.name for path in ASSETS.iterdir() if path.is_dir()} == set(notices.GENERATED)
    texts = notices.licenses({})
    for part in notices.GENERATED:
        assert texts[f"licenses/{part}/LICENSE"] and texts[f"licenses/{part}/NOTICE"]


def test_models_and_body_are_made_anew_only_when_their_makers_change():
    makers = {path.relative_to(CORE).as_posix() for path in closure.modules("generate")}
    assert {"generate/body.py", "generate/__main__.py", "geometry/rotations.py", "geometry/skinning.py"} <= makers
    assert not [maker for maker in makers if maker.startswith(("cli/", "worker/", "take/", "jobs/"))]


@pytest.mark.parametrize(
    ("runtime", "tags", "suffix"),
    [
        ("cpu", ("cp313", "cp311"), ""),
        ("cuda", ("cp311", "cp313"), "-cuda"),
        ("cpu", ("cp314",), "-cp314"),
        ("openvino", ("cp313",), "-openvino-cp313"),
    ],
)
def test_the_name_of_a_zip_says_how_it_differs_from_the_standard_one(runtime, tags, suffix):
    assert build.Variant(runtime, tags).suffix == suffix


def test_all_platforms_means_those_that_exist_and_the_others_are_named(monkeypatch, capsys):
    built = []
    monkeypatch.setattr(build, "build", lambda platforms, variant, out: built.append((platforms, variant.runtime)))
    assert main(["build", "--runtime", "directml", "--platform", "all"]) == 0
    assert [([each.name for each in platforms], runtime) for platforms, runtime in built] == [
        (["windows-x64"], "directml")
    ]
    assert "macos-arm64" in capsys.readouterr().err


def test_a_runtime_that_a_platform_does_not_have_is_a_sentence(capsys):
    assert main(["build", "--runtime", "directml", "--platform", "linux-x64"]) == 1
    assert "there is no onnxruntime with directml" in capsys.readouterr().err


def test_core_wheel_record_lists_every_file_with_its_hash(wheel):
    with zipfile.ZipFile(wheel) as opened:
        record = f"romp_core-{project.version()}.dist-info/RECORD"
        lines = dict(line.split(",", 1) for line in opened.read(record).decode().splitlines())
        assert set(lines) == set(opened.namelist())
        assert lines.pop(record) == ","
        for name, rest in lines.items():
            data = opened.read(name)
            digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
            assert rest == f"sha256={digest},{len(data)}", name


def test_python_reads_version_and_needs_from_the_wheel(wheel, tmp_path):
    zipfile.ZipFile(wheel).extractall(tmp_path)
    (found,) = distributions(path=[str(tmp_path)])
    assert found.version == project.version()
    assert found.metadata["Name"] == "romp_core"
    assert Parser().parsestr(str(found.metadata))["License-Expression"] == "GPL-3.0-or-later"
    always = {re.split("[<>=]", each)[0] for each in found.requires if "extra" not in each}
    assert "numpy" in always
    assert not [name for name in always if name.startswith("onnxruntime")], "two of them overwrite each other"
    for extra, runtime in {"cpu": "onnxruntime", "gpu": "onnxruntime-gpu", "directml": "onnxruntime-directml"}.items():
        assert extra in found.metadata.get_all("Provides-Extra")
        (wanted,) = (each for each in found.requires if f'extra == "{extra}"' in each)
        assert re.split(r"[\[<>=]", wanted)[0] == runtime
    assert [each.name for each in found.entry_points] == ["romp-mocap"]


@pytest.mark.parametrize("platform", PLATFORMS)
def test_stamped_manifest_adds_platform_and_wheels_and_changes_nothing_else(platform):
    stamped = tomllib.loads(
        project.stamped_manifest(platform, ["b-1-py3-none-any.whl", "a-1-py3-none-any.whl"]).decode()
    )
    assert stamped.pop("platforms") == [platform]
    assert stamped.pop("wheels") == ["./wheels/a-1-py3-none-any.whl", "./wheels/b-1-py3-none-any.whl"]
    assert stamped == project.manifest()


def test_manifest_keeps_the_rules_of_the_extensions_platform():
    manifest = project.manifest()
    assert "blender" not in (manifest["id"] + manifest["name"]).lower()
    for text in (manifest["tagline"], *manifest["permissions"].values()):
        assert len(text) <= 64
        assert text[-1].isalnum()
    assert manifest["license"] == ["SPDX:GPL-3.0-or-later"]
    assert manifest["blender_version_min"] == "4.2.0"
