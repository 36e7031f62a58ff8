"""Images: of one command or of several services, of layers alone, or pulled from a registry."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from difflib import get_close_matches
from functools import cache, partial
from graphlib import CycleError, TopologicalSorter
from typing import Any

from attrs import evolve, field, fields, frozen

from nixgen.definitions.arguments import (
    Argument,
    argument,
    arguments_of,
    by_table,
    check_arguments,
    refuse_together,
)
from nixgen.definitions.files import Files, missing_source, placed, to_files
from nixgen.definitions.fluentd import Fluentd
from nixgen.definitions.fluentd_checks import (
    IMAGE_PARTS,
    SERVICE_PARTS,
    plugin_of,
    problem_of_parts,
    unknown_label,
)
from nixgen.definitions.kinds import ListOf
from nixgen.definitions.service import Command, Service, ServiceFields
from nixgen.definitions.validation import (
    Definition,
    Text,
    below,
    is_literal,
    location_field,
    refuse,
)
from nixgen.errors import DefinitionError, Location
from nixgen.rules import sentence

_HOST = re.compile(r"(localhost|[a-z0-9-]+(\.[a-z0-9-]+)*\.[a-z]{2,})/")
_ALL_PARTS = (*SERVICE_PARTS, *IMAGE_PARTS)


def _is_in_order(services: ListOf[Service]) -> bool:
    """Tell whether every service stands behind those that it waits for, as most do."""
    earlier: set[str] = set()
    for service in services:
        if not earlier.issuperset(service.after):
            return False
        earlier.add(service.name)
    return True


@cache
def _of_its_service() -> tuple[Argument, ...]:
    """Return the arguments of the service of an image of one command."""
    of_image = {each.field for each in arguments_of("image")} - {"fluentd"}
    service = [each for each in arguments_of("service") if each.field not in {"after", *of_image}]
    return tuple(_with_parts(each, SERVICE_PARTS) for each in service)


@cache
def _of_one_command() -> tuple[Argument, ...]:
    """Return the arguments of an image of one command, but for its service's."""
    return tuple(_with_parts(each, IMAGE_PARTS) for each in arguments_of("image"))


def _with_parts(each: Argument, parts: Sequence[str]) -> Argument:
    """Return the argument, and of `fluentd` the one that checks these parts and allows all."""
    if each.field != "fluentd":
        return each
    return evolve(each, check=partial(problem_of_parts, checked=parts, allowed=_ALL_PARTS))


@frozen(kw_only=True, field_transformer=by_table("layeredImage"))
class BuiltImage:
    """What every image that is built here has.

    `name` is the repository's name in a registry, such as "locksmith/worker"; `tag` is the hash of
    the output unless it is set; `files` says what of the project, and which texts, lie where in the
    image; `created` an RFC 3339 time, or "now" (1970-01-01T00:00:01Z unless
    set); `config` is merged into the image's configuration (the OCI image specification's
    `config`); `annotations` are those of its manifest, such as org.opencontainers.image.licenses
    (annotations.md of the same specification); `max_layers` is how many layers the image may have,
    its parent's included (56 unless set).
    """

    name: str = field()
    """The name of the repository in a registry, without the registry."""
    tag: str | None = argument()
    """The tag; the hash of the output unless set."""
    from_image: Text | None = argument()
    """The parent image."""
    contents: ListOf[Text] = argument()
    """Packages whose files lie at the image's root."""
    files: Files = argument(converter=to_files)
    """Files and folders of the project, and texts, by their places in the image: files."""
    config: Mapping[str, Any] = argument()
    """The image's configuration (config.md of the OCI image specification)."""
    annotations: Mapping[str, Text] = argument()
    """Those of the manifest, such as `org.opencontainers.image.licenses` (annotations.md of the OCI
    image specification).
    """
    created: str | None = argument()
    """A time by RFC 3339, or `now`; `1970-01-01T00:00:01Z` unless set."""
    extra_commands: Text = argument()
    """Shell commands that change the files of the last layer."""
    max_layers: int | None = argument()
    """How many layers the image may have, its parent's included; 56 unless set."""
    location: Location = location_field()

    def owner(self) -> dict[str, str]:
        """Name the image in messages."""
        return {"image": str(self.name)} if hasattr(self, "name") else {}

    def _refuse_registry(self) -> None:
        """Refuse a registry's host in the name; Nix leaves that to whoever writes Nix."""
        if _HOST.match(self.name):
            expected = "a name without a registry's host"
            remedy = "leave the registry out: `nixgen push` is given one"
            raise refuse(self, "name", expected, self.name, remedy=remedy)

    def _refuse_wrong_files(self) -> None:
        refuse_wrong_files(self, self.files, ())


