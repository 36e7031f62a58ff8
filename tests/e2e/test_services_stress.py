"""Many services: started, stopped and killed many times."""

from __future__ import annotations

import json
import random
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from attrs import frozen
from containers import Container, load_image, running, wait_until
from service_images import SERVICE_IMAGES, build

pytestmark = pytest.mark.container

SEED = 207
SERVICES = 40
ROUNDS = 20
COMPLETE_ROUNDS = 3
KILLS = 220
GRACE_PERIOD = 8
UP = 3.0  # seconds that a service must have been up before what comes after it starts
LONGEST_CHAIN = 2  # so many links of such waiting, to keep a round short

# Kill the main process of a random service in $2... each 0.25 s, $1 times; print the service, its
# old and new process and for how long it was gone, in hundredths of a second.
KILL = """
now() {
  read -r uptime _ </proc/uptime
  echo "${uptime%.*}${uptime#*.}"
}
kill_and_wait() {
  killed=$(now)
  kill -s "$3" "$2"
  for _ in $(seq 200); do
    sleep 0.05
    read -r new 2>/dev/null <"$1.pid" && test "$new" != "$2" && break
  done
  echo "$1 $2 $new $(($(now) - killed))"
}
cd /var/run/perp
number=$1
shift
services=("$@")
signals=(KILL TERM SEGV)
while test $((number -= 1)) -ge 0; do
  sleep 0.25
  service=${services[RANDOM % ${#services[@]}]}
  read -r old 2>/dev/null <"$service.pid" && test "${busy[old]}" = "" || continue
  busy[old]=yes
  kill_and_wait "$service" "$old" "${signals[number % 3]}" &
done
wait
"""


def random_services() -> list[dict[str, Any]]:
    """Give services of both kinds in a random order without cycles."""
    chance = random.Random(SEED)
    services: list[dict[str, Any]] = []
    links: dict[str, int] = {}
    for number in range(SERVICES):
        name = f"s{number}"
        one_shot = chance.random() < 0.4
        candidates = [other for other in services if links[other["name"]] <= LONGEST_CHAIN]
        after = chance.sample(candidates, k=min(chance.randrange(4), len(candidates)))
        links[name] = max((links[other["name"]] for other in after), default=0) + (not one_shot)
        names = [other["name"] for other in after]
        services.append({"name": name, "oneShot": one_shot, "after": names})
    chance.shuffle(services)
    return services


@frozen
class Event:
    """Something that happened to a service: it "starts" or "ends", in seconds after boot."""

    service: str
    kind: str
    seconds: float


def read_events(log: Path) -> list[Event]:
    if not log.exists():
        return []
    words = [line.split() for line in log.read_text().splitlines()]
    return [Event(service, kind, float(seconds)) for service, kind, seconds in words]


def broken_rules(services: list[dict[str, Any]], events: list[Event]) -> list[str]:
    """Say what is wrong with the order of events of one start of the container."""
    times = {(event.service, event.kind): event.seconds for event in events}
    runs = Counter(event.service for event in events if event.kind == "starts")
    one_shots = {service["name"] for service in services if service["oneShot"]}
    wrong = [f"{name} ran {number} times" for name, number in runs.items() if number > 1]
    for service in services:
        name = service["name"]
        if (name, "starts") not in times:
            continue
        for other in service["after"]:
            if other in one_shots:
                if times.get((other, "ends"), 1e9) > times[name, "starts"]:
                    wrong.append(f"{name} started before {other} had succeeded")
                continue
            # The time in the log is later than the start by as long as it takes to write it.
            if times.get((other, "starts"), 1e9) + UP > times[name, "starts"] + 0.2:
                wrong.append(f"{name} started before {other} had been up for {UP} s")
            ends = times.get((name, "ends"), 0)
            if name not in one_shots and ends > times.get((other, "ends"), 1e9):
                wrong.append(f"{name} was stopped after {other}")
    return wrong


class Stress:
    """A container of many services, and the log of what happened since it started last."""

    def __init__(self, container: Container, log: Path, services: list[dict[str, Any]]) -> None:
        self.container = container
        self.log = log
        self.services = services

    def restart(self) -> None:
        """Start the container again with an empty log."""
        self.log.unlink(missing_ok=True)
        self.container.start()

    def wait_for_all(self) -> None:
        """Wait until every service has started."""
        everything = {service["name"] for service in self.services}
        wait_until(
            lambda: everything == {event.service for event in read_events(self.log)},
            60,
            "not all services have started",
        )


@pytest.fixture(scope="module")
def stress(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stress]:
    services = random_services()
    archive = build("stress", SERVICE_IMAGES, "--argstr", "stress", json.dumps(services))
    folder = tmp_path_factory.mktemp("events")
    folder.chmod(0o777)
    with running(load_image(archive), f"--volume={folder}:/events") as container:
        yield Stress(container, folder / "log", services)


def test_killed_services_restart(stress: Stress) -> None:
    """When services are killed for a minute, each is up again within 3 s, and no zombie stays."""
    stress.wait_for_all()
    names = [service["name"] for service in stress.services if not service["oneShot"]]
    report = stress.container.exec("bash", "-c", KILL, "-", str(KILLS), *names)
    kills = [line.split() for line in report.splitlines()]
    assert len(kills) > KILLS / 2
    assert [] == [kill for kill in kills if kill[1] == kill[2] or int(kill[3]) > 300]
    zombies = "cat /proc/[0-9]*/stat | sed 's/.*) //' | grep -c '^Z' || true"
    wait_until(lambda: stress.container.exec("sh", "-c", zombies) == "0\n", 3, "zombies stay")
    assert 0 == stress.container.stop().exit_status


def test_many_starts_and_stops(stress: Stress) -> None:
    """40 services in a random order, started and stopped 20 times: no order is violated, no oneshot
    runs twice, no stop takes longer than the grace period."""
    chance = random.Random(SEED)
    if stress.container.is_running:
        stress.container.stop()
    for number in range(ROUNDS):
        stress.restart()
        if number < COMPLETE_ROUNDS:
            stress.wait_for_all()
        else:
            time.sleep(chance.uniform(0, 2))  # it shall stop at any moment, so nothing is awaited
        stopped = stress.container.stop()
        assert [] == broken_rules(stress.services, read_events(stress.log)), f"round {number}"
        assert 0 == stopped.exit_status
        assert stopped.seconds < GRACE_PERIOD
