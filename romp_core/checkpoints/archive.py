"""Members of a zip archive: views of the mapped file where they are stored, bounded copies where they are deflated."""

from __future__ import annotations

import struct
import zipfile
import zlib
from typing import BinaryIO

from .limits import DAMAGED, UNTRUSTED, MemoryBudget, RejectedFile, TruncatedFile

_LOCAL_HEADER = struct.Struct("<4s22xHH")
_LOCAL_MAGIC = b"PK\x03\x04"
_ENCRYPTED = 1
_END_MAGIC = b"PK\x05\x06"
_END_SPAN = (1 << 16) + 22
_MAX_MEMBERS = 1 << 18


class Archive:
    """A zip archive that is only read: nothing is ever extracted to the disk, so paths in it do not matter.

    Args:
        file: the open file; data: the same file, mapped.
    """

    def __init__(self, file: BinaryIO, data: memoryview, budget: MemoryBudget) -> None:
        if bytes(data[-_END_SPAN:]).rfind(_END_MAGIC) < 0:
            raise TruncatedFile
        self._zip = zipfile.ZipFile(file)
        self._data, self._budget = data, budget
        members = self._zip.infolist()
        self._members = {member.filename: member for member in members}
        if len(self._members) != len(members) or len(members) > _MAX_MEMBERS:
            raise RejectedFile("is an archive with a part that occurs twice.", UNTRUSTED)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of all members."""
        return tuple(self._members)

    def read(self, name: str, checked: bool = False) -> memoryview:
        """Content of a member; `checked` compares its checksum, which torch may leave out.

        Raises:
            RejectedFile: missing, encrypted, excessively compressed, or its checksum is wrong.
            zipfile.BadZipFile: the archive is damaged.
        """
        member = self._members.get(name)
        if member is None:
            raise RejectedFile("is missing a part.")
        if member.flag_bits & _ENCRYPTED:
            raise RejectedFile("is an encrypted archive.", "Unpack it first.")
        if member.compress_type == zipfile.ZIP_STORED:
            content = self._stored(member)
        elif member.compress_type == zipfile.ZIP_DEFLATED:
            content = self._inflated(member)
        else:
            raise RejectedFile("is an archive with an unusual compression.", "Unpack it first.")
        if checked and zlib.crc32(content) != member.CRC:
            raise RejectedFile(DAMAGED)
        return content

    def _stored(self, member: zipfile.ZipInfo) -> memoryview:
        start = self._start(member)
        if member.file_size != member.compress_size or start + member.file_size > len(self._data):
            raise RejectedFile(DAMAGED)
        return self._data[start : start + member.file_size]

    def _inflated(self, member: zipfile.ZipInfo) -> memoryview:
        self._budget.spend(member.file_size)
        start = self._start(member)
        inflater = zlib.decompressobj(-zlib.MAX_WBITS)
        content = inflater.decompress(self._data[start : start + member.compress_size], member.file_size + 1)
        if len(content) != member.file_size or not inflater.eof:
            raise RejectedFile(DAMAGED)
        return memoryview(content)

    def _start(self, member: zipfile.ZipInfo) -> int:
        """Where a member's content begins: behind its own header, which may differ in length from the directory's."""
        header = member.header_offset
        if header < 0 or header + _LOCAL_HEADER.size > len(self._data):
            raise RejectedFile(DAMAGED)
        magic, name_length, extra_length = _LOCAL_HEADER.unpack_from(self._data, header)
        if magic != _LOCAL_MAGIC:
            raise RejectedFile(DAMAGED)
        return int(header + _LOCAL_HEADER.size + name_length + extra_length)
