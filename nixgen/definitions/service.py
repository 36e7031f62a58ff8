"""Services: what a container runs, as whom, with what, and after which others."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import field, frozen

from nixgen import names
from nixgen.definitions.fluentd import Fluentd, is_fluentd, to_fluentd
from nixgen.definitions.fluentd_checks import SERVICE_PARTS
from nixgen.definitions.validation import (
    Text,
    Unmet,
    absolute_path,
    boolean,
    check,
    each,
    frozen_value,
    is_literal,
    listing,
    location_field,
    matching,
    nonempty_text,
    one_of,
    text,
    whole_number,
    within,
)
from nixgen.errors import Location

USERS = ("nobody", "root")
_OTHER_USERS = "for another user take root, and let the command change to it"
ON_FAILURE = ("restart", "exit")
LONGEST_ARGUMENT = 131071
"""Bytes of a program's argument: MAX_ARG_STRLEN in Linux, without the NUL at the end."""

Command = Text | Sequence[Text]
"""A line for the shell, or the program and its arguments, which are then quoted for the shell."""


def shell_command(value: object) -> Unmet | None:
    """Allow a shell line or a list of arguments, neither of them empty."""
    if not isinstance(value, tuple):
        return nonempty_text(value)
    if not value:
        return "a list of at least the program's name"
    return within("[0]", nonempty_text(value[0]), value[0]) or listing(_argument)(value)


def _argument(value: object) -> Unmet | None:
    if is_literal(value) and len(value.encode("utf-8", "replace")) > LONGEST_ARGUMENT:
        return f"at most {LONGEST_ARGUMENT} bytes, since Linux passes no longer argument"
    return text(value)


@frozen(kw_only=True, slots=False)  # Image has a second base, and only one may have slots
class ServiceFields:
    """What a service and an image of one service have in common, beside the command.

    The arguments of Nix have the same names in camelCase. The command runs under perp as `user`
    ("nobody" or "root"), after `pre_start_script` (shell, the same user, `set -e`; what it exports
    reaches the command), with the variables of `environment_file` (a file or folder in the format
    of runenv(8)) and in the folder `chdir`. A `one_shot` service runs once. After `max_failures`
    failures in a row a service with `on_failure="exit"` ends the container with its own status.
    """

    pre_start_script: Text = field(default="", validator=check(text))
    user: str = field(default="nobody", validator=check(one_of(*USERS, remedy=_OTHER_USERS)))
    environment_file: Text | None = field(default=None, validator=check(absolute_path))
    chdir: Text | None = field(default=None, validator=check(absolute_path))
    one_shot: bool = field(default=False, validator=check(boolean))
    on_failure: str = field(default="restart", validator=check(one_of(*ON_FAILURE)))
    max_failures: int = field(default=5, validator=check(whole_number(1)))
    fluentd: Fluentd | None = field(default=None, converter=to_fluentd, validator=is_fluentd)
    location: Location = location_field()


@frozen(kw_only=True)
class Service(ServiceFields):
    """One of the services of an image.

    `after` names the services of the same image that this one waits for: until a one-shot service
    has succeeded, or until another has been up for 3 seconds.

    Raises DefinitionError when a value is wrong.
    """

    name: str = field(validator=check(matching(names.unmet_service_name_rule)))
    command: Command = field(converter=frozen_value, validator=check(shell_command))
    after: Sequence[str] = field(
        default=(), converter=frozen_value, validator=each(matching(names.unmet_service_name_rule))
    )

    def owner(self) -> dict[str, str]:
        """Name the service in messages."""
        return {"service": self.name} if isinstance(getattr(self, "name", None), str) else {}

    def __attrs_post_init__(self) -> None:
        if self.fluentd is not None:
            self.fluentd.check(self, self.location, allowed=SERVICE_PARTS)