def refuse_wrong_files(definition: Definition, files: Files, users: Collection[str]) -> None:
    """Refuse, with a DefinitionError, files that are of no kind, nowhere, or nobody's."""
    known = {"root", "nobody", *users}
    listed = sorted(placed(files).items())
    for target, file in listed:
        path = below("files", target)
        if (file.get("source") is None) == (file.get("text") is None):
            raise refuse_together(definition, path, "fileOfOneKind", file)
        if (name := missing_source(file)) is not None:
            raise refuse(definition, path, "a file or folder of the project", name)
    for target, file in listed:
        owner = file.get("owner") or "root"
        if not all(name in known or name.isdigit() for name in owner.split(":")):
            raise refuse_together(definition, f"{below('files', target)}.owner", "fileOwner", owner)


@frozen(kw_only=True, field_transformer=by_table("layeredImage"))
class LayeredImage(BuiltImage):
    """An image of files alone, without a supervisor: a call of `dockerTools.buildLayeredImage`."""

    fake_root_commands: Text = argument()
    """Shell commands that change them as if root."""
    enable_fakechroot: bool = argument()
    """Whether `fake_root_commands` run in the image's root."""

    def __attrs_post_init__(self) -> None:
        check_arguments(self, arguments_of("layeredImage"))
        self._refuse_registry()
        self._refuse_wrong_files()


