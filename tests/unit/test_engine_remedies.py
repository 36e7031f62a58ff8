"""What podman and docker say when they cannot work leads to what helps."""

from __future__ import annotations

import pytest

from nixgen.programs.engine_remedies import remedy_for

# As clients of Docker from 20.10 on, and podman 4 and 5, say it.
SAID = {
    "Cannot connect to the Docker daemon at unix:///x. Is the docker daemon running?": "start it",
    'error during connect: Get "http://x:2375/v1.24/version": dial tcp: lookup x: no such host': (
        "DOCKER_HOST"
    ),
    "permission denied while trying to connect to the Docker daemon socket at unix:///run/x": (
        "usermod --append --groups docker"
    ),
    "permission denied while trying to connect to the docker API at unix:///run/x": (
        "usermod --append --groups docker"
    ),
    'could not find slirp4netns, the network namespace can\'t be configured: exec: "slirp4netns": '
    "executable file not found in $PATH": "apt-get install slirp4netns",
    'could not find pasta, the network namespace can\'t be configured: exec: "pasta": executable '
    "file not found in $PATH": "apt-get install passt",
    '/usr/bin/slirp4netns failed: "open(\\"/dev/net/tun\\"): Permission denied': "/dev/net/tun",
    'command required for rootless mode with multiple IDs: exec: "newuidmap": executable file not '
    "found in $PATH": "apt-get install uidmap",
    "potentially insufficient UIDs or GIDs available in user namespace": "--add-subuids",
    "the path in $XDG_RUNTIME_DIR must be writable by the user": "unset it",
    "runc: mkdir /run/user/1000: permission denied": "XDG_RUNTIME_DIR",
    "cannot resolve /nonexistent: lstat /nonexistent: no such file or directory": "HOME",
    'validating engine configs: temporary directory must be an absolute path - instead got "tmp"': (
        "TMPDIR"
    ),
    "mkdir /home/x/rundir/libpod: no such file or directory": "TMPDIR",
    "runc create failed: invalid namespace path /tmp/a,b/netns/netns-1": "without a comma",
    "cannot find UID/GID for user x: no subuid ranges found for user": "--add-subuids",
}


@pytest.mark.parametrize("message", SAID)
def test_message_leads_to_what_helps(message: str) -> None:
    """The remedy is a line of its own, indented by two blanks."""
    remedy = remedy_for(f"podman failed with exit status 125\n  | Error: {message}")
    assert remedy.startswith("\n  ")
    assert SAID[message] in remedy
    assert 1 == remedy.count("\n")


def test_other_messages_are_left_alone() -> None:
    """What nobody knows a remedy for has none."""
    assert "" == remedy_for("Error: unknown flag: --nosuch")
