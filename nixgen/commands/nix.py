"""nix-instantiate, nix-build and nix-store, as nixgen drives them."""

from __future__ import annotations

import grp
import json
import os
import re
from base64 import b64encode
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from plumbum.commands.base import BaseCommand

from nixgen.commands.nix_log import NixLog, Step
from nixgen.commands.nix_options import CHECK, Phase, asks_for, read_options, words_for
from nixgen.commands.process import find_program, run
from nixgen.errors import BuildError, EvaluationError, NixgenError, UsageError
from nixgen.redaction import redact

_INSTALL = "install Nix (Debian: apt-get install nix-bin; elsewhere: https://nixos.org/download)"
_CONFIGURATIONS = (Path("/etc/nix/nix.conf"), Path("~/.config/nix/nix.conf").expanduser())
_STATE = "/nix/var/nix"
_STORE_VARIABLES = ("NIX_REMOTE", "NIX_STORE_DIR", "NIX_STATE_DIR")
_REMEDIES = {
    r"No space left on device": "free space where the store lies: "
    "nix-collect-garbage removes what nothing refers to",
    r"(big-lock|'?/nix\b)\S*( to \d+)?: "
    r"(Permission denied|Read-only file system|Operation not permitted)"
    r"|cannot connect to (daemon|socket)": "the Nix store cannot be written: "
    "run as a user who may, or start nix-daemon "
    "(Debian: install nix-setup-systemd, and be in the group nix-users)",
    r"unable to download '\S*(/nixpkgs/archive/|nixos\.org/)"
    r"|cannot download \S+ from any mirror": "nixpkgs, or what it needs, cannot be downloaded: "
    "pass one that is here with --arg nixpkgs PATH; the debian package set needs none",
    r"are not valid, so checking is not possible": "build it first, without --check",
    r"may not be deterministic": "with --keep-failed Nix keeps what came out this time",
    r"unable to download .*HTTP error 404": "the lock names files that their mirror has no more: "
    "run `nixgen packages lock --update`, after `apt-get update` as root",
    r"hash mismatch in fixed-output derivation '\S*-debian-\S*\.deb\.drv'": "the mirror has "
    "another file than the one that was locked: run `nixgen packages lock --update`, after "
    "`apt-get update` as root",
}


def instantiate(folder: Path, attributes: Sequence[str], options: Sequence[str] = ()) -> list[str]:
    """Evaluate the attributes of the folder's default.nix once; return their .drv paths in order.

    Raises EvaluationError.
    """
    file = (folder / "default.nix").absolute()
    # For each of several -A Nix would call the function in the file anew.
    selected, expression = (
        ([str(file), "-A", attributes[0]], "")
        if len(attributes) == 1
        else (["-", "--argstr", "defaultNix", str(file)], _selection(attributes))
    )
    command = _program("nix-instantiate")[[*selected, *words_for(Phase.EVALUATION, options)]]
    derivations = _run(command, EvaluationError, stdin=expression).split()
    return [path.partition("!")[0] for path in derivations]


def _selection(attributes: Sequence[str]) -> str:
    """Return a Nix expression for the list of the attributes; it takes the arguments of Nix."""
    paths = (".".join(f'"{name}"' for name in attribute.split(".")) for attribute in attributes)
    items = " ".join(f"project.{path}" for path in paths)
    return f"""{{ defaultNix, ... }}@arguments:
        let
          function = import defaultNix;
          taken = builtins.intersectAttrs (builtins.functionArgs function) arguments;
          project = function taken;
        in
        [ {items} ]"""


def evaluate(folder: Path, expression: str, options: Sequence[str] = ()) -> Any:
    """Evaluate a Nix expression in the folder strictly and return its value through JSON.

    Raises EvaluationError.
    """
    words = ["--eval", "--strict", "--json", "--read-write-mode", "--expr", expression]
    words += words_for(Phase.EVALUATION, options)
    return json.loads(_run(_program("nix-instantiate")[words], EvaluationError, cwd=folder))


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
    environment = {**_environment(), "NIX_PATH": ""}
    try:
        command = _program("nix-instantiate")[words]
        return json.loads(run(command, environment=environment, read_log_line=_keep(log)))
    except BuildError:
        raise EvaluationError(redact("\n".join(log))) from None


def _keep(log: list[str]) -> Callable[[str], Iterable[str]]:
    nix_log = NixLog()

    def read(line: str) -> Iterable[str]:
        log.extend(nix_log.read(line))
        return ()

    return read


def add_to_store(path: Path) -> str:
    """Copy a file or folder into the store and return its store path. Raises BuildError."""
    return _run(_program("nix-store")["--add", str(path)], BuildError).strip()


