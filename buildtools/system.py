"""Shared libraries that the bpy module needs from the system: found by name, installed by apt where that is ours."""

import ctypes
import os
import shutil
import sys
from pathlib import Path

from . import process
from .console import say, warn

# what a bare Debian or Ubuntu lacks: library -> package
_LIBRARIES = {
    "libX11.so.6": "libx11-6",
    "libXext.so.6": "libxext6",
    "libXfixes.so.3": "libxfixes3",
    "libXi.so.6": "libxi6",
    "libXrender.so.1": "libxrender1",
    "libXxf86vm.so.1": "libxxf86vm1",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libSM.so.6": "libsm6",
    "libICE.so.6": "libice6",
    "libGL.so.1": "libgl1",
    "libEGL.so.1": "libegl1",
    "libgomp.so.1": "libgomp1",
    "libEGL_mesa.so.0": "libegl-mesa0",
}
_DRIVER = "libgl1-mesa-dri"


def ensure_libraries() -> None:
    """Install what is missing when root on Debian or Ubuntu; else print the exact command and go on."""
    if not sys.platform.startswith("linux"):
        return
    packages = [package for library, package in _LIBRARIES.items() if not _loads(library)]
    if not any(any(Path("/usr").glob(pattern)) for pattern in ("lib*/*/dri/*_dri.so", "lib*/dri/*_dri.so")):
        packages.append(_DRIVER)
    if packages:
        install(packages, "Blender needs system libraries that are missing")


def install(packages: list[str], reason: str) -> bool:
    """Install Debian packages if this is Debian or Ubuntu and we are root; say so, or what to type. True when done."""
    if not sys.platform.startswith("linux"):
        return False
    command = ["apt-get", "install", "-y", "--no-install-recommends", *packages]
    if shutil.which("apt-get") and os.geteuid() == 0:
        say(f"{reason}: {' '.join(command)}")
        quiet = {"DEBIAN_FRONTEND": "noninteractive"}
        process.run(["apt-get", "update", "-qq"], timeout=300, env=quiet)
        if process.run(command, timeout=900, env=quiet) == 0:
            return True
        warn(f"could not install {' '.join(packages)}")
        return False
    warn(f"{reason}. On Debian or Ubuntu run:\n    sudo {' '.join(command)}")
    return False


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True
