"""nix-instantiate, nix-build and nix-store, as nixgen drives them."""

from __future__ import annotations

import json
import os
from base64 import b64encode
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from attrs import frozen

from nixgen.errors import BuildError, EvaluationError, UsageError, remedy_lines
from nixgen.programs.nix_aggregate import (
    aggregate_expression,
    aggregated_outputs,
    count_aggregates,
)
from nixgen.programs.nix_log import NixLog, Step
from nixgen.programs.nix_options import (
    CHECK,
    REPAIR,
    Phase,
    asks_for,
    keeps_going,
    read_options,
    words_for,
)
from nixgen.programs.nix_program import nix_environment, nix_program, run_nix
from nixgen.programs.nix_roots import Roots
from nixgen.programs.process import run
from nixgen.redaction import redact

_HOLDER = """{ path, name }: derivation {
  name = "holder";
  system = builtins.currentSystem;
  builder = "none";
  path = builtins.path { inherit name path; };
}"""


@frozen
class Derivations:
    """The .drv paths of an evaluation in the order of their attributes.

    `wanted` are to be realised, by way of `aggregate` where they are several; `others` are known.
    """

    wanted: Sequence[str]
    aggregate: str | None = None
    others: Sequence[str] = ()


def instantiate(
    folder: Path,
    wanted: Sequence[str],
    options: Sequence[str] = (),
    *,
    roots: Roots,
    others: Sequence[str] = (),
) -> Derivations:
    """Evaluate attributes of the folder's default.nix once, and write their derivations.

    `wanted` are to be realised, and `others` only to be known. Raises EvaluationError.
    """
    file = (folder / "default.nix").absolute()
    # For each of several -A Nix would call the function in the file anew.
    selected, expression = (
        ([str(file), "-A", wanted[0]], "")
        if len(wanted) == 1 and not others
        else (["-", "--argstr", "defaultNix", str(file)], _selection(wanted, others))
    )
    command = nix_program("nix-instantiate")[
        [*selected, *words_for(Phase.EVALUATION, options), *roots.words()]
    ]
    paths = roots.resolve(run_nix(command, EvaluationError, stdin=expression))
    aggregate = paths.pop() if len(wanted) > 1 else None
    return Derivations(paths[: len(wanted)], aggregate, paths[len(wanted) :])


def _selection(wanted: Sequence[str], others: Sequence[str]) -> str:
    """Return a Nix expression for the list of the attributes; it takes the arguments of Nix.

    The aggregate of those that are wanted follows where they are several.
    """
    aggregate = f"[ ({aggregate_expression('wanted')}) ]" if len(wanted) > 1 else "[ ]"
    return f"""{{ defaultNix, ... }}@arguments:
        let
          function = import defaultNix;
          taken = builtins.intersectAttrs (builtins.functionArgs function) arguments;
          project = function taken;
          wanted = map called {_list(wanted)};
          # As -A does it; nix/fluentd/leaveOut.nix makes such sets of images.
          called = value: if value ? __functor then value {{ }} else value;
        in
        wanted ++ map called {_list(others)} ++ {aggregate}"""


def _list(attributes: Sequence[str]) -> str:
    paths = (".".join(f'"{name}"' for name in attribute.split(".")) for attribute in attributes)
    return f"[ {' '.join(f'project.{path}' for path in paths)} ]"


def evaluate(folder: Path, expression: str, options: Sequence[str] = ()) -> Any:
    """Evaluate a Nix expression in the folder strictly and return its value through JSON.

    Raises EvaluationError.
    """
    words = ["--eval", "--strict", "--json", "--read-write-mode", "--expr", expression]
    words += words_for(Phase.EVALUATION, options)
    return json.loads(run_nix(nix_program("nix-instantiate")[words], EvaluationError, cwd=folder))


def evaluate_restricted(
    expression: str, arguments: Mapping[str, str], options: Sequence[str] = ()
) -> Any:
    """Evaluate a Nix expression strictly, with string arguments, as an evaluator of others' code.

    That is with restrict-eval, without import-from-derivation, and with no search path but that of
    the options. Raises EvaluationError with what Nix says.
    """
    log: list[str] = []
    words = ["--eval", "--strict", "--json", "--read-write-mode", "--expr", expression]
    words += [word for name, text in arguments.items() for word in ("--argstr", name, text)]
    words += ["--option", "restrict-eval", "true"]
    words += ["--option", "allow-import-from-derivation", "false", *options]
    environment = {**nix_environment(), "NIX_PATH": ""}
    try:
        command = nix_program("nix-instantiate")[words]
        return json.loads(run(command, environment=environment, read_log_line=_keep(log)))
    except BuildError:
        raise EvaluationError(redact("\n".join(log))) from None


def _keep(log: list[str]) -> Callable[[str], Iterable[str]]:
    nix_log = NixLog()

    def read(line: str) -> Iterable[str]:
        log.extend(nix_log.read(line))
        return ()

    return read


