"""What the Nix library refuses, and how it says so; references and tags."""

from __future__ import annotations

from pathlib import Path

import pytest
from nix_library import evaluate, refusal


def perp(arguments: str) -> str:
    return (
        f'(lib.buildImageWithPerp ({{ name = "foo/bar"; command = "x"; }} // {arguments})).services'
    )


def perps(services: str) -> str:
    return f'(lib.buildImageWithPerps {{ name = "foo/bar"; services = {services}; }}).services'


PERP = 'lib.buildImageWithPerp: image "foo/bar"'
BAR = f'{PERP}, service "bar"'
PERPS = 'lib.buildImageWithPerps: image "foo/bar"'
FILLED = "expected a string that is not empty"
NO_CYCLE = "services: expected an order without a cycle"

REFUSED = [
    (
        perp('{ user = "daemon"; }'),
        f"{BAR}: user: expected nobody, root or one of the image's users, where no package and no "
        'parent image can have made another, got "daemon"',
    ),
    (perp('{ command = ""; }'), f'{BAR}: command: {FILLED}, got ""'),
    (perp('{ command = " \\n"; }'), f'{BAR}: command: {FILLED}, got " \\n"'),
    (
        perp("{ command = [ ]; }"),
        f"{BAR}: command: expected a list of at least the program's name, got [  ]",
    ),
    (perp("{ command = 1; }"), f"{BAR}: command: expected a string, got 1"),
    (perp('{ oneShot = "yes"; }'), f'{BAR}: oneShot: expected true or false, got "yes"'),
    (
        perp('{ onFailure = "stop"; }'),
        f'{BAR}: onFailure: expected "restart" or "exit", got "stop"',
    ),
    (
        perp("{ maxFailures = 0; }"),
        f"{BAR}: maxFailures: expected a whole number from 1 to 2147483647, got 0",
    ),
    (perp("{ preStartScript = null; }"), f"{BAR}: preStartScript: expected a string, got null"),
    (
        perp('{ environmentFile = ""; }'),
        f'{BAR}: environmentFile: {FILLED}, got ""',
    ),
    (
        perp("{ chdir = [ ]; }"),
        f"{BAR}: chdir: expected a string, got [  ]",
    ),
    (
        perp("{ config = [ ]; }"),
        f"{PERP}: config: expected a set, of the keys of the OCI image specification's config, "
        "got [  ]",
    ),
    (perp('{ contents = "x"; }'), f'{PERP}: contents: expected a list, got "x"'),
    (
        perp("{ healthCheck = 1; }"),
        f"{PERP}: healthCheck: expected a set with Test, Interval, Timeout, "
        "StartPeriod and Retries, got 1",
    ),
    (
        perp("{ stopGracePeriod = 0; }"),
        f"{PERP}: stopGracePeriod: expected a whole number from 1 to 3600, got 0",
    ),
    (
        perp("{ maxFailures = 2147483648; }"),
        f"{BAR}: maxFailures: expected a whole number from 1 to 2147483647, got 2147483648",
    ),
    (perp('{ chdir = "x"; }'), f'{BAR}: chdir: expected an absolute path, got "x"'),
    (
        perp('{ contents = [ pkgs.jq "/etc" ]; }'),
        f"{PERP}: contents[1]: expected a package or another store path, such as pkgs.jq, "
        'got "/etc"',
    ),
    (perp("{ annotations.a = 1; }"), f"{PERP}: annotations.a: expected a string, got 1"),
    (perp("{ labels.a = 1; }"), f"{PERP}: labels.a: expected a string, got 1"),
    (
        perp('{ created = "2024-13-01T00:00:00Z"; }'),
        f'{PERP}: created: expected a time such as 1970-01-01T00:00:01Z, or "now", '
        'got "2024-13-01T00:00:00Z"',
    ),
    (
        perp('{ healthCheck.Test = "true"; }'),
        f'{PERP}: healthCheck.Test: expected a list of strings, got "true"',
    ),
    (
        perp("{ healthCheck.Interval = 30; }"),
        f"{PERP}: healthCheck.Interval: expected nanoseconds, 0 or a whole number from 1000000, "
        "got 30",
    ),
    (
        perp("{ config.Env.A = 1; }"),
        f"{PERP}: config.Env: expected a list of NAME=VALUE, got a set",
    ),
    (
        perp('{ config.Env = [ "A=1" "B" ]; }'),
        f'{PERP}: config.Env[1]: expected NAME=VALUE, got "B"',
    ),
    (
        perp('{ healthCheck.test = [ "CMD" "x" ]; }'),
        f"{PERP}: healthCheck.test: expected one of the keys Test, Interval, Timeout, "
        'StartPeriod, StartInterval, Retries, got "test"',
    ),
    (
        perp('{ config.ExposedPorts."http" = { }; }'),
        f'{PERP}: config.ExposedPorts.http: expected a port such as "80/tcp", got "http"',
    ),
    (
        perp('{ config.WorkingDir = "tmp"; }'),
        f'{PERP}: config.WorkingDir: expected an absolute path, got "tmp"',
    ),
    (
        perp('{ config.Cmd = [ "x" ]; }'),
        f"{PERP}: config.Cmd: expected no Cmd in an image of services, which the supervisor "
        'starts, got [ "x" ]',
    ),
    (
        perp('{ config.StopSignal = "SIGWINCH"; }'),
        f"{PERP}: config.StopSignal: expected SIGTERM or SIGINT or SIGQUIT, for which the "
        'supervisor stops its services, got "SIGWINCH"',
    ),
    (
        perp('{ usr = "www"; }'),
        f"{PERP}: usr: there is no such argument; there are annotations, chdir, command, config, "
        "contents, created, environment, environmentFile, extraCommands, fakeRootCommands, files, "
        "fluentd, fromImage, healthCheck, "
        "labels, maxFailures, maxLayers, maxRestartDelay, name, onFailure, onUnready, oneShot, "
        "optional, "
        "preStartScript, ready, runAsRoot, schedule, stopGracePeriod, stopSignal, stopTimeout, "
        "tag, timeLimit, user, users, writable",
    ),
    (
        perp('{ fluentd.source = { type = "stdout"; "@label" = "@A"; }; }'),
        f'{BAR}: fluentd.source."@label": expected a label of this image (@ROOT), got "@A"',
    ),
    (
        perp('{ tag = ".x"; }'),
        f"{PERP}: tag: expected a tag of 1 to 128 letters, digits, underscores, dots and dashes "
        'that does not begin with a dot or dash, got ".x"',
    ),
    (
        perp('{ name = "Foo"; }'),
        'lib.buildImageWithPerp: image "Foo": name: expected a repository name of a registry '
        "(lower-case letters and digits, joined by single dots, one or two underscores or dashes, "
        'in parts that slashes separate), got "Foo"',
    ),
    (perps("[ ]"), f"{PERPS}: services: expected at least one service, got none"),
    (
        perps("[ 1 ]"),
        f"{PERPS}: services: expected a list of sets, one for each service, got [ 1 ]",
    ),
    (
        perps('[ { command = "x"; } ]'),
        f"{PERPS}, service null: name: it is not there, and every service needs it",
    ),
    (
        perps('[ { name = "a"; } ]'),
        f'{PERPS}, service "a": command: it is not there, and every service needs it',
    ),
    (
        perps('[ { name = "a"; command = "x"; oneshot = true; } ]'),
        f'{PERPS}, service "a": oneshot: there is no such argument; a service has after, chdir, '
        "command, environment, environmentFile, files, fluentd, maxFailures, maxRestartDelay, "
        "name, onFailure, onUnready, oneShot, preStartScript, ready, schedule, stopSignal, "
        "stopTimeout, timeLimit, user, writable",
    ),
    (
        perps('[ { name = "a"; command = "x"; ready.http = "/"; } ]'),
        f'{PERPS}, service "a": ready: expected one of command, port, port with http, and file, '
        'got [ "http" ]',
    ),
    (
        perps('[ { name = "a"; command = "x"; timeLimit = 3; } ]'),
        f'{PERPS}, service "a": timeLimit: expected nothing but for a one-shot, got 3',
    ),
    (
        perps('[ { name = "a"; command = "x"; onUnready = "restart"; } ]'),
        f'{PERPS}, service "a": onUnready: expected "wait" for a service without ready, '
        'got "restart"',
    ),
    (
        perps('[ { name = "a"; command = "x"; oneShot = true; schedule = "0 24 * * *"; } ]'),
        f'{PERPS}, service "a": schedule: expected five fields of numbers as in crontab(5): '
        'minute, hour, day of month, month, day of week, such as 30 4 * * *, got "0 24 * * *"',
    ),
    (
        perps('[ { name = "a b"; command = "x"; } ]'),
        f'{PERPS}, service "a b": name: expected a service name: a letter or digit, then letters, '
        'digits, underscores, dots and dashes, got "a b"',
    ),
    (
        perps('[ { name = "a"; command = "x"; } { name = "a"; command = "y"; } ]'),
        f'{PERPS}: services[1].name: expected a name used once, got "a"',
    ),
    (
        perps('[ { name = "a"; command = "x"; after = [ "b" ]; } { name = "c"; command = "y"; } ]'),
        f'{PERPS}, service "a": after[0]: expected the name of a service of this image (a, c), '
        'got "b"',
    ),
    (
        perps('[ { name = "a"; command = "x"; after = [ "a" ]; } ]'),
        f"{PERPS}: {NO_CYCLE}, got a after a",
    ),
    (
        perps(
            '[ { name = "a"; command = "x"; after = [ "b" ]; }'
            '  { name = "b"; command = "x"; after = [ "d" "c" ]; }'
            '  { name = "c"; command = "x"; after = [ "b" ]; } { name = "d"; command = "x"; } ]'
        ),
        f"{PERPS}: {NO_CYCLE}, got b after c after b",
    ),
    (
        perps('map (n: { name = "s${toString n}"; command = "x"; }) (lib.range 1 201)'),
        f"{PERPS}: services: expected at most 200 services, which is what perpd looks after, "
        "got 201",
    ),
]


