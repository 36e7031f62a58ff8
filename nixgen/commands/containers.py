"""podman and docker: load an image, start a container of it, follow it to its end."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from attrs import frozen
from plumbum import FG, local
from plumbum.commands.base import BaseCommand

from nixgen.commands.process import find_program, run
from nixgen.errors import BuildError, UsageError

ENGINES = ("podman", "docker")
_REMEDY = "install podman (Debian: apt-get install podman) or docker"

# What podman may need before a container starts at all, the least intrusive first: some machines
# cannot do what crun asks for, some sandboxes do not let limits be raised.
_RUNC = ("--runtime", "runc")
_LIMITS = ("--ulimit", "nofile=1024:1024", "--ulimit", "nproc=1024:1024")
_ATTEMPTS = {"podman": (((), ()), (_RUNC, ()), (_RUNC, _LIMITS)), "docker": (((), ()),)}


@frozen
class Engine:
    """A program that runs containers: podman, or docker."""

    name: str

    def load(self, path: str, name: str) -> None:
        """Load an image under the name `NAME:TAG`.

        The path is that of an OCI directory, of a docker archive or of a program that prints one.
        Raises BuildError.
        """
        if Path(path).is_dir():
            image = run(self._command["pull", "--quiet", f"oci:{path}"]).split()[-1]
            run(self._command["untag", image])  # podman names it after the directory
        elif os.access(path, os.X_OK):
            image = run(local[path] | self._command["load", "--quiet"]).split()[-1]
        else:
            image = run(self._command["load", "--quiet", "--input", path]).split()[-1]
        run(self._command["tag", image, name])

    def start(self, reference: str, options: Sequence[str]) -> str:
        """Start a container of the image with the engine's options; return its id.

        Raises BuildError when the engine refuses, whatever of runtime and limits was tried. An
        interrupt leaves no container behind.
        """
        failure = BuildError(f"{self.name}: no container could be started")
        for runtime, limits in _ATTEMPTS[self.name]:
            with TemporaryDirectory(prefix="nixgen-") as folder:
                id_file = Path(folder) / "id"
                words = ["create", "--cidfile", str(id_file), *limits, *options, reference]
                try:
                    container = run(self._command[[*runtime, *words]]).split()[-1]
                    run(self._command["start", container])
                except BaseException as error:
                    created = id_file.read_text() if id_file.exists() else ""
                    if created:
                        self._remove(created)
                    if not isinstance(error, BuildError) or not created:
                        raise
                    failure = error
                else:
                    return container
        raise failure

    def follow(self, container: str) -> int:
        """Show the container's log until it ends; return its exit status, and remove it."""
        try:
            _ = self._command["logs", "--follow", container] & FG(retcode=None)
            return int(run(self._command["wait", container]))
        finally:
            self._remove(container)

    def _remove(self, container: str) -> None:
        """Stop and remove the container; further interrupts do not stop that half-way."""
        with _interrupts_later():
            run(self._command["rm", "--force", "--time", "15", container], new_session=True)

    @property
    def _command(self) -> BaseCommand:
        return find_program(self.name, remedy=_REMEDY)


@contextmanager
def _interrupts_later() -> Iterator[None]:
    """Put interrupts off until the end of the block."""
    received: list[int] = []
    numbers = (signal.SIGHUP, signal.SIGINT, signal.SIGTERM)
    handlers = {
        number: signal.signal(number, lambda number, _: received.append(number))
        for number in numbers
    }
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
    if received:
        raise KeyboardInterrupt


def find_engine(name: str | None) -> Engine:
    """Return the named engine, or the first that the machine has.

    Raises UsageError when there is none.
    """
    for candidate in (name,) if name else ENGINES:
        if shutil.which(candidate):
            return Engine(candidate)
    raise UsageError(f"{name or ' or '.join(ENGINES)}: no container runtime found\n  {_REMEDY}")
