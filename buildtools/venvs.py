"""Virtual environments with pinned contents, hashed but for torch; one folder per environment and lock, made once."""

import hashlib
import os
import shutil
from functools import cache
from pathlib import Path

from . import lock, process, pythons
from .console import BuildError, say
from .paths import VENVS

_INSTALL = ["--quiet", "--only-binary=:all:", "--no-input"]
_HASHED = ["--require-hashes", "--no-deps"]


@cache
def python(name: str) -> Path:
    """The interpreter of an environment, which is made first if needed.

    Raises:
        BuildError: no suitable Python, or the installation failed.
    """
    requirements = lock.requirements(name)
    # Not by the Python it is made with: whoever asks, also from within another environment, gets the same one.
    key = hashlib.sha256(requirements.read_bytes()).hexdigest()[:12]
    folder = VENVS / f"{name}-{key}"
    interpreter = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    complete = folder / "complete"
    if complete.is_file() and interpreter.exists():
        return interpreter
    base = pythons.any_of(lock.venv_pythons(name))
    say(f"making the environment {name} with {base}")
    for old in VENVS.glob(f"{name}-" + "?" * len(key)):  # half-made, or of an older lock: a bpy takes 1 GB
        shutil.rmtree(old)
    process.output([base, "-m", "venv", folder], timeout=300)
    _install(interpreter, [*_HASHED, "-r", requirements], f"the environment {name} from {requirements.name}")
    if pins := lock.by_version(name):  # with what their build needs and the lock does not have, such as CUDA
        _install(interpreter, [*pins], f"{' and '.join(pins)} into the environment {name}")
    complete.touch()
    return interpreter


def _install(interpreter: Path, what: list[str | Path], title: str) -> None:
    if process.run([interpreter, "-m", "pip", "install", *_INSTALL, *what], timeout=1800) != 0:
        raise BuildError(f"Could not install {title}.")
