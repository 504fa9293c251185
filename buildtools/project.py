"""What the project says about itself: `blender_manifest.toml` and `pyproject.toml`."""

import tomllib
from collections.abc import Iterable
from typing import Any

from .paths import MANIFEST, PYPROJECT


def manifest() -> dict[str, Any]:
    """The extension's manifest as it is in the repository."""
    return tomllib.loads(MANIFEST.read_text("utf-8"))


def package() -> dict[str, Any]:
    """The `[project]` table of romp_core."""
    return dict(tomllib.loads(PYPROJECT.read_text("utf-8"))["project"])


def requirements(extras: Iterable[str] | None) -> list[str]:
    """What romp_core with these extras depends on, on whichever system, with its bounds; nothing for None."""
    if extras is None:
        return []
    table = package()
    wanted = [*table["dependencies"], *(each for extra in extras for each in table["optional-dependencies"][extra])]
    return [requirement.split(";")[0].strip() for requirement in wanted]


def version() -> str:
    """The one version of extension and package."""
    return str(manifest()["version"])


def stamped_manifest(platform: str, wheels: list[str]) -> bytes:
    """The manifest of one zip: the repository's, plus its platform and the wheels in it."""
    # both are top-level keys, so they go before the first table
    head, table, rest = MANIFEST.read_text("utf-8").partition("\n[")
    lines = [f'platforms = ["{platform}"]', "wheels = [", *(f'    "./wheels/{name}",' for name in sorted(wheels)), "]"]
    return "\n".join([head.rstrip(), "", *lines, table + rest]).encode()
