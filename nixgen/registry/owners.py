"""Whom the user name and password of the environment are for, of several registries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from nixgen.errors import UsageError
from nixgen.registry.address import Registry, parse_registry
from nixgen.registry.hosts import same_host

ADDRESS_VARIABLE = "REGISTRY_URL"
"""The variable that holds the addresses of registries, with blanks between them."""

_CREDENTIAL_VARIABLES = ("REGISTRY_USERNAME", "REGISTRY_PASSWORD")


def environments(
    registries: Sequence[Registry], environment: Mapping[str, str]
) -> list[Mapping[str, str]]:
    """Return for each registry the variables that it may be asked with.

    Of several registries only that of REGISTRY_URL is shown the password of the variables. Raises
    UsageError when that is not one of them.
    """
    if len(registries) == 1 or not any(map(environment.get, _CREDENTIAL_VARIABLES)):
        return [environment] * len(registries)
    addresses = environment.get(ADDRESS_VARIABLE, "").split()
    owners = [parse_registry(address).host for address in addresses[:1]]
    theirs = [any(same_host(each.host, owner) for owner in owners) for each in registries]
    if len(addresses) != 1 or True not in theirs:
        raise UsageError(
            "REGISTRY_USERNAME: expected one registry that it is for, got several",
            "set REGISTRY_URL to that one, or have the credentials in an auth file",
        )
    without = {
        name: value for name, value in environment.items() if name not in _CREDENTIAL_VARIABLES
    }
    return [environment if own else without for own in theirs]
