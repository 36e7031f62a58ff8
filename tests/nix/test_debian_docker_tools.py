"""What dockerTools does with its arguments, in the debian package set as in nixpkgs.

Whatever is built is read back once, by podman and skopeo.
"""

from __future__ import annotations

import json
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from debian_set import build, build_all, evaluate, refusal
from docker_archive import DockerArchive

pytestmark = pytest.mark.usefixtures("own_images")

FUNCTIONS = ("buildImage", "buildLayeredImage")


def image(function: str, arguments: str, name: str = "test/arguments") -> str:
    return f'pkgs.dockerTools.{function} {{ name = "{name}"; tag = "1"; {arguments} }}'


def read_back(archive: Path) -> dict[str, Any]:
    """Let podman and skopeo load an image; return its configuration as skopeo sees it."""

    def run(*words: str) -> str:
        done = subprocess.run(words, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    source = f"docker-archive:{archive}"
    config: dict[str, Any] = json.loads(run("skopeo", "inspect", "--config", "--raw", source))
    identifier = run("podman", "pull", "--quiet", source)
    try:
        (loaded,) = json.loads(run("podman", "image", "inspect", identifier))
        assert config["rootfs"]["diff_ids"] == loaded["RootFS"]["Layers"]
    finally:
        run("podman", "rmi", "--force", identifier)
    return config


@pytest.mark.parametrize("function", FUNCTIONS)
def test_names_are_in_lower_case(function: str) -> None:
    """Of the image and of its attribute; a tag stays as it is."""
    expression = image(function, "", "Test/UPPER.case")
    archive = build(expression)
    assert "test/upper.case:1" == DockerArchive.load(archive).reference
    assert "test/upper.case" == evaluate(f"({expression}).imageName")
    read_back(archive)


@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('name = "my image";', "name: expected a repository's name, such as team/image, got \"my"),
        ('name = "a:1";', "name: expected a repository's name"),
        ('name = "a"; tag = "-x";', "tag: expected 1 to 128 letters"),
        ('name = "a"; tag = "a b";', "tag: expected 1 to 128 letters"),
        ('name = "a"; created = "soon";', "created: expected a time, such as 1970-01-01T00:00:01Z"),
        ('name = "a"; created = "2024-02-30T00:00:00Z";', "created: expected a time"),
        ('name = "a"; created = "";', 'or "now", got ""'),
    ],
)
def test_what_no_engine_loads_is_refused(function: str, text: str, message: str) -> None:
    """With what is expected and what was given."""
    assert message in refusal(f"pkgs.dockerTools.{function} {{ {text} }}")


TIMES = {
    "1970-01-01T00:00:01Z": "1970-01-01T00:00:01Z",
    "2024-02-29": "2024-02-29T00:00:00Z",
    "2024-02-29T12:00:00Z": "2024-02-29T12:00:00Z",
    "2024-02-29T12:00:00+02:00": "2024-02-29T10:00:00Z",
    "2024-02-29 12:00 -0130": "2024-02-29T13:30:00Z",
    "2024-02-29T12:00:00.25Z": "2024-02-29T12:00:00Z",
    "20240229": "2024-02-29T00:00:00Z",
    "29 Feb 2024 12:00:01": "2024-02-29T12:00:01Z",
    "@86400": "1970-01-02T00:00:00Z",
}


@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize(
    ("config", "message"),
    [
        ('[ "a" ]', 'config: expected a set, got [ "a" ]'),
        ('{ Cmd = "/bin/sh"; }', 'config.Cmd: expected a list of strings, got "/bin/sh"'),
        ("{ Entrypoint = [ 1 ]; }", "config.Entrypoint[0]: expected a string, got 1"),
        ('{ cmd = [ "/bin/sh" ]; }', "did you mean Cmd?"),
        ('{ Env = { A = "b"; }; }', "config.Env: expected a list, got a set"),
        ("{ Env = [ 1 ]; }", "config.Env[0]: expected a string, got 1"),
        ("{ User = 1000; }", "config.User: expected a string, got 1000"),
        ('{ WorkingDir = "srv"; }', 'config.WorkingDir: expected an absolute path, got "srv"'),
        ("{ ExposedPorts = [ 80 ]; }", "config.ExposedPorts: expected a set such as "),
        ("{ ExposedPorts.http = { }; }", "config.ExposedPorts.http: expected a port"),
        ("{ Labels.version = 1; }", "config.Labels.version: expected a string, got 1"),
        ('{ Volumes = { "/data" = 1; }; }', "expected a set, which may be empty, got 1"),
        ('{ Healthcheck.Test = "true"; }', "config.Healthcheck.Test: expected a list"),
    ],
)
def test_config_that_no_engine_reads_is_refused(function: str, config: str, message: str) -> None:
    """A value of another type would make an archive that podman and docker do not load."""
    assert message in refusal(image(function, f"config = {config};"))


