"""What to do when podman or docker cannot do its work, by what it says."""

from __future__ import annotations

import re

from nixgen.errors import remedy_lines

_INSTEAD = "or pass --engine podman, which needs no daemon"

_REMEDIES = {
    r"permission denied while trying to connect to the [Dd]ocker": (
        'let yourself use Docker (sudo usermod --append --groups docker "$USER", then log in '
        f"again), {_INSTEAD}"
    ),
    r"Cannot connect to the Docker daemon|error during connect": (
        f"start it (sudo service docker start), name another in DOCKER_HOST, {_INSTEAD}"
    ),
    r"could not find slirp4netns|\"slirp4netns\": executable file not found": (
        "install slirp4netns (Debian: apt-get install slirp4netns), or pass `-- --network host`"
    ),
    r"could not find pasta|\"pasta\": executable file not found": (
        "install passt (Debian: apt-get install passt), or pass `-- --network host`"
    ),
    r"open.*/dev/net/tun": (
        "let users open /dev/net/tun (sudo chmod 666 /dev/net/tun; sudo modprobe tun if it is not "
        "there), or pass `-- --network host`"
    ),
    r"newuidmap.*executable file not found|newuidmap.*no such file": (
        "install uidmap (Debian: apt-get install uidmap)"
    ),
    r"no subuid ranges found|no subgid ranges found|insufficient UIDs or GIDs|subuid ranges": (
        "give yourself ids for containers: sudo usermod --add-subuids 100000-165535 "
        '--add-subgids 100000-165535 "$USER" && podman system migrate'
    ),
    r"\$XDG_RUNTIME_DIR must be writable|/run/user/\d+: permission denied": (
        "let XDG_RUNTIME_DIR name a folder that is there and yours alone, or unset it"
    ),
    r"cannot resolve \S+: lstat|\$HOME is not defined": (
        "let HOME name a folder of yours that is there: podman keeps its images below it"
    ),
    r"temporary directory must be an absolute path|/rundir/libpod: no such file"
    r"|invalid namespace path": (
        "let TMPDIR name a folder that is there by its absolute path, without a comma, or unset it"
    ),
    r"could not find a working conmon": "install conmon (Debian: apt-get install conmon)",
    r"could not find \"netavark\"|netavark: executable file not found": (
        "install netavark (Debian: apt-get install netavark), or pass `-- --network host`"
    ),
    r"runtime \"?\S*crun\S*\"? not found|default OCI runtime": (
        "install a runtime (Debian: apt-get install crun)"
    ),
}


def remedy_for(message: str) -> str:
    """Return the line that says what to do about the engine's message, or nothing."""
    found = (remedy for said, remedy in _REMEDIES.items() if re.search(said, message))
    return remedy_lines(next(found, None))
