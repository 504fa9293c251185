"""Fetching locked wheels into the cache. A file whose hash matches is never fetched again."""

import hashlib
import os
import tempfile
from pathlib import Path

from . import process, venvs
from .console import BuildError, say
from .lock import Wheel
from .paths import WHEELS


def sha256(path: Path) -> str:
    """Hex digest of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def wheel(wanted: Wheel) -> Path:
    """The path of a locked wheel in the cache, fetched through pip where it is not there yet.

    Raises:
        BuildError: pip could not fetch it, or what came is not the file of the lock.
    """
    target = WHEELS / wanted.filename
    if target.is_file() and sha256(target) == wanted.sha256:
        return target
    say(f"fetching {wanted.filename}")
    WHEELS.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=WHEELS) as folder:
        process.output([*_pip_download(wanted), "--dest", folder, f"{wanted.name}=={wanted.version}"], timeout=1800)
        fetched = Path(folder) / wanted.filename
        if not fetched.is_file():
            raise BuildError(f"{wanted.filename} was wanted, but came {[each.name for each in Path(folder).iterdir()]}")
        if (found := sha256(fetched)) != wanted.sha256:
            raise BuildError(f"{wanted.filename} has sha256 {found}, not the locked {wanted.sha256}; thrown away.")
        os.replace(fetched, target)
    return target


def _pip_download(wanted: Wheel) -> list[str | Path]:
    """A pip command that selects exactly this file by the tags in its name."""
    _, python, abi, platforms = wanted.filename.removesuffix(".whl").rsplit("-", 3)
    command: list[str | Path] = [venvs.python("build"), "-m", "pip", "download", "--quiet", "--no-deps"]
    command += ["--only-binary=:all:"]
    if platforms != "any":
        command += ["--implementation", "cp", "--python-version", python[2:], "--abi", abi]
        command += [part for tag in platforms.split(".") for part in ("--platform", tag)]
    return command
