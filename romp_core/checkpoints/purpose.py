"""What a file was chosen for: the reader says what is wrong with it, the purpose what that means to the user."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from .limits import RETRY, UNTRUSTED


@dataclass(frozen=True)
class Purpose:
    """Hints that fit what the user is doing.

    Attributes:
        retry: after a damaged or incomplete file. untrusted: after one that asks for more than data.
    """

    retry: str
    untrusted: str

    def hint(self, hint: str) -> str:
        """The hint of a refusal in the words of this purpose."""
        return {RETRY: self.retry, UNTRUSTED: self.untrusted}.get(hint, hint)


WEIGHTS: Final = Purpose(
    retry="Download it again, or choose another copy.",
    untrusted="Nothing in it was run. Get the file from its official source.",
)
RESULTS: Final = Purpose(
    retry="Write it again with the tool that made it, or choose another file.",
    untrusted="Nothing in it was run. Results hold numbers and names only: do not open this file in other programs "
    "unless you know who made it.",
)
