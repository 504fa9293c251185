"""Compressed pickles, as joblib writes them: the whole file is one stream of zlib, gzip, bz2, lzma or xz.

Format: joblib's `numpy_pickle_utils` tells the compressors apart by their first bytes, as here.
"""

from __future__ import annotations

import bz2
import lzma
import zlib
from collections.abc import Callable
from typing import Any, Final

from .limits import DAMAGED, MemoryBudget, RejectedFile, TruncatedFile

_STREAMS: Final[dict[bytes, Callable[[], Any]]] = {
    b"\x78": lambda: zlib.decompressobj(),
    b"\x1f\x8b": lambda: zlib.decompressobj(16 + zlib.MAX_WBITS),
    b"BZh": lambda: bz2.BZ2Decompressor(),
    b"\x5d\x00": lambda: lzma.LZMADecompressor(lzma.FORMAT_ALONE, memlimit=_LZMA_MEMORY),
    b"\xfd7zXZ": lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_LZMA_MEMORY),
}
_UNREAD = {b"\x04\x22\x4d\x18": "LZ4", b"\x28\xb5\x2f\xfd": "Zstandard", b"ZF": "an old compression of joblib"}
_LZMA_MEMORY = 256 << 20
_PIECE = 1 << 20


def is_compressed(head: bytes) -> bool:
    """Whether a file that begins like this is a compressed stream. A pickle never begins so."""
    return head.startswith((*_STREAMS, *_UNREAD))


def decompressed(data: memoryview, budget: MemoryBudget) -> memoryview:
    """The content of a compressed file, piece by piece, so that no more than the budget is ever made of it.

    Raises:
        RejectedFile: a compression that is not read; damaged, truncated, or far larger than its file.
    """
    for magic, name in _UNREAD.items():
        if bytes(data[: len(magic)]) == magic:
            raise RejectedFile(f"is compressed with {name}, which is not read.", "Save it again without compression.")
    stream = next(make for magic, make in _STREAMS.items() if bytes(data[: len(magic)]) == magic)()
    content = bytearray()
    position, fed = 0, b""
    while not stream.eof:
        if not fed and getattr(stream, "needs_input", True):
            fed = bytes(data[position : position + _PIECE])
            position += len(fed)
        try:
            piece = stream.decompress(fed, _PIECE)
        except (OSError, zlib.error, lzma.LZMAError) as error:
            raise RejectedFile(DAMAGED) from error
        if not fed and not piece and position >= len(data):
            raise TruncatedFile
        fed = getattr(stream, "unconsumed_tail", b"")  # of zlib; the others keep what they have not used
        budget.spend(len(piece))
        content += piece
    return memoryview(content)
