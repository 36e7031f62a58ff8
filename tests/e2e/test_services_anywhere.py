"""Services run alike wherever their container is started: a table of surroundings.

Each row is a container of the image `anywhere` on one of its parents, with options of the engine.
All rows start at once, and each is looked at when its turn comes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from attrs import evolve, field, frozen
from containers import ENGINE, Container, running, wait_until
from service_images import image

pytestmark = pytest.mark.container

START = 40.0  # seconds until all services have started, when all rows do so at once
STOP = 2.0  # seconds

# Every variable that bash or a C library obeys, that a script might use, or that no shell can hold.
VARIABLES = {
    "LC_ALL": "C.UTF-8",
    "LANG": "xx_XX.nowhere",
    "BASH_ENV": "/nowhere/env",
    "ENV": "/nowhere/env",
    "SHELLOPTS": "xtrace:noexec:errexit:nounset",
    "BASHOPTS": "failglob:nullglob",
    "BASH_COMPAT": "99",
    "BASH_XTRACEFD": "77",
    "POSIXLY_CORRECT": "1",
    "FUNCNEST": "1",
    "TMOUT": "1",
    "IFS": "/",
    "PS4": "$(touch /tmp/escaped)",
    "CDPATH": "/etc",
    "GLOBIGNORE": "*",
    "OPTIND": "7",
    "UID": "7",
    "BASH_FUNC_test%%": "() { exit 3; }",
    "BASH_FUNC_exec%%": "() { false; }",
    "a.b": "two\nlines",
    "empty": "",
    "größe": " ä\\n'\"$HOME ",
    "-i": "=",
    "max_failures": "1",
    "service": "other",
    "state": "/nowhere",
    "SUPERVISOR_STATE": "/nowhere",
    "base": "/nowhere",
    "grace": "0",
    "services": "/nowhere",
    "folder": "/nowhere",
    "service_variables": "PATH",
    "perp_variables": "x",
    "perp_kept": "x",
    "TMPDIR": "/nowhere",
    "PATH": "/nowhere",
    "LD_LIBRARY_PATH": "/nowhere",
}
HUGE = {f"LONG{number}": "x" * 120_000 for number in range(8)}


@frozen
class Row:
    """A surrounding: how a container is started, as whom its services run, what it says of that."""

    options: tuple[str, ...] = ()
    parent: str = "base"
    user: int = 65534
    says: tuple[str, ...] = ()
    variables: dict[str, str] = field(factory=dict)

    @property
    def words(self) -> list[str]:
        """The options of the engine's create."""
        return [*self.options, *(f"--env={name}={self.variables[name]}" for name in self.variables)]

    def by(self, user: int, group: str = "") -> Row:
        """Give the same, started by a user, who runs all services then."""
        said = f"init: all services run as uid {user}, who has started the container"
        options = ("--user", f"{user}{group}", *self.options)
        return evolve(self, options=options, user=user, says=(said, *self.says))


NEEDED = ("--cap-drop=all", *(f"--cap-add={name}" for name in ("SETUID", "SETGID", "KILL")))
BARE = Row(("--cap-drop=all", "--security-opt=no-new-privileges"))
READ_ONLY = ("--read-only", "--tmpfs=/run", "--tmpfs=/tmp:mode=1777")
WITHOUT_TMP = "init: there is no folder /tmp, and none can be made: run with --tmpfs /tmp"

