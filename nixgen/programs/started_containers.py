"""What nixgen has started: containers carry labels, by which they are found again."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from attrs import frozen

IMAGE_LABEL = "nixgen.image"
_PROJECT_LABEL = "nixgen.project"
_FOLLOWED_LABEL = "nixgen.followed"
_SHORT_ID = 12


def labels(folder: Path, attribute: str, *, followed: bool) -> list[str]:
    """Return the options of `create` that mark a container of the image of a project.

    A followed container is removed by the `nixgen run` that shows its log.
    """
    marks = {
        IMAGE_LABEL: attribute,
        _PROJECT_LABEL: str(folder.resolve()),
        **({_FOLLOWED_LABEL: "true"} if followed else {}),
    }
    return [f"--label={name}={value}" for name, value in marks.items()]


@frozen
class Started:
    """A container that nixgen started; `created` is a time in the engine's own form."""

    id: str
    name: str
    image: str
    project: str
    followed: bool
    state: str
    created: str
    ports: tuple[str, ...]

    @property
    def runs(self) -> bool:
        """Tell whether the container runs."""
        return self.state == "running"

    def is_called(self, name: str) -> bool:
        """Tell whether the word names the container: its name, its id or the beginning of that."""
        return name == self.name or (len(name) >= _SHORT_ID and self.id.startswith(name))


def read_inspected(text: str) -> list[Started]:
    """Return the containers that `inspect` of podman or docker has described, the newest first."""
    found = [_read(each) for each in json.loads(text)]
    return sorted(found, key=lambda each: each.created, reverse=True)


def _read(inspected: dict[str, Any]) -> Started:
    marks: dict[str, str] = inspected["Config"]["Labels"] or {}
    published: dict[str, Sequence[dict[str, str]] | None]
    published = (inspected.get("NetworkSettings") or {}).get("Ports") or {}
    ports = [
        f"{place.get('HostIp') or '0.0.0.0'}:{place['HostPort']}->{port}"  # noqa: S104
        for port, places in sorted(published.items())
        for place in places or ()
    ]
    return Started(
        id=inspected["Id"],
        name=inspected["Name"].removeprefix("/"),
        image=marks[IMAGE_LABEL],
        project=marks.get(_PROJECT_LABEL, ""),
        followed=_FOLLOWED_LABEL in marks,
        state=inspected["State"]["Status"],
        created=str(inspected["Created"]),
        ports=tuple(ports),
    )
