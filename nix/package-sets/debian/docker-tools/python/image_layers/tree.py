"""The files of a layer, and of layers stacked on one another, as data.

Rules: OCI image specification, layer.md. Each layer is unpacked by itself, with its own folder as
root, and then laid on those below, as the engines' overlay file systems have it: a folder that
comes without an entry of its own is a new one, whatever the layers below have there.
"""

from __future__ import annotations

import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Protocol

_LARGEST_CHAIN_OF_LINKS = 40


class Kind(Enum):
    """What a file is; the value is its letter in listings."""

    FILE = "-"
    FOLDER = "d"
    LINK = "l"
    FIFO = "p"
    CHARACTER_DEVICE = "c"
    BLOCK_DEVICE = "b"


class Content(Protocol):
    """The bytes of a file."""

    def chunks(self) -> Iterator[bytes]:
        """Yield the bytes, a part at a time."""


@dataclass
class Inode:
    """What all hard links to a file have in common.

    `mode` holds the permissions with the setuid, setgid and sticky bits, `size` is in bytes,
    `device` the major and the minor number, `mtime` seconds since 1970; whether two inodes are the
    same does not depend on that.
    """

    kind: Kind
    mode: int = 0o755
    uid: int = 0
    gid: int = 0
    size: int = 0
    target: str = ""
    device: tuple[int, int] = (0, 0)
    extended: dict[str, bytes] = field(default_factory=dict)
    content: Content | None = None
    mtime: float = field(default=0, compare=False)


@dataclass
class Node:
    """A name in a tree. Only folders have children.

    `removed` are names that the layer takes from those below, and `is_opaque` says that it takes
    all; `layer` is the number of the layer that the name comes from.
    """

    inode: Inode
    children: dict[str, Node] = field(default_factory=dict)
    removed: set[str] = field(default_factory=set)
    is_opaque: bool = False
    layer: int = 0

    @property
    def is_folder(self) -> bool:
        """Whether it is a folder, which a link to one is not."""
        return self.inode.kind is Kind.FOLDER

    def copy(self) -> Node:
        """Return a tree that can be changed apart from this one; it shares the inodes."""
        children = {name: child.copy() for name, child in self.children.items()}
        return replace(self, children=children, removed=set(self.removed))

    def count(self) -> int:
        """Return the number of names in it, its own included."""
        return 1 + sum(child.count() for child in self.children.values())

    def removes(self) -> bool:
        """Tell whether the layer takes anything in it from those below."""
        nodes = [self, *(node for _, node in self.walk())]
        return any(node.removed or node.is_opaque for node in nodes)

    def walk(self, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Node]]:
        """Yield each path below it with its node, sorted, a folder before what is in it."""
        for name in sorted(self.children):
            child = self.children[name]
            yield (*path, name), child
            yield from child.walk((*path, name))

    def find(self, *names: str) -> Node | None:
        """Return what is at a path below it; no link is followed."""
        node: Node | None = self
        for name in names:
            node = node.children.get(name) if node else None
        return node


def new_folder() -> Node:
    """Return an empty folder, root's and readable for all."""
    return Node(Inode(Kind.FOLDER))


class BadPathError(Exception):
    """A path that nothing can be put at."""


def find_folder(root: Node, names: Iterable[str], *, make: bool = False) -> Node | None:
    """Return the folder at a path of the tree, or None.

    Links are followed, absolute ones from `root`. With `make` it is made where it is missing, and
    BadPathError is raised when something else than a folder is in the way, or too many links.
    """
    above: list[Node] = [root]
    left = list(reversed([*names]))
    links = 0
    while left:
        name = left.pop()
        if name in ("", "."):
            continue
        if name == "..":
            above = above[:-1] or [root]
            continue
        child = above[-1].children.get(name)
        if child is None and make:
            # As Linux has it, a folder within one of a group belongs to the group.
            mode = 0o755 | above[-1].inode.mode & stat.S_ISGID
            child = above[-1].children[name] = Node(Inode(Kind.FOLDER, mode=mode))
        links += child is not None and child.inode.kind is Kind.LINK
        if child is None or links > _LARGEST_CHAIN_OF_LINKS:
            _refuse_path(make, "too many links in its path")
            return None
        if child.inode.kind is Kind.LINK:
            above = [root] if child.inode.target.startswith("/") else above
            left.extend(reversed(child.inode.target.split("/")))
        elif child.is_folder:
            above.append(child)
        else:
            _refuse_path(make, f"{name}, which is no folder, in its path")
            return None
    return above[-1]


def make_folder(root: Node, names: Iterable[str]) -> Node:
    """Return the folder at a path of the tree, made where it is missing; see `find_folder`."""
    folder = find_folder(root, names, make=True)
    assert folder is not None  # noqa: S101
    return folder


def _refuse_path(make: bool, reason: str) -> None:
    if make:
        raise BadPathError(reason)


def lay(upper: Node, lower: Node, layer: int) -> None:
    """Lay a layer's tree on the tree of those below it, which is changed."""
    lower.inode = upper.inode
    lower.layer = layer
    if upper.is_opaque:
        lower.children.clear()
    for name in upper.removed:
        lower.children.pop(name, None)
    for name, child in upper.children.items():
        if not child.is_folder:
            lower.children[name] = replace(child, layer=layer)
            continue
        below = lower.children.get(name)
        if below is None or not below.is_folder:
            below = lower.children[name] = new_folder()
        lay(child, below, layer)


@dataclass
class Image:
    """The stacked layers of an image.

    `notes` say what in the layers means nothing and was left out.
    """

    root: Node = field(default_factory=new_folder)
    layers: int = 0
    notes: list[str] = field(default_factory=list)
    _store_counts: dict[tuple[int, str], int] = field(default_factory=dict)

    def add(self, layer: Node) -> None:
        """Lay one more layer on top."""
        self.layers += 1
        store = layer.find("nix", "store")
        for name, node in store.children.items() if store else ():
            if not node.removes():
                self._store_counts[self.layers, name] = node.count()
        lay(layer, self.root, self.layers)

    def add_contents(self, contents: Node) -> None:
        """Put files into the image as its own commands would.

        Folders that are there keep their attributes, and links to folders are followed.
        """
        self.layers += 1
        self._add_contents(contents, self.root, ())

    def _add_contents(self, contents: Node, folder: Node, path: tuple[str, ...]) -> None:
        for name, child in contents.children.items():
            if not child.is_folder:
                folder.children[name] = replace(child, layer=self.layers)
                continue
            below = find_folder(self.root, (*path, name))
            if below is None:
                below = folder.children[name] = Node(child.inode, layer=self.layers)
            self._add_contents(child, below, (*path, name))

    def store_names(self) -> list[str]:
        """Return the names of the store paths that are in the image whole, sorted.

        Such a path comes from one layer, of which no layer above takes or replaces anything.
        """
        store = self.root.find("nix", "store")
        children = store.children if store else {}
        return sorted(name for name, node in children.items() if self._is_whole(name, node))

    def _is_whole(self, name: str, node: Node) -> bool:
        is_of_one_layer = all(each.layer == node.layer for _, each in node.walk())
        return is_of_one_layer and node.count() == self._store_counts.get((node.layer, name))
