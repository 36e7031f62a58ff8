"""Push OCI layouts in a process of its own, which a test can kill.

Takes the registry's host and, in JSON, a list of objects with repository, tags and layout.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from nixgen.registry import (
    Client,
    ImagePush,
    Pusher,
    Retry,
    Transport,
    parse_registry,
    read_layout,
)


def main() -> None:
    host, wanted = sys.argv[1:]
    images = [
        ImagePush(
            image["repository"],
            image["repository"],
            tuple(image["tags"]),
            read_layout(Path(image["layout"])),
        )
        for image in json.loads(wanted)
    ]
    retry = Retry(first_pause=0.01)
    client = Client(Transport(parse_registry(host), insecure=True), retry)
    Pusher(client, retry).push(images)


if __name__ == "__main__":
    main()
