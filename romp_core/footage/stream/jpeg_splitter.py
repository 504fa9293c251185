"""Finds the JPEG images in a stream of bytes, whatever lies between them.

Servers of MJPEG differ in boundaries, headers and stated lengths, and some state wrong ones. The images themselves tell
where they begin and end (ITU-T T.81, annex B): so a frame is complete with its last byte, before the next one comes.
"""

from __future__ import annotations

_START, _END = b"\xff\xd8\xff", 0xD9
_DATA = 0xDA
_ALONE = {0x01, *range(0xD0, 0xD8)}
"""Markers without a length: TEM and restarts."""
LARGEST_BYTES = 32 << 20


class JpegSplitter:
    """Collects bytes and gives out whole images."""

    def __init__(self) -> None:
        self._bytes = bytearray()
        self._at = 0  # how far the image at the start of the bytes has been read
        self._in_data = False

    def feed(self, data: bytes) -> list[bytes]:
        """Images that are complete with these bytes, oldest first."""
        self._bytes += data
        images = []
        while self._find_start() and self._find_end():
            images.append(bytes(self._bytes[: self._at]))
            self._drop(self._at)
        if len(self._bytes) > LARGEST_BYTES:
            self._drop(len(self._bytes))
        return images

    def _find_start(self) -> bool:
        if self._at:
            return True
        start = self._bytes.find(_START)
        if start < 0:
            self._drop(max(len(self._bytes) - len(_START) + 1, 0))
            return False
        self._drop(start)
        self._at = 2
        return True

    def _find_end(self) -> bool:
        """Read on; True when the image is complete, then `_at` is its length."""
        data = self._bytes
        while True:
            if self._in_data:
                found = data.find(0xFF, self._at)
                if found < 0 or found + 1 >= len(data):
                    self._at = len(data) if found < 0 else found
                    return False
                self._at = found
                if data[found + 1] in (0x00, 0xFF, *range(0xD0, 0xD8)):  # a byte of the image, a filler, a restart
                    self._at += 1 if data[found + 1] == 0xFF else 2
                    continue
                self._in_data = False
            if self._at + 2 > len(data):
                return False
            if data[self._at] != 0xFF:  # damaged; the next image may have begun since
                self._drop(len(_START))
                if not self._find_start():
                    return False
                continue
            marker = data[self._at + 1]
            if marker == _END:
                self._at += 2
                return True
            if marker == 0xFF:
                self._at += 1
            elif marker in _ALONE or marker == 0xD8:
                self._at += 2
            elif self._at + 4 > len(data):
                return False
            else:
                length = int.from_bytes(data[self._at + 2 : self._at + 4], "big")
                if self._at + 2 + length > len(data):
                    return False
                self._at += 2 + length
                self._in_data = marker == _DATA

    def _drop(self, count: int) -> None:
        del self._bytes[:count]
        self._at, self._in_data = 0, False
