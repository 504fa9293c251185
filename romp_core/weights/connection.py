"""The only module that connects to other machines: GET over https, or over http on this machine."""

from __future__ import annotations

import http.client
import importlib.util
import ssl
import urllib.error
import urllib.request
from email.message import Message
from typing import IO, cast
from urllib.parse import urlsplit

from .. import __version__
from ..errors import ModelError

_LOCAL = ("127.0.0.1", "::1", "localhost")


class ConnectionLost(Exception):
    """The connection could not be made, or was lost: worth another try. The text is a clause of a sentence."""


def get(address: str, headers: dict[str, str], timeout: float) -> http.client.HTTPResponse:
    """Request a file; the response has status 200, 206 or 416.

    Raises:
        ConnectionLost: no response. ModelError: the address is unsafe, or the server refuses the file.
    """
    check_address(address)
    identity = {"User-Agent": f"romp_mocap/{__version__}", "Accept-Encoding": "identity"}
    request = urllib.request.Request(address, headers=identity | headers)
    try:
        response = _opener(is_local(address)).open(request, timeout=timeout)
    except urllib.error.HTTPError as error:
        if error.code == 416:
            return cast(http.client.HTTPResponse, error)  # it has the parts of a response that are used
        raise _refused(error.code, address) from error
    except urllib.error.URLError as error:
        if isinstance(error.reason, ssl.SSLCertVerificationError):
            raise ModelError(
                f"The identity of {urlsplit(address).hostname} could not be verified ({error.reason.verify_message}).",
                "Check the computer's clock; a proxy of your network may intercept the connection. Or choose the file.",
            ) from error
        raise ConnectionLost(_reason(error.reason)) from error
    except (OSError, http.client.HTTPException) as error:
        raise ConnectionLost(_reason(error)) from error
    return cast(http.client.HTTPResponse, response)


def read(response: http.client.HTTPResponse, count: int) -> bytes:
    """What has arrived of a response, at most `count` bytes, b"" at its end. Raises ConnectionLost.

    It does not wait until they are `count`: what came before a server fell silent is to be kept, too.
    """
    try:
        return response.read1(count)
    except (OSError, http.client.HTTPException) as error:
        raise ConnectionLost(_reason(error)) from error


def is_local(address: str) -> bool:
    """Whether the address is on this machine."""
    return urlsplit(address).hostname in _LOCAL


def check_address(address: str) -> None:
    """Raise ModelError unless the address is https, or http on this machine."""
    scheme = urlsplit(address).scheme
    if scheme != "https" and not (scheme == "http" and is_local(address)):
        raise ModelError(f'"{address}" is not a safe address.', "Only https is used.")


class _SafeRedirects(urllib.request.HTTPRedirectHandler):
    """Follows to safe addresses only."""

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: Message, newurl: str
    ) -> urllib.request.Request | None:
        check_address(newurl)
        return super().redirect_request(req, fp, code, msg, headers, newurl)  # type: ignore[arg-type]


def _opener(local: bool) -> urllib.request.OpenerDirector:
    """An opener that knows http and https and nothing else: no files, no ftp."""
    opener = urllib.request.OpenerDirector()
    handlers = [
        urllib.request.ProxyHandler({} if local else None),
        urllib.request.UnknownHandler(),
        urllib.request.HTTPHandler(),
        urllib.request.HTTPSHandler(context=_certificates()),
        urllib.request.HTTPDefaultErrorHandler(),
        urllib.request.HTTPErrorProcessor(),
        _SafeRedirects(),
    ]
    for handler in handlers:
        opener.add_handler(handler)
    return opener


def _certificates() -> ssl.SSLContext:
    """The system's certificates, and those that come with Blender, whose Python does not always find the system's."""
    context = ssl.create_default_context()
    if importlib.util.find_spec("certifi"):
        context.load_verify_locations(importlib.import_module("certifi").where())
    return context


def _refused(code: int, address: str) -> ModelError:
    host = urlsplit(address).hostname
    if code in (404, 410):
        sentence = f"The file is no longer at its address ({address})."
        return ModelError(sentence, "Look for it on the project's page, and choose the file.")
    if code in (401, 403):
        return ModelError(f"{host} refuses the file (status {code}).", "Download it in a browser.")
    return ModelError(f"{host} cannot send the file now (status {code}).", "Try again later.")


def _reason(error: object) -> str:
    if isinstance(error, TimeoutError):
        return "the server stopped responding"
    if isinstance(error, http.client.HTTPException | ConnectionError):
        return "the connection was lost"
    if isinstance(error, OSError) and error.strerror:
        return f"there is no connection ({error.strerror})"
    return f"there is no connection ({error})"
