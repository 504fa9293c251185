"""Markerless motion capture core: footage in, a `Take` (animated SMPL skeletons, camera, provenance) out."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("romp_core")
except PackageNotFoundError:  # a source checkout that was never installed
    __version__ = "0+source"
