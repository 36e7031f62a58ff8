"""Java's bundle of certificates is the same whenever it was made."""

from __future__ import annotations

import hashlib
import struct

import pytest
from sort_java_certificates import sort_entries

SALT = "changeit".encode("utf-16-be") + b"Mighty Aphrodite"


def _entry(alias: str, date: int, certificate: bytes) -> bytes:
    name, kind = alias.encode(), b"X.509"
    return b"".join(
        [
            struct.pack(">IH", 2, len(name)) + name,
            struct.pack(">QH", date, len(kind)) + kind,
            struct.pack(">I", len(certificate)) + certificate,
        ]
    )


def _store(*entries: bytes) -> bytes:
    body = struct.pack(">III", 0xFEEDFEED, 2, len(entries)) + b"".join(entries)
    return body + hashlib.sha1(SALT + body, usedforsecurity=False).digest()


def test_entries_are_sorted_and_dated() -> None:
    """Neither the order nor the time in which they were added is left."""
    given = _store(_entry("debian:b", 5, b"two"), _entry("debian:a", 7, b"one"))
    expected = _store(_entry("debian:a", 9000, b"one"), _entry("debian:b", 9000, b"two"))
    assert expected == sort_entries(given, 9000)


def test_another_kind_of_key_store_is_refused() -> None:
    """Nothing is written that Java could not read."""
    with pytest.raises(ValueError, match="no key store of Java"):
        sort_entries(b"\x30\x82" + bytes(30), 0)
