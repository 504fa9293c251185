"""The environment of the worker process."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path

from ..inference.threads import ONE_BLAS_THREAD

_PACKAGES = ("romp_core", "onnxruntime", "av", "munkres", "pythonosc", "numpy")


def worker_environment() -> dict[str, str]:
    """Variables of the child: our packages' folders as PYTHONPATH, no other Python settings inherited."""
    folders: list[str] = []
    for name in _PACKAGES:
        spec = importlib.util.find_spec(name)
        if spec and spec.origin:
            above = Path(spec.origin).parent
            folder = str(above.parent if spec.submodule_search_locations else above)
            if folder not in folders:
                folders.append(folder)
    inherited = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    return inherited | ONE_BLAS_THREAD | {"PYTHONPATH": os.pathsep.join(folders), "PYTHONIOENCODING": "utf-8"}
