"""The end-to-end ring runs the built zip, never the checkout.

`build_addon.py test` starts it so; by hand: `python -P -m pytest -o pythonpath= tests/e2e --zip ZIP`.
"""

import importlib
import os
import sys
from pathlib import Path
from types import ModuleType

import pytest

MODULE = "bl_ext.user_default.romp_mocap"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.getgroup("romp mocap").addoption("--zip", type=Path, metavar="ZIP", help="the extension zip to test")


@pytest.fixture(scope="session")
def extension_zip(request: pytest.FixtureRequest) -> Path:
    """The zip under test."""
    chosen = request.config.getoption("zip")
    if chosen:
        assert chosen.is_file(), f"--zip {chosen}: no such file"
        return chosen.resolve()
    pytest.skip("NOT CHECKED: name a zip made by `python build_addon.py build` with --zip ZIP")


@pytest.fixture(scope="session")
def extension(extension_zip: Path) -> ModuleType:
    """The add-on's package, installed from the zip into this process's clean profile and enabled as a user would."""
    bpy = pytest.importorskip("bpy", reason="NOT CHECKED: this Python has no bpy module")
    result = bpy.ops.extensions.package_install_files(
        filepath=str(extension_zip), repo="user_default", enable_on_install=True, overwrite=True
    )
    assert result == {"FINISHED"}, "Blender refused to install the zip"
    assert MODULE in bpy.context.preferences.addons, "Blender installed the zip but did not enable the extension"
    core = importlib.import_module("romp_core")
    origin, profile = (Path(each).resolve() for each in (str(core.__file__), os.environ["BLENDER_USER_RESOURCES"]))
    assert origin.is_relative_to(profile), f"romp_core came from {origin}, not from the zip"
    return sys.modules[MODULE]
