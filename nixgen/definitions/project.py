"""Projects: the images that belong together, and the package set they are built from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import Attribute, field, frozen

from nixgen import names
from nixgen.definitions.arguments import FROZEN, argument, arguments_of, by_table, check_arguments
from nixgen.definitions.fluentd import Fluentd
from nixgen.definitions.fluentd_plugin import FluentdPlugin
from nixgen.definitions.hydra import Hydra
from nixgen.definitions.image import Image, LayeredImage, PulledImage
from nixgen.definitions.kinds import ListOf
from nixgen.definitions.package_set import DebianPackageSet, NixpkgsPackageSet
from nixgen.definitions.parents import refuse_wrong_parents
from nixgen.definitions.validation import Text, location_field, refuse
from nixgen.errors import Location

AnyImage = Image | LayeredImage | PulledImage
PackageSet = DebianPackageSet | NixpkgsPackageSet
PULLED = "pulled"


def _images(project: Any, attribute: Attribute[Any], images: object) -> None:
    if not isinstance(images, Mapping):
        raise refuse(project, attribute.name, "a dict of images", images)
    for name, image in images.items():
        path = f"{attribute.name}[{name!r}]"
        unmet = names.unmet_image_attribute_rule(name) if isinstance(name, str) else "a string"
        if unmet:
            raise refuse(project, path, unmet, name)
        if name == PULLED:
            remedy = "a PulledImage appears below it by itself"
            raise refuse(
                project, path, "another name than that of the pulled images", remedy=remedy
            )
        if not isinstance(image, AnyImage):
            raise refuse(project, path, "an Image, LayeredImage or PulledImage", image)
    _refuse_equal_files(project, images)
    _refuse_equal_repositories(project, images)
    refuse_wrong_parents(images)


def _refuse_equal_files(project: Any, images: Mapping[str, AnyImage]) -> None:
    seen: dict[str, str] = {}
    for name in images:
        other = seen.setdefault(name.lower(), name)
        if other != name:
            expected = f"a name that differs from {other!r} in more than upper and lower case"
            remedy = "some disks hold the files of both to be one"
            raise refuse(project, f"images[{name!r}]", expected, name, remedy=remedy)


def _refuse_equal_repositories(project: Any, images: Mapping[str, AnyImage]) -> None:
    seen: dict[str, str] = {}
    for name, image in images.items():
        if isinstance(image, PulledImage):
            continue
        other = seen.setdefault(image.name, name)
        if other != name:
            expected = f"another name than that of images[{other!r}]"
            remedy = "give each image a repository of its own"
            raise refuse(project, f"images[{name!r}].name", expected, image.name, remedy=remedy)


def _package_set(project: Any, attribute: Attribute[Any], package_set: object) -> None:
    if not isinstance(package_set, PackageSet):
        expected = "a DebianPackageSet or NixpkgsPackageSet"
        raise refuse(project, attribute.name, expected, package_set)


def _fluentd_plugins(project: Any, attribute: Attribute[Any], plugins: object) -> None:
    if not isinstance(plugins, tuple):
        raise refuse(project, attribute.name, "a list of FluentdPlugin(...)", plugins)
    seen: dict[str, int] = {}
    for index, plugin in enumerate(plugins):
        path = f"{attribute.name}[{index}]"
        if not isinstance(plugin, FluentdPlugin):
            raise refuse(project, path, "a FluentdPlugin(...)", plugin)
        if (other := seen.setdefault(plugin.name, index)) != index:
            expected = f"another gem than {attribute.name}[{other}]"
            raise refuse(project, f"{path}.name", expected, plugin.name)


def _hydra(project: Any, attribute: Attribute[Any], hydra: object) -> None:
    if hydra is not None and not isinstance(hydra, Hydra):
        raise refuse(project, attribute.name, "a Hydra(...)", hydra)


@frozen(kw_only=True, field_transformer=by_table("project"))
class Project:
    """What nixgen makes files of: images by the name of their attribute in `dockerImages`.

    `fluentd` holds the outputs of the images that set none themselves, `fluentd_plugins` the gems
    that fluentd has besides its own; `tags` are put besides the two that each image is pushed
    under, such as a version or a branch; `annotations` are those of all images that are built
    here; `hydra` says what a Hydra server does with the project.

    Raises DefinitionError when a value is wrong.
    """

    images: Mapping[str, AnyImage] = field(metadata=FROZEN, validator=_images)
    """The images by the name of their attribute in `dockerImages`."""
    package_set: PackageSet = field(factory=DebianPackageSet, validator=_package_set)
    """Where the programs in images come from: Debian's packages, or nixpkgs."""
    fluentd: Fluentd | None = argument()
    """The outputs of images that set none themselves: fluentd."""
    fluentd_plugins: ListOf[FluentdPlugin] = field(
        default=(), metadata=FROZEN, validator=_fluentd_plugins
    )
    """Gems that fluentd has besides, a list of FluentdPlugin: plugins, and what they need."""
    tags: ListOf[str] = argument()
    """Tags besides the two that each image is pushed under, such as a version or a branch."""
    annotations: Mapping[str, Text] = argument()
    """Annotations of all images that are built here."""
    hydra: Hydra | None = field(default=None, validator=_hydra)
    """What a Hydra server does with the project."""
    location: Location = location_field()

    def owner(self) -> dict[str, str]:
        """Give nothing: a project belongs to no image."""
        return {}

    def __attrs_post_init__(self) -> None:
        check_arguments(self, arguments_of("project"))
