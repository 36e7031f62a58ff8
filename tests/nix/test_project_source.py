"""What of a project gets into the store: all but what git ignores."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from random import Random

import pytest

REPOSITORY = Path(__file__).parents[2]
SEED = 3
TREES = 100

NAMES = ["a", "b", "ab", "a.b", ".a", "c d", "x1", "é", "[a]", "*s", "foo"]
PIECES = ["a", "b", "*", "?", "**", "/", "[ab]", "[!a]", "[^a]", ".", "ab", "foo", "\\*", "\\["]
PIECES += ["x1", "c\\ d", "é", "[a-c]", "**/", "/**", "!", "#", " "]

SOURCES = f"""
map (root: import {REPOSITORY}/nix/files/projectSource.nix {{ root = /. + root; }})
  (builtins.fromJSON (builtins.readFile ./roots.json))
"""

pytestmark = pytest.mark.nix


def plant(random: Random, root: Path) -> None:
    """Make files and folders, and patterns of what is ignored."""
    root.mkdir(parents=True)
    for _ in range(14):
        path = root.joinpath(*random.choices(NAMES, k=random.randrange(1, 4)))
        if any(parent.is_file() for parent in path.parents) or path.exists():
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")
    folders = [root, *(path for path in root.rglob("*") if path.is_dir())]
    for folder in random.sample(folders, min(len(folders), 2)):
        patterns = [pattern(random) for _ in range(random.randrange(1, 5))]
        (folder / ".gitignore").write_text("\n".join(patterns) + "\n")


def pattern(random: Random) -> str:
    text = "".join(random.choices(PIECES, k=random.randrange(1, 5)))
    return random.choice(["", "", "", "!"]) + text + random.choice(["", "", "", "/"])


def not_ignored(root: Path) -> list[str]:
    """Return the files that git would add."""
    git = ["git", "-c", "core.excludesFile=/dev/null"]
    subprocess.run([*git, "init", "--quiet", root], check=True)
    words = ["ls-files", "-z", "--others", "--exclude-standard"]
    listed = subprocess.run([*git, *words], cwd=root, check=True, capture_output=True, text=True)
    return sorted(listed.stdout.split("\0")[:-1])


def files_below(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if not path.is_dir())


def in_store(folder: Path, expression: str) -> list[Path]:
    (folder / "expression.nix").write_text(expression)
    command = ["nix-instantiate", "--eval", "--strict", "--json", "--read-write-mode"]
    done = subprocess.run(
        [*command, str(folder / "expression.nix")],
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, "NIX_CONFIG": "substituters ="},
    )
    return [Path(path) for path in json.loads(done.stdout)]


def test_what_git_ignores_stays_out(tmp_path: Path) -> None:
    """Of random files and patterns git and Nix ignore the same."""
    random = Random(SEED)
    roots = [tmp_path / "trees" / str(number) for number in range(TREES)]
    for root in roots:
        plant(random, root)
    (tmp_path / "roots.json").write_text(json.dumps([str(root) for root in roots]))
    expected = [not_ignored(root) for root in roots]
    for root, files, found in zip(roots, expected, in_store(tmp_path, SOURCES), strict=True):
        told = {str(path): path.read_text() for path in root.rglob(".gitignore")}
        assert files == files_below(found), told
    listed = zip(roots, expected, strict=True)
    assert any(len(files) < len(files_below(root)) for root, files in listed)


def test_folder_of_the_project(tmp_path: Path) -> None:
    """Patterns of folders above count; .git, __pycache__ and what is excluded stay out as well."""
    for name in ("a.log", "a.py", "keep.log", "sub/b.tmp", "sub/__pycache__/c", ".git/config"):
        path = tmp_path / "app dir" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")
    (tmp_path / ".gitignore").write_text("*.log\n")
    (tmp_path / "app dir/.gitignore").write_text("!keep.log\n")
    arguments = f'root = {tmp_path}; path = "app dir"; exclude = [ "/sub/*.tmp" ];'
    source = f"import {REPOSITORY}/nix/files/projectSource.nix {{ {arguments} }}"
    [found] = in_store(tmp_path, f"[ ({source}) ]")
    assert found.name.endswith("-appdir")
    assert [".gitignore", "a.py", "keep.log"] == files_below(found)
