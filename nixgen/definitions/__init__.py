"""Definitions: what people say about images, as frozen values that are checked when made."""

from nixgen.definitions.files import File
from nixgen.definitions.fluentd import Filter, Fluentd, Output, Section, Source, as_value, env
from nixgen.definitions.fluentd_plugin import FluentdPlugin
from nixgen.definitions.hydra import Hydra, Jobset, JobsetInput
from nixgen.definitions.image import Image, LayeredImage, PulledImage
from nixgen.definitions.package_set import DebianPackageSet, NixpkgsPackageSet
from nixgen.definitions.project import AnyImage, Project
from nixgen.definitions.service import Service

__all__ = [
    "AnyImage",
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
    "env",
]
