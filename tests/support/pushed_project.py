"""A project of small images in a git repository, for tests that push them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from nixgen.package_sets.debian import copy_lock

REPOSITORY = Path(__file__).parents[2]

_DEFINITIONS = """\
from nixgen import Hydra, Jobset, LayeredImage, Project, pkgs


def note(name, text):
    file = pkgs.writeTextFile(name="note", destination="/share/note", text=text)
    return LayeredImage(name=name, contents=[pkgs.bash, file])


project = Project(images={
%s
}, %s)
"""


class PushedProject:
    """A project with an image for each of `texts`, by attribute; all share a layer.

    `more` are the project's further fields.
    """

    def __init__(self, folder: Path, texts: Mapping[str, str], more: str = "") -> None:
        self.folder = folder
        self.more = more
        self.texts = dict(texts)
        folder.mkdir()
        copy_lock(REPOSITORY, folder)
        (folder / ".gitignore").write_text("/.nixgen/\n/result*\n__pycache__/\n")
        self.git("init", "--quiet", "--initial-branch=main")
        self.git("config", "user.email", "tests@example.org")
        self.git("config", "user.name", "tests")
        self.commit()

    def git(self, *words: str) -> str:
        done = subprocess.run(
            ["git", "-C", self.folder, *words], check=True, capture_output=True, text=True
        )
        return done.stdout.strip()

    def commit(self) -> str:
        """Write the definitions, emit the files and commit all; return the commit's id."""
        images = "".join(
            f"    {attribute!r}: note({self.image_name(attribute)!r}, {text!r}),\n"
            for attribute, text in self.texts.items()
        )
        (self.folder / "images.py").write_text(_DEFINITIONS % (images, self.more))
        self.nixgen("emit").check_returncode()
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", "change")
        return self.git("rev-parse", "HEAD")

    def commit_nothing(self) -> None:
        """Make a commit with another id: jobs of it are not those that Nix has done already.

        A registry may get the port that an earlier one had.
        """
        self.git("commit", "--quiet", "--allow-empty", "--message", uuid.uuid4().hex)

    @staticmethod
    def image_name(attribute: str) -> str:
        return f"train/{attribute}"

    def nixgen(
        self, *words: str, environment: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run nixgen in the project's folder."""
        return subprocess.run(
            [sys.executable, "-m", "nixgen", *words],
            cwd=self.folder,
            env=environment_with(environment),
            capture_output=True,
            text=True,
            check=False,
        )

    def build_jobs(
        self,
        *attributes: str,
        arguments: Mapping[str, str | Path] | None = None,
        environment: Mapping[str, str] | None = None,
        options: Sequence[str] = (),
    ) -> subprocess.CompletedProcess[str]:
        """Build jobs of jobsets.nix as Hydra would, with the commit that is checked out as src."""
        command = self._jobs_command(attributes, arguments or {})
        return self.nix(*command, *options, more=environment)

    def building_jobs(
        self, *attributes: str, arguments: Mapping[str, str | Path]
    ) -> subprocess.Popen[bytes]:
        """Start to build jobs, and return the process."""
        return subprocess.Popen(
            self._jobs_command(attributes, arguments),
            cwd=self.folder,
            env=environment_with(None),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def _jobs_command(
        self, attributes: Sequence[str], arguments: Mapping[str, str | Path]
    ) -> list[str]:
        commit_id = self.git("rev-parse", "HEAD")
        source = f'{{ outPath = {self.folder}; rev = "{commit_id}"; }}'
        words = ["--arg", "src", source, "--arg", "pushToDockerRegistry", "true"]
        for name, value in arguments.items():
            words += ["--arg" if isinstance(value, Path) else "--argstr", name, str(value)]
        for attribute in attributes:
            words += ["-A", attribute]
        return ["nix-build", "--no-out-link", "jobsets.nix", *words]

    def nix(
        self, *command: str, more: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run a command of Nix in the project's folder."""
        return subprocess.run(
            command,
            cwd=self.folder,
            env=environment_with(more),
            capture_output=True,
            text=True,
            check=False,
        )

    def pushed(self, done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
        """Return what `nixgen push --json` printed, by the images' attributes."""
        assert done.returncode == 0, done.stderr
        return {image["image"]: image for image in json.loads(done.stdout)["images"]}


def environment_with(more: Mapping[str, str] | None) -> dict[str, str]:
    """Return our environment without registries and credentials, and with Nix usable as root."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("REGISTRY_")}
    configuration = "build-users-group =\nsubstituters =\nsandbox = true\n"
    return {**kept, "NIX_CONFIG": configuration, "NO_COLOR": "1", "HOME": "/nonexistent"} | {
        **(more or {})
    }


@contextmanager
def watched_arguments(mark: str) -> Iterator[list[str]]:
    """Watch the argument lists of all processes; the list holds those with the mark in them."""
    seen: list[str] = []
    stop = threading.Event()

    def watch() -> None:
        own = str(os.getpid())
        while not stop.wait(0.001):
            for process in Path("/proc").iterdir():
                if process.name.isdigit() and process.name != own:
                    try:
                        arguments = (process / "cmdline").read_bytes().decode(errors="replace")
                    except OSError:
                        continue
                    if mark in arguments:
                        seen.append(arguments)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield seen
    finally:
        stop.set()
        watcher.join()
