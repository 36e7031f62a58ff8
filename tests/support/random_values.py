"""Random Python values, rich in what Nix syntax makes hard."""

from __future__ import annotations

import math
import struct
import sys
from random import Random

FRAGMENTS = [
    *("${", "$${", "$$${", "$", "{", "}", "''", "'", "'''", "''${", "''$", "''\\", "''\\n"),
    *("\\", "\\\\", '"', '\\"', "\\${", "\\n", "\n", "\n\n", "\r", "\r\n", "\t", " ", "  ", "    "),
    *("\n  ", "\n ", " \n", "\n\t", "a", "b c", "${a}", "#", "/*", "*/", "//", ";", "=", "@", "."),
    *(
        "http://x",
        "<nixpkgs>",
        "~/x",
        "./y",
        "^(?<t>[^ ]+) \\[\\d+\\]$",
        "é",
        "日本",
        "🦄",
        "\ufeff",
    ),
    *("\x01", "\x08", "\x0b", "\x0c", "\x1b", "\x1f", "\x7f", "\x85", "\xa0", "\u2028", "\uffff"),
]
KEYS = [
    *("", "a", "a.b", "a b", "a-b", "a'", "'", "0", "-", "_", "a\nb", '"', "${a}", "$", "é"),
    *("assert", "else", "if", "in", "inherit", "let", "or", "rec", "then", "with", "null", "true"),
]
FLOATS = [
    *(0.0, -0.0, 0.1, 1.0, -1.5, 1e5, 1e15, 1e16, 1e20, 1e-5, 1e-7, 123456789.123456789, 1e300),
    *(sys.float_info.max, sys.float_info.min, sys.float_info.epsilon, 5e-324, -2e-310, 0.1 + 0.2),
    *(2.0**53, 2.0**63, -(2.0**63), 1e22, 1e23, math.nextafter(sys.float_info.min, 0)),
]
INTEGERS = [0, 1, -1, 10, -10, 2**31, -(2**31), 2**53 + 1, 2**63 - 1, -(2**63), 1 - 2**63]


def random_text(random: Random) -> str:
    fragments = random.choices(FRAGMENTS, k=random.choice((0, 1, 1, 2, 3, 4, 6, 10)))
    if random.random() < 0.2:
        code_point = random.choice((random.randrange(1, 0x300), random.randrange(0x300, 0x110000)))
        if not 0xD800 <= code_point < 0xE000 and not 0x10FFE0 <= code_point <= 0x10FFFD:
            fragments.insert(random.randrange(len(fragments) + 1), chr(code_point))
    return "".join(fragments)


def random_float(random: Random) -> float:
    while True:
        (number,) = struct.unpack("<d", random.randbytes(8))
        number = random.choice((number, random.uniform(-1e3, 1e3), random.choice(FLOATS)))
        if math.isfinite(number):
            return float(number)


def random_value(random: Random, depth: int = 4) -> object:
    kind = random.randrange(12 if depth else 9)
    if kind < 4:
        return random_text(random)
    if kind < 6:
        return random.choice((random.choice(INTEGERS), random.randrange(-(2**63), 2**63)))
    if kind < 8:
        return random_float(random)
    if kind < 9:
        return random.choice((None, True, False))
    size = random.choice((0, 1, 1, 2, 3, 5))
    if kind < 10:
        return [random_value(random, depth - 1) for _ in range(size)]
    return {
        random.choice((random.choice(KEYS), random_text(random))): random_value(random, depth - 1)
        for _ in range(size)
    }