@frozen(kw_only=True, field_transformer=by_table("image", "service"))
class Image(BuiltImage, ServiceFields):
    """An image whose services perp looks after.

    With `command` it has one service, named after the last part of the image's name, and becomes a
    call of `lib.buildImageWithPerp`; with `services` it becomes one of `lib.buildImageWithPerps`,
    and what describes a service belongs into each Service.

    `users` are numbers of users by their names, for services and the owners of files;
    `fake_root_commands` shell commands that change the last layer's files as if root;
    `environment` holds variables of all services, and of what is started with `exec`;
    `run_as_root` shell commands that build the image's files as root; `labels` the image's labels;
    `health_check` replaces the generated one (False: none); `stop_grace_period` is how many seconds
    a service may take to stop before it is killed; `optional` images are left out when all images
    are built and fluentd's gems are not at hand.

    Raises DefinitionError when a value is wrong.
    """

    command: Command | None = field(default=None)
    """A line for the shell, or the program and its arguments."""
    services: ListOf[Service] = argument()
    """The services, in the place of `command` and what else describes one."""
    users: Mapping[str, int] = argument()
    """Users for services and files: the number of each, which its group has too."""
    fake_root_commands: Text = argument()
    """Shell commands that change them as if root."""
    run_as_root: Text | None = argument()
    """Shell commands that build the image's files as root; such an image has one layer."""
    labels: Mapping[str, Text] = argument()
    """The image's labels."""
    health_check: Mapping[str, Any] | bool | None = argument()
    """A health check in the place of the one that asks perp about each service; false for none."""
    stop_grace_period: int = argument()
    """How many seconds services may take to stop before they are killed."""
    optional: bool = argument()
    """Whether builds of all images leave it out where fluentd's gems are not at hand."""

    def __attrs_post_init__(self) -> None:
        if self.services:
            if self.command is not None:
                raise refuse(self, "command", "a command or services, not both", self.command)
            self._refuse_service_fields()
            check_arguments(self, arguments_of("image"))
            self._refuse_wrong_files()
            self._refuse_repeated_names()
            self._refuse_wrong_order()
        elif self.command is None:
            check_arguments(self, arguments_of("image"))
            raise refuse(self, "command", "a command, or services", remedy="set one of the two")
        else:
            check_arguments(self, _of_its_service())
            self.refuse_wrong_service()
            check_arguments(self, _of_one_command())
            self._refuse_wrong_files()
        self._refuse_registry()
        self._refuse_names_of_fluentd()
        self._refuse_unknown_labels()

    def _refuse_wrong_files(self) -> None:
        refuse_wrong_files(self, self.files, self.users)
        for each in self.services:
            try:
                refuse_wrong_files(each, each.files, self.users)
            except DefinitionError as error:
                raise error.located(image=self.name) from None
        self._refuse_places_of_two()
        services = self.services or (self,)
        if self.run_as_root is not None:
            self._refuse_beside_root(services)
        if "root" in self.users:
            raise refuse_together(self, "users.root", "rootOfUsers", self.users["root"])
        others = [each for each in services if each.user not in {"root", "nobody", *self.users}]
        for service in others:
            if self.from_image is None and not self.contents and not _holds_package(service):
                raise self._refuse_of(service, "user", "unknownUser", service.user)
        for service in others:
            if service.writable:
                raise self._refuse_of(service, "writable", "writableOfUnknown", service.user)

    def _refuse_places_of_two(self) -> None:
        taken = {*self.files}
        for service in self.services:
            for target in sorted(service.files):
                if target in taken:
                    raise self._refuse_of(service, below("files", target), "placedTwice", target)
            taken.update(service.files)

    def _refuse_beside_root(self, services: ListOf[ServiceFields]) -> None:
        for path, given in (
            ("files", sorted(self.files)),
            ("fake_root_commands", self.fake_root_commands),
        ):
            if given:
                raise refuse_together(self, path, "bothFilesAndRoot", given)
            for each in self.services if path == "files" else ():
                if each.files:
                    raise self._refuse_of(each, "files", "bothFilesAndRoot", sorted(each.files))
        for service in services:
            if service.writable:
                raise self._refuse_of(service, "writable", "bothFilesAndRoot", service.writable)

    def _refuse_of(
        self, service: ServiceFields, path: str, rule: str, given: object
    ) -> DefinitionError:
        error = refuse_together(service, path, rule, given)
        return error if service is self else error.located(image=self.name)

    @property
    def has_source(self) -> bool:
        """Tell whether fluentd has a source in this image."""
        asked = [service.fluentd for service in self.services or (self,)]
        return any(fluentd is not None and fluentd.source is not None for fluentd in asked)

    def _refuse_service_fields(self) -> None:
        for name, default in _of_its_services():
            given = getattr(self, name)
            if given != default:
                remedy = "move it into the Service that it is meant for"
                raise refuse(self, name, "nothing beside services", given, remedy=remedy)

    def _refuse_repeated_names(self) -> None:
        listed = [service.name for service in self.services]
        if len(set(listed)) == len(listed):
            return
        index = next(index for index, name in enumerate(listed) if name in listed[:index])
        raise refuse_together(self, f"services[{index}].name", "repeated", listed[index])

    def _refuse_wrong_order(self) -> None:
        if _is_in_order(self.services):
            return
        order = {service.name: service.after for service in self.services}
        for service in self.services:
            for index, name in enumerate(service.after):
                if name not in order:
                    raise _refuse_unknown(service, index, order).located(image=self.name)
        try:
            TopologicalSorter(order).prepare()
        except CycleError as error:
            cycle = " after ".join(error.args[1][::-1])
            raise refuse_together(self, "services", "cycle", cycle) from None

    def _refuse_unknown_labels(self) -> None:
        labels = ["@ROOT", *sorted((self.fluentd and self.fluentd.labels) or ())]
        for owner in (*self.services, self):
            found = unknown_label(owner.fluentd.parts, labels) if owner.fluentd else None
            if found:
                path, name = found
                expected, _ = sentence("fluentdLabelUsed", labels=", ".join(labels))
                error = refuse(owner, f"fluentd{path}", expected, name)
                raise error if owner is self else error.located(image=self.name)

    def _refuse_names_of_fluentd(self) -> None:
        if all(_plugin(each.fluentd) is None for each in self.services or (self,)):
            return
        if not self.services:
            name = self.name.rpartition("/")[2]
            if name == "fluentd":
                raise refuse_together(self, "name", "fluentdService", self.name)
            return
        taken = {"fluentd", *(f"{each.name}-log" for each in self.services if _is_captured(each))}
        for index, service in enumerate(self.services):
            if service.name in taken:
                path = f"services[{index}].name"
                raise refuse_together(self, path, "fluentdService", service.name)


