"""The weight and body files there are: names, official addresses, sizes, hashes, licences."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class WeightFile:
    """A file that is not part of the extension.

    Attributes:
        key: the name the program knows it by; file_names: what it is usually called, the preferred name first.
        url: official address; "" where the user must register and bring the file.
        size, sha256: as published; 0 and "" where that is not known.
        licence: licence line shown before the download; how_to_get: one sentence for files without address.
    """

    key: str
    title: str
    file_names: tuple[str, ...]
    licence: str
    url: str = ""
    size: int = 0
    sha256: str = ""
    how_to_get: str = ""
