"""Making the lock anew from `wheels/wanted.toml` (for maintainers).

Hashes come from pip's own resolver report, so no address of a package index is written anywhere, and nothing is
downloaded.
"""

import json
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

from . import process, project, pythons
from .console import BuildError, heading, say
from .lock import ANY, Wheel, requirements, wanted
from .paths import REQUIREMENTS, WHEEL_LOCK
from .platforms import PLATFORMS

DEVELOPMENT_PLATFORMS = ("linux-x64", "windows-x64", "macos-arm64", "macos-x64")
# pip evaluates environment markers for the system it runs on, so what pytest needs on Windows only is named here
_WINDOWS_ONLY = ("colorama==0.4.6",)
_PARTS_OF_TORCH = ("nvidia-", "cuda-", "triton")  # those of the build that this index has come with it


def relock(environments: Sequence[str] = ()) -> None:
    """Resolve `wanted.toml` anew and write lock.json and requirements/*.txt, or the requirements of some environments.

    Raises:
        BuildError: something wanted does not exist.
    """
    known = wanted()["venv"]
    if unknown := [name for name in environments if name not in known]:
        raise BuildError(f"There is no environment {', '.join(unknown)}; known are {', '.join(known)}.")
    if not environments:
        _relock_wheels()
    REQUIREMENTS.mkdir(exist_ok=True)
    for name in environments or known:
        heading(f"requirements of {name}")
        requirements(name).write_text(_requirement_lines(known[name]), "utf-8", newline="\n")


def _relock_wheels() -> None:
    heading("wheels")
    found: dict[tuple[str, str], Wheel] = {}
    for entry in wanted()["bundled"]:
        for platform in entry["platforms"]:
            for tag in entry["pythons"]:
                _add(found, _locked(entry, platform, tag))
    sources = [_locked(entry, entry["platform"], entry["python"]) for entry in wanted()["source"]]
    content = {"bundled": [_written(wheel) for wheel in found.values()], "source": [_written(each) for each in sources]}
    WHEEL_LOCK.write_text(json.dumps(content, indent=1) + "\n", "utf-8", newline="\n")


def _written(wheel: Wheel) -> dict[str, Any]:
    return {key: value for key, value in asdict(wheel).items() if key != "runtime" or value}


def _locked(entry: dict[str, Any], platform: str, tag: str) -> Wheel:
    version = "3.11" if tag == ANY else f"{tag[2]}.{tag[3:]}"
    pin = f"{entry['name']}=={entry['version']}"
    ((_, filename, sha256),) = _report([pin], ["--no-deps"], platform, version)
    say(f"{platform} {tag}: {filename}")
    return Wheel(
        entry["name"], entry["version"], entry["license"], filename, sha256, (platform,), tag, entry.get("runtime", "")
    )


def _add(found: dict[tuple[str, str], Wheel], wheel: Wheel) -> None:
    """Merge entries of the same file for several platforms."""
    key = (wheel.filename, wheel.python)
    platforms = (*found[key].platforms, *wheel.platforms) if key in found else wheel.platforms
    found[key] = Wheel(**{**asdict(wheel), "platforms": platforms})


def _requirement_lines(entry: dict[str, Any]) -> str:
    versions: list[str] = entry["pythons"]
    unhashed: list[str] = entry.get("by_version", [])
    left_out = (*(pin.split("==")[0] + "==" for pin in unhashed), *(_PARTS_OF_TORCH if unhashed else ()))
    wanted_packages = [*entry["packages"], *project.requirements(entry.get("newest_with"))]
    resolved = _report([*wanted_packages, *unhashed], [], None, versions[0])
    pins = [pin for pin, _, _ in resolved if not pin.startswith(left_out)]
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
    if unknown := [pin for pin in pins if not hashes[pin]]:
        raise BuildError(f"no hashes found for {', '.join(unknown)}")
    if any("pytest==" in pin for pin in pins):
        for pin, _, sha256 in _report(_WINDOWS_ONLY, ["--no-deps"], "windows-x64", versions[0]):
            hashes[f'{pin} ; sys_platform == "win32"'] = {sha256}
    lines = ["# written by `python build_addon.py lock`"]
    lines += [f"# {pin} comes by version: each index has its own build of it" for pin in unhashed]
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
