"""The images of fluentd-images.nix, with the stand-in for fluentd or with the real one."""

from __future__ import annotations

import functools
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from attrs import frozen
from containers import Container, load_image, running, wait_until
from gems import gem_folder, gem_words
from service_images import build

FLUENTD = "NIXGEN_TEST_FLUENTD"
IS_REAL = FLUENTD in os.environ or gem_folder() is not None
FILE = Path(__file__).parent / "fluentd-images.nix"
TIMEOUT = 40.0

# Where what a program of the machine needs may lie; the image itself uses none of these.
_FOLDERS = (
    *("/lib", "/lib64", "/usr/bin", "/usr/lib", "/usr/share"),
    *("/nix/store", "/opt", "/var/lib/gems"),
)


@functools.cache
def image(attribute: str) -> str:
    """Build an image, load it into the engine's storage and return its name."""
    program = os.environ.get(FLUENTD)
    options = ("--argstr", "program", program) if program else gem_words()
    return load_image(build(attribute, FILE, *options))


@frozen
class Captured:
    """A container whose fluentd writes the records into a folder of the test."""

    container: Container
    folder: Path

    def records(self, tag: str) -> list[str]:
        """Return the messages of the records with the event tag, in their order."""
        texts = [file.read_text() for file in sorted(self.folder.glob("all*log"))]
        lines = [line for text in texts for line in text.split("\n")[:-1]]
        fields = [line.split("\t", 2) for line in lines]
        return [json.loads(record)["message"] for _, own, record in fields if own == tag]

    def wait_for_records(self, tag: str, message: str, count: int = 1) -> None:
        """Wait until there are so many records with the message."""
        wait_until(
            lambda: self.records(tag).count(message) >= count,
            TIMEOUT,
            f"not {count} records {message!r} with the tag {tag}",
        )

    def lay(self, file: str, content: str) -> None:
        """Lay a file into /tmp of the container, and wait until the puppet has taken it."""
        self.container.exec(
            *("sh", "-c", 'printf %s "$1" >/tmp/.new && mv /tmp/.new "/tmp/$0"', file, content),
            user="nobody",
        )
        self.wait_until_taken(file)

    def lay_lines(self, text: str, count: int) -> None:
        """Let the puppet print the text, a space and a number from 1, so many times."""
        script = f"seq {count} | sed 's/^/{text} /' >/tmp/.new && mv /tmp/.new /tmp/say"
        self.container.exec("sh", "-c", script, user="nobody")
        self.wait_until_taken("say")

    def wait_until_taken(self, file: str) -> None:
        """Wait until the puppet has taken a file."""
        gone = ("sh", "-c", f"test ! -e /tmp/{file}")
        wait_until(lambda: self.container.succeeds(*gone), TIMEOUT, f"/tmp/{file} is not taken")


@contextmanager
def running_captured(folder: Path, *options: str) -> Iterator[Captured]:
    """Start a container of the image `captured`, which writes its records into the folder."""
    with running_captured_image("captured", f"--volume={folder}:/records", *options) as container:
        yield Captured(container, folder)


@contextmanager
def running_captured_image(attribute: str, *options: str) -> Iterator[Container]:
    """Start a container of an image, with what fluentd needs."""
    program = os.environ.get(FLUENTD)
    needed = [place for place in (program, *_FOLDERS) if program and place and Path(place).exists()]
    mounts = [f"--volume={place}:{place}:ro" for place in needed]
    with running(image(attribute), *mounts, *options) as container:
        yield container
