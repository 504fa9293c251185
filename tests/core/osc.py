"""Reads OSC 1.0 packets by the specification, independently of the library that writes them (opensoundcontrol.org)."""

import struct


def messages(packet: bytes) -> list[tuple[str, list]]:
    """Address and arguments of each message of a packet, in order."""
    if not packet.startswith(b"#bundle\0"):
        return [_message(packet)]
    found, at = [], 16  # after the name and the time tag
    while at < len(packet):
        (size,) = struct.unpack_from(">i", packet, at)
        assert size % 4 == 0
        found += messages(packet[at + 4 : at + 4 + size])
        at += 4 + size
    assert at == len(packet)
    return found


def _message(packet: bytes) -> tuple[str, list]:
    address, at = _text(packet, 0)
    tags, at = _text(packet, at)
    assert address.startswith("/") and tags.startswith(",")
    values: list = []
    for tag in tags[1:]:
        if tag == "s":
            value, at = _text(packet, at)
            values.append(value)
        else:
            values += struct.unpack_from({"i": ">i", "f": ">f"}[tag], packet, at)
            at += 4
    assert at == len(packet)
    return address, values


def _text(packet: bytes, at: int) -> tuple[str, int]:
    end = packet.index(b"\0", at)
    return packet[at:end].decode("ascii"), end + 4 - end % 4
