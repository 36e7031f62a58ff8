"""What to do about an error of Nix, by what it says, in words of the definitions."""

from __future__ import annotations

import re

_SHAPE = "packages.nix has to be a function that gives a set: { pkgs }: { name = ...; }"

_REMEDIES = {
    r"expected valid shell": "mend the shell of that argument",
    r"builder for '([^']+)' failed": "the lines above are the end of its log; "
    "`nix-store --read-log {0}` shows all",
    r"attribute '([^']+)' missing[\s\S]*?\bpkgs\.(?:\1|\"\1\")": "{0} is no package here: "
    "name it in DebianPackageSet(packages=[...]) and run `nixgen packages lock`, or define it in "
    "packages.nix",
    r"attribute '([^']+)' missing[\s\S]*?\blib\.\1": "lib has no {0}: the functions are those of "
    "docs/arguments.md",
    r"attribute '([^']+)' missing": "mend the name, or define {0}",
    r"value is (?:a|an) \w+ while a set was expected": _SHAPE,
    r"expected a set but found": _SHAPE,
    r"not a function[\s\S]*packages\.nix": _SHAPE,
    r"(?:called (?:without required|with unexpected) argument)[\s\S]*packages\.nix": _SHAPE,
    r"packages\.nix[\s\S]*called (?:without required|with unexpected) argument": _SHAPE,
    r"infinite recursion": "something needs itself: in packages.nix a package of the name that it "
    "is made of; give one of the two another name",
    r"undefined variable '([^']+)'": "a package is pkgs.{0}",
    r"syntax error": "mend the Nix text at that place",
    r"getting status of '([^']+)': No such file|path '([^']+)' does not exist": "make the file, or "
    "mend the path; it begins in the folder of the file that names it",
    r"hash mismatch": "if the new content is what you want, write the hash behind `got:` where the "
    "other stands",
    r"expected [^\n]*, got ": "mend the value in the definition",
    r"nix-instantiate[\s\S]*error: ": "`--verbose` shows how Nix came there",
}
"""By patterns of what Nix says, the first that fits; `{0}` stands for what the pattern holds."""


def nix_remedy(said: str) -> str | None:
    """Return what to do about what Nix says, or None where that cannot be told."""
    if "run `nixgen packages lock`" in said or "\n  run " in said:
        return None
    for pattern, remedy in _REMEDIES.items():
        if found := re.search(pattern, said):
            held = next((group for group in found.groups() if group), "")
            return remedy.replace("{0}", held)
    return None
