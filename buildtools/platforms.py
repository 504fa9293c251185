"""The systems that get a zip, by Blender's names, and what pip calls them."""

import platform
from dataclasses import dataclass

from .console import BuildError


@dataclass(frozen=True)
class Platform:
    """One target system.

    Attributes:
        name: as in Blender's manifest.
        tags: wheel platform tags, newest first; pip adds the older macOS ones by itself.
        limit_mb: largest allowed standard zip, in units of 10^6 bytes.
    """

    name: str
    tags: tuple[str, ...]
    limit_mb: int


PLATFORMS = {
    target.name: target
    for target in (
        Platform(
            "linux-x64",
            ("manylinux_2_28_x86_64", "manylinux_2_27_x86_64", "manylinux_2_17_x86_64", "manylinux2014_x86_64"),
            200,
        ),
        Platform("windows-x64", ("win_amd64",), 170),
        Platform("macos-arm64", ("macosx_14_0_arm64",), 170),
        Platform("macos-x64", ("macosx_14_0_x86_64",), 170),
        Platform("windows-arm64", ("win_arm64",), 170),
    )
}
_SYSTEMS = {"darwin": "macos"}
_MACHINES = {"x86_64": "x64", "amd64": "x64", "aarch64": "arm64"}


def host() -> str:
    """Blender's name of this system, whether it gets a zip or not."""
    system, machine = platform.system().lower(), platform.machine().lower()
    return f"{_SYSTEMS.get(system, system)}-{_MACHINES.get(machine, machine)}"


def chosen(names: list[str]) -> list[Platform]:
    """The platforms asked for: this system's when none is, every one for `all`."""
    if "all" in names:
        return list(PLATFORMS.values())
    wanted = names or [host()]
    for name in wanted:
        if name not in PLATFORMS:
            raise BuildError(f"There is no zip for {name}. Choose --platform {', '.join(PLATFORMS)} or all.")
    return [PLATFORMS[name] for name in dict.fromkeys(wanted)]
