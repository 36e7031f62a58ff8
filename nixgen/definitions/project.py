"""Projects: the images that belong together, and the package set they are built from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from attrs import Attribute, field, frozen

from nixgen import names
from nixgen.definitions import image_config
from nixgen.definitions.fluentd import Fluentd, is_fluentd, to_fluentd
from nixgen.definitions.fluentd_checks import IMAGE_PARTS
from nixgen.definitions.hydra import Hydra
from nixgen.definitions.image import Image, LayeredImage, PulledImage
from nixgen.definitions.package_set import DebianPackageSet, NixpkgsPackageSet
from nixgen.definitions.validation import (
    Text,
    check,
    each,
    frozen_value,
    location_field,
    matching,
    refuse,
)
from nixgen.errors import Location

AnyImage = Image | LayeredImage | PulledImage
PackageSet = DebianPackageSet | NixpkgsPackageSet
PULLED = "pulled"


def _images(project: Any, attribute: Attribute[Any], images: object) -> None:
    if not isinstance(images, Mapping):
        raise refuse(project, attribute.name, "a dict of images", images)
    for name, image in images.items():
        path = f"{attribute.name}[{name!r}]"
        if expected := matching(names.unmet_image_attribute_rule)(name):
            raise refuse(project, path, expected, name)
        if name == PULLED:
            remedy = "a PulledImage appears below it by itself"
            raise refuse(
                project, path, "another name than that of the pulled images", remedy=remedy
            )
        if not isinstance(image, AnyImage):
            raise refuse(project, path, "an Image, LayeredImage or PulledImage", image)
    _refuse_equal_files(project, images)
    _refuse_equal_repositories(project, images)


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


def _hydra(project: Any, attribute: Attribute[Any], hydra: object) -> None:
    if hydra is not None and not isinstance(hydra, Hydra):
        raise refuse(project, attribute.name, "a Hydra(...)", hydra)


@frozen(kw_only=True)
class Project:
    """What nixgen makes files of: images by the name of their attribute in `dockerImages`.

    `fluentd` holds the outputs of the images that set none themselves; `tags` are put besides the
    two that each image is pushed under, such as a version or a branch; `annotations` are those of
    all images that are built here; `hydra` says what a Hydra server does with the project.

    Raises DefinitionError when a value is wrong.
    """

    images: Mapping[str, AnyImage] = field(converter=frozen_value, validator=_images)
    package_set: PackageSet = field(factory=DebianPackageSet, validator=_package_set)
    fluentd: Fluentd | None = field(default=None, converter=to_fluentd, validator=is_fluentd)
    tags: Sequence[str] = field(
        default=(), converter=frozen_value, validator=each(matching(names.unmet_image_tag_rule))
    )
    annotations: Mapping[str, Text] = field(
        factory=dict, converter=frozen_value, validator=check(image_config.labels)
    )
    hydra: Hydra | None = field(default=None, validator=_hydra)
    location: Location = location_field()

    def owner(self) -> dict[str, str]:
        """Give nothing: a project belongs to no image."""
        return {}

    def __attrs_post_init__(self) -> None:
        if self.fluentd is not None:
            self.fluentd.check(self, self.location, allowed=IMAGE_PARTS)
