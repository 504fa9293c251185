"""The lock: which exact files may be used. Reading it, and making it anew from `wheels/wanted.toml`.

Hashes come from pip's own resolver report, so no address of a package index is written anywhere.
"""

import json
import tempfile
import tomllib
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

from . import process, pythons
from .console import BuildError, heading, say
from .paths import REQUIREMENTS, WANTED, WHEEL_LOCK
from .platforms import PLATFORMS

ANY = "any"
DEVELOPMENT_PLATFORMS = ("linux-x64", "windows-x64", "macos-arm64", "macos-x64")
# pip evaluates environment markers for the system it runs on, so what pytest needs on Windows only is named here
_WINDOWS_ONLY = ("colorama==0.4.6",)


@dataclass(frozen=True)
class Wheel:
    """One locked file.

    Attributes:
        platforms: Blender's names of the systems it is for.
        python: tag such as "cp311", or "any" for one that serves all (pure Python or stable ABI).
    """

    name: str
    version: str
    license: str
    filename: str
    sha256: str
    platforms: tuple[str, ...]
    python: str


@cache
def read() -> dict[str, tuple[Wheel, ...]]:
    """The locked wheels: "bundled" ones go into the zips, "source" ones give data files to the build."""
    content = json.loads(WHEEL_LOCK.read_text("utf-8"))
    return {
        part: tuple(Wheel(**{**entry, "platforms": tuple(entry["platforms"])}) for entry in entries)
        for part, entries in content.items()
    }


def bundled(platform: str, tags: Iterable[str]) -> list[Wheel]:
    """The third-party wheels of one zip.

    Raises:
        BuildError: a package that has wheels for some Pythons on this platform has none for one that was asked for.
    """
    here = [wheel for wheel in read()["bundled"] if platform in wheel.platforms]
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


def source(name: str) -> Wheel:
    """The wheel that the build takes data files of this package from."""
    return next(wheel for wheel in read()["source"] if wheel.name == name)


def requirements(venv: str) -> Path:
    """The hashed requirements file of one virtual environment."""
    return REQUIREMENTS / f"{venv}.txt"


def venv_pythons(venv: str) -> tuple[str, ...]:
    """The Python versions that an environment may be made with."""
    return tuple(_wanted()["venv"][venv]["pythons"])


def blender_venvs() -> list[str]:
    """Names of the environments with a bpy module, oldest Blender first."""
    return [name for name in _wanted()["venv"] if name.startswith("bpy-")]


def relock() -> None:
    """Resolve `wanted.toml` anew and write lock.json and requirements/*.txt."""
    wanted = _wanted()
    heading("wheels")
    found: dict[tuple[str, str], Wheel] = {}
    for entry in wanted["bundled"]:
        for platform in entry["platforms"]:
            for tag in entry["pythons"]:
                _add(found, _locked(entry, platform, tag))
    sources = [_locked(entry, entry["platform"], entry["python"]) for entry in wanted["source"]]
    content = {"bundled": [asdict(wheel) for wheel in found.values()], "source": [asdict(wheel) for wheel in sources]}
    WHEEL_LOCK.write_text(json.dumps(content, indent=1) + "\n", "utf-8", newline="\n")
    REQUIREMENTS.mkdir(exist_ok=True)
    for name, entry in wanted["venv"].items():
        heading(f"requirements of {name}")
        requirements(name).write_text(_requirement_lines(entry), "utf-8", newline="\n")


@cache
def _wanted() -> dict[str, Any]:
    return tomllib.loads(WANTED.read_text("utf-8"))


def _locked(entry: dict[str, Any], platform: str, tag: str) -> Wheel:
    version = "3.11" if tag == ANY else f"{tag[2]}.{tag[3:]}"
    pin = f"{entry['name']}=={entry['version']}"
    ((_, filename, sha256),) = _report([pin], ["--no-deps"], platform, version)
    say(f"{platform} {tag}: {filename}")
    return Wheel(entry["name"], entry["version"], entry["license"], filename, sha256, (platform,), tag)


def _add(found: dict[tuple[str, str], Wheel], wheel: Wheel) -> None:
    """Merge entries of the same file for several platforms."""
    key = (wheel.filename, wheel.python)
    platforms = (*found[key].platforms, *wheel.platforms) if key in found else wheel.platforms
    found[key] = Wheel(**{**asdict(wheel), "platforms": platforms})


def _requirement_lines(entry: dict[str, Any]) -> str:
    versions: list[str] = entry["pythons"]
    pins = [pin for pin, _, _ in _report(entry["packages"], [], None, versions[0])]
    hashes: dict[str, set[str]] = {pin: set() for pin in pins}
    absent = []
    for platform in DEVELOPMENT_PLATFORMS:
        for version in versions:
            try:
                for pin, _, sha256 in _report(pins, ["--no-deps"], platform, version):
                    hashes[pin].add(sha256)
            except BuildError as error:
                absent.append(f"{platform} with Python {version}")
                say(f"{absent[-1]}: {str(error).strip().splitlines()[-1]}")
    if unhashed := [pin for pin in pins if not hashes[pin]]:
        raise BuildError(f"no hashes found for {', '.join(unhashed)}")
    if any("pytest==" in pin for pin in pins):
        for pin, _, sha256 in _report(_WINDOWS_ONLY, ["--no-deps"], "windows-x64", versions[0]):
            hashes[f'{pin} ; sys_platform == "win32"'] = {sha256}
    lines = ["# written by `python build_addon.py lock`"]
    lines += [f"# not every package has a wheel for {where}" for where in absent]
    for pin in sorted(hashes):
        lines.append(" \\\n    ".join([pin, *(f"--hash=sha256:{sha256}" for sha256 in sorted(hashes[pin]))]))
    say(f"{len(pins)} packages, {sum(map(len, hashes.values()))} files")
    return "\n".join(lines) + "\n"


def _report(
    packages: Iterable[str], options: list[str], platform: str | None, version: str
) -> list[tuple[str, str, str]]:
    """Ask pip what it would install: (pin, file name, sha256) of each package; `platform` None means this system."""
    interpreter = pythons.find(version) if platform is None else pythons.any_of(("3.11", "3.12", "3.13"))
    if interpreter is None:
        raise BuildError(pythons.missing(version))
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        command: list[str | Path] = [
            interpreter,
            "-m",
            "pip",
            "install",
            "--quiet",
            "--dry-run",
            "--ignore-installed",
            "--only-binary=:all:",
        ]
        command += ["--report", report, "--target", Path(folder) / "unused", *options]
        if platform is not None:
            # the pins were resolved for that version; pip would compare them with the Python it runs on
            command += ["--implementation", "cp", "--python-version", version, "--ignore-requires-python"]
            command += [part for tag in PLATFORMS[platform].tags for part in ("--platform", tag)]
        process.output([*command, *packages], timeout=600)
        found = json.loads(report.read_text("utf-8"))["install"]
    return sorted(_from_report(item) for item in found)


def _from_report(item: dict[str, Any]) -> tuple[str, str, str]:
    metadata, download = item["metadata"], item["download_info"]
    filename = PurePosixPath(unquote(urlsplit(download["url"]).path)).name
    return f"{metadata['name'].lower()}=={metadata['version']}", filename, download["archive_info"]["hashes"]["sha256"]
