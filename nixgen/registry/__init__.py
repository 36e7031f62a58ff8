"""Registries: addresses, credentials, and pushing images without waste.

It needs Python's standard library alone, since the push jobs run it in a build (nix/push).
"""

from nixgen.registry.address import Registry, image_tags, parse_registry
from nixgen.registry.client import Client
from nixgen.registry.credentials import Credentials, CredentialSources, find_credentials
from nixgen.registry.history import TaggedImage, find_commits
from nixgen.registry.hosts import same_host
from nixgen.registry.layout import Layout, Manifest, read_layout
from nixgen.registry.owners import ADDRESS_VARIABLE, environments
from nixgen.registry.push import ImagePush, Pushed, Pusher
from nixgen.registry.remedies import Remedies
from nixgen.registry.retry import Retry
from nixgen.registry.transport import Transport

__all__ = [
    "ADDRESS_VARIABLE",
    "Client",
    "CredentialSources",
    "Credentials",
    "ImagePush",
    "Layout",
    "Manifest",
    "Pushed",
    "Pusher",
    "Registry",
    "Remedies",
    "Retry",
    "TaggedImage",
    "Transport",
    "environments",
    "find_commits",
    "find_credentials",
    "image_tags",
    "parse_registry",
    "read_layout",
    "same_host",
]
