"""The headers of layers in a docker archive, as tar's readers read them."""

from __future__ import annotations

import subprocess
import tarfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

SCRIPT = Path(__file__).parents[2] / "nix/package-sets/debian/docker-tools/tarHeaders.awk"
MEMBERS = st.tuples(st.integers(0, 2**50), st.from_regex("[0-9a-f]{64}[.]tar", fullmatch=True))


@settings(max_examples=30)
@given(st.lists(MEMBERS, min_size=1, max_size=20))
def test_a_header_says_name_and_size(members: list[tuple[int, str]]) -> None:
    """Of files of any size, in the form of those from 8 GiB on as well."""
    lines = "".join(f"0 {size} {name}\n" for size, name in members)
    command = ["busybox", "awk", "-f", str(SCRIPT)]
    headers = subprocess.run(command, input=lines.encode(), capture_output=True, check=True).stdout
    assert 512 * len(members) == len(headers)
    for number, (size, name) in enumerate(members):
        block = headers[512 * number : 512 * (number + 1)]
        info = tarfile.TarInfo.frombuf(block, "ascii", "strict")  # refuses a wrong checksum
        assert (name, size, 0o444, 0, 0, 1, "root", "root") == (
            info.name,
            info.size,
            info.mode,
            info.uid,
            info.gid,
            info.mtime,
            info.uname,
            info.gname,
        )
        assert info.isreg()
