"""Lists of tags are read whole, whatever form their pages have; nixgen and skopeo side by side."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable

import pytest
from attrs import evolve
from quirks import changing, gzipped, other_name, redirecting, refusing, to
from quirky_registry import Call, Plain, Quirk, Reply, data, error, none, quirky_registry
from two_images import make_client

from nixgen.errors import RegistryError

REPOSITORY = "one/a"
TAGS = [f"tag-{number:04}" for number in range(1200)]
LIST = to("GET", "tags")


def pages(size: int, link: Callable[[Call, str], object], *, obeys: bool = True) -> Quirk:
    """List at most so many tags at once, with a link made of the plain reference."""

    def quirk(call: Call, plain: Plain) -> Reply:
        if call.kind != "tags":
            return plain(call)
        asked = int(call.parameters.get("n", size)) if obeys else size
        last = call.parameters.get("last", "")
        rest = [tag for tag in TAGS if tag > last]
        page = rest[: min(asked, size)]
        reply = data({"name": REPOSITORY, "tags": page})
        if len(page) == len(rest):
            return reply
        return reply.having(Link=link(call, f"{call.path}?n={size}&last={page[-1]}"))

    return quirk


def skopeo_lists(host: str) -> list[str] | None:
    """Return the tags that skopeo lists, or None where it fails."""
    done = subprocess.run(
        ["skopeo", "list-tags", "--tls-verify=false", f"docker://{host}/{REPOSITORY}"],
        capture_output=True,
        check=False,
        timeout=60,
    )
    return json.loads(done.stdout)["Tags"] if done.returncode == 0 else None


# The quirk, and whether skopeo reads the whole list; None where it need not.
LISTS: dict[str, tuple[Quirk, bool | None]] = {
    f"link {name}": (pages(500, link), skopeo)
    for name, link, skopeo in (
        ("absolute", lambda call, to: f'<http://{call.host}{to}>; rel="next"', True),
        ("relative to the root", lambda call, to: f'<{to}>; rel="next"', True),
        (
            "relative to the path",
            lambda call, to: f'<list?{to.partition("?")[2]}>; rel="next"',
            False,
        ),
        ("of a query", lambda call, to: f'<?{to.partition("?")[2]}>; rel="next"', False),
        ("relative to the scheme", lambda call, to: f'<//{call.host}{to}>; rel="next"', True),
        ("without quotes", lambda call, to: f"<{to}>; rel=next", True),
        ("in upper case", lambda call, to: f'<{to}>; REL="NEXT"', True),
        ("with blanks", lambda call, to: f'  < {to} >  ;  rel = "next"  ', False),
        ("without a relation", lambda call, to: f"<{to}>", True),
        ("without brackets", lambda call, to: f"{to}; rel=next", True),
        ("of several relations", lambda call, to: f'<{to}>; rel="last next"', True),
        (
            "with other parameters",
            lambda call, to: f'<{to}>; title="a, <b>; c"; rel="next"; x',
            True,
        ),
        ("after another", lambda call, to: f'</first>; rel="first", <{to}>; rel="next"', False),
        ("before another", lambda call, to: f'<{to}>; rel="next", </first>; rel="first"', True),
        ("in several headers", lambda call, to: ["</a>; rel=first", f"<{to}>; rel=next"], False),
        ("with a comma", lambda call, to: f'<{to}&x=a,b;c>; rel="next"', None),
        ("with a fragment", lambda call, to: f'<{to}#here>; rel="next"', True),
        ("to another host", lambda call, to: f'<http://{other_name(call)}{to}>; rel="next"', None),
    )
} | {
    "plain": (none, True),
    "no link, pages of 500": (pages(500, lambda call, to: None), False),
    "no link, pages as asked": (pages(1000, lambda call, to: None), False),
    "n is refused": (
        lambda call, plain: (
            error(400, "PAGINATION_NUMBER_INVALID")
            if int(call.parameters.get("n", "100")) > 500
            else pages(100, lambda call, to: f'<{to}>; rel="next"')(call, plain)
        ),
        True,
    ),
    "list is compressed": (changing(LIST, lambda call, reply: gzipped(reply)), True),
    "list is chunked": (changing(LIST, lambda call, reply: evolve(reply, chunked=True)), True),
    "list as text": (
        changing(LIST, lambda call, reply: reply.having(Content_Type="text/plain")),
        True,
    ),
    "list is moved": (
        redirecting(LIST, 307, lambda call: f"/moved{call.path}?{call.query}"),
        True,
    ),
    "list is late": (refusing(LIST, Reply(503, {"Retry-After": "0"}), times=1), None),
}


@pytest.mark.parametrize("name", LISTS)
def test_list_is_read_whole(name: str) -> None:
    """All tags are found; skopeo finds them too where the table says so."""
    quirk, skopeo = LISTS[name]
    with quirky_registry(quirk) as registry:
        for tag in TAGS:
            registry.storage.manifests[REPOSITORY, tag] = ("application/json", b"{}")
        client, _ = make_client(registry.host)
        client.connect()
        assert sorted(client.tags(REPOSITORY)) == TAGS
        if skopeo is not None:
            assert (sorted(skopeo_lists(registry.host) or []) == TAGS) == skopeo


@pytest.mark.parametrize(
    "reply",
    [
        data({"name": REPOSITORY, "tags": None}),
        data({"name": REPOSITORY, "tags": []}),
        data({"name": REPOSITORY}),
        error(404, "NAME_UNKNOWN"),
        Reply(404, {}, b"<html>"),
    ],
)
def test_repository_without_tags_has_none(reply: Reply) -> None:
    """A repository that is not there, or empty, has no tags, and that is no error."""
    with quirky_registry(refusing(LIST, reply)) as registry:
        client, _ = make_client(registry.host)
        client.connect()
        assert client.tags(REPOSITORY) == []


def linked(link: str) -> Reply:
    return data({"tags": ["a"]}).having(Link=link)


@pytest.mark.parametrize(
    ("reply", "message"),
    [
        (linked('</v2/one/a/tags/list?n=1>; rel="next"'), "its pages lead in a circle"),
        (linked('<>; rel="next"'), "its pages lead in a circle"),
        (linked("<unclosed"), "the link to the next page cannot be read"),
        (linked(';rel="next"'), "the link to the next page cannot be read"),
        (linked('<http://[x>; rel="next"'), "no address"),
        (data({"tags": "a"}), "the answer is not that of a registry"),
        (data({"tags": [1]}), "the answer is not that of a registry"),
        (data(["a"]), "the answer is not that of a registry"),
        (Reply(200, {"Content-Type": "text/html"}, b"<html>"), "the answer is not that of a"),
        (error(500), "answered with status 500"),
    ],
)
def test_list_that_cannot_be_read_is_an_error(reply: Reply, message: str) -> None:
    """What cannot be read to the end is never taken for the end."""
    with quirky_registry(refusing(LIST, reply)) as registry:
        client, _ = make_client(registry.host)
        client.connect()
        with pytest.raises(RegistryError) as raised:
            client.tags(REPOSITORY)
        assert message in str(raised.value)


def test_page_that_is_missing_is_an_error() -> None:
    """Only the first page says whether the repository is there."""
    quirk = pages(500, lambda call, to: '</v2/one/b/tags/list>; rel="next"')

    def missing(call: Call, plain: Plain) -> Reply:
        return error(404, "NAME_UNKNOWN") if call.repository == "one/b" else quirk(call, plain)

    with quirky_registry(missing) as registry:
        client, _ = make_client(registry.host)
        client.connect()
        with pytest.raises(RegistryError, match="status 404"):
            client.tags(REPOSITORY)
