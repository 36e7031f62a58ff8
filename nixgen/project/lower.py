"""Lower definitions to the Nix expressions that stand for them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import PurePosixPath
from typing import Any

from attrs import evolve, fields

from nixgen.definitions import (
    AnyImage,
    Fluentd,
    Image,
    LayeredImage,
    NixpkgsPackageSet,
    Project,
    PulledImage,
    Service,
)
from nixgen.definitions.project import PULLED
from nixgen.definitions.validation import is_literal
from nixgen.language import (
    AttributeSet,
    Binary,
    Call,
    Expression,
    If,
    Path,
    Select,
    Variable,
    to_expression,
)

_FIRST = ("name", "image_name", "command", "services")
_LIB = Variable("lib")
_NIXPKGS = "./nix/package-sets/nixpkgs"
_PKGS = Variable("pkgs")


def annotated(definition: AnyImage, annotations: Mapping[str, Any]) -> AnyImage:
    """Return the definition with the project's annotations below its own, where it has any."""
    if not annotations or isinstance(definition, PulledImage):
        return definition
    return evolve(definition, annotations={**annotations, **definition.annotations})


def image(definition: AnyImage, fluentd: Fluentd | None = None) -> Expression:
    """Return the call that builds the image, or fetches it.

    `fluentd` is the project's: an image with a source has its outputs, unless it sets its own.
    """
    arguments: dict[str, Any] = _arguments(definition)
    if fluentd and isinstance(definition, Image) and definition.has_source:
        own = definition.fluentd.to_data() if definition.fluentd else {}
        arguments["fluentd"] = {**fluentd.to_data(), **own}
    return Call(_builder(definition), (AttributeSet(arguments),))


def _file(file: Mapping[str, Any]) -> dict[str, Any]:
    """Return the file with the expression of its source, which is a path in the project."""
    lowered = {name: value for name, value in file.items() if name != "exclude"}
    if is_literal(source := file.get("source")):
        path = str(PurePosixPath(source))
        given = {"root": Path("../.."), **({} if path == "." else {"path": path})}
        exclude = {"exclude": file["exclude"]} if file.get("exclude") else {}
        argument = AttributeSet({**given, **exclude})
        lowered["source"] = Call(Select(_LIB, ("projectSource",)), (argument,))
    return lowered


def docker_images(project: Project) -> Expression:
    """Return the set of the project's images, each imported from its file when it is asked for."""
    imports: dict[bool, dict[str, Expression]] = {False: {}, True: {}}
    for name, definition in sorted(project.images.items()):
        file = f"./nix/images/{name}.nix"
        pulled = isinstance(definition, PulledImage)
        imports[pulled][name] = _import(file, Variable("arguments"))
    images = AttributeSet({**imports[False], PULLED: AttributeSet(imports[True])})
    if any(is_optional(definition) for definition in project.images.values()):
        return Call(Select(_LIB, ("leaveOut",)), (images,))
    return images


def is_optional(definition: AnyImage) -> bool:
    """Tell whether builds of all images may leave the image out."""
    return isinstance(definition, Image) and definition.optional


def image_names(project: Project) -> dict[str, str]:
    """Return the names of the images by attribute, those of pulled images left out."""
    return {
        attribute: definition.name
        for attribute, definition in sorted(project.images.items())
        if not isinstance(definition, PulledImage)
    }


def fluentd_plugins(project: Project) -> list[dict[str, str]]:
    """Return the gems that fluentd has besides its own, as the Nix library takes them."""
    return [
        {"name": plugin.name, "version": plugin.version, "hash": plugin.hash}
        for plugin in project.fluentd_plugins
    ]


def package_set(project: Project) -> Expression:
    """Return the package set that the project's images are built from.

    A `nixpkgs` that is passed, and not null, takes the place of the project's own set.
    """
    given = {"nixpkgs": Variable("nixpkgs"), "system": Variable("system")}
    chosen = project.package_set
    if isinstance(chosen, NixpkgsPackageSet):
        overlays = [_overlay(overlay) for overlay in chosen.overlays]
        own = {"config": chosen.config, "overlays": overlays} if overlays or chosen.config else {}
        return _import(_NIXPKGS, AttributeSet({**given, "lock": Path("./flake.lock"), **own}))
    lock: dict[str, Expression] = {
        "gemFolder": Variable("gemFolder"),
        "lock": Path("./debian.lock.json"),
        "system": Variable("system"),
    }
    if chosen.mirrors:
        lock["mirrors"] = to_expression(chosen.mirrors)
    if chosen.gem_sources:
        lock["gemSources"] = to_expression(chosen.gem_sources)
    return If(
        Binary("==", Variable("nixpkgs"), to_expression(None)),
        _import("./nix/package-sets/debian", AttributeSet(lock)),
        _import(_NIXPKGS, AttributeSet(given)),
    )


def _overlay(overlay: object) -> Expression:
    if isinstance(overlay, str):
        return Call(Variable("import"), (Path(f"./{overlay}"),))
    return to_expression(overlay)


def _import(file: str, argument: Expression) -> Expression:
    return Call(Variable("import"), (Path(file), argument))


def _builder(definition: AnyImage) -> Expression:
    match definition:
        case Image(services=()):
            return Select(_LIB, ("buildImageWithPerp",))
        case Image():
            return Select(_LIB, ("buildImageWithPerps",))
        case LayeredImage(files=files) if files:
            return Select(_LIB, ("buildLayeredImage",))
        case LayeredImage():
            return Select(_PKGS, ("dockerTools", "buildLayeredImage"))
        case PulledImage():
            return Select(_PKGS, ("dockerTools", "pullImage"))


def _arguments(definition: AnyImage | Service) -> dict[str, object]:
    """Return the definition's fields as arguments of Nix, those with their default left out."""
    kind: Any = type(definition)
    return {
        argument: _LOWERED.get(argument, _plain)(value)
        for field, argument, default in _parameters(kind)
        if (value := getattr(definition, field)) != default
    }


def _files(files: Mapping[str, Mapping[str, Any]]) -> object:
    return {target: _file(file) for target, file in sorted(files.items())}


def _environment_file(value: object) -> object:
    return _file(value)["source"] if isinstance(value, Mapping) else value


_LOWERED: Mapping[str, Callable[[Any], object]] = {
    "files": _files,
    "environmentFile": _environment_file,
}
"""What becomes another expression, by the argument of Nix."""


@cache
def _parameters(definition: type[Any]) -> list[tuple[str, str, Any]]:
    """Return name, argument of Nix and default of the class's fields, the naming ones first."""
    arguments = [field for field in fields(definition) if field.metadata.get("argument", True)]
    arguments.sort(key=lambda field: field.name not in _FIRST)
    return [(field.name, _camel_case(field.name), _default(field.default)) for field in arguments]


def _default(default: Any) -> Any:
    factory = getattr(default, "factory", None)
    return factory() if factory else default


def _camel_case(name: str) -> str:
    return re.sub("_([a-z])", lambda match: match[1].upper(), name)


def _plain(value: object) -> object:
    """Return the value, in the place of definitions what Nix is given for them."""
    if isinstance(value, Fluentd):
        return value.to_data()
    if isinstance(value, tuple) and value and isinstance(value[0], Service):
        return [_arguments(service) for service in value]
    return value