ROWS = {
    "root": Row(),
    "terminal": Row(("--tty",)),
    "beside other processes": Row(("--pid=host",)),
    "needed capabilities": Row((*NEEDED, "--security-opt=no-new-privileges")),
    "read-only": Row(READ_ONLY),
    "read-only, of the engine": Row(("--read-only", "--tmpfs=/run")),
    "user": Row().by(12345),
    "user, terminal": evolve(BARE, options=(*BARE.options, "--tty")).by(12345),
    "user and group": BARE.by(12345, ":12345"),
    "nobody": BARE.by(65534),
    "arbitrary user": BARE.by(1000660000, ":0"),
    "arbitrary user, read-only": Row((*BARE.options, *READ_ONLY)).by(1000660000, ":0"),
    "variables": Row(variables=VARIABLES),
    "variables, user": evolve(BARE, variables=VARIABLES).by(12345),
    "many variables": Row(variables=HUGE),
    "empty path": Row(variables={"PATH": ""}),
    "other library": Row(parent="withOtherLibrary", variables={"LD_PRELOAD": "/opt/other.so"}),
    "without a last newline": Row(parent="withoutLastNewline"),
    "other nobody": Row(parent="withOtherNobody", user=99),
    "linked users": Row(parent="withLinkedUsers"),
    "no folders": Row(parent="withoutFolders"),
    "no folders, user": Row(parent="withoutFolders", says=(WITHOUT_TMP,)).by(12345),
    "a file as /var/run": Row(parent="withFileAsRun"),
    "a file as /var/run, user": Row(parent="withFileAsRun", says=(WITHOUT_TMP,)).by(12345),
    "a dangling /var/run": Row(parent="withDanglingRun"),
    "a folder /var/run": Row(parent="withRunFolder"),
}
if ENGINE == "podman":  # a container has no user namespace of its own in Docker
    mapped = ("--uidmap=0:100000:70000", "--gidmap=0:100000:70000", "--ipc=none")
    ROWS["user namespace"] = Row(mapped)

# What services print in every container. It says nothing else in its log, but for what the table
# says, the reasons for waiting, which depend on who comes first, and what perp tells of itself.
ORDINARY = re.compile(r"perpd\[\d+\]: |[a-z]+: waits until ")
PRINTED = [
    f"{name} {verb}" for name in ("lower", "upper") for verb in ("starts", "complains", "counts")
]


@pytest.fixture(scope="module")
def containers() -> Iterator[dict[str, Container]]:
    with ExitStack() as stack:
        yield {
            name: stack.enter_context(running(image(f"anywhere.{row.parent}"), *row.words))
            for name, row in ROWS.items()
        }


def read_variables(container: Container, file: str) -> dict[str, str]:
    wait_until(lambda: container.succeeds("/bin/busybox", "test", "-s", file), START, file)
    text = container.exec("/bin/busybox", "cat", file)
    return dict(item.split("=", 1) for item in text.removesuffix("\0").split("\0"))


@pytest.mark.parametrize("name", ROWS)
def test_services_run_and_stop(name: str, containers: dict[str, Container]) -> None:
    """In every surrounding all services start in their order, as the right user, print to whatever
    they open, are healthy, and stop in order, in time, with status 0; nothing else is said."""
    row, container = ROWS[name], containers[name]
    container.wait_for_log("upper counts", START)
    wait_until(lambda: container.check_health()[0], START, "it does not become healthy")
    log = [line.rstrip("\r") for line in container.logs().splitlines()]
    lines = [line for line in log if not ORDINARY.match(line)]
    assert sorted([*PRINTED, *row.says, str(row.user)]) == sorted(lines)
    assert lines.index(str(row.user)) < lines.index("lower starts") < lines.index("upper starts")
    states = container.exec("/usr/local/bin/perpls").splitlines()
    assert ["+++"] * 4 == [state.split()[1] for state in states if state[1] == "+"]

    stopped = container.stop()
    order = re.findall("[a-z]+ stops", container.logs())
    if "--pid=host" in row.words:  # podman then tells every process of the container to stop
        order.sort(reverse=True)
    assert ["upper stops", "lower stops"] == order
    assert 0 == stopped.exit_status
    assert stopped.seconds < STOP


@pytest.mark.parametrize("name", [name for name, row in ROWS.items() if row.variables])
def test_variables_reach_the_services(name: str, containers: dict[str, Container]) -> None:
    """Each variable of the container reaches services as it is, whatever it would do to a shell."""
    container, variables = containers[name], ROWS[name].variables
    if not container.is_running:
        container.start()
    for file in ("/tmp/variables", "/tmp/variables-after-pre-start"):
        found = read_variables(container, file)
        assert variables == {name: found.get(name) for name in variables}


