"""Which kind of live source a text names."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from ...errors import FootageError
from ...take.settings import LiveSettings
from . import problems
from .live_source import LiveSource


def open_live(source: str, settings: LiveSettings) -> LiveSource:
    """A camera by its number, an http://, https:// or rtsp:// address, or a video file in real time.

    Raises:
        FootageError: it is none of them. Whether a camera or an address answers shows when it is read.
    """
    source = source.strip()
    if source.isdecimal():
        from ..camera import open_camera

        return open_camera(int(source), settings)
    if "://" in source:
        return _open_address(source)
    path = Path(source)
    if not source or not path.exists():
        raise problems.no_such_source(source)
    from .realtime_file import RealtimeFile

    return RealtimeFile(path.absolute())


def _open_address(address: str) -> LiveSource:
    scheme = urlsplit(address).scheme.lower()
    if scheme in ("http", "https"):
        from .mjpeg import MjpegStream

        return MjpegStream(address)
    if scheme in ("rtsp", "rtsps"):
        from .pyav_stream import PyavStream

        options = {"rtsp_transport": "tcp", "fflags": "nobuffer", "analyzeduration": "1000000"}

        def failure(error: Exception) -> FootageError:
            return problems.unreachable(address, getattr(error, "strerror", None) or str(error))

        return PyavStream(problems.shown(address), address, "rtsp", [options], failure)
    raise problems.unsafe_address(address)
