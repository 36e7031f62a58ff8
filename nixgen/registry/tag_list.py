"""All tags of a repository, page by page, in whichever way a registry has its pages.

Sources: the OCI distribution specification, "Listing Tags"; RFC 8288 (Link).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import quote

from nixgen.errors import RegistryError
from nixgen.registry.answers import Answer, failure
from nixgen.registry.headers import next_link
from nixgen.registry.retry import Retry
from nixgen.registry.scopes import pull
from nixgen.registry.transport import Transport

_MOST_PAGES = 10_000
_ROUND = 100  # pages of registries that have a limit of their own are a multiple of it
_NOT_SO_MANY = (400, 413, 416, 422)


@dataclass(frozen=True)
class TagList:
    """The list of one repository's tags; `size` is how many are asked for at once.

    Raises RegistryError when it cannot be read whole.
    """

    transport: Transport
    retry: Retry
    repository: str
    size: int

    def read(self) -> list[str]:
        """Return all tags, none when there is no such repository."""
        answer = self._ask(f"{self._path}?n={self.size}")
        if answer.status in _NOT_SO_MANY:
            answer = self._ask(self._path)
        if answer.status == 404:
            return []
        found: dict[str, None] = {}
        for _ in range(_MOST_PAGES):
            page = self._page(answer)
            if page and found.keys() >= set(page):
                raise self._failure("its pages lead in a circle")
            found |= dict.fromkeys(page)
            if following := self._following(answer):
                answer = self._ask(following)
            elif len(page) >= self.size or (page and len(page) % _ROUND == 0):
                return self._read_after(found, page)
            else:
                return list(found)
        raise self._failure(f"more than {_MOST_PAGES} pages")

    def _read_after(self, found: dict[str, None], page: list[str]) -> list[str]:
        """Ask on where a page may be full, though the registry says of no other."""
        while page:
            last = quote(page[-1], safe="")
            answer = self._ask(f"{self._path}?n={self.size}&last={last}")
            if not answer.is_success:
                break
            page = [tag for tag in self._page(answer) if tag not in found]
            found |= dict.fromkeys(page)
        return list(found)

    @property
    def _path(self) -> str:
        return f"/v2/{self.repository}/tags/list"

    def _ask(self, reference: str) -> Answer:
        return self.retry(partial(self._request, reference))

    def _request(self, reference: str) -> Answer:
        answer = self.transport.request(
            "GET", reference, repository=self.repository, scopes=pull(self.repository)
        )
        if answer.is_passing:
            raise failure(self.transport.registry, self._action, answer)
        return answer

    def _page(self, answer: Answer) -> list[str]:
        if not answer.is_success:
            raise failure(self.transport.registry, self._action, answer)
        try:
            content: dict[str, Any] = json.loads(answer.body)
            tags = content.get("tags") or []
        except (ValueError, AttributeError):
            tags = [None]
        if not isinstance(tags, list) or not all(isinstance(tag, str) for tag in tags):
            raise self._failure("the answer is not that of a registry")
        return tags

    def _following(self, answer: Answer) -> str | None:
        header = answer.headers.get("Link", "")
        try:
            link = next_link(header)
        except ValueError:
            raise self._failure(
                f"the link to the next page cannot be read ({header[:200]!r})"
            ) from None
        return None if link is None else self.transport.resolve(link, answer.url)

    @property
    def _action(self) -> str:
        return f"listing the tags of {self.repository}"

    def _failure(self, why: str) -> RegistryError:
        return RegistryError(f"{self.transport.registry}: {self._action}: {why}")
