"""nixgen packages prefetch: what it prints is what Nix then fetches."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from project import copy_lock, nixgen, output
from registry import (
    PASSWORD,
    RunningRegistry,
    make_layer,
    make_layout,
    running_registry,
    skopeo_digest,
)
from registry import (
    auth_file as written_auth_file,
)

from nixgen.errors import ExitStatus

pytestmark = pytest.mark.nix

PROJECT = """\
from nixgen import Project, PulledImage

project = Project(images={{"base": {definition}}})
"""


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningRegistry]:
    """Run a registry that asks for a password, with the image tools/base:7 in it."""
    folder = tmp_path_factory.mktemp("registry")
    layout = make_layout(folder / "layout", [make_layer(1, 1000), make_layer(2, 2000)])
    with running_registry(folder / "registry", password=True) as running:
        target = f"docker://{running.host}/tools/base:7"
        copy = ["skopeo", "--insecure-policy", "copy", "--quiet", "--dest-tls-verify=false"]
        with written_auth_file(running.host) as file:
            words = [f"--authfile={file}", f"oci:{layout}", target]
            subprocess.run([*copy, *words], check=True)
        yield running


@pytest.fixture
def auth_file(registry: RunningRegistry) -> Iterator[Path]:
    with written_auth_file(registry.host) as file:
        yield file


def test_printed_definition_is_fetched(
    registry: RunningRegistry, auth_file: Path, tmp_path: Path
) -> None:
    """The definition goes into images.py as it is; Nix finds the image to have that hash."""
    image = f"{registry.host}/tools/base:7"
    words = ["packages", "prefetch", image, "--no-tls-verify", "--arch", "amd64"]
    definition = output(nixgen(*words, "--authfile", str(auth_file), folder=tmp_path))
    digest = skopeo_digest(registry, "tools/base", "7")
    assert f'    image_digest="{digest}",\n' in definition
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "images.py").write_text(PROJECT.format(definition=definition))
    copy_lock(folder)
    archive = output(
        nixgen(
            *["build", "base", "--no-out-link", "--"],
            *["--option", "extra-sandbox-paths", str(auth_file)],
            folder=folder,
            environment={"REGISTRY_AUTH_FILE": str(auth_file)},
        )
    )
    listed = subprocess.run(["tar", "-tf", archive], check=True, capture_output=True, text=True)
    assert "manifest.json" in listed.stdout.split()


def test_fields_are_printed_as_json(
    registry: RunningRegistry, auth_file: Path, tmp_path: Path
) -> None:
    """--json gives programs the same fields; the credentials may come from the environment."""
    image = f"{registry.host}/tools/base:7"
    done = nixgen(
        *["packages", "prefetch", image, "--no-tls-verify", "--arch", "amd64", "--json"],
        folder=tmp_path,
        environment={"REGISTRY_AUTH_FILE": str(auth_file)},
    )
    fields = json.loads(output(done))
    assert {
        "image_name": f"{registry.host}/tools/base",
        "image_digest": skopeo_digest(registry, "tools/base", "7"),
        "sha256": fields["sha256"],
        "final_image_tag": "7",
        "arch": "amd64",
        "tls_verify": False,
    } == fields


@pytest.mark.parametrize(
    ("image", "status", "message"),
    [
        ("{host}/tools/nosuch", ExitStatus.REGISTRY, "tools/nosuch"),
        ("{host}/tools/base:nosuch", ExitStatus.REGISTRY, "nosuch"),
        ("tools/Base", ExitStatus.USAGE, "tools/Base: expected IMAGE or IMAGE:TAG"),
        ("tools/base:", ExitStatus.USAGE, "tools/base:: expected IMAGE or IMAGE:TAG"),
    ],
)
def test_image_that_is_not_there_is_refused(
    registry: RunningRegistry,
    auth_file: Path,
    tmp_path: Path,
    image: str,
    status: ExitStatus,
    message: str,
) -> None:
    """The message names the image, and the status tells a wrong name from a missing image."""
    words = ["packages", "prefetch", image.format(host=registry.host), "--no-tls-verify"]
    done = nixgen(*words, "--authfile", str(auth_file), folder=tmp_path)
    assert (status, "") == (done.returncode, done.stdout)
    assert message in done.stderr
    assert PASSWORD not in done.stderr
