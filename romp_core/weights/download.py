"""Downloading a weight file: resumed after a break, verified, and named only when it is whole."""

from __future__ import annotations

import http.client
import re
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

from ..errors import Cancelled, ModelError
from ..storage.hashing import file_sha256
from .archive import unpack
from .connection import Broken, get, read
from .file import WeightFile
from .part import Part
from .store import WeightStore, is_web_page

TIMEOUT_SECONDS = 30.0
PAUSE_SECONDS = 1.0
TRIES = 4
"""Attempts in a row that bring nothing, before the download is given up."""

_CHUNK = 1 << 18
_SIZE_LIMIT = 2 << 30


def download(
    key: str,
    store: WeightStore,
    progress: Callable[[int, int], None] = lambda done, total: None,
    cancelled: Callable[[], bool] = lambda: False,
    address: str = "",
    timeout: float = TIMEOUT_SECONDS,
) -> Path:
    """Fetch a file from its official address into the store's folder; a half that is there is gone on with.

    Args:
        progress: hears bytes done and bytes in all (0 when not known).
        address: another place where the same file lies.
        timeout: seconds of silence after which the connection counts as broken.

    Returns:
        Where the file lies; an archive is unpacked, and it is a folder.

    Raises:
        ModelError: the file must be brought by the user; the server refuses it or sends something else; the connection
            stays broken (the half is kept); there is no room.
        Cancelled: the half is kept.
    """
    file = store.file(key)
    if not file.url:
        raise ModelError(f"{file.title} cannot be downloaded by a program.", file.how_to_get)
    part = Part(store.download_path(key), address or file.url)
    _fetch_all(part, file, progress, cancelled, timeout)
    digest = _verified(part, file, store)
    if file.members:
        unpack(part.path, store.folder / part.target.stem, file.members)
        part.delete()
    else:
        part.finish()
        store.ledger.keep(part.target, digest)
    store.ledger.note("downloaded", key, digest)
    if store.chosen(key) is not None:
        store.choose(key, None)
    path = store.find(key)
    if path is None:
        raise ModelError(f'"{part.target}" is gone again.', "A virus scanner may have taken it away.")
    return path


def _fetch_all(
    part: Part,
    file: WeightFile,
    progress: Callable[[int, int], None],
    cancelled: Callable[[], bool],
    timeout: float,
) -> None:
    """Connect until the half is whole."""
    fruitless = 0
    while fruitless < TRIES:
        before = part.size
        try:
            _fetch(part, file, progress, cancelled, timeout)
        except Broken as broken:
            fruitless = 0 if part.size > before else fruitless + 1
            reason = str(broken)
            _pause(PAUSE_SECONDS * 2**fruitless, cancelled)
        else:
            return
    raise ModelError(
        f"{file.file_names[0]} could not be downloaded: {reason}.",
        "What was loaded is kept: download again to go on. Or get the file in a browser and choose it.",
    )


def _fetch(
    part: Part,
    file: WeightFile,
    progress: Callable[[int, int], None],
    cancelled: Callable[[], bool],
    timeout: float,
) -> None:
    """One connection: add to the half what the server sends, up to the end of the file."""
    start = part.size
    headers = {}
    if start and (part.validator or file.sha256):  # else nothing tells whether both halves are of the same file
        headers["Range"] = f"bytes={start}-"
        if part.validator:
            headers["If-Range"] = part.validator
    with get(part.address, headers, timeout) as response:
        if response.status == 416:  # nothing is left to send, or the half is not of this file
            if _whole_size(response) == start:
                return
            part.delete()
            raise Broken("the file on the server has changed")
        whole = _whole_size(response)
        goes_on = response.status == 206 and _range_start(response) == start
        if response.status == 206 and not goes_on:
            part.delete()
            raise Broken("the server sent another piece than was asked for")
        _refuse_other_files(response, file, whole)
        done = start if goes_on else 0
        part.begin(_validator(response), max(whole - done, 0), anew=not goes_on)
        while data := read(response, _CHUNK):
            if done == 0 and is_web_page(data):
                part.delete()
                raise _not_the_file(file, "a web page")
            part.append(data)
            done += len(data)
            progress(done, whole)
            if cancelled():
                raise Cancelled("The download was cancelled.", "What was loaded is kept: the next download goes on.")
            if done > (file.size or _SIZE_LIMIT):
                part.delete()
                raise _not_the_file(file, "far more than the file")
    if done < whole:
        raise Broken("the connection broke off")


def _whole_size(response: http.client.HTTPResponse) -> int:
    """Size of the file on the server, whatever piece of it is sent; 0 when the server does not say."""
    if found := re.search(r"/(\d+)$", response.headers.get("Content-Range", "")):
        return int(found[1])
    length = response.headers.get("Content-Length", "")
    return int(length) if response.status == 200 and length.isdecimal() else 0


def _range_start(response: http.client.HTTPResponse) -> int:
    found = re.match(r"bytes (\d+)-", response.headers.get("Content-Range", ""))
    return int(found[1]) if found else -1


def _validator(response: http.client.HTTPResponse) -> str:
    """What `If-Range` may name: a strong ETag, else the date."""
    tag = response.headers.get("ETag", "")
    return tag if tag.startswith('"') else response.headers.get("Last-Modified", "")


def _refuse_other_files(response: http.client.HTTPResponse, file: WeightFile, whole: int) -> None:
    """Raise ModelError when the answer cannot be the file, before its bytes are loaded."""
    if response.headers.get_content_type() in ("text/html", "application/xhtml+xml"):
        raise _not_the_file(file, "a web page")
    if whole and file.size and whole != file.size:
        raise _not_the_file(file, f"{whole} bytes instead of {file.size}")
    if whole > _SIZE_LIMIT:
        raise _not_the_file(file, f"{whole} bytes")


def _not_the_file(file: WeightFile, what: str) -> ModelError:
    return ModelError(
        f"The server sent {what} in the place of {file.file_names[0]}.",
        "Try again later, or get the file in a browser and choose it.",
    )


def _verified(part: Part, file: WeightFile, store: WeightStore) -> str:
    """Hash of the whole file, once it is known to be good; else it is deleted and ModelError raised.

    Without a published hash the first download counts when its own checksums agree, and later ones must equal it.
    """
    digest = file_sha256(part.path)
    expected = file.sha256 or store.ledger.read()["downloaded"].get(file.key, "")
    if expected and digest != expected:
        part.delete()
        which = "the published one" if file.sha256 else "that of the first download"
        raise ModelError(
            f"The download of {file.file_names[0]} was deleted: its hash is not {which}.",
            "Try again. If it stays so, the file on the server was changed: ask its publisher.",
        )
    if not expected and zipfile.is_zipfile(part.path):
        try:
            with zipfile.ZipFile(part.path) as opened:
                bad = opened.testzip()
        except (zipfile.BadZipFile, EOFError, OSError):
            bad = "it"
        if bad:
            part.delete()
            raise ModelError(f"The download of {file.file_names[0]} was deleted: {bad} is damaged.", "Try again.")
    return digest


def _pause(seconds: float, cancelled: Callable[[], bool]) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if cancelled():
            raise Cancelled("The download was cancelled.", "What was loaded is kept: the next download goes on.")
        time.sleep(min(0.1, seconds))
