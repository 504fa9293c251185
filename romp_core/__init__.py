"""Markerless motion capture core: footage in, a `Take` (animated SMPL skeletons, camera, provenance) out."""


def __getattr__(name: str) -> str:
    """`__version__`, looked up when asked for: reading package metadata would slow down enabling the add-on."""
    if name != "__version__":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("romp_core")
    except PackageNotFoundError:  # a source checkout that was never installed
        return "0+source"
