"""The seed: a static busybox in a compressed archive, which `builtin:unpack-channel` of Nix opens.

The archive says nothing of who made it and when, so the same program gives the same bytes.
"""

from __future__ import annotations

import hashlib
import io

PROGRAM = "busybox"
PACKAGE = "busybox-static"


def pack(program: bytes) -> bytes:
    """Return the archive of the program."""
    import lzma  # these two only where a seed is read or written
    import tarfile

    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        member = tarfile.TarInfo(PROGRAM)
        member.mode = 0o755
        member.size = len(program)
        tar.addfile(member, io.BytesIO(program))
    return lzma.compress(archive.getvalue())


def unpack(archive: bytes) -> bytes | None:
    """Return the program in the archive, None where that is no seed."""
    import lzma
    import tarfile

    try:
        with tarfile.open(fileobj=io.BytesIO(archive), mode="r:xz") as tar:
            [member] = tar.getmembers()
            opened = tar.extractfile(member)
            is_program = member.name == PROGRAM and bool(member.mode & 0o100)
            return opened.read() if opened and is_program else None
    except (EOFError, KeyError, ValueError, lzma.LZMAError, tarfile.TarError):
        return None


def nar_sha256(program: bytes) -> str:
    """Return the SHA-256 of the Nix archive of a folder that holds the program alone.

    The format is that of Dolstra's "The Purely Functional Software Deployment Model", 5.2.1.
    """

    def string(value: bytes) -> bytes:
        return len(value).to_bytes(8, "little") + value + bytes(-len(value) % 8)

    file = [b"(", b"type", b"regular", b"executable", b"", b"contents", program, b")"]
    entry = [b"entry", b"(", b"name", PROGRAM.encode(), b"node", *file, b")"]
    archive = [b"nix-archive-1", b"(", b"type", b"directory", *entry, b")"]
    return hashlib.sha256(b"".join(map(string, archive))).hexdigest()
