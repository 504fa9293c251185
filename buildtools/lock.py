"""Reading the lock: which exact files may be used, for the zips and for the environments."""

import json
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from .console import BuildError
from .paths import REQUIREMENTS, WANTED, WHEEL_LOCK

ANY = "any"
RUNTIMES = ("cpu", "cuda", "directml", "openvino")


@dataclass(frozen=True)
class Wheel:
    """One locked file.

    Attributes:
        platforms: Blender's names of the systems it is for.
        python: tag such as "cp311", or "any" for one that serves all (pure Python or stable ABI).
        runtime: the one of `RUNTIMES` that it belongs to; "" for all.
    """

    name: str
    version: str
    license: str
    filename: str
    sha256: str
    platforms: tuple[str, ...]
    python: str
    runtime: str = ""


@cache
def read() -> dict[str, tuple[Wheel, ...]]:
    """The locked wheels: "bundled" ones go into the zips, "source" ones give data files to the build."""
    content = json.loads(WHEEL_LOCK.read_text("utf-8"))
    return {
        part: tuple(Wheel(**{**entry, "platforms": tuple(entry["platforms"])}) for entry in entries)
        for part, entries in content.items()
    }


def bundled(platform: str, tags: Iterable[str], runtime: str = RUNTIMES[0]) -> list[Wheel]:
    """The third-party wheels of one zip.

    Raises:
        BuildError: there is no such runtime for this platform, or a package that has wheels for some Pythons has none
            for one that was asked for.
    """
    if platform not in runtime_platforms(runtime):
        known = ", ".join(each for each in RUNTIMES if platform in runtime_platforms(each))
        raise BuildError(f"{platform}: there is no onnxruntime with {runtime}; choose --runtime {known}.")
    here = [wheel for wheel in read()["bundled"] if platform in wheel.platforms and wheel.runtime in ("", runtime)]
    picked: list[Wheel] = []
    for name in sorted({wheel.name for wheel in here}):
        offers = {wheel.python: wheel for wheel in here if wheel.name == name}
        for tag in [ANY] if ANY in offers else sorted(tags):
            if tag not in offers:
                version = next(iter(offers.values())).version
                known = ", ".join(sorted(offers))
                raise BuildError(
                    f"{platform}: {name} {version} has no wheel for {tag}, only for {known}; change --python."
                )
            picked.append(offers[tag])
    return picked


def runtime_platforms(runtime: str) -> set[str]:
    """The platforms that have a wheel of this runtime."""
    return {platform for wheel in read()["bundled"] if wheel.runtime == runtime for platform in wheel.platforms}


def source(name: str) -> Wheel:
    """The wheel that the build takes data files of this package from."""
    return next(wheel for wheel in read()["source"] if wheel.name == name)


def requirements(venv: str) -> Path:
    """The hashed requirements file of one virtual environment."""
    return REQUIREMENTS / f"{venv}.txt"


def venv_pythons(venv: str) -> tuple[str, ...]:
    """The Python versions that an environment may be made with."""
    return tuple(wanted()["venv"][venv]["pythons"])


def by_version(venv: str) -> tuple[str, ...]:
    """What an environment holds besides its hashed requirements: packages of which each index has its own build."""
    return tuple(wanted()["venv"][venv].get("by_version", ()))


def blender_venvs() -> list[str]:
    """Names of the environments with a bpy module, oldest Blender first."""
    return [name for name in wanted()["venv"] if name.startswith("bpy-")]


@cache
def wanted() -> dict[str, Any]:
    """What is wanted by hand."""
    return tomllib.loads(WANTED.read_text("utf-8"))
