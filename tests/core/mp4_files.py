"""Surgery on mp4 files."""

import struct


def index_first(data: bytes) -> bytes:
    """The mp4 with its index before the frames, as streaming files have it."""
    start = data.index(b"moov") - 4
    index = bytearray(data[start:])
    table = index.index(b"stco")
    (count,) = struct.unpack_from(">I", index, table + 8)
    for entry in range(table + 12, table + 12 + 4 * count, 4):
        struct.pack_into(">I", index, entry, struct.unpack_from(">I", index, entry)[0] + len(index))
    head = struct.unpack(">I", data[:4])[0]
    return data[:head] + bytes(index) + data[head:start]
