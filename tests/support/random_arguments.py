"""Random arguments of images and services: right ones, nearly right ones, and far off.

They are data that JSON can hold, by the arguments' names in Nix. PACKAGE stands for a package, and
only where a package is right: elsewhere Python leaves to Nix what Nix alone knows.
"""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import Any

PACKAGE = "@pkgs.jq@"
SECOND = 10**9
LONG = "a" * 54

ANYTHING: list[Any] = [
    *(None, True, False, 0, 1, -1, 2, 1.5, 0.0, 30, 3600, 3601, 999_999, 10**6, SECOND),
    *(2**31 - 1, 2**31, 2**63 - 1, -(2**31), -(2**63)),
    *(
        "",
        " ",
        "\n",
        "\t \n",
        "a",
        "a b",
        "A",
        "é",
        "0",
        "1",
        "root",
        "a/b",
        "/",
        "/a",
        "a\n",
        "/\n",
    ),
    *("=", "=a", "a=", "a=b", "80/tcp", "now", "${a}", "a.b", "true", "none", "a" * 300, "😀"),
    *([], ["a"], [""], [1], [None], [[]], [{}], ["a", 1], ["CMD"], [" "], ["a=b"]),
    *({}, {"a": "a"}, {"": "a"}, {"a": 1}, {"a": None}, {"a": {}}, {"a b": "c"}, {"é": []}),
]

NAMES = ["a", "b1", "web", "a.b", "fluentd", "x", "x-log", "A_b", "0", "log-log"]
WRONG_NAMES = ["", "a b", "..", "-a", "a/b", "é", "a\n", ".a", "a" * 100, "a" * 101, "_a"]
TEXTS = ["", "true", "echo ${a}\n", "a\nb", " "]
PATHS = ["/a", "/", "/a b", "/é", "/nix/store/x", PACKAGE]
WRONG_PATHS = ["", " ", " /a", "a", "./a", "~", "\n/a"]
# A string that begins with ./ names a file of the project in Python alone: Nix has paths.
NO_FILES = [path for path in WRONG_PATHS if not path.startswith("./")]
COMMANDS: list[Any] = [*TEXTS[1:4], PACKAGE, ["true"], ["a", "", " "], [PACKAGE, "b"], ["a", "é"]]
WRONG_COMMANDS: list[Any] = ["", " ", "\n", [], [""], [" ", "a"], ["a", 1], [1], ["a", None], "\v"]
TIMES = [
    *("now", "2024-02-29T00:00:00Z", "1970-01-01T00:00:01Z", "2000-02-29T23:59:59.5+01:00"),
    *("0001-01-01T00:00:00Z", "9999-12-31T23:59:59-23:59", f"2024-01-01T00:00:00.{'1' * 30}Z"),
]
WRONG_TIMES = [
    *(
        "2024-02-30T00:00:00Z",
        "2023-02-29T00:00:00Z",
        "1900-02-29T00:00:00Z",
        "2024-04-31T00:00:00Z",
    ),
    *(
        "2024-13-01T00:00:00Z",
        "2024-00-01T00:00:00Z",
        "2024-01-00T00:00:00Z",
        "0000-01-01T00:00:00Z",
    ),
    *(
        "2024-01-01T24:00:00Z",
        "2024-01-01T00:60:00Z",
        "2024-01-01T00:00:60Z",
        "2024-01-01T00:00:00",
    ),
    *("2024-01-01T00:00:00.Z", "2024-01-01T00:00:00+24:00", "2024-01-01T00:00:00z", "Now", ""),
    *("2024-01-01 00:00:00Z", "٢024-01-01T00:00:00Z", f"2024-01-01T00:00:00.{'1' * 80}Z", "\n"),
    *("2024-01-01T00:00:00Z\n", "2024-01-01T00:00:00+01:60", "2100-02-29T00:00:00Z", "1-1-1"),
]
PORTS = ["80", "80/tcp", "1/udp", "65535/sctp", "8000-8010", "8000-8010/udp", "10-9"]
WRONG_PORTS = [
    *("0", "65536", "0080/tcp", "080", "80/icmp", "80/", "-", "1-", "-1", "", "1-70000", "1-2-3"),
    *("80/TCP", " 80", "80\n", "٨0", "00000", "99999", "100000"),
]
DURATIONS: list[Any] = [0, 10**6, SECOND, 2**63 - 1, None]
WRONG_DURATIONS: list[Any] = [1, -1, 30, 999_999, 1.0, 1e9, True, False, "1s", -SECOND]
TESTS: list[Any] = [["NONE"], ["CMD", "true"], ["CMD-SHELL", "a b"], [], ["CMD", PACKAGE], None]
WRONG_TESTS: list[Any] = [["true"], [1], "true", ["cmd"], ["CMD", 1], [""], {}, [None]]
KEYS = {
    "boolean": "ArgsEscaped AttachStderr AttachStdin AttachStdout NetworkDisabled OpenStdin Tty",
    "text": "Cpuset Domainname Hostname Image MacAddress User",
    "words": "OnBuild Shell Cmd Entrypoint",
    "whole": "CpuShares Memory MemorySwap StopTimeout",
}
REPOSITORIES = ["a", "foo/bar", "a.b_c__d--e/0", LONG, "fluentd", "a/x", "a/b/c.d"]
WRONG_REPOSITORIES = [
    *("", "A", "a//b", "/a", "a/", "a___b", "a..b", "a_.b", "-a", "a-", "localhost:5000/a", "é"),
    *(LONG + "a", "a\n", "a b", "a:b", "foo/-", "Foo_Bar", "."),
]
TAGS = ["a", "1", "_", "_latest.1-2", "a" * 128, None]
WRONG_TAGS = ["", ".a", "-a", "a" * 129, "a/b", "a:b", "é", "a\n", " "]
STORE_PATHS = [PACKAGE, "/nix/store/x", "/nix/store/x/y"]
WRONG_STORE_PATHS = ["/etc", "nix/store/x", "", "/nix/store", " /nix/store/x", "/nix/storex"]


