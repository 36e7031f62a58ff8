"""Services: what a container runs, as whom, with what, and after which others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import field, frozen

from nixgen.definitions.arguments import (
    argument,
    arguments_of,
    by_table,
    check_arguments,
    refuse_together,
    rules_of,
    to_snake_case,
)
from nixgen.definitions.files import (
    File,
    Files,
    missing_source,
    to_environment_file,
    to_files,
    within_project,
)
from nixgen.definitions.fluentd import Fluentd
from nixgen.definitions.kinds import ListOf, OnFailure, OnUnready, StopSignal
from nixgen.definitions.validation import Text, is_literal, location_field, refuse
from nixgen.errors import Location
from nixgen.rules import table

Command = Text | ListOf[Text]
"""A line for the shell, or the program and its arguments, which are then quoted for the shell."""


# Image has a second base, and only one may have slots.
@frozen(kw_only=True, slots=False, field_transformer=by_table("service"))
class ServiceFields:
    """What a service and an image of one service have in common, beside the command.

    The arguments of Nix have the same names in camelCase. The command runs under perp as `user`
    ("nobody", "root", one of the image's `users`, or another that the image has), who may write to
    the folders `writable`, after `pre_start_script` (shell, the same user, `set -e`; what it
    exports reaches the command), with the variables of `environment` and of `environment_file` (a
    file or folder in the format of runenv(8), of the image or, as "./web.env", of the project) and
    in the folder `chdir`. A `one_shot` service runs once.
    After `max_failures` failures in a row a service with `on_failure="exit"` ends the container
    with its own status.

    `ready` tells when a service does its work, such as {"port": 8080}, {"port": 8080, "http":
    "/health"}, {"command": "..."} or {"file": "/run/app/ready"}, perhaps with `interval` and
    `timeout` in seconds: others wait for that. With `on_unready="restart"` it starts again once it
    is ready no more. `max_restart_delay` and `stop_timeout` are seconds, as is `time_limit`, which
    a one-shot has; `schedule` makes it run again and again, as in crontab(5).
    """

    pre_start_script: Text = argument()
    """Shell commands before the command, as the same user; what they export reaches it."""
    user: str = argument()
    """Whom the command runs as: nobody, root, one of the image's `users`, or a user of a package or
    of the parent image.
    """
    writable: ListOf[Text] = argument()
    """Folders that the service may write to: made for its user, and volumes where the image runs.
    """
    environment: Mapping[str, Text] = argument()
    """Variables of this service; what the container is given with `-e` comes before them."""
    environment_file: Text | File | None = argument(converter=to_environment_file)
    """A file or folder of variables, in the format of runenv(8): of the image, or of the project.
    """
    chdir: Text | None = argument()
    """The folder to run in; `config.WorkingDir`, else `/`, unless set."""
    one_shot: bool = argument()
    """Whether the command runs once, and need not keep running."""
    on_failure: OnFailure = argument()
    """Whether a service that fails again and again ends the container, with its own status."""
    max_failures: int | None = argument()
    """After how many failures in a row `on_failure` ends the container; 5, and 1 for a one-shot
    without a `schedule`, unless set.
    """
    ready: Mapping[str, Any] | None = argument()
    """What tells that the service is ready: Ready. Others wait for it, and the health check asks.
    """
    on_unready: OnUnready = argument()
    """Whether a service that was `ready` and fails three checks in a row is stopped and started
    again.
    """
    max_restart_delay: int = argument()
    """Seconds: a service that ends again and again starts after 1 s, then 2 s, 4 s, ... up to this;
    a run of a minute begins anew.
    """
    stop_signal: StopSignal = argument()
    """The signal that stops the service when the container stops."""
    stop_timeout: int | None = argument()
    """Seconds until the service is killed when the container stops; `stop_grace_period` unless that
    is shorter.
    """
    time_limit: int | None = argument()
    """Seconds that a one-shot may run; then it is stopped, and has failed."""
    schedule: str | None = argument()
    """When a one-shot runs, again and again, as in crontab(5)."""
    fluentd: Fluentd | None = argument()
    """What fluentd reads of the service, and does with it: fluentd."""
    location: Location = location_field()

    def owner(self) -> dict[str, str]:
        """Name the definition in messages: each kind has a name of its own."""
        return {}

    def refuse_wrong_service(self) -> None:
        """Refuse, with a DefinitionError, arguments that do not go together."""
        kind, others = ("onlyService", "service") if self.one_shot else ("onlyOneShot", "oneShot")
        for name in table()["kinds"][others]:
            given = getattr(self, to_snake_case(name))
            if given != rules_of("service")[name]["default"]:
                raise refuse_together(self, to_snake_case(name), kind, given)
        self._refuse_missing_file()
        if self.ready is not None:
            given = {name for name, value in self.ready.items() if value is not None}
            has_address = "http" not in given or "port" in given
            if not has_address or len(given & {"command", "port", "file"}) != 1:
                raise refuse_together(self, "ready", "readyOfOneKind", sorted(given))
        elif self.on_unready != "wait":
            raise refuse_together(self, "on_unready", "unreadyWithoutReady", self.on_unready)

    def _refuse_missing_file(self) -> None:
        file: object = self.environment_file
        if isinstance(file, Mapping) and (name := missing_source(file)) is not None:
            raise refuse(self, "environment_file", "a file or folder of the project", name)
        if is_literal(file) and (name := within_project(str(file))) is not None:
            remedy = f'for a file of the project write "./{name}"'
            raise refuse(self, "environment_file", "a path of the image", file, remedy=remedy)


@frozen(kw_only=True, field_transformer=by_table("service"))
class Service(ServiceFields):
    """One of the services of an image.

    `after` names the services of the same image that this one waits for: until a one-shot service
    has succeeded, until another is ready, or, without `ready`, has been up for 3 seconds. `files`
    are those of the image that belong to the service.

    Raises DefinitionError when a value is wrong.
    """

    name: str = field()
    """The service's name, used once in an image."""
    command: Command = field()
    """A line for the shell, or the program and its arguments."""
    after: ListOf[str] = argument()
    """Names of services of the same image that this one waits for."""
    files: Files = argument(converter=to_files)
    """Files that the service brings along: the same as `files` of its image."""

    def owner(self) -> dict[str, str]:
        """Name the service in messages."""
        return {"service": self.name} if isinstance(getattr(self, "name", None), str) else {}

    def __attrs_post_init__(self) -> None:
        check_arguments(self, arguments_of("service"))
        self.refuse_wrong_service()
