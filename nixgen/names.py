"""The rules for names that leave nixgen: to registries, the Nix store and Hydra.

Each `unmet_..._rule` function returns what was expected, as a phrase that completes the sentence
"expected ...", when a name breaks its rule, and None when the name is fine.

Sources: the reference grammar of the distribution project (reference.go), the OCI distribution
specification (tags), `checkName` in Nix, and CatalystUtils.pm in Hydra.
"""

from __future__ import annotations

import re

IMAGE_TAG_LENGTH = 128
"""The longest tag, in characters."""

COMMIT_ID_LENGTH = 40
"""The characters of a commit id of git, which is a SHA-1 in hexadecimal."""

OUTPUT_SHA_LENGTH = 32
"""The characters of the hash part of a store path."""

IMAGE_NAME_LENGTH = IMAGE_TAG_LENGTH - COMMIT_ID_LENGTH - OUTPUT_SHA_LENGTH - 2
"""The longest name of an image whose tag `<commitId>-<outputSha>-<imageName>` can be written."""

IMAGE_ATTRIBUTE_LENGTH = 200
"""The longest attribute of an image: files are named after it, with something before and after."""

HIGHEST_UID = 65533
"""The number below nobody's, above which Debian gives none (Debian Policy, section 9.2.2)."""

REPOSITORY_LENGTH = 255
SERVICE_NAME_LENGTH = 100
STORE_NAME_LENGTH = 211

_COMPONENT = r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*"
_PATH = rf"{_COMPONENT}(?:/{_COMPONENT})*"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
_HOST = rf"(?:{_LABEL}(?:\.{_LABEL})*|\[[0-9A-Fa-f:]+\])"
_ATTRIBUTE = r"[A-Za-z_][A-Za-z0-9_-]*"

_IMAGE_NAME = re.compile(_PATH)
_REPOSITORY = re.compile(rf"(?:{_HOST}(?::[0-9]+)?/)?{_PATH}")
_REGISTRY = re.compile(rf"{_HOST}(?::[0-9]+)?")
_IMAGE_TAG = re.compile(rf"[A-Za-z0-9_][A-Za-z0-9_.-]{{0,{IMAGE_TAG_LENGTH - 1}}}")
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_STORE_NAME = re.compile(r"[A-Za-z0-9+\-_?=][A-Za-z0-9+\-._?=]*")
_JOB_NAME = re.compile(_ATTRIBUTE)
_SERVICE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
_DEBIAN_PACKAGE = re.compile(r"[a-z0-9][a-z0-9+.-]+")
_MIRROR = re.compile(r"https?://[^@\s?#\"]+")
_SUITE = re.compile(r"[a-z][a-z0-9]+")
_USER = re.compile(r"[a-z_][a-z0-9_-]*")
_JOBSET_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")

_COMPONENT_PHRASE = (
    "lower-case letters and digits, joined by single dots, one or two underscores or dashes, "
    "in parts that slashes separate"
)


def unmet_image_name_rule(name: str) -> str | None:
    """Check the name of an image that is pushed: a repository without a registry's host."""
    if not _IMAGE_NAME.fullmatch(name):
        return f"a repository name of a registry ({_COMPONENT_PHRASE})"
    if len(name) > IMAGE_NAME_LENGTH:
        return (
            f"at most {IMAGE_NAME_LENGTH} characters (the tag <commitId>-<outputSha>-<imageName> "
            f"has room for {IMAGE_TAG_LENGTH}), got {len(name)} characters"
        )
    return None


def unmet_repository_rule(repository: str) -> str | None:
    """Check the name of a repository, with or without the registry's host and port before it."""
    if not _REPOSITORY.fullmatch(repository):
        return f"a repository name, [HOST[:PORT]/]NAME ({_COMPONENT_PHRASE})"
    if len(repository) > REPOSITORY_LENGTH:
        return f"at most {REPOSITORY_LENGTH} characters, got {len(repository)} characters"
    return None


