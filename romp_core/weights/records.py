"""Records of a weight folder: files chosen elsewhere, hashes of downloads, and hashes computed before."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

from ..errors import ModelError
from ..storage.atomic import write_bytes
from ..storage.hashing import file_sha256

_NAME = "weights.json"
_SECTIONS = ("chosen", "downloaded", "hashes")
log = logging.getLogger(__name__)


class Records:
    """A small JSON file in the folder, read each time: another process may have written it."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / _NAME

    def read(self) -> dict[str, dict[str, Any]]:
        """Sections `chosen` {key: path}, `downloaded` {key: sha256}, `hashes` {path: [size, mtime_ns, sha256]}."""
        try:
            found = json.loads(self.path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            found = {}
        sections = found if isinstance(found, dict) else {}
        return {name: sections[name] if isinstance(sections.get(name), dict) else {} for name in _SECTIONS}

    def store(self, section: str, key: str, value: Any) -> None:
        """Store a value; None removes it.

        Raises:
            ModelError: the folder cannot be written.
        """
        content = self.read()
        content[section][key] = value
        if value is None:
            del content[section][key]
        try:
            write_bytes(self.path, json.dumps(content, indent=1, sort_keys=True).encode())
        except OSError as error:
            sentence = f'The model folder "{self.path.parent}" cannot be written ({error.strerror}).'
            raise ModelError(sentence, "Choose another model folder.") from error

    def sha256(self, path: Path) -> str:
        """Hex digest of a file; computed again only when its size or modification time differ.

        Raises:
            ModelError: the file cannot be read.
        """
        known = self.known_sha256(path)
        if known:
            return known
        digest = file_sha256(path)
        try:
            self.keep(path, digest)
        except ModelError as error:
            log.info("the hash is not kept: %s", error.sentence)  # it is computed again next time
        return digest

    def keep(self, path: Path, digest: str) -> None:
        """Store the digest of a file as it is now. Raises ModelError when the folder cannot be written."""
        stat = path.stat()
        self.store("hashes", str(path), [stat.st_size, stat.st_mtime_ns, digest])

    def known_sha256(self, path: Path) -> str:
        """The digest if it was computed for the file as it is now, else ""; never reads the file."""
        try:
            stat = path.stat()
        except OSError:
            return ""
        match self.read()["hashes"].get(str(path)):
            case [size, changed, str(digest)] if (size, changed) == (stat.st_size, stat.st_mtime_ns):
                return digest
        return ""
