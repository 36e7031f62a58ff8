"""The builders of the debian package set do what nixpkgs' of the same names do."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from debian_set import build_all, evaluate, nix, output, refusal

EXPRESSIONS = r"""
{
  application = pkgs.writeShellApplication {
    name = "greet";
    runtimeInputs = [ pkgs.jq ];
    text = "echo '{\"a\": \"'\"$1\"'\"}' | jq -r .a";
  };
  command = pkgs.runCommand "command" { given = [ "a" "b" ]; nativeBuildInputs = [ pkgs.jq ]; } ''
    words=($given one)
    { echo "''${words[-1]} $given"; jq -nr '"jq"'; type -p tar sed gawk find; } >$out
    test "$PWD" != "$NIX_BUILD_TOP" || echo top >>$out
  '';
  environment = pkgs.buildEnv {
    name = "environment";
    paths = [ pkgs.gnused pkgs.cacert ];
    pathsToLink = [ "/bin" ];
  };
  executable = pkgs.writeTextFile {
    name = "executable";
    text = "\${x} \\ '' \"";
    executable = true;
    destination = "/a b/c";
  };
  farm = pkgs.linkFarm "farm" { "a b/c" = pkgs.gnused; "d" = "/nowhere"; };
  farmOfList = pkgs.linkFarm "farm" [ { name = "x"; path = pkgs.gnused; } ];
  joined = pkgs.symlinkJoin {
    name = "joined";
    paths = [
      (pkgs.writeTextDir "share/.hidden" "first")
      (pkgs.writeTextDir "share/.hidden" "second")
      (pkgs.writeTextDir "share/other" "other")
    ];
    postBuild = "mkdir $out/made; [[ -e $out/share/other ]]";
  };
  long = pkgs.writeText "long" (pkgs.lib.concatStrings (pkgs.lib.genList (_: "0123456789") 20000));
  script = pkgs.writeShellScriptBin "script" ''
    words=("$@")
    echo "''${#words[@]}"
  '';
  text = pkgs.writeText "text" "no newline at the end";
}
"""


@pytest.fixture(scope="module")
def built() -> dict[str, Path]:
    return build_all(EXPRESSIONS)


def run(*words: str | Path) -> str:
    return subprocess.run(words, env={}, check=True, capture_output=True, text=True).stdout


def test_a_command_runs_in_bash_with_the_usual_tools(built: dict[str, Path]) -> None:
    """Its second argument's attributes are variables; inputs come before the tools in the PATH."""
    first, jq, *tools, folder = built["command"].read_text().splitlines()
    assert ("one a b", "jq", "top") == (first, jq, folder)
    assert ["tar", "sed", "gawk", "find"] == [Path(tool).name for tool in tools]
    assert all(tool.startswith("/nix/store/") for tool in tools)


def test_a_failing_command_fails_the_build() -> None:
    """Also in the middle of a pipe, and when a variable is not set."""
    for command in ("false | cat", "echo $notSet", "false; true"):
        assert "failed" in refusal(f'pkgs.runCommand "fails" {{ }} "{command}; touch $out"')


def test_texts_arrive_byte_for_byte(built: dict[str, Path]) -> None:
    """Whatever they hold, and however long they are."""
    assert "no newline at the end" == built["text"].read_text()
    assert "0123456789" * 20000 == built["long"].read_text()
    executable = built["executable"] / "a b/c"
    assert "${x} \\ '' \"" == executable.read_text()
    assert executable.stat().st_mode & 0o111
    assert not built["text"].stat().st_mode & 0o111


def test_scripts_run_in_bash(built: dict[str, Path]) -> None:
    """Their arguments are theirs."""
    assert "2\n" == run(built["script"] / "bin/script", "a b", "")
    assert "it works\n" == run(built["application"] / "bin/greet", "it works")


def test_a_script_with_a_syntax_error_is_not_built() -> None:
    """The error is found when the script is written, not when it runs."""
    assert "syntax error" in refusal('pkgs.writeShellScript "broken" "if true"')


def test_a_check_that_fails_fails_the_build() -> None:
    """It finds the file in $target."""
    text = 'pkgs.writeTextFile {{ name = "x"; text = "y"; checkPhase = "grep -q {} $target"; }}'
    assert "failed" in refusal(text.format("z"))
    assert "/nix/store/" in output(nix("nix-build", text.format("y"), "--no-out-link"))


def test_joined_folders_hold_links_of_all_paths(built: dict[str, Path]) -> None:
    """The first of two files with one name wins; postBuild may add more."""
    share = built["joined"] / "share"
    assert {".hidden", "other"} == {path.name for path in share.iterdir()}
    assert all(path.is_symlink() for path in share.iterdir())
    assert "first" == (share / ".hidden").read_text()
    assert (built["joined"] / "made").is_dir()


def test_environments_hold_what_is_to_be_linked(built: dict[str, Path]) -> None:
    """And nothing else of the paths."""
    assert ["bin"] == [path.name for path in built["environment"].iterdir()]
    assert (built["environment"] / "bin/sed").is_file()


def test_link_farms_are_made_of_sets_and_of_lists(built: dict[str, Path]) -> None:
    """Names may be paths, and targets need not exist."""
    assert (built["farm"] / "a b/c/bin/sed").is_file()
    assert "/nowhere" == str((built["farm"] / "d").readlink())
    assert (built["farmOfList"] / "x/bin/sed").is_file()


def test_derivations_have_what_nixpkgs_derivations_have() -> None:
    """meta and passthru are attributes, not part of what is built."""
    arguments = '{ meta.description = "d"; passthru.answer = 42; }'
    names = f'(let it = pkgs.runCommand "x" {arguments} "touch $out"; in '
    expected = ["d", 42, 42, True]
    assert expected == evaluate(
        f"{names} [ it.meta.description it.answer it.passthru.answer "
        '(it.drvPath == (pkgs.runCommand "x" { } "touch $out").drvPath) ])'
    )
