"""podman and docker: load an image, start a container of it, follow it to its end."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from subprocess import DEVNULL, TimeoutExpired
from typing import Any, NoReturn

from attrs import frozen
from plumbum.commands.base import BaseCommand

from nixgen.errors import BuildError, NixgenError, UsageError
from nixgen.files.left_over import temporary_folder
from nixgen.programs.engine_remedies import remedy_for
from nixgen.programs.interrupts import interrupts_later
from nixgen.programs.loadable import Loadable, find_loadable, under_name
from nixgen.programs.process import find_program, run
from nixgen.programs.started_containers import IMAGE_LABEL, Started, read_inspected

_REMEDY = "install podman (Debian: apt-get install podman) or docker"
_GRACE = 15  # seconds that a container has to stop, and the engine to make one
_LOG_END = 5  # seconds that the engine has to show the last of the log
_LOOK = 10  # seconds between two looks whether the container has ended
_LOG_LATE = 30  # seconds that the log may take after the container's end
_ENDED = ("dead", "exited", "stopped")
_LOADS = 3

# What podman may need before a container starts at all, the least intrusive first: some machines
# cannot do what crun asks for, some sandboxes do not let limits be raised.
_RUNC = ("--runtime", "runc")
_LIMITS = ("--ulimit", "nofile=1024:1024", "--ulimit", "nproc=1024:1024")


@frozen
class Ended:
    """How a container ended: its exit status, and whether it had no memory left."""

    status: int
    out_of_memory: bool


@frozen
class Engine:
    """A program that runs containers.

    `attempts` are options of the program and of its `create`, with which containers may start.
    `has_daemon` tells that the program is nothing without one.
    """

    name: str
    attempts: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (((), ()),)
    has_daemon: bool = False

    def run(
        self, path: str, repository: str, options: Sequence[str], command: Sequence[str] = ()
    ) -> str:
        """Start a container of an image, with the engine's options; return the container's id.

        `command` takes the place of the image's own.

        The path is that of an OCI directory, of a docker archive or of a program that prints one.
        The image is loaded unless the engine has it, again if somebody removes it before the
        container is there. It gets the name `localhost/REPOSITORY:latest` besides, which it takes
        from the image that had it. Raises BuildError. An interrupt leaves no container behind.
        """
        failure = BuildError(f"{self.name}: no container could be started")
        with find_loadable(path) as image:
            for _ in range(_LOADS):
                known = image.id
                try:
                    known = self._load(image, repository)
                    return self._start(known, options, command)
                except BuildError as error:
                    failure = error
                    if self._find(known):
                        break
        raise failure

    def follow(
        self, container: str, meanwhile: AbstractContextManager[None] | None = None
    ) -> Ended:
        """Show the container's log until it ends, and remove it; return how it ended.

        `meanwhile` is entered for as long as the log is shown. An interrupt stops the container;
        what it says meanwhile is shown. Raises BuildError.
        """
        log: Any = None
        try:
            # In a session of its own, which the terminal's interrupts do not reach.
            shown = self._command["logs", "--follow", container]
            with meanwhile or nullcontext():
                log = shown.popen(stdin=DEVNULL, stdout=None, stderr=None, new_session=True)
                self._wait_for_log(log, container)
            status = int(self._do("wait", container))
            killed = self._do("inspect", "--format", "{{.State.OOMKilled}}", container)
            return Ended(status, out_of_memory=killed.strip() == "true")
        finally:
            with interrupts_later():
                self._stop(container)
                if log:
                    _end(log)
                self._remove(container)

    def _wait_for_log(self, log: Any, container: str) -> None:
        """Wait until the log ends, which podman 4.3 at times forgets when the container does."""
        while log.poll() is None:
            with suppress(TimeoutExpired):
                log.wait(_LOOK)
                return
            if self._has_ended(container):
                with suppress(TimeoutExpired):
                    log.wait(_LOG_LATE)
                return

    def _has_ended(self, container: str) -> bool:
        try:
            state = self._do("inspect", "--format", "{{.State.Status}}", container)
        except BuildError:
            return True
        return state.strip() in _ENDED

    def require(self) -> None:
        """Find out whether the engine can be used at all. Raises UsageError with a remedy."""
        if self.has_daemon:
            self._do("version", "--format", "{{.Server.Version}}", error=UsageError)

    def started(self) -> list[Started]:
        """Return the containers that nixgen started, ended ones too, the newest first.

        Raises BuildError.
        """
        listed = ("ps", "--all", "--quiet", "--no-trunc", "--filter", f"label={IMAGE_LABEL}")
        found = [self._described(each) for each in self._do(*listed).split()]
        return read_inspected(json.dumps([each for each in found if each]))

    def ports(self, container: str) -> tuple[str, ...]:
        """Return the published ports of a container that nixgen started, none if it has gone."""
        found = self._described(container)
        return read_inspected(json.dumps([found]))[0].ports if found else ()

    def _described(self, container: str) -> Any:
        """Return what the engine knows of a container, nothing if it has gone meanwhile."""
        try:
            return json.loads(self._do("container", "inspect", container))[0]
        except BuildError:
            return None

    def stop(self, container: Started) -> None:
        """Stop a container, and remove it unless the `nixgen run` that follows it does so."""
        self._stop(container.id)
        if not (container.followed and container.runs):
            self._remove(container.id)

    def become(self, *words: str) -> NoReturn:
        """Let the engine, with these words, take the place of this process.

        So the terminal, signals and the exit status are the engine's own.
        """
        program = str(self._command)
        os.execv(program, [program, *words])  # noqa: S606

    def _load(self, image: Loadable, repository: str) -> str:
        """Load the image unless it is there, and name it; return the id that the engine gave it."""
        name = f"localhost/{repository}:latest"
        loaded = image.id
        if not self._find(loaded):
            try:
                if image.path.is_dir():
                    with under_name(image.path, repository) as folder:
                        self._do("pull", "--quiet", f"oci:{repository}:{name}", cwd=folder)
                else:
                    printed = self._do("load", "--quiet", "--input", str(image.path))
                    # Docker that leaves images to containerd calls them by their manifests.
                    loaded = self._find(image.id) or self._find(printed.split()[-1])
            except BuildError:
                if not self._find(loaded):  # unless another has loaded it meanwhile
                    raise
        self._do("tag", loaded, name)
        return loaded

    def _find(self, image: str) -> str:
        """Return the id of an image by its name or id, or nothing if it is not there."""
        return self._inspect("image", image)

    def _inspect(self, kind: str, name: str) -> str:
        """Return the id of an image or container, or nothing if it is not there."""
        try:
            found = self._do(kind, "inspect", "--format", "{{.Id}}", name)
        except BuildError:
            return ""
        return found.strip().removeprefix("sha256:")

    def _start(self, image: str, options: Sequence[str], command: Sequence[str]) -> str:
        """Start a container by what makes it start on this machine; return its id."""
        failure: BuildError | None = None
        for program, limits in self.attempts:
            try:
                container = self._create(program, [*limits, *options], [image, *command])
            except BuildError as error:
                raise failure or error from None
            try:
                self._do(*program, "start", container)
            except BaseException as error:
                with interrupts_later():
                    self._stop(container)
                    self._remove(container)
                if not isinstance(error, BuildError):
                    raise
                failure = error
            else:
                return container
        raise failure or BuildError(f"{self.name}: no container could be started")

    def _create(self, program: Sequence[str], options: Sequence[str], image: Sequence[str]) -> str:
        """Make a container of an image, and perhaps a command; return its id.

        Interrupts wait for that, as long as it may take.
        """
        with temporary_folder() as folder:
            id_file = folder / "id"
            words = ["create", *options, "--pull", "never", "--cidfile", str(id_file), *image]
            try:
                with interrupts_later(patience=_GRACE):
                    self._do(*program, *words, new_session=True)
                return id_file.read_text()
            except BaseException:
                if id_file.exists():
                    self._remove(id_file.read_text())
                raise

    def _stop(self, container: str) -> None:
        """Stop the container; one that has ended or cannot be stopped stays as it is."""
        with interrupts_later(), suppress(BuildError):
            self._do("stop", "-t", str(_GRACE), container, new_session=True)

    def _remove(self, container: str) -> None:
        """Remove the container and its own volumes, unless somebody has done so."""
        with interrupts_later():
            try:
                self._do("rm", "--force", "--volumes", container, new_session=True)
            except BuildError:
                if self._inspect("container", container):
                    raise

    def _do(self, *words: str, error: type[NixgenError] = BuildError, **how: Any) -> str:
        try:
            return run(self._command[words], error=error, **how)
        except error as failure:
            raise failure.amended(remedy_for(str(failure))) from None

    @property
    def _command(self) -> BaseCommand:
        return find_program(self.name, remedy=_REMEDY)


def _end(log: Any) -> None:
    """Let the process that shows a log end, by force if it does not soon."""
    with suppress(TimeoutExpired):
        log.wait(_LOG_END)
    log.terminate()


_ENGINES = {
    engine.name: engine
    for engine in (
        Engine("podman", attempts=(((), ()), (_RUNC, ()), (_RUNC, _LIMITS))),
        Engine("docker", has_daemon=True),
    )
}
ENGINES = tuple(_ENGINES)


def find_engine(name: str | None) -> Engine:
    """Return the named engine, or the first that the machine has.

    Raises UsageError when there is none, or when it cannot be used.
    """
    for candidate in (name,) if name else ENGINES:
        if shutil.which(candidate):
            _ENGINES[candidate].require()
            return _ENGINES[candidate]
    raise UsageError(f"{name or ' or '.join(ENGINES)}: no container runtime found", _REMEDY)
