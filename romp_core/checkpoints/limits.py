"""What stops a hostile or damaged file: the refusal with its sentence, and a budget of memory."""

from __future__ import annotations

_FLOOR, _PER_BYTE, _CEILING = 64 << 20, 16, 4 << 30
DAMAGED = "is damaged."
RETRY = "Try again with another copy of the file."
UNTRUSTED = "Nothing in it was run."


class RejectedFile(Exception):
    """The file is not read. `reason` follows the file's name: "is truncated."; `hint` says what to do.

    Callers know what the file is for: `purpose.Purpose` words `RETRY` and `UNTRUSTED` for them.
    """

    def __init__(self, reason: str, hint: str = RETRY) -> None:
        super().__init__(reason)
        self.reason, self.hint = reason, hint


class TruncatedFile(RejectedFile):
    """The file ends before it should."""

    def __init__(self) -> None:
        super().__init__("is truncated: the copy is incomplete.")


class MemoryBudget:
    """Bytes that reading a file may allocate, in proportion to its size.

    A few bytes of a pickle or a zip can ask for terabytes, or ask for megabytes a million times.
    """

    def __init__(self, file_size: int) -> None:
        self.left = min(_FLOOR + _PER_BYTE * file_size, max(_CEILING, 2 * file_size))

    def spend(self, count: int) -> None:
        """Note an allocation before it is made. Raises RejectedFile when the file asks for too much."""
        self.left -= count
        if self.left < 0:
            raise RejectedFile("needs far more memory than a file of its size should.", UNTRUSTED)


def shown(name: object) -> str:
    """A name from the file, fit for a message: printable and short."""
    text = str(name) if isinstance(name, str | int) else type(name).__name__
    text = "".join(char if char.isprintable() else "?" for char in text[:80])
    return f'"{text}"'
