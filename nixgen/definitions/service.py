"""Services: what a container runs, as whom, with what, and after which others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from attrs import field, frozen

from nixgen.definitions.arguments import argument, arguments_of, by_table, check_arguments
from nixgen.definitions.fluentd import Fluentd
from nixgen.definitions.validation import Text, location_field
from nixgen.errors import Location

Command = Text | Sequence[Text]
"""A line for the shell, or the program and its arguments, which are then quoted for the shell."""


# Image has a second base, and only one may have slots.
@frozen(kw_only=True, slots=False, field_transformer=by_table("service"))
class ServiceFields:
    """What a service and an image of one service have in common, beside the command.

    The arguments of Nix have the same names in camelCase. The command runs under perp as `user`
    ("nobody" or "root"), after `pre_start_script` (shell, the same user, `set -e`; what it exports
    reaches the command), with the variables of `environment` and of `environment_file` (a file or
    folder in the format of runenv(8)) and in the folder `chdir`. A `one_shot` service runs once.
    After `max_failures` failures in a row a service with `on_failure="exit"` ends the container
    with its own status.
    """

    pre_start_script: Text = argument()
    user: str = argument()
    environment: Mapping[str, Text] = argument()
    environment_file: Text | None = argument()
    chdir: Text | None = argument()
    one_shot: bool = argument()
    on_failure: str = argument()
    max_failures: int | None = argument()
    fluentd: Fluentd | None = argument()
    location: Location = location_field()


@frozen(kw_only=True, field_transformer=by_table("service"))
class Service(ServiceFields):
    """One of the services of an image.

    `after` names the services of the same image that this one waits for: until a one-shot service
    has succeeded, or until another has been up for 3 seconds.

    Raises DefinitionError when a value is wrong.
    """

    name: str = field()
    command: Command = field()
    after: Sequence[str] = argument()

    def owner(self) -> dict[str, str]:
        """Name the service in messages."""
        return {"service": self.name} if isinstance(getattr(self, "name", None), str) else {}

    def __attrs_post_init__(self) -> None:
        check_arguments(self, arguments_of("service"))
