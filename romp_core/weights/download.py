"""Downloads of weight files: resumed after interruptions, verified, and renamed when complete."""

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
from .connection import ConnectionLost, get, read
from .file import WeightFile
from .partial_download import PartialDownload
from .store import WeightStore, is_web_page

TIMEOUT_SECONDS = 30.0
PAUSE_SECONDS = 1.0
TRIES = 4
"""Attempts in a row without any data before the download fails."""

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
    """Fetch a file from its official address into the store's folder; a partial download is resumed.

    Args:
        progress: called with the bytes done and the total (0 when not known).
        address: another address of the same file.
        timeout: seconds without data after which the connection counts as lost.

    Returns:
        The path of the file; of the folder, where it is an archive that was unpacked.

    Raises:
        ModelError: the user must get the file; the server refuses it or sends something else; the connection cannot be
            made again (the partial download is kept); the disk is full.
        Cancelled: the partial download is kept.
    """
    file = store.file(key)
    if not file.url:
        raise ModelError(f"{file.title} cannot be downloaded by a program.", file.how_to_get)
    partial = PartialDownload(store.download_path(key), address or file.url)
    _fetch_all(partial, file, progress, cancelled, timeout)
    digest = _verified(partial, file, store)
    if file.members:
        unpack(partial.path, store.folder / partial.target.stem, file.members)
        partial.delete()
    else:
        partial.finish()
        store.records.keep(partial.target, digest)
    store.records.store("downloaded", key, digest)
    if store.chosen(key) is not None:
        store.choose(key, None)
    path = store.find(key)
    if path is None:
        raise ModelError(f'"{partial.target}" has disappeared.', "A virus scanner may have removed it.")
    return path


def _fetch_all(
    partial: PartialDownload,
    file: WeightFile,
    progress: Callable[[int, int], None],
    cancelled: Callable[[], bool],
    timeout: float,
) -> None:
    """Connect until the file is complete."""
    failures = 0
    while failures < TRIES:
        before = partial.size
        try:
            _fetch(partial, file, progress, cancelled, timeout)
        except ConnectionLost as lost:
            failures = 0 if partial.size > before else failures + 1
            reason = str(lost)
            _pause(PAUSE_SECONDS * 2**failures, cancelled)
        else:
            return
    raise ModelError(
        f"{file.file_names[0]} could not be downloaded: {reason}.",
        "Partial download kept; it will resume. Or get the file in a browser and choose it.",
    )


def _fetch(
    partial: PartialDownload,
    file: WeightFile,
    progress: Callable[[int, int], None],
    cancelled: Callable[[], bool],
    timeout: float,
) -> None:
    """One connection: append what the server sends, up to the end of the file."""
    start = partial.size
    headers = {}
    if start and (partial.validator or file.sha256):  # else both parts might be of different files
        headers["Range"] = f"bytes={start}-"
        if partial.validator:
            headers["If-Range"] = partial.validator
    with get(partial.address, headers, timeout) as response:
        if response.status == 416:  # nothing is left to send, or the partial download is of another file
            if _whole_size(response) == start:
                return
            partial.delete()
            raise ConnectionLost("the file on the server has changed")
        whole = _whole_size(response)
        resumes = response.status == 206 and _range_start(response) == start
        if response.status == 206 and not resumes:
            partial.delete()
            raise ConnectionLost("the server sent another part than requested")
        _check_response(response, file, whole)
        done = start if resumes else 0
        partial.begin(_validator(response), max(whole - done, 0), start_over=not resumes)
        while data := read(response, _CHUNK):
            if done == 0 and is_web_page(data):
                partial.delete()
                raise _not_the_file(file, "a web page")
            partial.append(data)
            done += len(data)
            progress(done, whole)
            if cancelled():
                raise Cancelled("The download was cancelled.", "Partial download kept; it will resume.")
            if done > (file.size or _SIZE_LIMIT):
                partial.delete()
                raise _not_the_file(file, "far more than the file")
    if done < whole:
        raise ConnectionLost("the connection was lost")


def _whole_size(response: http.client.HTTPResponse) -> int:
    """Size of the file on the server, whatever part is sent; 0 when the server does not say."""
    if found := re.search(r"/(\d+)$", response.headers.get("Content-Range", "")):
        return int(found[1])
    length = response.headers.get("Content-Length", "")
    return int(length) if response.status == 200 and length.isdecimal() else 0


def _range_start(response: http.client.HTTPResponse) -> int:
    found = re.match(r"bytes (\d+)-", response.headers.get("Content-Range", ""))
    return int(found[1]) if found else -1


def _validator(response: http.client.HTTPResponse) -> str:
    """For `If-Range`: a strong ETag, else the date."""
    tag = response.headers.get("ETag", "")
    return tag if tag.startswith('"') else response.headers.get("Last-Modified", "")


def _check_response(response: http.client.HTTPResponse, file: WeightFile, whole: int) -> None:
    """Raise ModelError when the response cannot be the file, before its bytes are loaded."""
    if response.headers.get_content_type() in ("text/html", "application/xhtml+xml"):
        raise _not_the_file(file, "a web page")
    if whole and file.size and whole != file.size:
        raise _not_the_file(file, f"{whole} bytes instead of {file.size}")
    if whole > _SIZE_LIMIT:
        raise _not_the_file(file, f"{whole} bytes")


def _not_the_file(file: WeightFile, what: str) -> ModelError:
    return ModelError(
        f"The server sent {what} instead of {file.file_names[0]}.",
        "Try again later, or get the file in a browser and choose it.",
    )


def _verified(partial: PartialDownload, file: WeightFile, store: WeightStore) -> str:
    """Hash of the complete file once it is verified; else it is deleted and ModelError raised.

    Without a published hash the first download counts when its own checksums agree, and later ones must equal it.
    """
    digest = file_sha256(partial.path)
    expected = file.sha256 or store.records.read()["downloaded"].get(file.key, "")
    if not digest.startswith(expected):
        partial.delete()
        which = "the published one" if file.sha256 else "that of the first download"
        raise ModelError(
            f"The download of {file.file_names[0]} was deleted: its hash is not {which}.",
            "Try again. If it happens again, the file on the server was changed: ask its publisher.",
        )
    if not expected and zipfile.is_zipfile(partial.path):
        try:
            with zipfile.ZipFile(partial.path) as opened:
                bad = opened.testzip()
        except (zipfile.BadZipFile, EOFError, OSError):
            bad = "it"
        if bad:
            partial.delete()
            raise ModelError(f"The download of {file.file_names[0]} was deleted: {bad} is damaged.", "Try again.")
    return digest


def _pause(seconds: float, cancelled: Callable[[], bool]) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if cancelled():
            raise Cancelled("The download was cancelled.", "Partial download kept; it will resume.")
        time.sleep(min(0.1, seconds))
