"""Push an image as its derivation says (pushImage.nix), and leave the receipt in $out.

What is public is in the derivation's variables. What is secret, and the registries where the
derivation names none, come from the environment of whoever builds.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from nixgen.errors import NixgenError, UsageError
from nixgen.registry import (
    ADDRESS_VARIABLE,
    Client,
    CredentialSources,
    ImagePush,
    Layout,
    Pusher,
    Registry,
    Remedies,
    Retry,
    Transport,
    environments,
    parse_registry,
    read_layout,
    same_host,
)

REMEDIES = Remedies(
    insecure='the argument insecureRegistry = "{host}"',
    authorities="the argument certificates",
    credentials=(
        "set REGISTRY_USERNAME and REGISTRY_PASSWORD, or REGISTRY_AUTH_FILE, where Nix builds "
        "(for nix-daemon, where there is one)"
    ),
)


def read_registries(variables: Mapping[str, str]) -> list[Registry]:
    """Return the registries that the image goes to. Raises UsageError when there is none."""
    addresses = variables["registry"].split() or variables.get(ADDRESS_VARIABLE, "").split()
    if not addresses:
        raise UsageError("no registry: set the argument registry, or REGISTRY_URL where Nix builds")
    return [parse_registry(address, REMEDIES) for address in dict.fromkeys(addresses)]


def open_registry(
    registry: Registry, variables: Mapping[str, str], known: Mapping[str, str]
) -> Transport:
    """Return the connections to a registry, with the credentials that are `known` for it."""
    insecure = variables["insecureRegistry"].split()

    def pass_over_helper(name: str, server: str) -> None:
        message = (
            f"the credential helper {name} for {server} is passed over: a build has no helpers"
        )
        complain(variables["imageName"], message)

    return Transport(
        registry,
        CredentialSources(registry.host, known, usual_files=False, ask_helper=pass_over_helper),
        insecure=any(same_host(registry.host, host) for host in insecure),
        authorities=[Path(file) for file in variables["authorities"].split()],
    )


def push(transport: Transport, layout: Layout, variables: Mapping[str, str]) -> None:
    """Push the image and say which tags were put, once they can be read. Raises NixgenError."""
    name, registry = variables["imageName"], transport.registry
    tags = tuple(dict.fromkeys(variables["tags"].split()))
    siblings = [registry.repository(sibling) for sibling in variables["siblings"].split()]
    retry = Retry(notify=lambda message: complain(name, message))
    pusher = Pusher(Client(transport, retry), retry, siblings=siblings)
    [pushed] = pusher.push([ImagePush(name, registry.repository(name), tags, layout)])
    for tag in tags:
        print(f"{name}:{tag} is {'pushed to' if tag in pushed.put_tags else 'in'} {registry}")


def push_to_all(variables: Mapping[str, str]) -> Sequence[NixgenError]:
    """Push to each registry, whatever becomes of the others; return what failed."""
    registries = read_registries(variables)
    layout = read_layout(Path(variables["oci"])).annotated(json.loads(variables["annotations"]))
    failures = []
    for registry, known in zip(registries, environments(registries, variables), strict=True):
        try:
            push(open_registry(registry, variables, known), layout, variables)
        except NixgenError as error:
            failures.append(error)
    return failures


def complain(image_name: str, message: object) -> None:
    """Say what went wrong, and with which image."""
    print(f"pushImage: {image_name}: {message}", file=sys.stderr)


def main(variables: Mapping[str, str]) -> int:
    """Push, leave the receipt when all went well, and return the exit status."""
    try:
        failures = push_to_all(variables)
    except NixgenError as error:
        failures = [error]
    for failure in failures:
        complain(variables["imageName"], failure)
    if not failures:
        Path(variables["out"]).write_text(variables["receipt"], encoding="utf-8")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(os.environ))