@pytest.mark.parametrize(("expression", "message"), REFUSED)
def test_refused(expression: str, message: str, tmp_path: Path) -> None:
    """What is wrong is refused, with function, image, service, argument and what was given."""
    assert message == refusal(tmp_path, expression)


def test_examples_of_the_documentation(tmp_path: Path) -> None:
    """Services of one-service images are named after the last part of the image's name, and a
    command beside services is ignored."""
    one = '(lib.buildImageWithPerp { name = "foo/bar"; command = "x"; }).services'
    two = """(lib.buildImageWithPerps {
      name = "foo/bar";
      command = "foo";
      services = [
        { name = "svc1"; command = [ "x" ]; }
        { name = "svc2"; command = [ "x" ]; after = [ "svc1" ]; }
      ];
    }).services"""
    names = evaluate(tmp_path, f"map (map (service: service.name)) [ ({one}) ({two}) ]")
    assert [["bar"], ["svc1", "svc2"]] == names


def test_default_parent(tmp_path: Path) -> None:
    """The parent is the project's kubernetesBaseImage, else the base image of the library."""
    parent = '(library.buildImageWithPerp { name = "a"; command = "x"; }).arguments.fromImage'
    without = evaluate(tmp_path, f"let library = lib; in ({parent}).arguments.name")
    pulled = 'lib.override { dockerImages.pulled.kubernetesBaseImage = "pulled"; }'
    assert ("base", "pulled") == (
        without,
        evaluate(tmp_path, f"let library = {pulled}; in {parent}"),
    )