def _holds_package(service: Any) -> bool:
    """Tell whether a package is part of the command: it may bring users along."""
    command = service.command
    return not all(map(is_literal, command if isinstance(command, tuple) else (command,)))


def _refuse_unknown(
    service: Service, index: int, order: Mapping[str, ListOf[str]]
) -> DefinitionError:
    name = service.after[index]
    near = get_close_matches(name, order, n=1)
    expected, _ = sentence("after", names=", ".join(order))
    remedy = f"did you mean {near[0]}?" if near else None
    return refuse(service, f"after[{index}]", expected, name, remedy=remedy)


def _is_captured(service: Service) -> bool:
    return bool(service.fluentd) and _plugin(service.fluentd) == "stdout"


def _plugin(fluentd: Fluentd | None) -> object:
    """Return the type of the source, None where there is none, itself where it is Nix's."""
    source = fluentd.source if fluentd else None
    return plugin_of(source) if isinstance(source, Mapping) else source


@cache
def _of_its_services() -> list[tuple[str, object]]:
    """Return the fields that describe a service, but those that its image has as well."""
    own = ("environment", "fluentd", "location")
    inherited = {each.name for each in fields(ServiceFields) if each.name not in own}
    return [(each.name, each.default) for each in fields(Image) if each.name in inherited]


@frozen(kw_only=True, field_transformer=by_table("pulledImage"))
class PulledImage:
    """An image from a registry, fixed by its digest: a call of `dockerTools.pullImage`.

    `image_name` may begin with the registry's host and port; `image_digest` is "sha256:..." and
    `sha256` the hash of what is fetched (`nixgen packages prefetch` finds both). It appears under
    `dockerImages.pulled`.

    Raises DefinitionError when a value is wrong.
    """

    image_name: str = field()
    """The repository, perhaps with the registry's host and port before it."""
    image_digest: str = field()
    """The digest of the manifest."""
    sha256: str = field()
    """The hash of what is fetched; `nixgen packages prefetch` finds it, and the digest."""
    final_image_name: str | None = argument()
    """The image's name from here on."""
    final_image_tag: str = argument()
    """The image's tag from here on."""
    os: str = argument()
    """The platform's operating system."""
    arch: str | None = argument()
    """The platform's architecture; that of the machine unless set."""
    tls_verify: bool = argument()
    """Whether the registry's certificate is verified."""
    location: Location = location_field()

    def owner(self) -> dict[str, str]:
        """Name the image in messages."""
        return {"image": self.image_name} if hasattr(self, "image_name") else {}

    def __attrs_post_init__(self) -> None:
        check_arguments(self, arguments_of("pulledImage"))
