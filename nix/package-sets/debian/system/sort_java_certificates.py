"""Make Java's bundle of certificates the same whenever and wherever it was made.

Usage: sort_java_certificates.py FILE SECONDS

Java's keytool writes a key store's entries in no order, each with the time at which it was added.
Here they are sorted by their aliases, and added at a time in seconds since 1970. No file: nothing
to do. The format is that of sun.security.provider.JavaKeyStore (JKS): a header, entries, and a
SHA-1 sum that begins with the store's password, which is the same on every Debian system.
"""

from __future__ import annotations

import hashlib
import struct
import sys
from dataclasses import dataclass
from pathlib import Path

_HEADER = struct.Struct(">III")
_MAGIC, _VERSION = 0xFEEDFEED, 2
_CERTIFICATE = 2
_SALT = "changeit".encode("utf-16-be") + b"Mighty Aphrodite"
_SUM_SIZE = 20


@dataclass
class Reader:
    """Bytes that are read from their beginning on."""

    data: bytes
    offset: int = 0

    def take(self, size: int) -> bytes:
        """Return the next bytes."""
        self.offset += size
        return self.data[self.offset - size : self.offset]

    def number(self, size: int) -> int:
        """Return the number that the next bytes are."""
        return int.from_bytes(self.take(size), "big")


def sort_entries(store: bytes, milliseconds: int) -> bytes:
    """Return the key store with its certificates sorted and dated. Raises ValueError."""
    reader = Reader(store)
    magic, version, count = _HEADER.unpack(reader.take(_HEADER.size))
    if (magic, version) != (_MAGIC, _VERSION):
        raise ValueError("no key store of Java (JKS, version 2)")
    entries = sorted(_read_entry(reader, milliseconds) for _ in range(count))
    body = _HEADER.pack(magic, version, count) + b"".join(entries)
    return body + hashlib.sha1(_SALT + body, usedforsecurity=False).digest()


def _read_entry(reader: Reader, milliseconds: int) -> bytes:
    if reader.number(4) != _CERTIFICATE:
        raise ValueError("the key store has something else than certificates")
    alias = _read_sized(reader, 2)
    reader.take(8)
    kind, certificate = _read_sized(reader, 2), _read_sized(reader, 4)
    date = milliseconds.to_bytes(8, "big")
    return _CERTIFICATE.to_bytes(4, "big") + alias + date + kind + certificate


def _read_sized(reader: Reader, digits: int) -> bytes:
    """Return the next bytes that come after their number, together with that."""
    size = reader.number(digits)
    return size.to_bytes(digits, "big") + reader.take(size)


def main(file: Path, seconds: int) -> None:
    """Sort the certificates in a file."""
    if file.is_file():
        file.write_bytes(sort_entries(file.read_bytes(), seconds * 1000))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
