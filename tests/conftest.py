"""What all three rings share: fixture folders, a throw-away Blender profile, and a clean end of bpy processes."""

import os
import shutil
import sys
import tempfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"
_exit_status = pytest.StashKey[int]()
_own_profile = pytest.StashKey[str]()


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("romp mocap")
    sets = {"golden": "outputs of the reference implementations", "groundtruth": "rendered clips of known motion"}
    for name, what in sets.items():
        group.addoption(f"--{name}", type=Path, metavar="DIR", help=f"{what} (default: ../shared/{name})")


def _fixture_folder(config: pytest.Config, name: str) -> Path:
    chosen = config.getoption(name)
    folder: Path = (chosen or SHARED / name).resolve()
    if folder.is_dir():
        return folder
    if chosen:
        pytest.fail(f"--{name} {chosen}: no such folder")
    pytest.skip(f"NOT CHECKED: the {name} set is not beside this checkout; give it with --{name} DIR")


@pytest.fixture(scope="session")
def golden(request: pytest.FixtureRequest) -> Path:
    """Folder of golden sets, one subfolder per system."""
    return _fixture_folder(request.config, "golden")


@pytest.fixture(scope="session")
def trace(golden: Path) -> Path:
    """The golden set of TRACE."""
    return golden / "trace"


@pytest.fixture(scope="session")
def groundtruth(request: pytest.FixtureRequest) -> Path:
    """Folder of rendered clips with known motion and cameras."""
    return _fixture_folder(request.config, "groundtruth")


def pytest_configure(config: pytest.Config) -> None:
    """Keep bpy away from the tester's own Blender preferences and extensions."""
    if "BLENDER_USER_RESOURCES" not in os.environ:
        config.stash[_own_profile] = tempfile.mkdtemp(prefix="romp-mocap-profile-")
        os.environ["BLENDER_USER_RESOURCES"] = config.stash[_own_profile]


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    session.config.stash[_exit_status] = int(exitstatus)


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    """Leave without Blender's C++ exit handlers: after all tests have passed, 4.2 may crash in them and 4.5 hang."""
    profile = config.stash.get(_own_profile, None)
    if profile is not None:
        shutil.rmtree(profile, ignore_errors=True)
        os.environ.pop("BLENDER_USER_RESOURCES", None)
    status = config.stash.get(_exit_status, None)
    if status is not None and "bpy" in sys.modules:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)
