"""Finding Python interpreters by version where each system usually has them."""

import os
import shutil
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from . import process, system
from .console import BuildError, say

# Debian splits ensurepip off into a package of its own
_PROBE = """import sys; print("%d.%d" % sys.version_info[:2])
try:
    import ensurepip, venv; print("ready")
except ImportError:
    pass"""


@cache
def find(version: str) -> Path | None:
    """An interpreter of this version (such as "3.11") that can make virtual environments, or None."""
    incomplete = None
    for path in dict.fromkeys(_candidates(version)):
        answer = _probe(path)
        if answer[:1] != [version]:
            continue
        if "ready" in answer:
            return path
        incomplete = incomplete or path
    if incomplete and system.install([f"python{version}-venv"], f"{incomplete} cannot make virtual environments"):
        return incomplete
    return None


@cache
def any_of(versions: tuple[str, ...]) -> Path:
    """The running Python if its version is among these, else the first that is found."""
    own = f"{sys.version_info.major}.{sys.version_info.minor}"
    for version in sorted(versions, key=lambda each: each != own):
        if path := find(version):
            return path
    raise BuildError(f"No usable Python found; install one of {', '.join(versions)}.")


def missing(version: str) -> str:
    """What to tell a user who has no Python of this version."""
    return (
        f"PYTHON {version} NOT FOUND (looked on PATH, in pyenv and uv, and in the system's usual folders). "
        f"Install it, for instance with `pyenv install {version}` or `uv python install {version}`."
    )


def _probe(path: Path) -> list[str]:
    try:
        return process.output([path, "-c", _PROBE], timeout=30).split()
    except BuildError:  # a launcher without that version behind it
        return []


def _candidates(version: str) -> Iterator[Path]:
    if sys.version_info[:2] == tuple(map(int, version.split("."))):
        yield Path(sys.executable)
    for name in (f"python{version}", "python3", "python"):
        if found := shutil.which(name):
            yield Path(found)
    home = Path.home()
    yield from _installed(Path(os.environ.get("PYENV_ROOT", home / ".pyenv")) / "versions", version)
    for store in (home / ".local/share/uv/python", Path(os.environ.get("APPDATA", home)) / "uv" / "python"):
        yield from _installed(store, f"cpython-{version}.")
    yield from _windows(version) if os.name == "nt" else _posix(version)


def _installed(store: Path, prefix: str) -> Iterator[Path]:
    """Interpreters in a folder that holds one folder per version, newest first."""
    for folder in sorted(store.glob(f"{prefix}*"), reverse=True):
        for relative in ("bin/python3", "bin/python", "python.exe"):
            if (path := folder / relative).exists():
                yield path
                break


def _posix(version: str) -> Iterator[Path]:
    name = f"python{version}"
    folders = [Path("/usr/bin"), Path("/usr/local/bin"), Path("/opt/homebrew/bin"), *Path("/opt").glob("*/bin")]
    folders += [Path(prefix) / f"opt/python@{version}/bin" for prefix in ("/opt/homebrew", "/usr/local")]
    folders += [Path(f"/Library/Frameworks/Python.framework/Versions/{version}/bin")]
    folders += Path("/opt/python").glob(f"cp{version.replace('.', '')}-*/bin")
    yield from (path for folder in folders if (path := folder / name).exists())


def _windows(version: str) -> Iterator[Path]:
    if launcher := shutil.which("py"):
        try:
            yield Path(process.output([launcher, f"-{version}", "-c", "import sys; print(sys.executable)"]).strip())
        except BuildError:
            say(f"(the py launcher knows no Python {version})")
    folder = f"Python{version.replace('.', '')}"
    for root in (
        Path(os.environ.get("LOCALAPPDATA", "")) / "Programs" / "Python",
        Path(os.environ.get("PROGRAMFILES", "")),
    ):
        if (path := root / folder / "python.exe").exists():
            yield path
