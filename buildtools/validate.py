"""Checks of a finished zip: Blender's own validator, and what that does not look at."""

import re
import zipfile
from collections.abc import Iterable
from functools import cache
from pathlib import Path, PurePosixPath

from . import blender, process
from .console import BuildError
from .platforms import Platform

_FORBIDDEN = ("numpy", "torch", "scipy")


def check(archive: Path, platform: Platform, tags: Iterable[str], limit_mb: int | None) -> None:
    """Raise BuildError if Blender refuses the zip, or its wheels or its size (units of 10^6 bytes) are wrong."""
    tool = validator()
    process.output([*tool, "validate", "--valid-tags", _valid_tags(tool), archive], timeout=300)
    with zipfile.ZipFile(archive) as opened:
        wheels = [PurePosixPath(name).name for name in opened.namelist() if name.endswith(".whl")]
    problems = wheel_problems(wheels, platform, sorted(tags))
    megabytes = archive.stat().st_size / 1e6
    if limit_mb is not None and megabytes > limit_mb:
        problems.append(f"{megabytes:.1f} MB is more than the {limit_mb} MB allowed for {platform.name}")
    if problems:
        raise BuildError(f"{archive.name} is not fit to be released:\n  " + "\n  ".join(problems))


@cache
def validator() -> tuple[Path, Path]:
    """The command of Blender's extension tool; it comes with the bpy module."""
    interpreter = blender.python()
    site = process.output([interpreter, "-c", "import sysconfig; print(sysconfig.get_path('platlib'))"]).strip()
    return interpreter, next(Path(site).glob("bpy/*/scripts/addons_core/bl_pkg/cli/blender_ext.py"))


def _valid_tags(tool: tuple[Path, Path]) -> Path:
    """The list of tags that the extensions platform knows, as Blender ships it."""
    return tool[1].parents[3] / "modules" / "_bpy_internal" / "extensions" / "tags.py"


def wheel_problems(wheels: list[str], platform: Platform, tags: list[str]) -> list[str]:
    """What is wrong with the wheels: for another platform, forbidden, or a Python is left without one."""
    problems = []
    served: dict[str, set[str]] = {}
    for name in wheels:
        stem, python, abi, systems = name.removesuffix(".whl").rsplit("-", 3)
        package = stem.split("-")[0]
        if systems != "any" and not any(_same_system(tag, platform) for tag in systems.split(".")):
            problems.append(f"{name} is not for {platform.name}")
        served.setdefault(package, set()).update(tag for tag in tags if _serves(python, abi, tag))
        if package in _FORBIDDEN:
            problems.append(f"{name} must not be bundled")
    for package, those in served.items():
        problems += [f"{package} has no wheel for {tag}" for tag in tags if tag not in those]
    return problems


def _serves(python: str, abi: str, tag: str) -> bool:
    """Whether a wheel with these tags installs on CPython `tag` (such as cp311)."""
    if abi == "abi3":  # stable from that version on
        return int(python[3:]) <= int(tag[3:])
    return python == tag or "py3" in python.split(".")


def _same_system(tag: str, platform: Platform) -> bool:
    def plain(each: str) -> str:  # without the versions of glibc and macOS
        return re.sub(r"^(manylinux|macosx)[0-9_]*_(?=[a-z])", r"\1_", each)

    return plain(tag) in {plain(each) for each in platform.tags}
