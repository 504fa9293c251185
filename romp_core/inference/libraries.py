"""Libraries that a provider needs and onnxruntime does not bring: CUDA and cuDNN, and OpenVINO on Windows."""

from __future__ import annotations

import contextlib
import ctypes
import importlib.util
import io
import logging
import os
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import onnxruntime

log = logging.getLogger(__name__)

# Where the libraries lie in a CUDA toolkit, a cuDNN archive, a torch, and the nvidia-* wheels.
_TOOLKIT = (".", "lib", "lib64", "bin", "bin/x64", "bin/x86_64")
_WHEELS = ("torch/lib", "nvidia/*/lib", "nvidia/*/bin", "nvidia/*/bin/x86_64")
_PACKAGES = (".", "site-packages", "lib/python3*/site-packages", "Lib/site-packages")
_NEEDED = ("cudart", "cublasLt", "cudnn")


@cache
def load_cuda(folder: Path | None) -> None:
    """Load CUDA and cuDNN into this process, so that the provider finds them; what is missing stays missing.

    Looked for in `folder` (a toolkit, a folder of libraries, or a Python environment with torch or nvidia-*
    packages), beside the torch or the nvidia-* packages of this Python, and in the system's usual folders.
    """
    output = io.StringIO()
    with contextlib.redirect_stdout(output):  # it prints all problems, also those that do not matter
        for searched in [*(cuda_folders(folder) if folder else ()), None]:
            onnxruntime.preload_dlls(directory=None if searched is None else str(searched.absolute()))
    if output.getvalue():
        log.info("loading CUDA: %s", output.getvalue().strip())


def cuda_folders(folder: Path) -> list[Path]:
    """Folders with CUDA or cuDNN libraries in and below the user's folder."""

    def candidates() -> Iterator[Path]:
        for package in _PACKAGES:
            for base in sorted(folder.glob(package)) if package != "." else [folder]:
                for pattern in (*_TOOLKIT, *_WHEELS):
                    yield from sorted(base.glob(pattern)) if pattern != "." else [base]

    return [each for each in dict.fromkeys(candidates()) if each.is_dir() and _holds_cuda(each)]


def _holds_cuda(folder: Path) -> bool:
    return any(any(folder.glob(f"*{name}*")) for name in _NEEDED)


def missing_for_cuda() -> list[str]:
    """What CUDA lacks on this machine, named for the user."""
    toolkit = (onnxruntime.cuda_version or "12").split(".")[0]
    windows = sys.platform == "win32"
    required = {
        "the NVIDIA driver": "nvcuda.dll" if windows else "libcuda.so.1",
        f"CUDA {toolkit}": f"cublas64_{toolkit}.dll" if windows else f"libcublas.so.{toolkit}",
        "cuDNN 9": "cudnn64_9.dll" if windows else "libcudnn.so.9",
    }
    return [title for title, library in required.items() if not _loads(library)]


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


@cache
def show_openvino() -> None:
    """Let Windows find the libraries of the `openvino` package; elsewhere the provider brings its own."""
    spec = importlib.util.find_spec("openvino")
    if sys.platform == "win32" and spec is not None and spec.origin is not None:
        libraries = Path(spec.origin).parent / "libs"
        os.add_dll_directory(str(libraries))
        os.environ["PATH"] = os.pathsep.join([str(libraries), os.environ["PATH"]])
