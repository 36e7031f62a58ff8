"""The shell lines of the document that nixgen follows work as they are typed, in a clone."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from gems import FLUENTD_GEMS, gem_folder, pinned_gems
from package_set import REPOSITORY
from project import copy_project, nixgen, output, run
from seed_document import shell_lines

pytestmark = pytest.mark.nix

WITH_LOGS = ["filteredEvents", "gremlinFsck", "serviceLogs", "syslogEvents"]
CONF, FLUENTD, START = shell_lines()


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a clone of the repository, with the gems that the tests have."""
    folder = copy_project(tmp_path_factory.mktemp("clone"))
    if gem_folder():
        gems = folder / FLUENTD_GEMS.relative_to(REPOSITORY)
        gems.write_text(json.dumps(pinned_gems()))
    return folder


@pytest.fixture(scope="module")
def lacking(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a clone of the repository whose gems nobody has."""
    folder = copy_project(tmp_path_factory.mktemp("lacking"))
    gems = folder / FLUENTD_GEMS.relative_to(REPOSITORY)
    pinned = json.loads(gems.read_text())
    changed = {name: {**gem, "hash": f"sha256-{'A' * 43}="} for name, gem in pinned.items()}
    gems.write_text(json.dumps(changed))
    return folder


def gems() -> dict[str, str]:
    return {"NIXGEN_GEMS": str(gem_folder() or "")}


def test_configuration_is_realised_without_fluentd(lacking: Path) -> None:
    """The line that builds the configuration of gremlinFsck prints its path, wherever gems are."""
    conf = output(run("sh", "-c", CONF, folder=lacking))
    assert conf.endswith("-fluentd.conf")
    assert "path /var/run/fluentd/fsck\n" in Path(conf).read_text()


def test_fluentd_is_built_or_says_what_it_needs(clone: Path) -> None:
    """The line that builds fluentd gives it where its gems are, and names them where not."""
    done = run("sh", "-c", FLUENTD, folder=clone, environment=gems())
    if gem_folder():
        assert output(done).endswith("-fluentd")
    elif done.returncode:
        assert re.search(r"fluentd-1\.18\.0\.gem sha256-(.*\n)+  sigdump-", done.stderr)


@pytest.mark.skipif(not gem_folder(), reason="NIXGEN_TEST_GEMS names no gems")
def test_fluentd_reads_the_configuration(clone: Path) -> None:
    """The line that starts fluentd with the configuration, with the path that was just printed."""
    package = output(run("sh", "-c", FLUENTD, folder=clone, environment=gems()))
    line = re.sub(r"^/nix/store/\S+-fluentd(?=/)", package, START)
    started = run("sh", "-c", f"timeout 20 {line} --dry-run", folder=clone, environment=gems())
    assert "parsing config file is succeeded path=" in started.stdout


def test_what_lacks_gems_keeps_nothing_else_from_building(lacking: Path) -> None:
    """Where nobody has gems, all images are those without logs; with them, all there are."""
    environment = {"NIXGEN_GEMS": "", "NIXGEN_GEM_SOURCES": ""}
    done = run("nix-build", "-A", "dockerImages", folder=lacking, environment=environment)
    assert not any("fsck" in path or "logs" in path for path in output(done).split())
    assert "dockerImages.gremlinFsck: fluentd's gems are not at hand" in done.stderr
    built = nixgen("build", "--json", "--no-out-link", folder=lacking, environment=environment)
    assert len(output(done).split()) == len(json.loads(output(built)))
    assert "dockerImages.gremlinFsck: left out" in built.stderr

    environment["NIXGEN_GEM_SOURCES"] = "https://gems.example"
    every = run("nix-instantiate", "-A", "dockerImages", folder=lacking, environment=environment)
    assert len(output(done).split()) + len(WITH_LOGS) == len(output(every).split())


def test_hydra_has_no_job_for_what_lacks_gems(lacking: Path) -> None:
    """The configuration of an image that is left out is a job, the image itself is none."""
    shown = """builtins.mapAttrs (_: builtins.mapAttrs (_: job: job != null))
        { inherit (import ./jobsets.nix { }) dockerImages fluentdConf report; }"""
    options = ["--eval", "--strict", "--json", "--read-write-mode", "--expr", shown]
    environment = {"NIXGEN_GEMS": "", "NIXGEN_GEM_SOURCES": ""}
    done = run("nix-instantiate", *options, folder=lacking, environment=environment)
    jobs = json.loads(output(done))
    for image in WITH_LOGS:
        kinds = [kind for kind, each in jobs.items() if each[image]]
        assert kinds == ["fluentdConf"]
    assert jobs["dockerImages"]["rootService"]