def add_to_store(path: Path, name: str, *, roots: Roots) -> str:
    """Copy a file or folder into the store under that name and return its store path.

    Raises EvaluationError.
    """
    # nix-store --add makes no root; a derivation that is never built keeps what it refers to.
    words = ["--expr", _HOLDER, "--argstr", "path", str(path.absolute()), "--argstr", "name", name]
    command = nix_program("nix-instantiate")[[*words, *roots.words()]]
    [holder] = roots.resolve(run_nix(command, EvaluationError))
    return run_nix(nix_program("nix-store")["--query", "--references", holder], BuildError).strip()


def realise(
    derivations: Derivations,
    options: Sequence[str] = (),
    *,
    roots: Roots,
    on_step: Callable[[Step], None],
) -> list[str]:
    """Build or fetch the outputs of the wanted derivations; return their paths in order.

    What Nix begins to do goes to `on_step`; with `--check` and `--repair` it does so to each on its
    own. Options of evaluation are ignored. Raises BuildError.
    """
    aggregate = derivations.aggregate
    if aggregate and not any(asks_for(name, options) for name in (CHECK, REPAIR)):
        log = NixLog(on_step, aggregates=count_aggregates(len(derivations.wanted)))
        return aggregated_outputs(_realise(aggregate, options, roots, log))
    return _realise_each(derivations.wanted, options, roots, on_step)


def _realise_each(
    derivations: Sequence[str],
    options: Sequence[str],
    roots: Roots,
    on_step: Callable[[Step], None],
) -> list[str]:
    """Realise one after the other; where Nix would keep going, raise at the end for all."""
    outputs, failures = [], []
    for derivation in derivations:
        try:
            outputs.append(_realise(derivation, options, roots, NixLog(on_step)))
        except BuildError as error:
            if not keeps_going(options):
                raise
            failures.append(str(error))
    if failures:
        raise BuildError("\n".join(failures))
    return outputs


def _realise(derivation: str, options: Sequence[str], roots: Roots, log: NixLog) -> str:
    words = ["--realise", "--log-format", "internal-json", derivation]
    words += [*words_for(Phase.BUILDS, options), *roots.words()]
    try:
        printed = run_nix(nix_program("nix-store")[words], BuildError, read_log_line=log.read)
    except BuildError as error:
        raise error.with_remedies(*log.kept) from None
    [path, *_] = roots.resolve(printed)
    if not os.path.lexists(path):
        raise BuildError(f"{path} does not exist: it was collected", "run the command again")
    return path


def dry_run(derivations: Sequence[str], options: Sequence[str] = ()) -> list[str]:
    """Return what Nix says that it would build and fetch for the derivations, line by line.

    Raises BuildError.
    """
    said: list[str] = []

    def read(line: str) -> Iterable[str]:
        said.append(line)
        return (line,)

    words = ["--realise", *derivations, *words_for(Phase.BUILDS, options)]
    run_nix(nix_program("nix-store")[words], BuildError, read_log_line=read)
    return said


def check_options(options: Sequence[str]) -> None:
    """Let Nix itself read the options that its manual does not have, such as settings.

    Raises UsageError for what may not be passed on and for what Nix does not know.
    """
    unknown = [option for option in read_options(options) if not option.is_known]
    for option in unknown:
        said: list[str] = []
        command = nix_program("nix-store")[["--realise", *option.words]]
        try:
            run(command, environment=nix_environment(), read_log_line=_keep(said))
        except BuildError:
            told = remedy_lines(*(f"| {line}" for line in said))
            raise UsageError(f"{option.words[0]}: Nix does not take this option{told}") from None


def add_root(path: str, link: Path) -> None:
    """Make `link` a symbolic link to the store path that keeps it from garbage collection."""
    command = nix_program("nix-store")["--realise", path, "--add-root", str(link), "--indirect"]
    run_nix(command, BuildError)


def requisites(derivation: str) -> list[str]:
    """Return the store paths in the closure of the derivation. Raises BuildError."""
    return run_nix(
        nix_program("nix-store")["--query", "--requisites", derivation], BuildError
    ).split()


def output_paths(derivations: Sequence[str]) -> list[str]:
    """Return the output paths of derivations with one output each, built or not."""
    return run_nix(
        nix_program("nix-store")[["--query", "--outputs", *derivations]], BuildError
    ).split()


def prefetch_tarball(address: str) -> str:
    """Download and unpack a tarball into the store; return the hash of that, `sha256-...`.

    Raises BuildError.
    """
    printed = run_nix(nix_program("nix-prefetch-url")["--unpack", address], BuildError)
    digest = run_nix(
        nix_program("nix-hash")["--type", "sha256", "--to-base16", printed.split()[-1]], BuildError
    )
    return f"sha256-{b64encode(bytes.fromhex(digest.strip())).decode()}"
