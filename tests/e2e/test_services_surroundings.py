"""What a service finds when it runs: user, variables, folder, pre-start script, command."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from attrs import frozen
from containers import Container, running, wait_until
from service_images import image

pytestmark = pytest.mark.container


@frozen
class Record:
    """What the program `record` of service-images.nix has written down."""

    user: str
    group: str
    groups: str
    folder: str
    umask: str
    home_mode: str
    variables: dict[str, str]
    arguments: list[str]


# Wait for the files of `record`, and print them with a character between that none of them has.
READ_RECORD = """
for _ in $(seq 200); do test -e "$1" && break; sleep 0.1; done
cat "$1" && printf '\\001' && cat "$1.variables" && printf '\\001' && cat "$1.arguments"
"""


def read_record(container: Container, service: str) -> Record:
    text = container.exec("sh", "-c", READ_RECORD, "-", f"/tmp/record.{service}")
    facts, variables, arguments = text.split("\1")
    named = dict(item.split("=", 1) for item in variables.removesuffix("\0").split("\0"))
    user, group, groups, folder, umask, home_mode = [*facts.split("\n"), ""][:6]
    words = arguments.removesuffix("\0").split("\0")
    return Record(user, group, groups, folder, umask, home_mode, named, words)


def read_lines(container: Container) -> list[str]:
    """Give what the commands of shell-lines have written into their files, from the first on."""
    wait_until(lambda: container.succeeds("test", "-e", "/tmp/line.10"), 20, "no /tmp/line.10")
    script = "for number in $(seq 10); do cat /tmp/line.$number; printf '\\001'; done"
    return container.exec("sh", "-c", script).split("\1")[:-1]


@pytest.fixture(scope="module")
def container() -> Iterator[Container]:
    given = ["dotted.name=of the container", "OF_CONTAINER=container", "OF_CONTAINER_TOO=container"]
    options = [word for variable in given for word in ("--env", variable)]
    with running(image("surroundings"), *options) as started:
        yield started


def test_nobody_by_default(container: Container) -> None:
    """A service runs as nobody, with the group, home, names and umask of that user."""
    record = read_record(container, "nobody")
    expected = ("nobody", "nobody", "65534", "0022")
    assert expected == (record.user, record.group, record.groups, record.umask)
    names = {name: record.variables[name] for name in ("HOME", "LOGNAME", "USER")}
    assert {"HOME": "/tmp", "LOGNAME": "nobody", "USER": "nobody"} == names
    assert record.home_mode == "drwxrwxrwt"


def test_root_when_asked_for(container: Container) -> None:
    """A service whose user is root runs as root, with root's home and names."""
    record = read_record(container, "root")
    assert ("root", "root", "0022") == (record.user, record.group, record.umask)
    names = {name: record.variables[name] for name in ("HOME", "LOGNAME", "USER")}
    assert {"HOME": "/root", "LOGNAME": "root", "USER": "root"} == names


def test_variables_of_the_container_reach_the_service(container: Container) -> None:
    """A variable of the container reaches a service, even if no shell could hold its name."""
    assert "of the container" == read_record(container, "nobody").variables["dotted.name"]


def test_variables_of_a_file(container: Container) -> None:
    """Every variable of the environment file is set, also when names differ in one character."""
    variables = read_record(container, "variables-of-file").variables
    expected = {"LOG_DEBUG": "1", "PORT1": "1", "PORT2": "2", "PORT3": "3"}
    assert expected == {name: variables.get(name) for name in expected}


def test_variables_of_the_definition(container: Container) -> None:
    """A service's come before the image's, and what the container is given before both."""
    variables = read_record(container, "variables-of-service").variables
    expected = {
        "OF_CONFIG": "config",
        "OF_IMAGE": "image",
        "OF_SERVICE": "service",
        "OF_CONTAINER": "container",
        "OF_CONTAINER_TOO": "container",
        "PATH": "/bin:/opt/bin",
        "READ": "service, read",
    }
    assert expected == {name: variables.get(name) for name in expected}
    assert "image" == read_record(container, "nobody").variables["OF_SERVICE"]
    assert "image\n" == container.exec("sh", "-c", 'echo "$OF_SERVICE"')


def test_variables_of_the_pre_start_script(container: Container) -> None:
    """What the pre-start script exports, and the folder it changes to, reach the command."""
    record = read_record(container, "variables-of-pre-start")
    assert "by the pre-start script" == record.variables["EXPORTED"]
    assert "/etc" == record.folder


def test_pre_start_script_runs_as_the_user(container: Container) -> None:
    """The pre-start script runs as the user of the service."""
    read_record(container, "variables-of-pre-start")
    assert "nobody\n" == container.exec("cat", "/tmp/pre-start.user")


def test_environment_file_comes_after_the_pre_start_script(container: Container) -> None:
    """The pre-start script may make the environment file, whose variables win."""
    variables = read_record(container, "file-of-pre-start").variables
    assert ("just now", "kept") == (variables["MADE"], variables["OTHER"])


def test_environment_folder(container: Container) -> None:
    """In an environment folder each file is a variable, and an empty file unsets one."""
    variables = read_record(container, "folder-of-variables").variables
    assert "first \n" == variables["ONE"]
    assert "HOME" not in variables


def test_working_directory(container: Container) -> None:
    """A service runs in the image's working directory; its command in the folder chdir."""
    assert "/usr" == read_record(container, "nobody").folder
    assert "/var" == read_record(container, "folder").folder
    assert "/usr\n" == container.exec("cat", "/tmp/pre-start.folder")


def test_failing_pre_start_script(container: Container) -> None:
    """When the pre-start script fails, the command is not run."""
    container.wait_for_log("failing-pre-start: has ended with exit status 1", 20)
    assert not container.succeeds("test", "-e", "/tmp/failing-pre-start")
    assert "not reached" not in container.logs()


def test_arguments_arrive_as_they_are(container: Container) -> None:
    """A command that is a list of arguments is not read by a shell."""
    expected = ["two words", "$HOME", "it's", "; id", ""]
    assert expected == read_record(container, "arguments").arguments


def test_every_part_of_a_shell_line_runs_as_the_user(container: Container) -> None:
    """Pipes, lists, subshells and substitutions of a command all run as the service's user."""
    assert ["nobody\n"] * 6 + ["nobody nobody\n"] == read_lines(container)[:7]


def test_shell_lines_keep_their_quotes(container: Container) -> None:
    """Quotes, variables and here-documents of a command mean what they mean to a shell."""
    assert ["a  b it's\n", "/tmp$HOME", "nobody\n"] == read_lines(container)[7:]


def test_shell_line_with_assignments(container: Container) -> None:
    """A command may begin with variables of its own."""
    record = read_record(container, "assignment")
    assert ("1", "2 3", "nobody") == (record.variables["X"], record.variables["Y"], record.user)


def test_signals_reach_the_command_itself(container: Container) -> None:
    """The main process of a service is its command, not a shell in front of it."""
    read_record(container, "assignment")
    main = container.exec("cat", "/var/run/perp/assignment.pid").strip()
    words = container.exec("cat", f"/proc/{main}/cmdline").split("\0")
    assert "1000000" == words[-2]


def test_service_ignores_no_signal(container: Container) -> None:
    """A service ignores no signal that its container does not, unlike a shell's background job."""
    read_record(container, "assignment")
    main = container.exec("cat", "/var/run/perp/assignment.pid").strip()

    def ignored(process: str) -> str:
        status = container.exec("cat", f"/proc/{process}/status")
        return next(line for line in status.splitlines() if line.startswith("SigIgn"))

    assert ignored("1") == ignored(main)
