"""Rounds of commands at once in one project, while garbage is collected all the time.

python -m bench.rounds [--rounds N] [--commands N] [--seed N] [--seconds N] [--run]

Every command must end in time and well, with the image that the project defines in this round. They
have a store of their own, so that nothing else is collected.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from attrs import Factory, define, frozen

from bench.alone import with_own_store
from bench.measure import NIXGEN, REPOSITORY, environment, run
from bench.registry import running_registry
from nixgen.package_sets.debian import copy_lock

DEFINITIONS = """\
from nixgen import Image, LayeredImage, Project, pkgs

ROUND = {number}


def note(name):
    text = f"{{name}} of round {{ROUND}}"
    return pkgs.writeTextFile(name="note", destination="/share/note", text=text)


project = Project(images={{
    **{{
        name: LayeredImage(name=f"rounds/{{name}}", contents=[note(name)])
        for name in ("files0", "files1", "files2")
    }},
    **{{
        name: Image(
            name=f"rounds/{{name}}", command=f"echo {{name}} of round {{ROUND}}; exec sleep 1000"
        )
        for name in ("service0", "service1", "service2")
    }},
}})
"""
SERVICES = ["service0", "service1", "service2"]
IMAGES = ["files0", "files1", "files2", *SERVICES]


@frozen
class Ended:
    """How a command ended; `status` is None where it hung until it was killed."""

    words: tuple[str, ...]
    status: int | None
    output: str
    log: str

    def __str__(self) -> str:
        how = "hung" if self.status is None else f"ended with {self.status}"
        return f"nixgen {' '.join(self.words)}: {how}\n{self.output}{self.log}"


@frozen
class Outcome:
    """A round: its seconds, the commands that failed or hung, and what else was wrong."""

    seconds: float
    failed: Sequence[Ended] = ()
    wrong: Sequence[str] = ()


@define
class Rounds:
    """A project, the registry it is pushed to, and the mix of commands."""

    folder: Path
    registry: str
    random: random.Random
    seconds: float
    with_containers: bool = False
    number: int = 0
    containers: list[str] = Factory(list)

    def prepare(self) -> None:
        """Make the project, with this checkout's lock."""
        self.folder.mkdir(parents=True)
        copy_lock(REPOSITORY, self.folder)
        self._define()
        run([*NIXGEN, "emit"], self.folder)

    def play(self, commands: int) -> Outcome:
        """Change all images, and start that many commands at once."""
        self.number += 1
        self._define()
        chosen = [self._choose() for _ in range(commands)]
        begun = time.monotonic()
        processes = [self._start(words, number) for number, words in enumerate(chosen)]
        deadline = begun + self.seconds
        ended = [
            self._end(process, words, number, deadline)
            for number, (process, words) in enumerate(zip(processes, chosen, strict=True))
        ]
        seconds = time.monotonic() - begun
        failed = [each for each in ended if each.status != 0]
        return Outcome(seconds, failed, [] if failed else list(self._find_wrong(ended)))

    def _define(self) -> None:
        (self.folder / "images.py").write_text(DEFINITIONS.format(number=self.number))

    def _choose(self) -> tuple[str, ...]:
        push = ("push", *self._at_registry, "--commit-id", "v1", "--json")
        some = self.random.sample(IMAGES, self.random.randint(1, 3))
        choices: list[tuple[int, tuple[str, ...]]] = [
            (3, ("build", "--json")),
            (4, ("build", "--json", *some)),
            (2, push),
            (3, (*push, *some)),
            (2, ("list", "--digests", "--json")),
            (2, ("emit",)),
            (1, ("packages", "lock")),
            (1, ("packages", "lock", "--update")),
        ]
        if self.with_containers:
            choices.append((6, ("run", "--detach", self.random.choice(SERVICES))))
        weights, words = zip(*choices, strict=True)
        return self.random.choices(words, weights)[0]

    @property
    def _at_registry(self) -> tuple[str, ...]:
        return ("--registry", self.registry, "--insecure-registry", self.registry)

    def _start(self, words: Sequence[str], number: int) -> subprocess.Popen[bytes]:
        with (
            self._file(number, "out").open("wb") as out,
            self._file(number, "log").open("wb") as log,
        ):
            return subprocess.Popen(
                [*NIXGEN, *words],
                cwd=self.folder,
                env=environment(),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=log,
                start_new_session=True,
            )

    def _end(
        self, process: subprocess.Popen[bytes], words: tuple[str, ...], number: int, deadline: float
    ) -> Ended:
        try:
            status: int | None = process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            status = None
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        output, log = (self._file(number, kind).read_text() for kind in ("out", "log"))
        if words[0] == "run":
            self.containers += output.split()
        return Ended(words, status, output, log)

    def _file(self, number: int, kind: str) -> Path:
        return self.folder.with_name(f"{kind}-{number}")

    def _find_wrong(self, ended: Sequence[Ended]) -> Iterator[str]:
        """Yield what is not the image that the project defines in this round."""
        paths, digests = self._expected()
        for each in ended:
            if each.words[0] == "build":
                for image, path in json.loads(each.output).items():
                    if path != paths[image]:
                        yield f"build {image}: expected {paths[image]}, got {path}"
            elif each.words[0] == "push":
                yield from self._wrong_pushes(json.loads(each.output)["images"], digests)
            elif each.words[0] == "list":
                listed = _digests(each.output)
                if listed != digests:
                    yield f"list --digests: expected {digests}, got {listed}"
            elif each.words[0] == "run":
                yield from self._wrong_container(each.words[-1], each.output.strip())

    def _expected(self) -> tuple[dict[str, str], dict[str, str]]:
        """Return the output paths and the digests of all images, asked for one after the other."""
        paths: dict[str, str] = json.loads(self._ask("build", "--json"))
        return paths, _digests(self._ask("list", "--digests", "--json"))

    def _ask(self, *words: str) -> str:
        return run([*NIXGEN, *words], self.folder).output

    def _wrong_pushes(
        self, pushed: Sequence[dict[str, object]], digests: dict[str, str]
    ) -> Iterator[str]:
        for row in pushed:
            image = str(row["image"])
            if row["digest"] != digests[image]:
                yield f"push {image}: expected {digests[image]}, got {row['digest']}"
            words = ["tags", image, "latest", *self._at_registry, "--json"]
            found = json.loads(self._ask(*words))
            if (found["digest"], found["commitIds"]) != (digests[image], ["v1"]):
                yield f"push {image}: expected {digests[image]} in the registry, got {found}"

    def remove_containers(self) -> None:
        """Remove what was started: the network of it ends with the rounds."""
        for container in self.containers:
            remove = ["podman", "rm", "--force", "--ignore", "--time", "0", container]
            subprocess.run(remove, capture_output=True)
        self.containers.clear()

    def _wrong_container(self, image: str, container: str) -> Iterator[str]:
        """Look at what the container says."""
        expected = f"{image} of round {self.number}"
        for _ in range(100):
            log = subprocess.run(["podman", "logs", container], capture_output=True, text=True)
            if expected in log.stdout + log.stderr:
                break
            time.sleep(0.1)
        else:
            yield f"run {image}: expected a container that says {expected!r}, got {log}"