def pick(random: Random, right: list[Any], wrong: list[Any]) -> Any:
    """Return mostly a right value, sometimes one that is nearly right or far off."""
    chance = random.random()
    if chance < 0.93:
        return random.choice(right)
    return random.choice(wrong if wrong and chance < 0.98 else ANYTHING)


def pick_name(random: Random, right: list[str], wrong: list[str]) -> str:
    """Return mostly a right name, sometimes one that is nearly right."""
    return random.choice(right if random.random() < 0.93 else wrong)


def some(random: Random, values: Mapping[str, Any], share: float = 0.3) -> dict[str, Any]:
    """Return some of the values."""
    return {name: value for name, value in values.items() if random.random() < share}


def random_labels(random: Random) -> Any:
    name = pick_name(random, ["a", "a.b", "x y", "org.example/a"], ["", "é", "'", '"', "a\n"])
    return pick(random, [{}, {name: "b"}, {name: PACKAGE, "b": ""}], [{name: 1}, {name: None}, []])


def random_environment(random: Random) -> Any:
    name = pick_name(random, ["A", "a.b", "x y", "é", "\n"], ["", "=", "a=b"])
    return pick(random, [{}, {name: "b"}, {name: PACKAGE, "B": ""}], [{name: 1}, {name: None}, []])


def random_files(random: Random) -> Any:
    file = some(
        random,
        {
            "mode": pick(random, [0, 0o640, 0o4755, None], [-1, 0o10000, "640", 1.0]),
            "owner": pick(
                random, ["root", "1000", "nobody:33", "app", "0:app", None], ["bob", "", "1:", 1]
            ),
            "exclude": pick(random, [[], ["*.log"], None], ["a", [1]]),
        },
    )
    sources = [".", "a", "./a b", "a/.b", "..a/b", PACKAGE, "a/"]
    kind = pick(
        random,
        [{"text": "a\n"}, {"text": PACKAGE}, *({"source": source} for source in sources)],
        [{}, {"source": "a", "text": "b"}, {"source": "../a"}, {"source": "/a"}, {"source": 1}],
    )
    place = pick_name(random, ["/a", "/", "/a b/é"], WRONG_PATHS)
    return pick(random, [{}, {place: {**file, **kind}} if isinstance(kind, dict) else {}], [1, []])


