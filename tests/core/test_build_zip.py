"""What goes into wheel and zip, and that equal contents give equal bytes."""

import base64
import hashlib
import os
import tomllib
import zipfile
from email.parser import Parser
from importlib.metadata import distributions

import pytest

from buildtools import archive, core_wheel, project
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


def test_core_wheel_ships_the_package_without_its_generators(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    assert "romp_core/worker.py" in names
    assert not [name for name in names if "generate" in name or "__pycache__" in name]
    assert any(name.startswith("romp_core/assets/") for name in names), "models and body are missing"


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
    assert {each.split(">")[0] for each in found.requires} >= {"numpy", "onnxruntime"}
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
