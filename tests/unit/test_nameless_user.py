"""A user whom no file of the machine knows, as containers have them: no name, no home."""

from __future__ import annotations

import os

import pytest

from nixgen.files.disk_room import measure
from nixgen.programs.nix_program import nix_environment

ID = 4711711


@pytest.fixture(autouse=True)
def nameless(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HOME", "USER", "XDG_DATA_HOME"):
        monkeypatch.delenv(name, raising=False)
    for name in ("getuid", "geteuid"):
        monkeypatch.setattr(os, name, lambda: ID)


def test_nix_is_given_a_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without one it would do nothing; a name that is set stays."""
    assert str(ID) == nix_environment()["USER"]
    monkeypatch.setenv("USER", "somebody")
    assert "USER" not in nix_environment()


def test_disks_are_measured() -> None:
    """Where the engine's storage would be is not known then."""
    assert measure()
