"""MJPEG over HTTP: what network cameras, phones and most test servers send."""

from __future__ import annotations

import http.client
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from typing import Any, cast
from urllib.parse import unquote, urlsplit, urlunsplit

import av

from ...errors import FootageError
from ...typing import Array
from . import problems
from .jpeg_splitter import JpegSplitter
from .live_images import LiveImages
from .live_source import Arrival

CONNECT_SECONDS = 5.0
SILENT_SECONDS = 10.0
"""A connection over which nothing comes for this long is given up, and another one is made."""
_CHUNK_BYTES = 1 << 16
_NO_IMAGE_BYTES = 2 << 20
"""A stream without an image in this many bytes is none of JPEGs."""
_KINDS = {"text/html": "a web page", "application/json": "data (JSON)", "text/plain": "text"}


class MjpegStream:
    """An http:// or https:// address as a `LiveSource`."""

    footage = None

    def __init__(self, address: str) -> None:
        self._address, self._user = _without_user(address)
        self.name = problems.shown(address)
        self._images = LiveImages()
        self._response: http.client.HTTPResponse | None = None
        self._closed = False

    def frames(self) -> Iterator[Arrival]:
        """See `LiveSource`."""
        response = self._response = self._connect()
        splitter, decoder, before_first = JpegSplitter(), _Decoder(self._images), 0
        with response:
            while data := self._read(response):
                arrived = time.perf_counter()
                for jpeg in splitter.feed(data):
                    before_first = -1
                    yield Arrival(arrived, partial(decoder.image, jpeg))
                if before_first >= 0 and (before_first := before_first + len(data)) > _NO_IMAGE_BYTES:
                    raise problems.no_video(self._address, "something else")

    def close(self) -> None:
        """See `LiveSource`."""
        self._closed = True
        if self._response is not None:
            _interrupt(self._response)

    def _connect(self) -> http.client.HTTPResponse:
        headers = {"User-Agent": "romp_mocap", "Accept": "multipart/x-mixed-replace, image/jpeg, */*"}
        request = urllib.request.Request(self._address, headers=headers)
        # Cameras are in this network: no proxy stands between.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), *self._authentication())
        try:
            response = cast(http.client.HTTPResponse, opener.open(request, timeout=CONNECT_SECONDS))
        except urllib.error.HTTPError as error:
            raise problems.refused(self._address, error.code) from error
        except urllib.error.URLError as error:
            raise problems.unreachable(self._address, _reason(error.reason)) from error
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise problems.unreachable(self._address, _reason(error)) from error
        kind = response.headers.get_content_type()
        single = kind == "image/jpeg" and response.headers.get("Content-Length")
        if single or not (kind.startswith("multipart/") or kind in ("image/jpeg", "application/octet-stream")):
            response.close()
            raise problems.no_video(self._address, "one image" if single else _KINDS.get(kind, kind))
        _set_timeout(response, SILENT_SECONDS)
        return response

    def _authentication(self) -> list[urllib.request.BaseHandler]:
        """Answers to a camera that asks who is there, by either of the two ways of HTTP (RFC 7616, 7617)."""
        if not self._user:
            return []
        user, _, password = self._user.partition(":")
        known = urllib.request.HTTPPasswordMgrWithDefaultRealm()
        known.add_password(None, self._address, unquote(user), unquote(password))
        return [urllib.request.HTTPBasicAuthHandler(known), urllib.request.HTTPDigestAuthHandler(known)]

    def _read(self, response: http.client.HTTPResponse) -> bytes:
        try:
            return response.read1(_CHUNK_BYTES)
        except TimeoutError as error:
            raise problems.no_frames(self.name, SILENT_SECONDS) from error
        except (OSError, http.client.HTTPException, ValueError, AttributeError) as error:  # closed in another thread
            raise self._lost() from error

    def _lost(self) -> FootageError:
        return problems.lost(self.name)


class _Decoder:
    """Decodes JPEGs of one connection, in the thread that wants the image."""

    def __init__(self, images: LiveImages) -> None:
        self._images = images
        self._codec: Any = av.CodecContext.create("mjpeg", "r")

    def image(self, jpeg: bytes) -> Array | None:
        """The image; None when it is damaged."""
        try:
            frames = self._codec.decode(av.Packet(jpeg))
        except av.error.FFmpegError:
            return None
        return self._images.image(frames[-1], self._codec) if frames else None


def _without_user(address: str) -> tuple[str, str]:
    """The address without user name and password, and these as they are in it."""
    parts = urlsplit(address)
    user, at, host = parts.netloc.rpartition("@")
    return urlunsplit(parts._replace(netloc=host)), user if at else ""


def _reason(error: object) -> str:
    if isinstance(error, TimeoutError):
        return "no answer"
    if isinstance(error, socket.gaierror):
        return "no such host"
    return getattr(error, "strerror", None) or str(error) or type(error).__name__


def _socket(response: http.client.HTTPResponse) -> Any:
    """The socket of a response; the standard library hides it."""
    return getattr(getattr(response.fp, "raw", None), "_sock", None)


def _set_timeout(response: http.client.HTTPResponse, seconds: float) -> None:
    connection = _socket(response)
    if connection is not None:
        connection.settimeout(seconds)


def _interrupt(response: http.client.HTTPResponse) -> None:
    """Let a thread that waits for the response go on."""
    connection = _socket(response)
    if connection is not None:
        with suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)
