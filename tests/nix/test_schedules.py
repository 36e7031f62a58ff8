"""Times of crontab(5): the supervisor's reading of them, beside another one."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

RC = Path(__file__).parents[2] / "nix/services/supervisor/rc.sh"
FIRSTS, LASTS = (0, 0, 1, 1, 0), (59, 23, 31, 12, 7)
ASK = r"""
eval "$(sed '/^\. @state@$/d' "$1")"
while IFS='|' read -r schedule time; do
  if is_time $time; then echo yes; else echo no; fi
done
"""


def random_field(random: Random, first: int, last: int) -> str:
    """Return a field: all, numbers, ranges, steps."""

    def part() -> str:
        low, high = sorted(random.choices(range(first, last + 1), k=2))
        chosen = random.choice(
            ("*", f"{low}", f"{low:02}" if last > 9 else f"{low}", f"{low}-{high}")
        )
        return chosen + random.choice(("", "", f"/{random.choice((1, 2, 3, 5, 15))}"))

    return random.choice(("*", ",".join(part() for _ in range(random.randint(1, 3)))))


def numbers(field: str, first: int, last: int) -> Iterator[int]:
    """Yield the numbers that a field names; crontab(5)."""
    for part in field.split(","):
        numbers, _, step = part.partition("/")
        low, _, high = numbers.partition("-")
        if numbers == "*":
            yield from range(first, last + 1, int(step or 1))
        elif step or high:
            yield from range(int(low), int(high or last) + 1, int(step or 1))
        else:
            yield int(low)


def is_due(schedule: str, time: datetime) -> bool:
    """Tell whether the time is one of the schedule's."""
    fields = schedule.split()
    minutes, hours, days, months, weekdays = (
        set(numbers(*each)) for each in zip(fields, FIRSTS, LASTS, strict=True)
    )
    weekday = time.isoweekday() in weekdays or (time.isoweekday() == 7 and 0 in weekdays)
    if "*" in {part[0] for part in [*fields[2].split(","), *fields[4].split(",")]}:
        day = time.day in days and weekday
    else:
        day = time.day in days or weekday
    return time.minute in minutes and time.hour in hours and time.month in months and day


def test_times_of_schedules() -> None:
    """The supervisor finds a schedule's times as crontab(5) describes them."""
    random = Random(15)
    cases = []
    for _ in range(3000):
        bounds = zip(FIRSTS, LASTS, strict=True)
        schedule = " ".join(random_field(random, first, last) for first, last in bounds)
        time = datetime(2026, 1, 1) + timedelta(minutes=random.randrange(60 * 24 * 365))
        cases.append((schedule, time))
    asked = "".join(
        f"{schedule}|{t.minute} {t.hour} {t.day} {t.month} {t.isoweekday() % 7}\n"
        for schedule, t in cases
    )
    command = ["bash", "-c", ASK, "bash", str(RC)]
    done = subprocess.run(command, input=asked, capture_output=True, text=True, check=True)
    expected = ["yes" if is_due(*case) else "no" for case in cases]
    assert 100 < expected.count("yes") < 2900
    wrong = [
        case
        for case, told, right in zip(cases, done.stdout.split(), expected, strict=True)
        if told != right
    ]
    assert ([], "") == (wrong, done.stderr)
