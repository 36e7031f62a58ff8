"""Watch folders of this machine for anything that is done in them (inotify(7))."""

from __future__ import annotations

import ctypes
import os
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_EVENT = struct.Struct("iIII")
_ALL_EVENTS = 0xFFF
_NAMES = {
    0x1: "read",
    0x2: "written",
    0x4: "attributes changed",
    0x8: "closed after writing",
    0x10: "closed",
    0x20: "opened",
    0x40: "moved away",
    0x80: "moved here",
    0x100: "made",
    0x200: "deleted",
    0x400: "deleted itself",
    0x800: "moved itself",
}


@contextmanager
def watched(folder: Path) -> Iterator[list[str]]:
    """Yield a list that in the end has all that was done in a folder and those within it."""
    libc = ctypes.CDLL(None, use_errno=True)
    descriptor = libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
    assert descriptor >= 0, os.strerror(ctypes.get_errno())
    folders = {}
    for each in [folder, *(path for path in folder.rglob("*") if path.is_dir())]:
        number = libc.inotify_add_watch(descriptor, bytes(each), _ALL_EVENTS)
        assert number >= 0, os.strerror(ctypes.get_errno())
        folders[number] = each
    events: list[str] = []
    try:
        yield events
        events.extend(_read(descriptor, folders))
    finally:
        os.close(descriptor)


def _read(descriptor: int, folders: dict[int, Path]) -> Iterator[str]:
    try:
        data = os.read(descriptor, 1 << 20)
    except BlockingIOError:
        return
    while data:
        number, mask, _, length = _EVENT.unpack_from(data)
        name = data[_EVENT.size : _EVENT.size + length].rstrip(b"\0").decode()
        data = data[_EVENT.size + length :]
        done = [text for bit, text in _NAMES.items() if mask & bit]
        yield f"{folders[number] / name}: {', '.join(done)}"
