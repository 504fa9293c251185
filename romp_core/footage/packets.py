"""The packets of a file, the first of them known in advance: their stamps tell the frame rate and the first frame."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Any

_MOST_PACKETS, _MOST_BYTES = 1000, 32_000_000


def is_presented(packet: Any) -> bool:
    """True for a packet of video that becomes a frame on the screen: not what edit lists or the codec hide."""
    if not packet.size or packet.pts is None or packet.is_discard:
        return False
    # VP8 keeps references that are never shown in packets of their own; RFC 6386, 9.1: bit 4 of the first byte.
    return packet.stream.codec_context.codec.canonical_name != "vp8" or bool(bytes(packet)[0] >> 4 & 1)


class Lookahead:
    """Packets in their order; iterate once.

    Attributes:
        stamps: presentation stamps of the frames of `stream` among the packets read in advance.
        first_presented: stamp of the first frame that can be shown; None when there are no stamps.
        ended: those are all packets of the file.
    """

    def __init__(self, packets: Iterator[Any], stream: Any) -> None:
        self._packets, self._stream = packets, stream
        self._head: deque[Any] = deque()
        self._failed: BaseException | None = None
        self.ended = False
        self._read_head()
        video = [packet for packet in self._head if packet.stream is stream and is_presented(packet)]
        self.stamps = [packet.pts for packet in video]
        self.first_presented = self._first(video)

    def _read_head(self) -> None:
        size = 0
        while len(self._head) < _MOST_PACKETS and size < _MOST_BYTES:
            try:
                packet = next(self._packets, None)
            except Exception as error:  # noqa: BLE001 - raised again where the packets are read
                self._failed = error
                packet = None
            if packet is None:
                self.ended = True
                return
            self._head.append(packet)
            size += packet.size

    def _first(self, video: list[Any]) -> int | None:
        """The earliest stamp, leaving out frames that need others from before the file begins.

        These come before the first key frame, unless an edit list starts in between of key frames.
        """
        if not video:
            return None
        whole = next((packet for packet in self._head if packet.stream is self._stream and packet.size), None)
        key = next((packet for packet in video if packet.is_keyframe), None)
        if key is None or (whole is not None and whole.is_discard):
            return int(min(packet.pts for packet in video))
        return int(min(packet.pts for packet in video if packet.pts >= key.pts))

    def __iter__(self) -> Iterator[Any]:
        while self._head:
            yield self._head.popleft()
        if self._failed is not None:
            raise self._failed
        if not self.ended:
            yield from self._packets
