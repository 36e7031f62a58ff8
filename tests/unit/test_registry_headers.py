"""The headers of registries that have a syntax of their own."""

from __future__ import annotations

import re
from email.utils import formatdate
from time import time

import hypothesis.strategies as st
import pytest
from hypothesis import given

from nixgen.registry.headers import Challenge, challenges, next_link, retry_after

TOKENS = st.text("abcXYZ019!#$%&'*+-.^_`|~", min_size=1, max_size=8)
VALUES = st.text(st.characters(codec="ascii", exclude_categories=["C"]), max_size=12)


def quoted(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


@given(
    st.lists(
        st.tuples(TOKENS, st.dictionaries(TOKENS, VALUES, max_size=3)), min_size=1, max_size=4
    ),
    st.sampled_from([", ", ",", " ,  "]),
    st.booleans(),
)
def test_challenges_are_read_back(
    wanted: list[tuple[str, dict[str, str]]], comma: str, in_blanks: bool
) -> None:
    """Whatever challenges are written, quoted as they must be, are read as they were."""
    equals = " = " if in_blanks else "="
    header = comma.join(
        f"{scheme} {comma.join(f'{name}{equals}{quoted(value)}' for name, value in each.items())}"
        for scheme, each in wanted
    )
    expected = []
    for scheme, each in wanted:
        parameters: dict[str, str] = {}
        for name, value in each.items():
            parameters.setdefault(name.lower(), value)
        expected.append(Challenge(scheme.lower(), parameters))
    assert tuple(expected) == challenges(header)


@given(st.text(max_size=60))
def test_any_challenge_can_be_read(header: str) -> None:
    """What is no challenge makes no trouble."""
    for challenge in challenges(header):
        assert challenge.scheme == challenge.scheme.lower()


@pytest.mark.parametrize(
    ("header", "schemes"),
    [
        ("", []),
        ("Negotiate", ["negotiate"]),
        ("Negotiate abc/+=, Basic realm=a", ["negotiate", "basic"]),
        ("Negotiate abc==, NTLM", ["negotiate", "ntlm"]),
        ('Basic realm="a, Bearer b=c"', ["basic"]),
        (",, Basic ,,", ["basic"]),
    ],
)
def test_schemes_are_told_apart(header: str, schemes: list[str]) -> None:
    """A scheme may have a token, parameters or nothing; commas in quotes end nothing."""
    assert schemes == [challenge.scheme for challenge in challenges(header)]


TARGETS = st.text("abc/?=&%.,;:' ", max_size=12).map(str.strip)


@given(
    st.lists(
        st.tuples(TARGETS, st.sampled_from(["first", "prev", "last", "a nextdoor"])), max_size=3
    ),
    TARGETS,
    st.sampled_from(['rel="next"', "rel=next", 'REL="last Next"', 'title="x, <y>; z"; rel=next']),
    st.integers(0, 3),
)
def test_next_page_is_found_among_others(
    others: list[tuple[str, str]], target: str, relation: str, place: int
) -> None:
    """The link to the next page is found wherever it stands."""
    links = [f'<{other}>; rel="{name}"' for other, name in others]
    links.insert(place, f"<{target}>; {relation}")
    assert target == next_link(", ".join(links))
    del links[min(place, len(links) - 1)]
    assert next_link(", ".join(links)) is None


@given(st.text(st.characters(codec="latin-1"), max_size=40))
def test_any_link_is_read_or_refused(header: str) -> None:
    """A header gives a reference, none when it is empty or names other pages, or an error."""
    try:
        found = next_link(header)
    except ValueError:
        return
    assert found is None or isinstance(found, str)
    if found is None:
        assert not header.strip(" \t\r\n\f\v,\x1c\x1d\x1e\x1f\x85\xa0") or "rel" in header.lower()


@pytest.mark.parametrize("header", ["<a", "<a>>", ";", '<a>; rel="next', "<a> <b>", '"a"'])
def test_link_that_cannot_be_read_is_refused(header: str) -> None:
    """A broken header is an error, never the end of a list."""
    with pytest.raises(ValueError, match=re.escape(header)):
        next_link(header)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, None),
        ("", None),
        ("0", 0),
        ("7", 7),
        (" 7 ", 7),
        ("-1", None),
        ("1.5", None),
        ("soon", None),
        ("9" * 9000, None),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
        ("Someday, 1 Jan", None),
    ],
)
def test_pause_is_read(header: str | None, expected: float | None) -> None:
    """Seconds and dates are understood; what is neither says nothing."""
    assert expected == retry_after(header)


def test_date_is_a_pause() -> None:
    """A date means the time until then."""
    assert retry_after(formatdate(time() + 90, usegmt=True)) == pytest.approx(90, abs=2)


@given(st.text(max_size=30))
def test_any_pause_can_be_read(header: str) -> None:
    """A pause is never negative."""
    found = retry_after(header)
    assert found is None or found >= 0