def test_root_commands_need_build_image(tmp_path: Path) -> None:
    """An image with runAsRoot is made by dockerTools.buildImage."""
    image = 'lib.buildImageWithPerp { name = "a"; command = "x"; runAsRoot = "true"; }'
    assert "buildImage" == evaluate(tmp_path, f"({image}).function")


def test_configuration_is_joined(tmp_path: Path) -> None:
    """The caller's configuration wins; its variables and labels are added to those of the image."""
    config = evaluate(
        tmp_path,
        """(lib.buildImageWithPerp {
          name = "a";
          command = "x";
          labels.a = "1";
          healthCheck = false;
          config = { Env = [ "B=2" ]; Labels.b = "2"; ExposedPorts."80/tcp" = { }; User = null; };
        }).arguments.config""",
    )
    del config["Cmd"]
    assert config == {
        "Env": ["PERP_BASE=/etc/perp", "B=2"],
        "ExposedPorts": {"80/tcp": {}},
        "Healthcheck": {"Test": ["NONE"]},
        "Labels": {"a": "1", "b": "2"},
    }


def test_what_an_engine_can_load_is_taken(tmp_path: Path) -> None:
    """Right values are taken, derivations and paths for strings among them."""
    arguments = """{
      chdir = pkgs.jq;
      contents = [ pkgs.jq "${pkgs.jq}" ];
      created = "2024-02-29T00:00:00.5+01:00";
      environmentFile = "${pkgs.jq}/x";
      healthCheck = { Test = [ "CMD" pkgs.jq ]; Interval = 1000000000; Retries = 3; };
      labels.a = "1";
      config = {
        Env = [ "A=" "B=C=D" ];
        ExposedPorts = { "80/tcp" = { }; "53" = { }; "8000-8010/udp" = { }; };
        User = null;
        Volumes."/data" = { };
        WorkingDir = "/tmp";
      };
    }"""
    (service,) = evaluate(tmp_path, perp(arguments))
    assert service["environmentFile"].endswith("-jq/x")


