"""How programs fail that nixgen runs."""

from __future__ import annotations

import pytest
from plumbum import local

from nixgen.errors import BuildError
from nixgen.programs.process import run


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("exit 3", "failed with exit status 3"),
        ("kill -XFSZ $$", "was killed by SIGXFSZ"),
        ("kill -KILL $$", "was killed by SIGKILL (by the kernel, if no memory was left)"),
    ],
)
def test_a_signal_that_ends_a_program_is_named(script: str, said: str) -> None:
    """A negative number would tell nobody what happened."""
    with pytest.raises(BuildError) as failure:
        run(local["sh"]["-c", f"echo log >&2; {script}"])
    assert str(failure.value).splitlines()[0].endswith(said)
    assert "  | log" == str(failure.value).splitlines()[1]
