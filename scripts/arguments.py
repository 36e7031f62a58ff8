"""Print docs/arguments.md, the reference of all arguments, from the table of rules.

python scripts/arguments.py > docs/arguments.md
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from typing import Any

from nixgen.definitions.arguments import rules_of
from nixgen.rules import table, worded

Rule = Mapping[str, Any]

HEAD = """\
<!-- Made from nix/rules/rules.json by scripts/arguments.py: change the table. -->
# All arguments

Python and Nix take the same arguments, and refuse the same with the same sentence. In Python their
names have underscores: `preStartScript` is `pre_start_script`. Where a default is missing and the
argument may not be left out, it says "needed". What is known to Nix alone is left to Nix.
"""

SECTIONS = {
    "image": "Images",
    "service": "Services",
    "layeredImage": "Images of files alone",
    "pulledImage": "Images from registries",
    "project": "Projects",
    "fluentdPlugin": "Gems of fluentd",
    "debianPackageSet": "Debian's packages",
    "nixpkgsPackageSet": "nixpkgs",
    "hydra": "Hydra",
    "jobset": "Jobsets",
    "jobsetInput": "Inputs of jobsets",
    "fluentd": "fluentd",
}

INTRODUCTIONS = {
    "image": """\
`Image`, and `lib.buildImageWithPerps`. In the place of `services` stand the arguments of one
service, but for `after`: that is `lib.buildImageWithPerp`.""",
    "service": "`Service`; [services](services.md) says more.",
    "layeredImage": "`LayeredImage`, a call of `dockerTools.buildLayeredImage`.",
    "pulledImage": "`PulledImage`, a call of `dockerTools.pullImage`.",
    "project": "`Project`, beside `images`, `package_set` and `hydra`.",
    "fluentdPlugin": "`FluentdPlugin`; [fluentd](fluentd.md) says more.",
    "debianPackageSet": "`DebianPackageSet`; [package sets](package-sets.md) says more.",
    "nixpkgsPackageSet": "`NixpkgsPackageSet`.",
    "hydra": "`Hydra`; [Hydra](hydra.md) says more.",
    "jobset": "`Jobset`.",
    "jobsetInput": "`JobsetInput`.",
    "fluentd": "`Fluentd`; [fluentd](fluentd.md) says more.",
}


def main() -> None:
    """Print the document."""
    sys.stdout.write("\n".join(lines()) + "\n")


def lines() -> Iterator[str]:
    """Yield the lines of the document."""
    yield HEAD
    for section, title in SECTIONS.items():
        yield from heading(title, INTRODUCTIONS[section])
        yield from rows(rules_of(section), with_default=section != "fluentd")
    configuration = table()["rules"]["imageConfig"]["keys"]
    introduction = (
        "The keys of `config` (config.md of the OCI image specification). An image of services has "
        "neither `Cmd` nor `Entrypoint`, and SIGTERM, SIGINT or SIGQUIT as `StopSignal`."
    )
    yield from heading("Configuration", introduction)
    yield from rows({name: configuration[name] for name in sorted(configuration)})
    file = table()["rules"]["file"]
    yield from heading("Files", "What a file of `files` has: `source` or `text`, and perhaps more.")
    yield from rows({name: file["keys"][name] for name in file["order"]})
    ready = table()["rules"]["ready"]
    yield from heading(
        "Ready", "What `ready` of a service has: one of the first four, or both `port` and `http`."
    )
    yield from rows({name: ready["keys"][name] for name in ready["order"]})
    health = table()["rules"]["healthCheck"]
    yield from heading("Health check", "The keys of `healthCheck`, and of `config.Healthcheck`.")
    yield from rows({name: health["keys"][name] for name in health["order"]})
    yield from heading("Names", "What leaves nixgen has names that others allow.")
    yield from rows(table()["names"])


def heading(title: str, introduction: str) -> Iterator[str]:
    """Yield the heading of a section, and what it is about."""
    yield f"## {title}\n\n{introduction}\n"


def rows(rules: Mapping[str, Rule], *, with_default: bool = False) -> Iterator[str]:
    """Yield a table, of three or four columns."""
    columns = ["", "may be", *["default"] * with_default, "meaning"]
    yield row(columns)
    yield row(["---"] * len(columns))
    for name, rule in rules.items():
        default = [shown_default(rule)] * with_default
        yield row([f"`{name}`", allowed(rule), *default, rule.get("doc", "")])
    yield ""


def row(cells: list[str]) -> str:
    """Return a line of a table."""
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def shown_default(rule: Rule) -> str:
    """Return the default, nothing where it is null, or that the argument is needed."""
    if "default" not in rule:
        return "needed"
    return "" if rule["default"] is None else f"`{json.dumps(rule['default'])}`"


def allowed(rule: Rule) -> str:
    """Return what a value may be, in the words of its refusal."""
    said = rule.get("summary") or rule.get("expected") or _by_primitive(rule)
    return worded(said).replace("{length}", "more")


def _by_primitive(rule: Rule) -> str:
    match rule:
        case {"named": name}:
            is_name = name in table()["names"]
            return f"a name: [`{name}`](#names)" if is_name else allowed(table()["rules"][name])
        case {"all": rules}:
            return "; ".join(dict.fromkeys(map(_without_given, map(allowed, rules))))
        case {"list": item}:
            return f"a list, each {_without_given(allowed(item))}"
        case {"enum": values}:
            return " or ".join(f'"{value}"' for value in values)
        case {"range": [smallest, largest]}:
            return f"a whole number from {smallest} to {largest}"
        case {"fluentd": parts}:
            return f"a Fluentd(...), or a dict, with {' and '.join(parts)}"
        case {"either": [*_, last]}:
            return f"empty, or {allowed(last)}"
        case {"is": kind}:
            return KINDS.get(kind, worded(f"{{{kind}}}"))
    return "a dict or a list of dicts"


KINDS = {
    "anything": "",
    "filled": "a string that is not empty",
    "holdable": "what Nix can hold",
    "line": "a string of one line",
    "word": "a string without blanks",
}


def _without_given(said: str) -> str:
    return said.partition(", got ")[0]


if __name__ == "__main__":
    main()
