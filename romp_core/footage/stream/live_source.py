"""What every live source offers: frames as they come, each with the moment at which it was captured."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple, Protocol

from ...take.take import FootageInfo
from ...typing import Array


class Arrival(NamedTuple):
    """A frame that has come.

    Attributes:
        captured: when it was captured, by `time.perf_counter()`; for streams, when it was received.
        image: makes the image (H, W, 3) uint8 RGB, None when it is damaged. Frames that are dropped are never made.
        number: in a file, from 0; None where frames have none. time: in a file, seconds from its first frame.
    """

    captured: float
    image: Callable[[], Array | None]
    number: int | None = None
    time: float | None = None


class LiveSource(Protocol):
    """A source that can be connected to again and again.

    Attributes:
        name: for sentences: what the user would call it.
        footage: of a file, whose clock starts when it is read, and which ends; None for what goes on by itself.
    """

    name: str

    @property
    def footage(self) -> FootageInfo | None:
        """See above."""
        ...

    def frames(self) -> Iterator[Arrival]:
        """Connect, and give the frames as they come, until the source ends. All images have one size.

        Raises:
            FootageError: there is no such source, it is no video, or the connection was lost.
        """
        ...

    def close(self) -> None:
        """Disconnect, from any thread: `frames` ends soon."""
        ...
