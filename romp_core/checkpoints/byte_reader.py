"""Reads a buffer from front to back: bytes, numbers and lines, never beyond its end."""

from __future__ import annotations

import struct
from typing import Any

from .limits import DAMAGED, MemoryBudget, RejectedFile, TruncatedFile

_LINE_PIECE = 512
"""Bytes that are searched for the end of a line first; text may hold whole arrays in a line."""
_LONGEST_NAME = 512


class ByteReader:
    """A position in a buffer.

    Args:
        data: the buffer; start: where to begin in it. budget: what lines may allocate.
    """

    def __init__(self, data: memoryview, budget: MemoryBudget, start: int = 0) -> None:
        self.data, self.position, self.budget = data, start, budget

    def take(self, count: int) -> memoryview:
        """The next bytes of the file."""
        start, self.position = self.position, self.position + count
        if self.position > len(self.data):
            raise TruncatedFile
        return self.data[start : self.position]

    def byte(self) -> int:
        """The next byte of the file."""
        self.position += 1
        return self.data[self.position - 1]

    def number(self, form: struct.Struct) -> Any:
        """The next number."""
        return form.unpack(self.take(form.size))[0]

    def line(self) -> bytes:
        """What is left of the line, without its end."""
        pieces: list[bytes] = []
        while piece := bytes(self.data[self.position : self.position + (_LINE_PIECE << len(pieces))]):
            length = piece.find(b"\n")
            self.budget.spend(length if length >= 0 else len(piece))
            if length >= 0:
                self.position += length + 1
                return b"".join([*pieces, piece[:length]])
            pieces.append(piece)
            self.position += len(piece)
        raise TruncatedFile

    def short_line(self) -> str:
        """A line that holds a number or a name."""
        line = self.line()
        if len(line) > _LONGEST_NAME:
            raise RejectedFile(DAMAGED)
        return line.decode("ascii")
