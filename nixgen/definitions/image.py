"""Images: of one command or of several services, of layers alone, or pulled from a registry."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from graphlib import CycleError, TopologicalSorter
from typing import Any

from attrs import Attribute, field, fields, frozen

from nixgen import names
from nixgen.definitions import image_config
from nixgen.definitions.fluentd_checks import IMAGE_PARTS, SERVICE_PARTS
from nixgen.definitions.service import Command, Service, ServiceFields, shell_command
from nixgen.definitions.validation import (
    Text,
    Unmet,
    boolean,
    check,
    each,
    expression,
    frozen_value,
    is_literal,
    location_field,
    matching,
    nonempty_text,
    problem,
    refuse,
    text,
    whole_number,
)
from nixgen.errors import Location
from nixgen.language import Expression, NixValue

LONGEST_STOP = 3600  # an hour, in seconds
MOST_SERVICES = 200  # perpd(8) looks after no more
_OF_THE_IMAGE = {"fluentd", "location"}  # fields that both a service and an image of services have
_OF_ITS_SERVICES = [each for each in fields(ServiceFields) if each.name not in _OF_THE_IMAGE]
_OF_THE_SUPERVISOR = ("Cmd", "Entrypoint")
_STOP_SIGNALS = ("SIGTERM", "SIGINT", "SIGQUIT")  # for which the supervisor stops its services


def _services(image: Any, attribute: Attribute[Any], value: object) -> None:
    if not isinstance(value, tuple) or not all(isinstance(item, Service) for item in value):
        raise refuse(image, attribute.name, "a list of Service(...)", value)
    if len(value) > MOST_SERVICES:
        raise refuse(image, attribute.name, f"at most {MOST_SERVICES} services", len(value))


def _is_in_order(services: Sequence[Service]) -> bool:
    """Tell whether every service stands behind those that it waits for, as most do."""
    earlier: set[str] = set()
    for service in services:
        if not earlier.issuperset(service.after):
            return False
        earlier.add(service.name)
    return True


def _repository(value: object) -> Unmet | None:
    unmet = matching(names.unmet_image_name_rule)(value)
    if unmet is None or not isinstance(value, str):
        return unmet
    near = re.sub("[^a-z0-9/]+", "-", value.lower()).strip("-/")
    remedy = None if names.unmet_image_name_rule(near) else f"write it like this: {near}"
    if names.unmet_repository_rule(value) is None and ":" in value:
        remedy = "leave the registry out: `nixgen push` is given one"
    return problem("", unmet, value, remedy=remedy)


def _health_check(value: object) -> Unmet | None:
    if not isinstance(value, Mapping):
        return None if value is False else "a dict, or False for none"
    return image_config.health_check(value)


@frozen(kw_only=True)
class BuiltImage:
    """What every image that is built here has.

    `name` is the repository's name in a registry, such as "locksmith/worker"; `tag` is the hash of
    the output unless it is set; `created` an RFC 3339 time, or "now" (1970-01-01T00:00:01Z unless
    set); `config` is merged into the image's configuration (the OCI image specification's
    `config`); `annotations` are those of its manifest, such as org.opencontainers.image.licenses
    (annotations.md of the same specification); `max_layers` is how many layers the image may have,
    its parent's included (56 unless set).
    """

    name: str = field(validator=check(_repository))
    tag: str | None = field(default=None, validator=check(matching(names.unmet_image_tag_rule)))
    from_image: Expression | NixValue | None = field(default=None, validator=check(expression))
    contents: Sequence[Text] = field(
        default=(), converter=frozen_value, validator=each(image_config.store_path)
    )
    config: Mapping[str, Any] = field(
        factory=dict, converter=frozen_value, validator=check(image_config.image_config)
    )
    annotations: Mapping[str, Text] = field(
        factory=dict, converter=frozen_value, validator=check(image_config.labels)
    )
    created: str | None = field(default=None, validator=check(image_config.time))
    extra_commands: Text = field(default="", validator=check(text))
    max_layers: int | None = field(default=None, validator=check(whole_number(1)))
    location: Location = location_field()

    def owner(self) -> dict[str, str]:
        """Name the image in messages."""
        return {"image": self.name} if isinstance(getattr(self, "name", None), str) else {}


@frozen(kw_only=True)
class LayeredImage(BuiltImage):
    """An image of files alone, without a supervisor: a call of `dockerTools.buildLayeredImage`."""

    fake_root_commands: Text = field(default="", validator=check(text))
    enable_fakechroot: bool = field(default=False, validator=check(boolean))


@frozen(kw_only=True)
class Image(BuiltImage, ServiceFields):
    """An image whose services perp looks after.

    With `command` it has one service, named after the last part of the image's name, and becomes a
    call of `lib.buildImageWithPerp`; with `services` it becomes one of `lib.buildImageWithPerps`,
    and what describes a service belongs into each Service.

    `run_as_root` holds shell commands that build the image's files as root; `labels` the image's
    labels; `health_check` replaces the generated one (False: none); `stop_grace_period` is how
    many seconds a service may take to stop before it is killed.

    Raises DefinitionError when a value is wrong.
    """

    command: Command | None = field(
        default=None, converter=frozen_value, validator=check(shell_command)
    )
    services: Sequence[Service] = field(default=(), converter=frozen_value, validator=_services)
    run_as_root: Text | None = field(default=None, validator=check(text))
    labels: Mapping[str, Text] = field(
        factory=dict, converter=frozen_value, validator=check(image_config.labels)
    )
    health_check: Mapping[str, Any] | bool | None = field(
        default=None, converter=frozen_value, validator=check(_health_check)
    )
    stop_grace_period: int = field(default=8, validator=check(whole_number(1, LONGEST_STOP)))

    def __attrs_post_init__(self) -> None:
        if self.services:
            if self.command is not None:
                raise refuse(self, "command", "a command or services, not both", self.command)
            self._refuse_service_fields()
            self._refuse_repeated_names()
            self._refuse_wrong_order()
        elif self.command is None:
            raise refuse(self, "command", "a command, or services", remedy="set one of the two")
        for key in _OF_THE_SUPERVISOR:
            if key in self.config:
                expected = f"no {key} in an image of services, which the supervisor starts"
                remedy = "set command instead, or define a LayeredImage"
                raise refuse(self, f"config.{key}", expected, self.config[key], remedy=remedy)
        signal = self.config.get("StopSignal")
        if is_literal(signal) and signal not in _STOP_SIGNALS:
            expected = " or ".join(_STOP_SIGNALS) + ", for which the supervisor stops its services"
            raise refuse(self, "config.StopSignal", expected, signal)
        if self.fluentd is not None:
            allowed = IMAGE_PARTS if self.services else (*SERVICE_PARTS, *IMAGE_PARTS)
            self.fluentd.check(self, self.location, allowed=allowed)

    @property
    def has_source(self) -> bool:
        """Tell whether fluentd has a source in this image."""
        asked = [service.fluentd for service in self.services or (self,)]
        return any(fluentd is not None and fluentd.source is not None for fluentd in asked)

    def _refuse_service_fields(self) -> None:
        for attribute in _OF_ITS_SERVICES:
            given = getattr(self, attribute.name)
            if given != attribute.default:
                remedy = "move it into the Service that it is meant for"
                raise refuse(self, attribute.name, "nothing beside services", given, remedy=remedy)

    def _refuse_repeated_names(self) -> None:
        listed = [service.name for service in self.services]
        for index, name in enumerate(listed):
            if name in listed[:index]:
                raise refuse(self, f"services[{index}].name", "a name used once", name)

    def _refuse_wrong_order(self) -> None:
        order = {service.name: service.after for service in self.services}
        for service in self.services:
            for index, name in enumerate(service.after):
                if name not in order:
                    expected = f"the name of a service of this image ({', '.join(order)})"
                    near = get_close_matches(name, order, n=1)
                    remedy = f"did you mean {near[0]}?" if near else None
                    error = refuse(service, f"after[{index}]", expected, name, remedy=remedy)
                    raise error.located(image=self.name)
        if _is_in_order(self.services):
            return
        try:
            TopologicalSorter(order).prepare()
        except CycleError as error:
            cycle = " after ".join(error.args[1][::-1])
            raise refuse(self, "services", "an order without a cycle", cycle) from None


@frozen(kw_only=True)
class PulledImage:
    """An image from a registry, fixed by its digest: a call of `dockerTools.pullImage`.

    `image_name` may begin with the registry's host and port; `image_digest` is "sha256:..." and
    `sha256` the hash of what is fetched (`nixgen packages prefetch` finds both). It appears under
    `dockerImages.pulled`.

    Raises DefinitionError when a value is wrong.
    """

    image_name: str = field(validator=check(matching(names.unmet_repository_rule)))
    image_digest: str = field(validator=check(matching(names.unmet_digest_rule)))
    sha256: str = field(validator=check(nonempty_text))
    final_image_name: str | None = field(
        default=None, validator=check(matching(names.unmet_repository_rule))
    )
    final_image_tag: str = field(
        default="latest", validator=check(matching(names.unmet_image_tag_rule))
    )
    os: str = field(default="linux", validator=check(nonempty_text))
    arch: str | None = field(default=None, validator=check(nonempty_text))
    tls_verify: bool = field(default=True, validator=check(boolean))
    location: Location = location_field()

    def owner(self) -> dict[str, str]:
        """Name the image in messages."""
        return {"image": self.image_name} if hasattr(self, "image_name") else {}
