"""Take an image apart (`parts`), list its files (`list`), run commands in it (`run`)."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from image_layers.errors import ImageError
from image_layers.parts import write_listing, write_parts
from image_layers.running import Run
from image_layers.sources import Wanted


def _parse(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="image_layers")
    subparsers = parser.add_subparsers(dest="subcommand", required=True)
    for name in ("parts", "list"):
        subparser = subparsers.add_parser(name)
        subparser.add_argument("source", type=Path)
        subparser.add_argument("out", type=Path)
        subparser.add_argument("--name", default="")
        subparser.add_argument("--tag", default="")
        subparser.add_argument("--architecture", required=True)
        subparser.add_argument("--libdeflate-gzip", default="")
    run = subparsers.add_parser("run")
    run.add_argument("folder")
    run.add_argument("--layer", type=Path, action="append", default=[])
    run.add_argument("--contents", type=Path, required=True)
    run.add_argument("--command", nargs="+", action="append", default=[])
    run.add_argument("--owner", type=int, nargs=2, default=(0, 0))
    run.add_argument("--mtime", type=int, required=True)
    return parser.parse_args(words)


def _read(arguments: argparse.Namespace) -> None:
    wanted = Wanted(arguments.name, arguments.tag, arguments.architecture)
    source, out, scratch = arguments.source, arguments.out, Path.cwd()
    if arguments.subcommand == "list":
        image = write_listing(source, wanted, out, scratch)
    else:
        image = write_parts(source, wanted, arguments.libdeflate_gzip, out, scratch)
    for note in image.notes:
        print(f"{source}: {note}", file=sys.stderr)


def _run(arguments: argparse.Namespace) -> None:
    user, group = arguments.owner
    run = Run(arguments.layer, arguments.contents, arguments.command, (user, group))
    run.write_changes(arguments.folder, arguments.mtime, sys.stdout.buffer)


def main() -> int:
    """Run a subcommand; return 1 when an image cannot be used."""
    sys.setrecursionlimit(10_000)
    arguments = _parse(sys.argv[1:])
    try:
        _run(arguments) if arguments.subcommand == "run" else _read(arguments)
    except ImageError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