def realise(
    derivations: Sequence[str],
    options: Sequence[str] = (),
    *,
    on_step: Callable[[Step], None],
) -> list[str]:
    """Build or fetch the outputs of the derivations; return the output paths in their order.

    What Nix begins to do goes to `on_step`; with `--check` each is built again and compared.
    Options of evaluation are ignored. Raises BuildError.
    """
    if asks_for(CHECK, options) and len(derivations) > 1:
        return [path for each in derivations for path in realise([each], options, on_step=on_step)]
    words = ["--realise", "--log-format", "internal-json", *derivations]
    words += words_for(Phase.BUILDS, options)
    log = NixLog(on_step)
    try:
        return _run(_program("nix-store")[words], BuildError, read_log_line=log.read).split()
    except BuildError as error:
        kept = "".join(f"\n  {note}" for note in log.kept)
        raise BuildError(f"{error}{kept}") from None


def dry_run(derivations: Sequence[str], options: Sequence[str] = ()) -> list[str]:
    """Return what Nix says that it would build and fetch for the derivations, line by line.

    Raises BuildError.
    """
    said: list[str] = []

    def read(line: str) -> Iterable[str]:
        said.append(line)
        return (line,)

    words = ["--realise", *derivations, *words_for(Phase.BUILDS, options)]
    _run(_program("nix-store")[words], BuildError, read_log_line=read)
    return said


def check_options(options: Sequence[str]) -> None:
    """Let Nix itself read the options that its manual does not have, such as settings.

    Raises UsageError for what may not be passed on and for what Nix does not know.
    """
    unknown = [option for option in read_options(options) if not option.is_known]
    for option in unknown:
        said: list[str] = []
        command = _program("nix-store")[["--realise", *option.words]]
        try:
            run(command, environment=_environment(), read_log_line=_keep(said))
        except BuildError:
            told = "".join(f"\n  | {line}" for line in said)
            raise UsageError(f"{option.words[0]}: Nix does not take this option{told}") from None


def add_root(path: str, link: Path) -> None:
    """Make `link` a symbolic link to the store path that keeps it from garbage collection."""
    command = _program("nix-store")["--realise", path, "--add-root", str(link), "--indirect"]
    _run(command, BuildError)


def requisites(derivation: str) -> list[str]:
    """Return the store paths in the closure of the derivation. Raises BuildError."""
    return _run(_program("nix-store")["--query", "--requisites", derivation], BuildError).split()


def output_paths(derivations: Sequence[str]) -> list[str]:
    """Return the output paths of derivations with one output each, built or not."""
    return _run(_program("nix-store")[["--query", "--outputs", *derivations]], BuildError).split()


def prefetch_tarball(address: str) -> str:
    """Download and unpack a tarball into the store; return the hash of that, `sha256-...`.

    Raises BuildError.
    """
    printed = _run(_program("nix-prefetch-url")["--unpack", address], BuildError)
    digest = _run(
        _program("nix-hash")["--type", "sha256", "--to-base16", printed.split()[-1]], BuildError
    )
    return f"sha256-{b64encode(bytes.fromhex(digest.strip())).decode()}"


def _program(name: str) -> BaseCommand:
    program = find_program(name, remedy=_INSTALL)
    return program["--log-format", "internal-json"] if name == "nix-instantiate" else program


def _run(command: BaseCommand, error: type[NixgenError], **how: Any) -> str:
    how.setdefault("read_log_line", NixLog(trace="--show-trace" in command.formulate()).read)
    try:
        return run(command, error=error, environment=_environment(), **how)
    except NixgenError as failure:
        for pattern, remedy in _REMEDIES.items():
            if re.search(pattern, str(failure)):
                raise error(f"{failure}\n  {remedy}") from None
        raise


def _environment() -> dict[str, str]:
    """Set what Nix is not told by anybody: to use every core, and what root needs on its own.

    Root without Nix's daemon builds as the users of a group; where the group does not exist Nix
    would stop.
    """
    given = os.environ.get("NIX_CONFIG", "")
    files = (file.read_text(errors="replace") for file in _CONFIGURATIONS if file.is_file())
    configured = "\n".join([given, *files])
    settings = {"max-jobs": "auto"}
    if os.geteuid() == 0 and not _has_group("nixbld"):
        settings["build-users-group"] = ""
    lines = [f"{name} = {value}" for name, value in settings.items() if name not in configured]
    return {"NIX_CONFIG": "\n".join([*lines, given]), **_state_folder()}


def _state_folder() -> dict[str, str]:
    """Keep Nix from a store in the user's home, where container engines do not find its paths.

    Nix since 2.10 makes one where there is none, unless it is told where its state lies.
    """
    is_told = any(map(os.environ.get, _STORE_VARIABLES))
    return {} if is_told or os.access(_STATE, os.F_OK) else {"NIX_STATE_DIR": _STATE}


def _has_group(name: str) -> bool:
    try:
        grp.getgrnam(name)
    except KeyError:
        return False
    return True