def test_users_of_the_parent_stay(containers: dict[str, Container]) -> None:
    """The user nobody is added to a parent's users on a line of its own; nothing else changes."""
    added = "nobody:x:65534:65534:nobody:/tmp:/bin/false\n"
    expected = {
        "without a last newline": (
            "root:x:0:0:root:/root:/bin/sh\nsync:x:4:65534:sync:/bin:/bin/sync\n" + added
        ),
        "other nobody": "root:x:0:0::/root:/bin/sh\nnobody:x:99:98::/:/bin/false",
        "linked users": "root:x:0:0::/root:/bin/sh\n" + added,
        "no folders": "root:x:0:0:root:/root:/bin/sh\n" + added,
    }
    for name, users in expected.items():
        container = containers[name]
        if not container.is_running:
            container.start()
        container.wait_for_log("lower starts", START)
        assert users == container.exec("/bin/busybox", "cat", "/etc/passwd"), name
    linked = containers["linked users"].exec("/bin/busybox", "readlink", "/etc/passwd")
    assert "../usr/etc/passwd\n" == linked
    groups = containers["without a last newline"].exec("/bin/busybox", "cat", "/etc/group")
    assert "root:x:0:\nstaff:x:50:" == groups


# Where services cannot run: the options, and what the container says before it ends.
REFUSALS = {
    "no capabilities": (
        ("--cap-drop=all",),
        "services run as nobody, and for that root needs more capabilities: KILL SETGID SETUID\n"
        "  run with --cap-add KILL --cap-add SETGID --cap-add SETUID, or with --user 65534:65534",
    ),
    "a capability less": (
        ("--cap-drop=kill",),
        "more capabilities: KILL\n  run with --cap-add KILL, ",
    ),
    "nobody is not mapped": (
        (*("--uidmap=0:100000:1000", "--gidmap=0:100000:1000"), "--ipc=none"),
        "services run as nobody, 65534:65534, who has no place in the container's user namespace\n"
        "  map more ids: --uidmap and --gidmap",
    ),
    "nothing to write to": (
        ("--read-only", "--read-only-tmpfs=false", "--volume=/dev/null:/dev/shm"),
        "there is no folder that can be written to:\n"
        "  /var/run is on a read-only file system\n"
        "  /run is on a read-only file system\n"
        "  /tmp is on a read-only file system\n"
        "  /dev/shm is no folder\n"
        "  /var/tmp is not there\n"
        "  run with --tmpfs /run\n",
    ),
    "nothing that the user can write to": (
        (
            *("--user=12345", "--read-only", "--read-only-tmpfs=false"),
            *("--tmpfs=/run:mode=755", "--volume=/dev/null:/dev/shm"),
        ),
        "  /run belongs to uid 0, with mode 755; this is uid 12345\n",
    ),
}


@pytest.mark.skipif(ENGINE == "docker", reason="the options are podman's")
@pytest.mark.parametrize("name", REFUSALS)
def test_refusals_name_cause_and_remedy(name: str) -> None:
    """Where services cannot run the container ends at once, says why, and which option helps."""
    options, message = REFUSALS[name]
    with running(image("anywhere.base"), *options) as container:
        assert 111 == container.wait(10)
        assert message in container.logs()


def test_an_option_that_was_given_is_not_recommended() -> None:
    """Where a tmpfs at /run is there already, the remedy says what is wrong with that one."""
    options, _ = REFUSALS["nothing that the user can write to"]
    with running(image("anywhere.base"), *options) as container:
        assert 111 == container.wait(10)
        remedy = container.logs().splitlines()[-1]
    assert "  run with --tmpfs /run:mode=1777, in the place of --tmpfs /run" == remedy


@pytest.mark.parametrize("options", [(), ("--pid=host",)], ids=["first process", "another"])
def test_signals_from_outside(options: tuple[str, ...]) -> None:
    """Whatever signal comes from outside, services go on; QUIT stops them as TERM does."""
    with running(image("anywhere.base"), *options) as container:
        container.wait_for_log("lower starts", START)
        for signal in ("HUP", "USR1", "USR2", "ALRM", "PIPE", "WINCH", "CHLD", "IO", "35"):
            container.kill(signal)
        container.wait_for_log("upper starts", START)
        container.kill("QUIT")
        assert 0 == container.wait(5)
        assert "upper stops" in container.logs()