@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("uid = -1;", "uid: expected a whole number from 0 to 4294967294, got -1"),
        ('gid = "users";', 'gid: expected a whole number from 0 to 4294967294, got "users"'),
        ('fromImage = "/nosuch.tar";', "fromImage: /nosuch.tar: there is no such file where Nix"),
        ('architecture = "";', "architecture: expected an architecture as Go names it"),
        ("annotations.a = 1;", "annotations: expected a set of strings, got a set"),
        ('annotations = [ "a=b" ];', 'annotations: expected a set of strings, got [ "a=b" ]'),
    ],
)
def test_arguments_of_other_types_are_refused(function: str, arguments: str, message: str) -> None:
    """Before anything is built, with what was expected."""
    assert message in refusal(image(function, arguments))


@pytest.mark.parametrize("function", FUNCTIONS)
def test_config_of_all_kinds_is_read(function: str) -> None:
    """What has a place in the configuration arrives there, null being as good as nothing."""
    config = """
      ArgsEscaped = true;
      Cmd = [ pkgs.bash "${pkgs.bash}/bin/bash" ];
      Entrypoint = null;
      Env = [ "A=b=c" "EMPTY=" ];
      ExposedPorts = { "80/tcp" = { }; "53/udp" = { }; "9000" = { }; };
      Healthcheck = { Test = [ "CMD" "true" ]; Interval = 1000000000; };
      Labels = { "org.example.name" = "value"; };
      OnBuild = [ ];
      StopSignal = "SIGTERM";
      User = "1000:1000";
      Volumes."/data" = { };
      WorkingDir = "/srv";
    """
    archive = build(image(function, f"config = {{ {config} }};"))
    read = read_back(archive)["config"]
    assert ("1000:1000", "/srv", {"/data": {}}) == (
        read["User"],
        read["WorkingDir"],
        read["Volumes"],
    )


@pytest.mark.parametrize("function", FUNCTIONS)
def test_times_of_all_forms_become_one_form(function: str) -> None:
    """Everything that `date` understands, as in nixpkgs, in the form that engines understand."""
    bindings = [
        f'"t{number}" = {image(function, f"""created = "{time}";""")};'
        for number, time in enumerate(TIMES)
    ]
    archives = build_all(f"{{ {' '.join(bindings)} }}")
    for number, expected in enumerate(TIMES.values()):
        config = DockerArchive.load(archives[f"t{number}"]).config
        assert [expected] * 2 == [config["created"], config["history"][-1]["created"]]
    assert list(TIMES.values())[4] == read_back(archives["t4"])["created"]


@pytest.mark.parametrize("function", FUNCTIONS)
def test_now_is_when_the_image_is_built(function: str) -> None:
    """Within the last minutes."""
    comment = datetime.now(UTC).isoformat()
    expression = image(function, f'created = "now"; extraCommands = "# {comment}";')
    config = read_back(build(expression))
    age = datetime.now(UTC) - datetime.fromisoformat(config["created"])
    assert timedelta() <= age < timedelta(minutes=5)


@pytest.mark.parametrize(
    ("text", "expected"), [("2024-02-29T12:00:00+02:00", 1709200800), ("@5", 5)]
)
def test_files_have_the_time_that_is_asked_for(text: str, expected: int) -> None:
    """In each layer and each form."""
    arguments = f'mtime = "{text}"; contents = [ pkgs.gnused ]; fakeRootCommands = "touch x";'
    expression = image("buildLayeredImage", arguments)
    archive = DockerArchive.load(build(expression))
    assert {expected} == {
        member.mtime for layer in archive.layers for member in layer.members().values()
    }
    parts = (build(f"({expression}).parts.tar") / "layers").read_text().splitlines()
    assert [layer.digest for layer in archive.layers] == [
        f"sha256:{line.split()[0]}" for line in parts
    ]