def _digests(listed: str) -> dict[str, str]:
    """Return the digests by attribute that `nixgen list --json` has printed."""
    return {row["attribute"].rpartition(".")[2]: row["digest"] for row in json.loads(listed)}


@contextmanager
def collecting_garbage() -> Iterator[Counter[int]]:
    """Collect all garbage again and again until the end of the block; count the exit statuses."""
    statuses: Counter[int] = Counter()
    script = 'while :; do nix-store --gc >/dev/null 2>"$0"; echo $?; done'
    with tempfile.NamedTemporaryFile() as log, tempfile.TemporaryFile() as printed:
        collector = subprocess.Popen(
            ["sh", "-c", script, log.name],
            stdout=printed,
            env=environment(),
            start_new_session=True,
        )
        try:
            yield statuses
        finally:
            os.killpg(collector.pid, signal.SIGTERM)
            collector.wait()
            printed.seek(0)
            statuses.update(map(int, printed.read().split()))


def main() -> None:
    """Play the rounds in a store of their own, and print what came of them."""
    parser = argparse.ArgumentParser(prog="python -m bench.rounds", description=__doc__)
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--commands", type=int, default=10, help="how many at once")
    parser.add_argument("--seed", type=int, default=0, help="of the mix of commands")
    parser.add_argument("--seconds", type=float, default=180, help="after which a command hangs")
    parser.add_argument("--run", action="store_true", help="start containers with podman as well")
    parser.add_argument("--inside", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.inside:
        sys.exit(_play(options, options.inside))
    with tempfile.TemporaryDirectory(prefix="nixgen-rounds-") as scratch:
        sys.exit(_enter(Path(scratch), sys.argv[1:]))


def _enter(scratch: Path, words: Sequence[str]) -> int:
    """Give the rounds a store that begins with all that building their images needs."""
    project = Rounds(scratch / "first", "no registry", random.Random(0), seconds=0)  # noqa: S311
    project.prepare()
    forms = ("", ".oci", ".loadedBy.podman")
    attributes = [f"dockerImages.{image}{form}" for image in IMAGES for form in forms]
    words = [sys.executable, "-m", "bench.rounds", *words, "--inside", str(scratch)]
    return with_own_store(scratch, project.folder, attributes, words)


def _play(options: argparse.Namespace, scratch: Path) -> int:
    """Play the rounds; return the exit status."""
    print(f"seed {options.seed}", flush=True)
    bad = 0
    seconds = []
    with running_registry(scratch / "registry") as registry, collecting_garbage() as collections:
        mix = random.Random(options.seed)  # noqa: S311 (which commands meet)
        rounds = Rounds(scratch / "project", registry.host, mix, options.seconds, options.run)
        rounds.prepare()
        for number in range(1, options.rounds + 1):
            try:
                outcome = rounds.play(options.commands)
            finally:
                rounds.remove_containers()
            seconds.append(outcome.seconds)
            bad += bool(outcome.failed or outcome.wrong)
            print(f"round {number}: {outcome.seconds:.1f} s", flush=True)
            for each in (*outcome.failed, *outcome.wrong):
                print(each, flush=True)
    print(f"{options.rounds} rounds of {options.commands} commands: {bad} bad")
    print(f"{statistics.mean(seconds):.1f} s a round, {max(seconds):.1f} s the longest")
    print(f"{sum(collections.values())} collections, by exit status {dict(collections)}")
    return int(bad > 0)


if __name__ == "__main__":
    main()
