"""Print what is in an image as `tar --list --verbose --numeric-owner --quoting-style=c` does."""

from __future__ import annotations

from collections.abc import Iterator

from image_layers.tree import Image, Inode, Kind

_ESCAPED = b'"\\'
_LETTERS = "rwxrwxrwx"


def list_image(image: Image) -> Iterator[bytes]:
    """Yield a line for each file that can be seen, as parentFolders.awk reads them.

    Of what is below the store's folder there is none, since nothing is asked of it.
    """
    for path, node in image.root.walk():
        if path[:2] == ("nix", "store") and len(path) > 2:
            continue
        inode = node.inode
        line = f'{_mode(inode)} {inode.uid}/{inode.gid} {inode.size} 1970-01-01 00:00 "'
        suffix = "/" if node.is_folder else ""
        target = f' -> "{_quote(inode.target)}"' if inode.kind is Kind.LINK else ""
        yield f'{line}{_quote("/".join(path))}{suffix}"{target}\n'.encode()


def _quote(text: str) -> str:
    return "".join(map(_quote_byte, text.encode("utf-8", "surrogateescape")))


def _quote_byte(byte: int) -> str:
    if byte in _ESCAPED:
        return f"\\{byte:c}"
    return chr(byte) if 32 <= byte < 127 else f"\\{byte:03o}"


def _mode(inode: Inode) -> str:
    """Write a mode as `ls -l` does (POSIX, ls)."""
    letters = [
        letter if inode.mode >> (8 - index) & 1 else "-" for index, letter in enumerate(_LETTERS)
    ]
    for bit, index, letter in ((0o4000, 2, "s"), (0o2000, 5, "s"), (0o1000, 8, "t")):
        if inode.mode & bit:
            letters[index] = letter if letters[index] == "x" else letter.upper()
    return inode.kind.value + "".join(letters)