def random_health_check(random: Random) -> Any:
    durations = ("Interval", "Timeout", "StartPeriod", "StartInterval")
    made = some(
        random,
        {
            **{name: pick(random, DURATIONS, WRONG_DURATIONS) for name in durations},
            "Test": pick(random, TESTS, WRONG_TESTS),
            "Retries": pick(random, [0, 3, 2**31 - 1, None], [-1, 2**31, 1.0, True, "1"]),
            **({"test": 1, "Tests": [], "start_period": 0} if random.random() < 0.03 else {}),
        },
    )
    return pick(random, [made, False, None], [True, 1, [], "none"])


def random_config(random: Random) -> Any:
    rights: dict[str, list[Any]] = {
        "boolean": [True, False, None],
        "text": ["a", "", PACKAGE, None],
        "words": [["a"], [], ["a", PACKAGE], None],
        "whole": [0, 1, 2**31 - 1, None],
    }
    wrongs: dict[str, list[Any]] = {
        "boolean": [0, 1, "true", 1.0],
        "text": [1, [], {}],
        "words": ["a", [1], [None], {"a": "b"}],
        "whole": [-1, -2, 2**31, 2**63 - 1, 1.0, True, "1"],
    }
    made = {
        name: pick(random, rights[kind], wrongs[kind])
        for kind, names in KEYS.items()
        for name in names.split()
        if name not in ("Cmd", "Entrypoint") or random.random() < 0.02
    }
    port = pick_name(random, PORTS, WRONG_PORTS)
    volume = pick_name(random, ["/a", "/"], WRONG_PATHS)
    made |= {
        "Env": pick(random, [["A=1", "B="], [], None, [PACKAGE]], [["A"], ["=A"], {"A": "1"}, [1]]),
        "ExposedPorts": pick(random, [{port: {}}, None, {}], [[port], {port: None}, {port: 1}]),
        "Healthcheck": random_health_check(random),
        "Labels": random_labels(random),
        "StopSignal": pick(random, ["SIGTERM", "SIGINT", None], ["SIGWINCH", "", 15, "sigterm"]),
        "Volumes": pick(random, [{volume: {}}, {}, None], [[volume], {volume: 1}]),
        "WorkingDir": pick(random, [*PATHS, None], WRONG_PATHS),
        **({"env": [], "Ports": 1, "exposed_ports": {}} if random.random() < 0.05 else {}),
    }
    return pick(random, [some(random, made, 0.15)], [])


def random_variable(random: Random) -> Any:
    """Return a value that fluentd reads from its environment."""
    name = pick(random, ["A", "_a1"], ["", "1a", "a b", "é", "A\n"])
    default = pick(random, ["", "a", 1, 1.5, False, None, PACKAGE], [["a"], {}, {"_env": "A"}])
    return {"_env": name, **some(random, {"_default": default}), **random_strange(random)}


def random_json(random: Random) -> Any:
    """Return a value that becomes JSON."""
    item = pick(random, [1, "é", None, [], {}, {"": [1.5, True]}, {"_env": "A"}], [{"_json": []}])
    content = pick(random, [{"a b": item}, [item], {}, []], ["a", 1, None, {"_json": {}}])
    return {"_json": content, **random_strange(random)}


def random_strange(random: Random) -> dict[str, Any]:
    return {random.choice(["a", "_b", "x y"]): 1} if random.random() < 0.02 else {}


def random_section(random: Random, depth: int = 2) -> Any:
    """Return the parameters of a plugin."""
    inner = random_section(random, depth - 1) if depth else "a"
    wrong: list[Any] = [["a", {}], ["a", [None, {}]], [inner, 2], [[inner]]]
    plain = ["a", 1, 1.5, True, ["a", 1], None, "a # b", [None], PACKAGE]
    marked = [random_variable(random), random_json(random)]
    scalar = pick(random, [*plain, *marked, [marked[0]]], [*wrong, [marked[1]], [marked[0], {}]])
    name = pick_name(
        random, ["key", "a b", "@id", "é", "$.a"], ["", "@include", "@foo", "type", "_arg"]
    )
    section = pick_name(
        random, ["regexp", "record", "buffer", "parse", "and"], ["a-b", "", "a b", "@a"]
    )
    return some(
        random,
        {
            name: scalar,
            section: random.choice([inner, [inner], [inner, inner], []]),
            "tag": pick(
                random,
                ["log.**", "a", None, PACKAGE, marked[0]],
                [marked[1], True, 1, 1.5, ["a"], {}],
            ),
            "@type": pick(random, [None], ["stdout", "tail"]),
            "path": pick(random, ["/log"], []),
        },
    )


