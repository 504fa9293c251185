"""The zip as a file, and as what Blender makes of it when it is installed."""

import hashlib
import json
import os
import subprocess
import sys
import sysconfig
import tomllib
import zipfile
from pathlib import Path, PurePosixPath
from types import ModuleType

import pytest

LIMIT_MB = {"linux-x64": 200}


@pytest.fixture(scope="module")
def names(extension_zip: Path) -> list[str]:
    return zipfile.ZipFile(extension_zip).namelist()


@pytest.fixture(scope="module")
def manifest(extension_zip: Path) -> dict:
    return tomllib.loads(zipfile.ZipFile(extension_zip).read("blender_manifest.toml").decode())


def test_blender_itself_finds_the_zip_valid(extension_zip: Path) -> None:
    scripts = next(Path(sysconfig.get_path("platlib")).glob("bpy/*/scripts"))
    tool = scripts / "addons_core/bl_pkg/cli/blender_ext.py"
    tags = scripts / "modules/_bpy_internal/extensions/tags.py"
    command = [sys.executable, tool, "validate", "--valid-tags", tags, extension_zip]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr


def test_zip_holds_the_addon_at_its_root_and_nothing_of_the_workshop(names: list[str]) -> None:
    assert {"__init__.py", "blender_manifest.toml", "LICENSE", "bill-of-materials.cdx.json"} <= set(names)
    unwanted = {"tests", "buildtools", "romp_core", "addon", "__pycache__", ".git", "build_addon.py"}
    assert not [name for name in names if unwanted & set(PurePosixPath(name).parts)]
    assert len({name.lower() for name in names}) == len(names), "names collide where case is ignored"
    assert not [name for name in names if name.startswith("/") or ".." in name or "\\" in name]


def test_manifest_names_exactly_the_wheels_inside(names: list[str], manifest: dict) -> None:
    inside = sorted(f"./{name}" for name in names if name.endswith(".whl"))
    assert sorted(manifest["wheels"]) == inside
    assert any("/romp_core-" in wheel for wheel in inside)
    assert not [wheel for wheel in inside if "/numpy" in wheel], "Blender brings its own numpy"


def test_zip_is_small_enough(extension_zip: Path, manifest: dict) -> None:
    (platform,) = manifest["platforms"]
    assert extension_zip.stat().st_size / 1e6 <= LIMIT_MB.get(platform, 170)


def test_every_part_comes_with_its_license(extension_zip: Path, names: list[str], manifest: dict) -> None:
    with zipfile.ZipFile(extension_zip) as archive:
        assert "GNU GENERAL PUBLIC LICENSE" in archive.read("LICENSE").decode()
        assert "Apache License" in archive.read("licenses/blazepose/LICENSE").decode()
        assert "CC0" in archive.read("licenses/body/LICENSE").decode()
    for wheel in manifest["wheels"]:
        package, version, *_ = PurePosixPath(wheel).name.split("-")
        folder = f"licenses/{package.replace('_', '-')}-{version}/"
        assert package == "romp_core" or any(name.startswith(folder) for name in names), f"no license for {package}"


def test_bill_of_materials_matches_the_wheels(extension_zip: Path, manifest: dict) -> None:
    with zipfile.ZipFile(extension_zip) as archive:
        bill = json.loads(archive.read("bill-of-materials.cdx.json"))
        digests = {hashlib.sha256(archive.read(wheel.removeprefix("./"))).hexdigest() for wheel in manifest["wheels"]}
    listed = {part["hashes"][0]["content"] for part in bill["components"] if part["type"] == "library"}
    assert bill["bomFormat"] == "CycloneDX"
    assert listed == digests


def test_installed_wheels_run_and_bring_no_numpy(extension: ModuleType) -> None:
    """All that the worker needs is importable from what Blender unpacked, with Blender's own numpy."""
    unpacked = [path for path in sys.path if path.startswith(os.path.realpath(os.environ["BLENDER_USER_RESOURCES"]))]
    unpacked = [path for path in unpacked if path.endswith("site-packages")]
    assert unpacked, f"{extension.__name__}: Blender put no folder of wheels on sys.path"
    assert not [path for path in unpacked if (Path(path) / "numpy").exists()]
    code = "import av, munkres, pythonosc.udp_client, romp_core.worker"
    code += "\nimport onnxruntime; print(*onnxruntime.get_available_providers())"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(unpacked)}
    done = subprocess.run(
        [sys.executable, "-P", "-c", code], env=environment, capture_output=True, text=True, timeout=120
    )
    assert "CPUExecutionProvider" in done.stdout, done.stderr
