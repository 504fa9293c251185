"""Framed messages: a JSON header plus raw arrays. Used on the worker's pipes and, on disk, for the journal.

Layout, little-endian: magic `RMC1` | header length u32 | payload length u64 | CRC-32 of header and payload u32 |
header (UTF-8 JSON, lists its arrays as name, dtype, shape) | payload (the arrays, C order, one after another).
"""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO

import numpy as np

from ..errors import MocapError
from ..typing import Array

_PREFIX = struct.Struct("<4sIQI")
_MAGIC = b"RMC1"
_MAX_HEADER = 1 << 24
_MAX_PAYLOAD = 1 << 31
_DTYPE_KINDS = "biuf"


class ProtocolError(MocapError):
    """The stream is cut off, damaged, or not ours."""


@dataclass(frozen=True)
class Message:
    """One message: `header["type"]` says what it is."""

    header: dict[str, Any]
    arrays: dict[str, Array] = field(default_factory=dict)

    @property
    def type(self) -> str:
        """The kind of message, `""` when the header does not say."""
        return str(self.header.get("type", ""))


def encode(header: Mapping[str, Any], arrays: Mapping[str, Array] | None = None) -> bytes:
    """One message as bytes."""
    blocks = {name: np.ascontiguousarray(value) for name, value in (arrays or {}).items()}
    listing = [{"name": name, "dtype": block.dtype.str, "shape": block.shape} for name, block in blocks.items()]
    head = json.dumps({**header, "arrays": listing}, allow_nan=False).encode()
    payload = b"".join(block.tobytes() for block in blocks.values())
    return _PREFIX.pack(_MAGIC, len(head), len(payload), zlib.crc32(payload, zlib.crc32(head))) + head + payload


def write_message(stream: BinaryIO, header: Mapping[str, Any], arrays: Mapping[str, Array] | None = None) -> None:
    """Write one message and flush."""
    stream.write(encode(header, arrays))
    stream.flush()


def read_message(stream: BinaryIO) -> Message | None:
    """Read one message, blocking; None at the end of the stream.

    Raises:
        ProtocolError: the stream ends within a message, or its bytes are damaged.
    """
    prefix = _read(stream, _PREFIX.size)
    if not prefix:
        return None
    if len(prefix) < _PREFIX.size:
        raise ProtocolError("The message stream is cut off.")
    magic, head_size, payload_size, checksum = _PREFIX.unpack(prefix)
    if magic != _MAGIC or head_size > _MAX_HEADER or payload_size > _MAX_PAYLOAD:
        raise ProtocolError("The message stream is damaged.")
    head, payload = _read(stream, head_size), _read(stream, payload_size)
    if len(head) < head_size or len(payload) < payload_size:
        raise ProtocolError("The message stream is cut off.")
    if zlib.crc32(payload, zlib.crc32(head)) != checksum:
        raise ProtocolError("The message stream is damaged.")
    header = json.loads(head)
    return Message(header, _split(payload, header.pop("arrays")))


def _read(stream: BinaryIO, size: int) -> bytes:
    """Exactly `size` bytes, fewer only at the end of the stream."""
    parts = []
    while size and (part := stream.read(size)):
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def _split(payload: bytes, listing: list[dict[str, Any]]) -> dict[str, Array]:
    arrays, offset = {}, 0
    for item in listing:
        dtype = np.dtype(item["dtype"])
        count = int(np.prod(item["shape"], dtype=np.int64))
        if dtype.kind not in _DTYPE_KINDS or count < 0 or offset + count * dtype.itemsize > len(payload):
            raise ProtocolError("The message stream is damaged.")
        arrays[item["name"]] = np.frombuffer(payload, dtype, count, offset).reshape(item["shape"])
        offset += count * dtype.itemsize
    return arrays