def random_plugin(random: Random) -> Any:
    kind = pick(random, ["stdout", "tail", "grep", "copy"], [None, "", 1, [], {}])
    label = pick(random, ["@ROOT", "@A"], ["@B", "A", "", {"_env": "A"}, PACKAGE])
    stores = pick(random, [{"type": "null"}, [{"type": "a"}, {"@type": "b"}]], [[], None, {}, [{}]])
    made = {
        **({"type": kind} if random.random() < 0.95 else {}),
        **random_section(random),
        **({"@label": label} if random.random() < 0.1 else {}),
        **({"store": stores} if random.random() < (0.9 if kind == "copy" else 0.05) else {}),
    }
    if made.get("type") == "stdout" and random.random() < 0.9:
        made.pop("path", None)
    return pick(random, [made], [])


def random_plugins(random: Random) -> Any:
    made = [random_plugin(random) for _ in range(random.randrange(3))]
    return pick(random, [made], [random_plugin(random), "stdout"])


def random_labels_of_fluentd(random: Random) -> Any:
    name = pick_name(random, ["@A", "@B"], ["", "@", "@ROOT", "A"])
    label = {"filters": random_plugins(random), "outputs": random_plugins(random)}
    strange = random_strange(random)
    return pick(random, [{"@A": {}, name: some(random, label, 0.5) | strange}, None], [[], {}])


def random_fluentd(random: Random, *parts: str) -> Any:
    made = {
        "source": random_plugin(random),
        "filters": random_plugins(random),
        "outputs": random_plugins(random),
        "labels": random_labels_of_fluentd(random),
    }
    kept = {part: made[part] for part in parts if random.random() < 0.6}
    strange: dict[str, Any] = (
        {random.choice([*made, "sources"]): []} if random.random() < 0.02 else {}
    )
    return pick(random, [kept | strange, None], [[], "stdout"])


def random_ready(random: Random) -> Any:
    kinds = {
        "command": pick(random, COMMANDS, WRONG_COMMANDS),
        "port": pick(random, [1, 80, 65535], [0, 65536, "80", 1.0, True]),
        "file": pick(random, PATHS, WRONG_PATHS),
    }
    kind = random.choice(list(kinds))
    made = some(
        random,
        {
            "http": pick(random, ["/", "/a?b=c%20d"], ["a", "/a b", "/é", "", "/\n"]),
            "interval": pick(random, [1, 3600, None], [0, 3601, 1.5, "1"]),
            "timeout": pick(random, [1, 30], [0, -1, True]),
            random.choice(["Port", "url", "port"]): 1,
        },
        0.15,
    )
    return pick(random, [{kind: kinds[kind], **made}, None], [{}, kinds, "true", 80])


def random_run(random: Random) -> dict[str, Any]:
    """Return how long a service may run and wait, and when; none where one-shots alone have it."""
    schedules = ["* * * * *", "*/5,7 0-23/2 1,31 12 0-7", "00 09 01 01 5/2"]
    wrong_schedules = ["60 * * * *", "* 24 * * *", "* * 0 * *", "* * * 13 *", "* * * * 8", "@daily"]
    return {
        **some(
            random,
            {
                "stopSignal": pick(random, ["SIGTERM", "SIGQUIT"], ["TERM", "", 15, "SIGSTOP"]),
                "stopTimeout": pick(random, [None, 1, 3600], [0, 3601, "1"]),
            },
        ),
        **some(
            random,
            {
                "ready": random_ready(random),
                "onUnready": pick(random, ["wait", "wait", "restart"], ["stop", "", None]),
                "maxRestartDelay": pick(random, [1, 1, 60], [0, 3601, 1.0]),
                "timeLimit": pick(random, [None, 1, 2**31 - 1], [0, 2**31, "1", 1.0]),
                "schedule": pick(random, [None, *schedules], [*wrong_schedules, "* * * *", 1]),
            },
            0.05,
        ),
    }


