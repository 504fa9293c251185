"""What is known of a weight or body file: names, official address, size, hash, license."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class WeightFile:
    """A file that is not part of the extension.

    Attributes:
        key: its name in the program and on the command line; file_names: its usual names, the preferred one first.
        license: license line shown before the download and beside the buttons.
        url: official address; "" where the user must register and choose the file.
        size, sha256: as published; 0 and "" where they are not known. Of a hash the first digits may be all that is.
        page: web page for files without address; how_to_get: one sentence on what to do there.
        instead: keys of alternatives: one of them is enough.
        members: file names that an archive is unpacked into; each has a key of its own.
    """

    key: str
    title: str
    file_names: tuple[str, ...]
    license: str
    url: str = ""
    size: int = 0
    sha256: str = ""
    page: str = ""
    how_to_get: str = ""
    instead: tuple[str, ...] = ()
    members: tuple[str, ...] = ()

    def is_published(self, digest: str) -> bool:
        """Whether a file of this hash may be the published one."""
        return digest.startswith(self.sha256)
