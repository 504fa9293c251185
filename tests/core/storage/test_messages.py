"""Messages arrive as they were sent; damage is noticed."""

import io

import numpy as np
import pytest

from romp_core.storage.messages import ProtocolError, encode, read_message


def test_round_trip() -> None:
    arrays = {
        "a": np.arange(12, dtype=np.float32).reshape(3, 4)[:, ::2],
        "empty": np.zeros((0, 24, 3)),
        "b": np.array(True),
    }
    stream = io.BytesIO(encode({"type": "x", "text": "ü"}, arrays) + encode({"type": "y"}))
    first, second = read_message(stream), read_message(stream)
    assert first is not None and second is not None and read_message(stream) is None
    assert (first.type, first.header, second.type) == ("x", {"type": "x", "text": "ü"}, "y")
    for name, value in arrays.items():
        np.testing.assert_array_equal(first.arrays[name], value)
        assert first.arrays[name].dtype == value.dtype


@pytest.mark.parametrize("size", [3, 30, 60])
def test_cut_off_stream(size: int) -> None:
    data = encode({"type": "x"}, {"a": np.arange(9)})
    with pytest.raises(ProtocolError, match="cut off"):
        read_message(io.BytesIO(data[:size]))


@pytest.mark.parametrize("position", [0, 25, -1])
def test_flipped_byte(position: int) -> None:
    data = bytearray(encode({"type": "x"}, {"a": np.arange(9)}))
    data[position] ^= 0x40
    with pytest.raises(ProtocolError, match="damaged"):
        read_message(io.BytesIO(bytes(data)))


def test_object_arrays_are_refused() -> None:
    data = encode({"type": "x"}, {"a": np.arange(2, dtype="<i8")})
    head = data[20:].replace(b'"<i8"', b'"|O8"')
    import struct
    import zlib

    size = len(head) - 16
    forged = struct.pack("<4sIQI", b"RMC1", size, 16, zlib.crc32(head)) + head
    with pytest.raises(ProtocolError, match="damaged"):
        read_message(io.BytesIO(forged))
