"""How programs fail that nixgen runs."""

from __future__ import annotations

from pathlib import Path

import pytest
from plumbum import local

from nixgen.errors import BuildError
from nixgen.programs.nix_program import run_nix
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


@pytest.mark.parametrize(
    ("folder", "is_named"),
    [("{}/none", True), ("{}/file", True), ("beside", True), ("{}", False)],
)
def test_a_folder_for_temporary_files_that_cannot_be_used_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, folder: str, is_named: bool
) -> None:
    """Where a program speaks of it; what programs say of such a TMPDIR names no cause."""
    (tmp_path / "file").touch()
    place = folder.format(tmp_path)
    monkeypatch.setenv("TMPDIR", place)
    with pytest.raises(BuildError) as failure:
        run(local["sh"]["-c", f"echo error: getting status of {place} >&2; exit 1"])
    remedy = f"\n  TMPDIR={place}: expected the absolute path of a folder"
    assert is_named == (remedy in str(failure.value))
    with pytest.raises(BuildError) as failure:
        run(local["sh"]["-c", "echo 'error: of something else' >&2; exit 1"])
    assert "TMPDIR" not in str(failure.value)


@pytest.mark.parametrize(
    ("said", "is_the_store"),
    [
        ("opening lock file '/nix/var/nix/db/big-lock': Permission denied", True),
        ("creating directory '/nix': Permission denied", True),
        ("changing ownership of path '/nix/store' to 0: Operation not permitted", True),
        ("creating directory '/home/x/nix-build-y.drv-0': Permission denied", False),
        ("opening file '/srv/nix/images.nix': Permission denied", False),
    ],
)
def test_only_the_store_is_called_the_store(said: str, is_the_store: bool) -> None:
    """Other folders may be called nix as well."""
    with pytest.raises(BuildError) as failure:
        run_nix(local["sh"]["-c", f'echo "error: {said}" >&2; exit 1'], BuildError)
    assert is_the_store == ("the Nix store cannot be written" in str(failure.value))