def unmet_registry_rule(registry: str) -> str | None:
    """Check the address of a registry: a host and perhaps a port, nothing else."""
    return None if _REGISTRY.fullmatch(registry) else "a registry's address, HOST or HOST:PORT"


def unmet_image_tag_rule(tag: str) -> str | None:
    """Check a tag of an image."""
    if _IMAGE_TAG.fullmatch(tag):
        return None
    return (
        f"a tag of 1 to {IMAGE_TAG_LENGTH} letters, digits, underscores, dots and dashes "
        "that does not begin with a dot or dash"
    )


def unmet_digest_rule(digest: str) -> str | None:
    """Check the digest of an image."""
    return None if _DIGEST.fullmatch(digest) else "sha256: and 64 hexadecimal digits"


def unmet_store_name_rule(name: str) -> str | None:
    """Check the name part of a store path."""
    if not _STORE_NAME.fullmatch(name):
        return "a store name: letters, digits and + - . _ ? =, not beginning with a dot"
    if len(name) > STORE_NAME_LENGTH:
        return f"at most {STORE_NAME_LENGTH} characters, got {len(name)} characters"
    return None


def unmet_job_name_rule(name: str) -> str | None:
    """Check one part of a job's name in Hydra; an image's attribute is such a part.

    Hydra holds projects and inputs to the same rule.
    """
    if _JOB_NAME.fullmatch(name):
        return None
    return (
        "a job name of Hydra: a letter or underscore, then letters, digits, underscores and dashes"
    )


def unmet_image_attribute_rule(name: str) -> str | None:
    """Check the attribute of an image: the part of a job's name, and of the names of files."""
    if unmet := unmet_job_name_rule(name):
        return unmet
    if len(name) > IMAGE_ATTRIBUTE_LENGTH:
        return f"at most {IMAGE_ATTRIBUTE_LENGTH} characters, got {len(name)} characters"
    return None


def unmet_jobset_name_rule(name: str) -> str | None:
    """Check the name of a jobset in Hydra."""
    if _JOBSET_NAME.fullmatch(name):
        return None
    return (
        "a jobset name of Hydra: a letter or underscore, then letters, digits, underscores, "
        "dots and dashes"
    )


def commit_image_tag(commit_id: str, output_sha: str, image_name: str) -> str:
    """Return the tag from which a commit is found again: `<commitId>-<outputSha>-<imageName>`.

    Slashes of the image's name become dashes, since a tag has none.
    """
    return f"{commit_id}-{output_sha}-{image_name.replace('/', '-')}"


def unmet_service_name_rule(name: str) -> str | None:
    """Check the name of a service: a folder below /etc/perp, and part of a file's name."""
    if not _SERVICE_NAME.fullmatch(name):
        return (
            "a service name: a letter or digit, then letters, digits, underscores, dots and dashes"
        )
    if len(name) > SERVICE_NAME_LENGTH:
        return f"at most {SERVICE_NAME_LENGTH} characters, got {len(name)} characters"
    return None


def unmet_debian_package_rule(name: str) -> str | None:
    """Check the name of a Debian package (Debian Policy, section 5.6.1)."""
    if _DEBIAN_PACKAGE.fullmatch(name):
        return None
    return "a Debian package name: lower-case letters, digits, plus, minus and dots, at least two"


def unmet_suite_rule(name: str) -> str | None:
    """Check the name of a release of Debian: its suites are folders below dists/ of an archive."""
    return None if _SUITE.fullmatch(name) else "the codename of a Debian release, such as trixie"


def is_mirror(address: object) -> bool:
    """Tell whether Nix can fetch from an address, and may: passwords would be in the store."""
    return isinstance(address, str) and _MIRROR.fullmatch(address) is not None


def is_uid_of_user(user: object, uid: object) -> bool:
    """Tell whether a user of that name can have that number: neither root's nor nobody's."""
    is_name = isinstance(user, str) and _USER.fullmatch(user) is not None
    return is_name and type(uid) is int and 0 < uid <= HIGHEST_UID
