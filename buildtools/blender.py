"""Choosing one of the bpy environments where any will do."""

from pathlib import Path

from . import lock, pythons, venvs
from .console import BuildError

_PREFERRED = ("bpy-4.5.15", "bpy-5.2.3")


def python(version: str | None = None) -> Path:
    """The interpreter of the bpy environment of this Blender version; without one, of the first that can be had.

    Raises:
        BuildError: an unknown version, or its Python was not found.
    """
    if version is not None:
        return venvs.python(venv(version))
    known = lock.blender_venvs()
    usable = [name for name in dict.fromkeys((*_PREFERRED, *known)) if pythons.find(lock.venv_pythons(name)[0])]
    if not usable:
        needed = sorted({lock.venv_pythons(name)[0] for name in known})
        raise BuildError("\n".join(pythons.missing(each) for each in needed))
    return venvs.python(usable[0])


def venv(version: str) -> str:
    """The name of the environment of a Blender version such as "4.5.15"."""
    known = lock.blender_venvs()
    if f"bpy-{version}" not in known:
        versions = ", ".join(name.removeprefix("bpy-") for name in known)
        raise BuildError(f"There is no bpy {version} here; known are {versions}.")
    return f"bpy-{version}"
