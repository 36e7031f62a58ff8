"""Contents that meet in an image, with the debian package set's dockerTools."""

from __future__ import annotations

from pathlib import Path

import pytest
from debian_set import build, build_all, refusal
from docker_archive import DockerArchive
from layer_reader import Files, apply

PACKAGES = """
  folder = pkgs.runCommand "folder" { } ''
    mkdir -p $out/lib/inner $out/etc
    echo a >$out/lib/a
    echo b >$out/lib/inner/b
  '';
  linked = pkgs.runCommand "linked" { } ''
    mkdir -p $out/share/inner
    echo c >$out/share/c
    echo d >$out/share/inner/d
    ln -s share $out/lib
    ln -s ../share/c $out/share/relative
  '';
  elsewhere = pkgs.runCommand "elsewhere" { } ''
    mkdir $out
    ln -s ${linked}/share $out/lib
  '';
  circle = pkgs.runCommand "circle" { } ''
    mkdir -p $out/lib
    ln -s . $out/lib/self
    ln -s ../lib $out/lib/up
  '';
  outside = pkgs.runCommand "outside" { } ''
    mkdir $out
    ln -s /etc $out/lib
  '';
  odd = pkgs.runCommand "odd" { } ''
    mkdir -p "$out/a 'b'" "$out/-n%s\\\\"
    echo 1 >"$out/a 'b'/x
    y"
    echo 2 >"$out/-n%s\\\\/--help"
    ln -s nothing $out/dangling
    ln -s /nowhere/at/all $out/absolute
  '';
  same = pkgs.writeTextDir "etc/x" "text";
  sameAgain = pkgs.runCommand "again" { } "mkdir -p $out/etc; printf text >$out/etc/x";
  other = pkgs.writeTextDir "etc/x" "other";
  executable = pkgs.runCommand "executable" { } ''
    mkdir -p $out/etc; printf text >$out/etc/x; chmod +x $out/etc/x
  '';
  xIsFolder = pkgs.writeTextDir "etc/x/y" "text";
"""


def image(function: str, contents: str, arguments: str = "") -> str:
    name = "copyToRoot" if function == "buildImage" else "contents"
    return f"""let {PACKAGES} in pkgs.dockerTools.{function} {{
      name = "test/contents"; {name} = [ {contents} ]; {arguments}
    }}"""


def files(archive: Path, top: tuple[str, ...] = ("nix",)) -> Files:
    """Return what the image shows, the store apart."""
    layers = [layer.content for layer in DockerArchive.load(archive).layers]
    return {path: file for path, file in apply(layers).items() if path.split("/")[0] not in top}


FUNCTIONS = ("buildImage", "buildLayeredImage")


@pytest.mark.parametrize("function", FUNCTIONS)
def test_links_to_folders_and_folders_are_one_folder(function: str) -> None:
    """In either order, whether the link leads within its package or into another."""
    orders = ("folder linked", "linked folder", "folder elsewhere", "elsewhere folder", "linked")
    bindings = [f'"{order.replace(" ", "-")}" = {image(function, order)};' for order in orders]
    for name, archive in build_all(f"{{ {' '.join(bindings)} }}").items():
        shown = files(archive)
        assert "folder" == shown["lib"].kind, name
        expected = {"lib/c", "lib/inner", "lib/inner/d", "lib/relative"}
        if "folder" in name:
            expected |= {"lib/a", "lib/inner/b"}
        assert expected == {path for path in shown if path.startswith("lib/")}, name
        kind = "file" if function == "buildImage" else "link"
        assert {kind} == {shown[path].kind for path in expected & {"lib/a", "lib/c"}}


@pytest.mark.parametrize("function", FUNCTIONS)
def test_links_that_lead_nowhere_stay_links(function: str) -> None:
    """In a circle, out of the store, or to what the machine that builds happens to have."""
    shown = files(build(image(function, "circle odd")))
    assert {"link"} == {shown[path].kind for path in ("lib/self", "lib/up", "dangling")}
    assert "/nowhere/at/all" == shown["absolute"].target
    assert "link" == files(build(image(function, "outside")))["lib"].kind
    assert {"a 'b'/x\ny", "-n%s\\/--help"} <= shown.keys()


def test_links_to_folders_can_be_kept() -> None:
    """`keepContentsDirlinks`: a folder that meets one goes where it leads, within the image."""
    keep = "keepContentsDirlinks = true;"
    shown = files(build(image("buildImage", "linked folder", keep)))
    assert ("link", "share") == (shown["lib"].kind, shown["lib"].target)
    assert {"share/a", "share/c", "share/inner/b", "share/inner/d"} <= shown.keys()
    assert not {path for path in shown if path.startswith("lib/")}
    for contents in ("folder linked", "outside linked"):
        message = refusal(image("buildImage", contents, keep))
        assert "contents: /lib is in two of them, and not the same:" in message


@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize("second", ["other", "executable", "xIsFolder"])
@pytest.mark.parametrize("swapped", [False, True])
def test_files_that_collide_are_refused(function: str, second: str, swapped: bool) -> None:
    """With the file in both contents, and with what to do."""
    pair = ("same", second)
    message = refusal(image(function, " ".join(reversed(pair) if swapped else pair)))
    assert "contents: /etc/x is in two of them, and not the same:\n" in message
    names = {"other": "x", "executable": "executable", "xIsFolder": "y"}
    assert f"-{names[second]}/etc/x\n" in message
    assert "pkgs.symlinkJoin of both, where the first wins" in message


@pytest.mark.parametrize("function", FUNCTIONS)
def test_files_that_are_the_same_are_one(function: str) -> None:
    """Of two packages, or of one that is there twice."""
    shown = files(build(image(function, "same sameAgain same folder folder")))
    assert {"etc", "etc/x", "lib", "lib/a", "lib/inner", "lib/inner/b"} == shown.keys()


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_single_file_is_refused(function: str) -> None:
    """Nobody knows where it should be."""
    message = refusal(image(function, '(pkgs.writeText "alone" "text")'))
    assert "-alone: expected a folder, got a file\n" in message
    assert "pkgs.writeTextDir" in message


def test_the_first_wins_in_a_joined_folder() -> None:
    """symlinkJoin as in nixpkgs; buildEnv only when it shall ignore collisions."""
    joined = build_all(f"""let {PACKAGES} in {{
      symlinks = pkgs.symlinkJoin {{ name = "joined"; paths = [ other same xIsFolder folder ]; }};
      environment = pkgs.buildEnv {{
        name = "joined"; paths = [ other same linked folder ]; pathsToLink = [ "/etc" "/lib" ];
        ignoreCollisions = true; extraPrefix = "/prefix";
      }};
    }}""")
    assert "other" == (joined["symlinks"] / "etc/x").read_text()
    prefix = joined["environment"] / "prefix"
    assert "other" == (prefix / "etc/x").read_text()
    assert {"etc", "lib"} == {path.name for path in prefix.iterdir()}
    assert ["a", "c", "inner", "relative"] == sorted(
        path.name for path in (prefix / "lib").iterdir()
    )


def test_an_environment_refuses_what_collides() -> None:
    """Unless both are the same and it may compare them."""

    def environment(paths: str, arguments: str = "") -> str:
        return f"""let {PACKAGES} in pkgs.buildEnv {{
          name = "env"; paths = [ {paths} ]; {arguments}
        }}"""

    assert "text" == (build(environment("same sameAgain")) / "etc/x").read_text()
    strict = "checkCollisionContents = false;"
    for expression in (environment("same other"), environment("same sameAgain", strict)):
        assert "buildEnv env: /etc/x is in two of them" in refusal(expression)