def random_service(random: Random) -> dict[str, Any]:
    """Return the arguments of a service, but for its name and `after`."""
    return {
        "command": pick(random, COMMANDS, WRONG_COMMANDS),
        **some(
            random,
            {
                "preStartScript": pick(random, TEXTS, [None, 1]),
                "user": pick(
                    random, ["nobody", "root", "app"], ["bob", "", None, ["root"], "Root", 5]
                ),
                "writable": pick(random, [[], [], [], ["/a"], [PACKAGE, "/b"]], [["a"], [1]]),
                "environment": random_environment(random),
                "environmentFile": pick(
                    random, [*PATHS, None, {"source": "a.env"}], [*NO_FILES, {"source": "../a"}]
                ),
                "chdir": pick(random, [*PATHS, None], WRONG_PATHS),
                "oneShot": pick(random, [True, False], [0, 1, "yes", None]),
                "onFailure": pick(random, ["restart", "exit"], ["stop", "", None]),
                "maxFailures": pick(random, [1, 5, 2**31 - 1], [0, -1, 2**31, 1.0, True, "5"]),
                **random_run(random),
            },
        ),
    }


def random_image(random: Random) -> dict[str, Any]:
    """Return the arguments that all images have."""
    return {
        "name": pick(random, REPOSITORIES, WRONG_REPOSITORIES),
        "users": pick(
            random,
            [{"app": 1000}, {"app": 1, "b-c": 1}],
            [{}, {"root": 1}, {"app": 0}, {"A": 1}, {"app": "1"}, {"": 1}, ["app"]],
        ),
        **some(
            random,
            {
                "annotations": random_labels(random),
                "config": random_config(random),
                "contents": pick(
                    random,
                    [[], STORE_PATHS],
                    [[random.choice(WRONG_STORE_PATHS)], [1], [PACKAGE, None]],
                ),
                "created": pick(random, TIMES, WRONG_TIMES),
                "environment": random_environment(random),
                "extraCommands": pick(random, TEXTS, [None, 1]),
                "files": random_files(random),
                "fromImage": pick(random, [PACKAGE], ["base", 1, [], {}, "/nix/store/x"]),
                "healthCheck": random_health_check(random),
                "labels": random_labels(random),
                "maxLayers": pick(random, [None, 1, 56, 127], [0, -1, 1.5, "x", True, 2**31]),
                "fakeRootCommands": pick(random, ["", "", "", "true", PACKAGE], [None, 1]),
                "runAsRoot": pick(random, [None, *TEXTS], [1, []]),
                "optional": pick(random, [True, False], [0, 1, "true", None]),
                "stopGracePeriod": pick(random, [1, 8, 3600], [0, 3601, -1, 1.0, True, None, "8"]),
                "tag": pick(random, TAGS, WRONG_TAGS),
            },
        ),
    }


def random_case(random: Random) -> dict[str, Any]:
    """Return `function`, that of the library which is called, and its `arguments`."""
    made = random_image(random)
    if random.random() < 0.5:
        fluentd = random_fluentd(random, "source", "filters", "outputs", "labels")
        asked = {"fluentd": fluentd} if random.random() < 0.3 else {}
        return {
            "function": "buildImageWithPerp",
            "arguments": {**made, **random_service(random), **asked},
        }
    names = random.sample(NAMES, random.randrange(1, 5))
    services = [random_named_service(random, name, names) for name in names]
    if random.random() < 0.03:
        services[-1] = {**services[-1], "name": names[0]}
    fluentd = (
        {"fluentd": random_fluentd(random, "outputs", "labels")} if random.random() < 0.2 else {}
    )
    if random.random() < 0.1:
        services[0] = {**services[0], "files": random_files(random)}
    listed = pick(random, [services], [[*services, *services], [*services, 1]])
    return {
        "function": "buildImageWithPerps",
        "arguments": {**made, "services": listed, **fluentd},
    }


def random_named_service(random: Random, name: str, names: list[str]) -> dict[str, Any]:
    earlier = names[: names.index(name)]
    after = pick(random, [[], earlier[-1:], earlier], [names, ["nope"], [""], "a", [1], None])
    made = {"name": pick(random, [name], WRONG_NAMES), **random_service(random)}
    fluentd = random_fluentd(random, "source", "filters")
    return made | some(random, {"after": after, "fluentd": fluentd})