def test_null_in_the_configuration_is_left_out(tmp_path: Path) -> None:
    """Null is as good as no value, also for what is joined with the image's own."""
    image = 'lib.buildImageWithPerp { name = "a"; command = "x"; config = { Env = null; }; }'
    assert ["PERP_BASE=/etc/perp"] == evaluate(tmp_path, f"({image}).arguments.config.Env")


def test_references_are_the_store_paths_of_a_text(tmp_path: Path) -> None:
    """Each store path of a text is one reference, which carries no more context than its own."""
    found = evaluate(
        tmp_path,
        """
        let
          text = "PATH=${pkgs.jq}/bin:${pkgs.bash}/bin exec ${pkgs.bash}/bin/bash -c 'x'";
          contexts = map (path: builtins.attrNames (builtins.getContext path));
          names = map (path: builtins.substring 44 (-1) (builtins.unsafeDiscardStringContext path));
          references = lib.reference.toReferences text;
        in {
          references = builtins.sort builtins.lessThan (names references);
          same = builtins.all (path: path == "${pkgs.jq}" || path == "${pkgs.bash}") references;
          contexts = map (map (origin: builtins.substring 44 (-1) origin)) (contexts references);
          none = lib.reference.toReferences "no path";
        }""",
    )
    assert sorted(found.pop("contexts")) == [["bash.drv"], ["jq.drv"]]
    assert found == {"references": ["bash", "jq"], "same": True, "none": []}


def test_tags(tmp_path: Path) -> None:
    """outputSha is the hash part of the output path; in a commit's tag slashes become dashes."""
    image = '(lib.buildImageWithPerp { name = "foo/bar"; command = "x"; })'
    tag = 'lib.reference.toCommitTag { commitId = "c"; outputSha = "o"; imageName = "foo/bar/x"; }'
    expression = f"[ {image}.outputSha (builtins.substring 11 32 {image}.outPath) ({tag}) ]"
    sha, expected, commit_tag = evaluate(tmp_path, expression)
    assert (expected, "c-o-foo-bar-x") == (sha, commit_tag)