def test_files_can_have_the_time_of_the_build() -> None:
    """The archive's layers have the digests that it says, though time goes on."""
    comment = datetime.now(UTC).isoformat()
    arguments = f'mtime = "now"; contents = [ pkgs.gnused ]; extraCommands = "# {comment}";'
    read_back(build(image("buildLayeredImage", arguments)))


ENVIRONMENT = ["Z=1", "A=2", "M", "N=x=y", "A.b=3"]


def test_variables_keep_their_order() -> None:
    """The parent's come first; one that the image sets too has its value in the parent's place."""

    def settings(entries: list[str]) -> str:
        return f"config.Env = [ {' '.join(json.dumps(entry) for entry in entries)} ];"

    parent = image("buildImage", settings(ENVIRONMENT), "test/parent")
    for function in FUNCTIONS:
        own = settings(["Q=9", "N=new", "B=8", "M=set", "Q=10"])
        child = image(function, f"fromImage = {parent}; {own}")
        config = read_back(build(child))
        expected = ["Z=1", "A=2", "M=set", "N=new", "A.b=3", "Q=10", "B=8"]
        assert expected == config["config"]["Env"]


@pytest.mark.parametrize("function", FUNCTIONS)
def test_nothing_but_variables_comes_from_the_parent(function: str) -> None:
    """As in nixpkgs: no command, no labels, no folder; `config` may be left out."""
    config = 'config = { Cmd = [ "/x" ]; Labels.a = "b"; WorkingDir = "/w"; Env = [ "A=1" ]; };'
    parent = image("buildImage", config, "test/parent")
    assert {"Env": ["A=1"]} == read_back(build(image(function, f"fromImage = {parent};")))["config"]


COMMANDS = {
    "unset variables are empty": ('echo "<$notSetAnywhere>" >seen', "<>\n"),
    "a pipe fails with its first part": (
        "if false | true; then echo no; else echo yes; fi >seen",
        "yes\n",
    ),
    "functions and arrays are those of bash": ("a=(1 2); f() { echo ${#a[@]}; }; f >seen", "2\n"),
}


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize("argument", ["extraCommands", "fakeRootCommands"])
def test_commands_run_with_the_options_of_nixpkgs(argument: str, name: str) -> None:
    """errexit and pipefail, and not nounset."""
    command, expected = COMMANDS[name]
    escaped = command.replace("${", "''${")
    text = f"''\n{escaped}\n''"
    archive = DockerArchive.load(build(image("buildLayeredImage", f"{argument} = {text};")))
    assert expected == archive.layers[-1].read("seen")


@pytest.mark.parametrize(
    "arguments",
    [
        'extraCommands = "false; true";',
        'extraCommands = "x=$(false; true); true";',
        'runAsRoot = "false; true";',
        'runAsRoot = "true"; extraCommands = "false; true";',
    ],
)
def test_a_command_that_fails_fails_the_build(arguments: str) -> None:
    """Also one in the middle."""
    assert "failed" in refusal(image("buildImage", arguments))


def test_commands_as_root_find_the_images_own_programs() -> None:
    """Behind the usual ones, in /bin; a folder for temporary files is there meanwhile."""
    arguments = r"""
      copyToRoot = [
        (pkgs.writeScriptBin "own-program" "#!${pkgs.runtimeShell}\necho own")
      ];
      runAsRoot = "own-program >/seen; mktemp >/dev/null; rm /tmp/*";
    """
    layer = DockerArchive.load(build(image("buildImage", arguments))).layers[-1]
    assert "own\n" == layer.read("seen")
    assert "tmp" not in layer.members()


def test_owners_of_copied_files() -> None:
    """`uid` and `gid`, with and without commands as root, which may change them."""
    content = 'copyToRoot = pkgs.writeTextDir "etc/file" "text"; uid = 5; gid = 6;'
    for commands in ("", 'runAsRoot = "touch /etc/new";'):
        members = (
            DockerArchive.load(build(image("buildImage", content + commands))).layers[-1].members()
        )
        assert (5, 6) == (members["etc/file"].uid, members["etc/file"].gid)
        if commands:
            assert 0 == members["etc/new"].uid
