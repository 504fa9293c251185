"""Where the user's weight files are, and whether they are the published ones."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from ..errors import ModelError
from .archive import unpack
from .body_files import BODY_FILES
from .file import WeightFile
from .records import Records

_SUBFOLDERS = ("", "smpl_model_data", "smpl_model_data/smil", "smil", "moro_connections")


@dataclass(frozen=True)
class FileState:
    """State of a file.

    Attributes:
        file: what is known of it; path: where it is, None when it is missing.
        problem: a sentence when it cannot be used; remark: a sentence when it can, but is not the published file.
    """

    file: WeightFile
    path: Path | None
    problem: str = ""
    remark: str = ""


@dataclass(frozen=True)
class WeightStore:
    """A folder of weight files, and other folders that are only read, such as `~/.romp` of the reference program.

    Attributes:
        given: files that count before all others in this run only, as (key, path); None hides one.
        files: what is known, by key; `models.registry.weight_store` knows the files of all models.
    """

    folder: Path
    also: tuple[Path, ...] = ()
    given: tuple[tuple[str, Path | None], ...] = ()
    files: Mapping[str, WeightFile] = field(default_factory=lambda: BODY_FILES, repr=False, compare=False)

    def file(self, key: str) -> WeightFile:
        """What is known of a file. Raises ModelError naming those that exist."""
        try:
            return self.files[key]
        except KeyError:
            raise ModelError(
                f'There is no weight file called "{key}".', f"Known are: {', '.join(self.files)}."
            ) from None

    @property
    def records(self) -> Records:
        """Records of the folder."""
        return Records(self.folder)

    def first(self, keys: Iterable[str]) -> str | None:
        """The first of these keys whose file is there; None without any."""
        return next((key for key in keys if self.find(key)), None)

    def find(self, key: str) -> Path | None:
        """Path of the file: the chosen one, else in the folder, else in those that are only read; None if nowhere.

        Of an archive it is the folder of its members.

        Raises:
            ModelError: there is no such key.
        """
        file = self.file(key)
        if key in dict(self.given):
            return dict(self.given)[key]
        if file.members:
            members = [self.find(name) for name in file.members]
            return members[0].parent if all(members) and members[0] else None
        chosen = self.chosen(key)
        if chosen is not None and chosen.is_file():
            return chosen
        folders = (folder / sub for folder in (self.folder, *self.also) for sub in _SUBFOLDERS)
        candidates = (found / name for found in folders if found.is_dir() for name in file.file_names)
        return next((path for path in candidates if path.is_file()), None)

    def chosen(self, key: str) -> Path | None:
        """The file that the user chose for this key, whether it is still there or not."""
        path = self.records.read()["chosen"].get(key)
        return Path(path) if isinstance(path, str) else None

    def choose(self, key: str, path: str | Path | None) -> None:
        """Use this file from now on, wherever it is; None returns to the file in the folder.

        An archive is unpacked into the folder instead; of a folder with its files, each is used from there.

        Raises:
            ModelError: there is no such file, or it is a web page; the folder cannot be written.
        """
        file = self.file(key)
        if path is None:
            self.records.store("chosen", key, None)
        elif file.members and Path(path).is_dir():
            for member, found in [(name, checked_file(Path(path) / name)) for name in file.members]:
                self.records.store("chosen", member, str(found))
        elif file.members:
            unpack(checked_file(path), self.folder / Path(file.file_names[0]).stem, file.members)
        else:
            self.records.store("chosen", key, str(checked_file(path)))

    def given_files(self, files: Mapping[str, Path | None]) -> WeightStore:
        """The same store with these files for those keys; None hides one."""
        return replace(self, given=(*self.given, *files.items()))

    def sha256(self, key: str) -> str:
        """Hex digest of the file in use, cached by its size and time of change. Raises ModelError when missing."""
        path = self.find(key)
        if path is None:
            raise ModelError(self.state(key).problem, advice(self.file(key)))
        return self._digest(key, path)

    def _digest(self, key: str, path: Path) -> str:
        if path.is_dir():  # an archive is not kept, but the hash that it had
            return str(self.records.read()["downloaded"].get(key, ""))
        return self.records.sha256(path)

    def state(self, key: str) -> FileState:
        """State of a file, by what is known; quick, since only the records are read."""
        path = self.find(key)
        return self._state(key, path, self.records.known_sha256(path) if path else "")

    def check(self, key: str) -> FileState:
        """State of a file by its content. Raises ModelError when it cannot be read."""
        path = self.find(key)
        return self._state(key, path, self._digest(key, path) if path else "")

    def _state(self, key: str, path: Path | None, digest: str) -> FileState:
        """A download must have the published hash, or that of the first download; other files may differ."""
        file = self.file(key)
        if path is None:
            chosen = self.chosen(key)
            if chosen is not None:
                return FileState(file, None, f'The chosen file "{chosen}" for {file.title} no longer exists.')
            return FileState(file, None, f"The file {file.file_names[0]} ({file.title}) is missing.")
        recorded = self.records.read()["downloaded"].get(key, "")
        expected = file.sha256 or recorded
        if not (digest and expected) or digest.startswith(expected):
            return FileState(file, path)
        if recorded and path == self.download_path(key):
            return FileState(file, path, f'The downloaded file "{path.name}" is damaged.')
        return FileState(file, path, remark=f'"{path.name}" is not the published {file.file_names[0]}.')

    def download_path(self, key: str) -> Path:
        """Where a download of this file goes."""
        return self.folder / self.file(key).file_names[0]

    def missing(self, keys: Iterable[str]) -> list[FileState]:
        """States of those of these files that cannot be used and have no usable alternative; see `state`."""
        return [state for state in map(self.state, keys) if not self._usable(state)]

    def _usable(self, state: FileState) -> bool:
        if state.path is not None and not state.problem:
            return True
        return any(self._usable(self.state(key)) for key in state.file.instead)

    def verified(self, keys: Iterable[str]) -> list[str]:
        """Check the content of these files before use; returns remarks about those that are not the published ones.

        Raises:
            ModelError: one is missing, together with its alternatives, or a download is damaged.
        """
        remarks = []
        for key in keys:
            present = (each for each in (key, *self.file(key).instead) if self.find(each))
            state = self.check(next(present, key))
            if state.problem:
                raise ModelError(state.problem, advice(state.file))
            remarks += [state.remark] if state.remark else []
        return remarks

    def size(self) -> int:
        """Bytes of the known files in the folder itself, partial downloads included."""
        known = {name for file in self.files.values() for name in file.file_names}
        paths = {path for sub in _SUBFOLDERS for path in _known_files(self.folder / sub, known)}
        return sum(path.stat().st_size for path in paths)


def _known_files(folder: Path, known: set[str]) -> set[Path]:
    found = folder.iterdir() if folder.is_dir() else ()
    return {path for path in found if path.name.removesuffix(".part") in known and path.is_file()}


def checked_file(path: str | Path) -> Path:
    """Absolute path of a file that may hold weights.

    Raises:
        ModelError: it is not there, is empty, or is a web page saved instead of the file.
    """
    path = Path(os.path.abspath(path))
    try:
        with path.open("rb") as file:
            head = file.read(512)
    except OSError as error:
        raise ModelError(f'"{path}" cannot be read ({error.strerror}).', "Choose another file.") from error
    if not head:
        raise ModelError(f'"{path.name}" is empty.', "Download it again.")
    if is_web_page(head):
        raise ModelError(
            f'"{path.name}" is a web page, not a model file.',
            "The browser saved the page instead of the file: log in on the page and download again.",
        )
    return path


def is_web_page(head: bytes) -> bool:
    """Whether a file with this beginning is HTML or XML."""
    return head.lstrip(b"\xef\xbb\xbf \t\r\n")[:5].lower() in (
        b"<!doc",
        b"<html",
        b"<head",
        b"<body",
        b"<?xml",
        b"<!-- ",
    )


def advice(file: WeightFile) -> str:
    """What a user does to get this file."""
    return "Download it, or choose the file." if file.url else file.how_to_get


def standard_folders() -> tuple[Path, Path]:
    """The user's data folder for weights, and that of simple-romp, which is only read."""
    return _data_folder() / "romp_mocap" / "weights", Path.home() / ".romp"


def _data_folder() -> Path:
    """Where programs keep their users' data on this system."""
    home = Path.home()
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local")
    if sys.platform == "darwin":
        return home / "Library" / "Application Support"
    return Path(os.environ.get("XDG_DATA_HOME") or home / ".local" / "share")
