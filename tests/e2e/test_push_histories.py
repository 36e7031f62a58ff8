"""Whatever happens between and during pushes, each pushed commit has its tags, and no byte is
sent that the registry still has."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import hypothesis.strategies as st
from faults import Request, faulty_registry
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from registry import make_layer, make_layout, running_registry

from nixgen.errors import RegistryError
from nixgen.registry import (
    Client,
    ImagePush,
    Pusher,
    Retry,
    Transport,
    image_tags,
    parse_registry,
    read_layout,
)

REPOSITORIES = ("train/engine", "train/wagon")
ATTEMPTS = 4
METHODS = ("GET", "HEAD", "POST", "PATCH", "PUT")


class Histories(RuleBasedStateMachine):
    """A project of two images that share a layer, its commits, and a registry with its troubles."""

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.folder = Path(self.stack.enter_context(tempfile.TemporaryDirectory()))
        self.registry = self.stack.enter_context(running_registry(self.folder / "registry"))
        self.proxy = self.stack.enter_context(faulty_registry(self.registry.port))
        self.proxy.on_request = self.examine
        self.sent_twice: list[str] = []
        self.versions = dict.fromkeys(REPOSITORIES, 0)
        self.commits = 0
        # What every tag must name, and which images have been pushed since the last wipe.
        self.expected: dict[tuple[str, str], str] = {}
        self.pushed: set[tuple[str, str]] = set()

    def teardown(self) -> None:
        self.stack.close()

    def examine(self, request: Request) -> None:
        digests = parse_qs(urlsplit(request.path).query).get("digest", [])
        if request.method == "PUT" and digests and self.registry.has_blob(digests[0]):
            self.sent_twice.append(digests[0])

    def images(self) -> list[ImagePush]:
        """Return the images of the commit that is checked out."""
        return [self.image(repository) for repository in REPOSITORIES]

    def image(self, repository: str) -> ImagePush:
        own = REPOSITORIES.index(repository) * 1000 + self.versions[repository]
        folder = self.folder / f"layout-{own}"
        if not folder.exists():
            make_layout(folder, [make_layer(7, 60_000), make_layer(own, 30_000)])
        tags = image_tags(f"{self.commits:040}", f"{own:032}", repository)
        image = ImagePush(repository, repository, tags, read_layout(folder))
        self.expected |= {(repository, tag): image.layout.digest for tag in tags}
        return image

    def push(self) -> None:
        """Push the commit; a registry that fails for too long leaves it unpushed."""
        images = self.images()
        retry = Retry(attempts=ATTEMPTS, first_pause=0.001)
        client = Client(Transport(parse_registry(self.proxy.host), insecure=True), retry)
        try:
            Pusher(client, retry).push(images)
        except RegistryError:
            return
        finally:
            self.proxy.heal()
        self.pushed |= {(image.repository, tag) for image in images for tag in image.tags}

    @rule()
    def push_unchanged(self) -> None:
        self.push()

    @rule()
    def commit_without_change(self) -> None:
        self.commits += 1
        self.push()

    @rule(repository=st.sampled_from(REPOSITORIES), version=st.integers(0, 3))
    def commit_with_change(self, repository: str, version: int) -> None:
        self.commits += 1
        self.versions[repository] = version
        self.push()

    @rule(
        method=st.sampled_from(METHODS),
        status=st.sampled_from([500, 503, 429, None]),
        times=st.integers(1, 2 * ATTEMPTS),
        answer_lost=st.booleans(),
    )
    def push_in_trouble(
        self, method: str, status: int | None, times: int, answer_lost: bool
    ) -> None:
        self.commits += 1
        self.proxy.fail(
            lambda request: request.method == method,
            status=status,
            times=times,
            answer_lost=answer_lost and status is None,
        )
        self.push()

    @rule(nth=st.integers(1, 14), version=st.integers(4, 9))
    def push_is_killed(self, nth: int, version: int) -> None:
        """Kill the pushing process at one of its requests that change something."""
        self.commits += 1
        self.versions[REPOSITORIES[0]] = version
        wanted = [
            {
                "repository": image.repository,
                "tags": image.tags,
                "layout": str(image.layout.blobs[0].file.parents[2]),
            }
            for image in self.images()
        ]
        script = Path(__file__).parents[1] / "support/push_layouts.py"
        process = subprocess.Popen(
            [sys.executable, script, self.proxy.host, json.dumps(wanted)],
            stderr=subprocess.DEVNULL,
        )
        before = len(self.proxy.requests)

        def kill(request: Request) -> None:
            self.examine(request)
            changing = [
                each for each in self.proxy.requests[before:] if each.method not in ("GET", "HEAD")
            ]
            if len(changing) >= nth:
                process.kill()

        self.proxy.on_request = kill
        process.wait()
        self.proxy.on_request = self.examine

    @rule()
    def registry_collects_garbage(self) -> None:
        self.registry.collect_garbage()

    @rule()
    def registry_is_wiped(self) -> None:
        self.registry.wipe()
        self.pushed.clear()

    @invariant()
    def pushed_commits_have_their_tags(self) -> None:
        """Every tag that was pushed is there, and every tag that is there is right."""
        retry = Retry(attempts=1)
        client = Client(Transport(parse_registry(self.registry.host), insecure=True), retry)
        client.connect()
        for (repository, tag), digest in self.expected.items():
            found = client.manifest_digest(repository, tag)
            assert found == digest or (found is None and (repository, tag) not in self.pushed)

    @invariant()
    def nothing_is_sent_twice(self) -> None:
        assert self.sent_twice == []


TestHistories = Histories.TestCase
TestHistories.settings = settings(
    max_examples=6,
    stateful_step_count=10,
    suppress_health_check=[HealthCheck.too_slow],
)
