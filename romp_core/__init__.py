"""Markerless motion capture: footage in, animated people and a matched camera out.

    >>> import romp_core
    >>> take = romp_core.capture("walk.mp4", "walk.npz", romp_core.CaptureSettings(end=1.0))
    >>> person = take.characters[0]
    >>> person.motion.joints().shape  # frames, SMPL joints, xyz: meters, z up, the floor at 0
    (30, 24, 3)
    >>> taller = romp_core.solve(take, take.solve.changed(height=1.85, strength=0.5))  # the model does not run again
    >>> files = romp_core.export_take(taller, "amass", "walk_amass.npz")
    >>> romp_core.load_take("walk.npz").provenance.model
    'blazepose'

Names are loaded when they are used, so that importing the package costs nothing. docs/python-api.md has more examples.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .formats import export_take as export_take
    from .jobs.progress import Progress
    from .models.registry import MODELS as MODELS
    from .storage.take_file import load_take as load_take
    from .storage.take_file import save_take as save_take
    from .take.settings import CaptureSettings as CaptureSettings
    from .take.settings import SolveSettings as SolveSettings
    from .take.take import Take as Take

    __version__: str

    def solve(
        take: Take, settings: SolveSettings | None = None, progress: Callable[[float], None] | None = None
    ) -> Take:
        """See `romp_core.solve.solve_with`: the room of that name can be called."""


__all__ = [
    "MODELS",
    "CaptureSettings",
    "SolveSettings",
    "Take",
    "__version__",
    "capture",
    "export_take",
    "import_take",
    "load_take",
    "save_take",
    "solve",
]

_MODULES = {
    "CaptureSettings": "take.settings",
    "MODELS": "models.registry",
    "SolveSettings": "take.settings",
    "Take": "take.take",
    "export_take": "formats",
    "load_take": "storage.take_file",
    "save_take": "storage.take_file",
}


def capture(
    video: str | Path,
    out: str | Path | None = None,
    settings: CaptureSettings | None = None,
    solve_settings: SolveSettings | None = None,
    *,
    weights: str | Path | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> Take:
    """Capture the people in footage and solve their motion.

    Args:
        video: video file, folder of images, or image.
        out: take file to write (.npz). While the capture runs, a journal beside it grows, from which an interrupted
            capture can be recovered. None writes no file.
        settings: which model to run, on which part of the footage, for whom. solve_settings: see `solve`.
        weights: folder of weight and body files; None for the user's data folder.
        progress: called about ten times a second; may raise to stop.

    Raises:
        MocapError: footage, model or output are unusable, or nobody was found; its `sentence` and `hint` are for users.
    """
    from tempfile import TemporaryDirectory

    from .jobs.capture import capture as run
    from .jobs.listener import ProgressOnly
    from .models.registry import default_store
    from .take.settings import CaptureSettings, SolveSettings

    with TemporaryDirectory() as folder:
        return run(
            str(video),
            out or Path(folder) / "take.npz",
            settings or CaptureSettings(),
            solve_settings or SolveSettings(),
            ProgressOnly(progress),
            store=default_store(weights),
        )


def import_take(
    file: str | Path, settings: SolveSettings | None = None, *, fps: float | None = None, up: str = "auto"
) -> Take:
    """A solved take from results of another program; docs/imports.md lists them.

    Args:
        file: a file, or a folder of them with one per image or person.
        settings: see `solve`. None leaves finished motions as the file has them, and solves others with the defaults.
        fps: frame rate; None for the file's own, that of the footage beside it, or 30.
        up: axis that points up in the file's world, "z" or "y"; "auto" finds it.

    Raises:
        ModelError: the file cannot be read, or is not safe to open. TakeError: it holds no such results, or nobody.
        SettingsError: a setting is outside of its limits.
    """
    from .formats import import_results
    from .solve import solve_with

    take = import_results(file, fps, up)
    return take if take.solved and settings is None else solve_with(take, settings)


def __getattr__(name: str) -> Any:
    if name == "__version__":
        return _version()
    if name == "solve":
        return import_module(".solve", __name__)
    if name in _MODULES:
        return getattr(import_module(f".{_MODULES[name]}", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("romp_core")
    except PackageNotFoundError:  # a source checkout that was never installed
        return "0+source"
