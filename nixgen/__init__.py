"""Container images described in Python, built by Nix.

The public names of definitions; they are imported when they are first used, so that the command
line starts without them.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nixgen.definitions import (
        DebianPackageSet,
        File,
        Filter,
        Fluentd,
        FluentdPlugin,
        Hydra,
        Image,
        Jobset,
        JobsetInput,
        LayeredImage,
        NixpkgsPackageSet,
        Output,
        Project,
        PulledImage,
        Section,
        Service,
        Source,
        as_value,
        env,
    )
    from nixgen.language import docker_images, lib, nix, pkgs

__version__ = "0.1.0"

_EXPRESSIONS = ("docker_images", "lib", "nix", "pkgs")

__all__ = [
    "DebianPackageSet",
    "File",
    "Filter",
    "Fluentd",
    "FluentdPlugin",
    "Hydra",
    "Image",
    "Jobset",
    "JobsetInput",
    "LayeredImage",
    "NixpkgsPackageSet",
    "Output",
    "Project",
    "PulledImage",
    "Section",
    "Service",
    "Source",
    "as_value",
    "docker_images",
    "env",
    "lib",
    "nix",
    "pkgs",
]


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module 'nixgen' has no attribute {name!r}")
    source = "nixgen.language" if name in _EXPRESSIONS else "nixgen.definitions"
    return getattr(import_module(source), name)
