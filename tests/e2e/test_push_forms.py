"""Registries that take no OCI manifests get docker's form of the same image."""

from __future__ import annotations

import hashlib
import json
import subprocess
from pathlib import Path

import pytest
from quirks import Applies, refusing
from quirky_registry import Call, Reply, error, quirky_registry
from two_images import REPOSITORIES, TAGS, make_pushes, push, skopeo_copies

from nixgen.errors import RegistryError
from nixgen.registry import read_layout

DOCKER = "application/vnd.docker.distribution.manifest.v2+json"


def putting(form: str) -> Applies:
    """Apply to manifests of a form that are put."""
    return lambda call: (
        call.method == "PUT"
        and call.kind == "manifest"
        and form in call.headers.get("content-type", "")
    )


REFUSALS = {
    "400 MANIFEST_INVALID": (error(400, "MANIFEST_INVALID"), True),
    "404": (Reply(404), False),
    "404 MANIFEST_INVALID": (error(404, "MANIFEST_INVALID"), True),
    "405 UNSUPPORTED": (error(405, "UNSUPPORTED"), False),
    "415": (Reply(415), False),
    "415 UNSUPPORTED": (error(415, "UNSUPPORTED"), False),
    "400 page": (Reply(400, {"Content-Type": "text/html"}, b"<html>"), False),
    "422": (Reply(422), False),
    "501": (Reply(501), False),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_docker_manifest_is_put_instead(name: str, layouts: list[Path]) -> None:
    """Both tags name docker's form, whose digest was known, and the user is told."""
    reply, skopeo = REFUSALS[name]
    quirk = refusing(putting("oci"), reply)
    notices: list[str] = []
    with quirky_registry(quirk) as registry:
        images = make_pushes(layouts)
        pushed = push(registry.host, images, notices=notices)
        for each in pushed:
            known = each.image.layout.forms[1].digest
            assert known == each.manifest.digest
            assert any(known in notice and "takes no oci" in notice for notice in notices)
            for tag in TAGS:
                kind, content = registry.storage.manifests[each.image.repository, tag]
                digest = "sha256:" + hashlib.sha256(content).hexdigest()
                assert (DOCKER, known) == (kind, digest)
        again = push(registry.host, images)
        assert [each.status for each in again] == ["unchanged", "unchanged"]
    with quirky_registry(quirk) as registry:
        assert skopeo_copies(registry.host, layouts) == skopeo


def test_docker_form_is_that_of_skopeo(layouts: list[Path], tmp_path: Path) -> None:
    """The derived manifest is byte for byte what skopeo makes of the image."""
    for layout in layouts:
        folder = tmp_path / layout.name
        words = ["copy", "--quiet", "--insecure-policy", "--format", "v2s2"]
        subprocess.run(["skopeo", *words, f"oci:{layout}", f"dir:{folder}"], check=True)
        made = (folder / "manifest.json").read_bytes()
        assert made == read_layout(layout).forms[1].content


@pytest.mark.parametrize("form", ["oci", "docker"])
def test_form_can_be_chosen(form: str, layouts: list[Path]) -> None:
    """The user may ask for a form; the registry then has that one."""
    with quirky_registry() as registry:
        for each in push(registry.host, make_pushes(layouts, form)):
            assert form == each.manifest.form
            _, content = registry.storage.manifests[each.image.repository, TAGS[0]]
            assert each.manifest.content == content


def test_chosen_form_that_is_refused_is_an_error(layouts: list[Path]) -> None:
    """Who asks for one form gets no other."""
    with quirky_registry(refusing(putting("oci"), error(415, "UNSUPPORTED"))) as registry:
        with pytest.raises(RegistryError, match=r"putting the tag (one/a|two/b):commit-1"):
            push(registry.host, make_pushes(layouts, "oci"))
        assert registry.storage.manifests == {}


def test_registry_that_takes_neither_form_is_an_error(layouts: list[Path]) -> None:
    """The message is what the registry said of the first form."""

    def refused(call: Call) -> Reply:
        return error(400, "MANIFEST_INVALID" if "oci" in call.headers["content-type"] else "NO")

    with (
        quirky_registry(refusing(putting(""), refused)) as registry,
        pytest.raises(RegistryError, match=r"putting the tag .* status 400 \(NO: refused\)"),
    ):
        push(registry.host, make_pushes(layouts))


def test_other_refusals_change_no_form(layouts: list[Path]) -> None:
    """A name that the registry does not take is no reason for another form."""
    with quirky_registry(refusing(putting("oci"), error(400, "NAME_INVALID"))) as registry:
        with pytest.raises(RegistryError, match="NAME_INVALID"):
            push(registry.host, make_pushes(layouts))
        kinds = {call.headers["content-type"] for call in registry.asked("PUT", "manifest")}
    assert DOCKER not in kinds
    assert len(REPOSITORIES) == len(layouts)


def test_layers_that_docker_does_not_know_have_one_form(layouts: list[Path]) -> None:
    """An image with zstd layers cannot be written in docker's form."""
    layout = read_layout(layouts[0])
    manifest = json.loads(layout.manifest)
    manifest["layers"][0]["mediaType"] = "application/vnd.oci.image.layer.v1.tar+zstd"
    zstd = type(layout)(layout.digest, layout.media_type, json.dumps(manifest).encode(), ())
    assert [each.form for each in zstd.forms] == ["oci"]
