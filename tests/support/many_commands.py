"""Run nixgen's command line many times, each in a process of its own, importing it only once.

Reads a JSON list of `{"folder", "words"}` from standard input; writes one of `{"status", "said"}`.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from typing import Any

import nixgen.cli.main
import nixgen.cli.subcommands.build
import nixgen.cli.subcommands.emit  # noqa: F401 (imported once, for all)
from nixgen.__main__ import main


def run(folder: str, words: list[str]) -> dict[str, Any]:
    """Run the command line in the folder; both streams go to one file."""
    with tempfile.TemporaryFile() as said:
        child = os.fork()
        if child == 0:
            os.chdir(folder)
            os.dup2(said.fileno(), 1)
            os.dup2(said.fileno(), 2)
            sys.argv = ["nixgen", *words]
            os._exit(_status_of_main())
        _, status = os.waitpid(child, 0)
        said.seek(0)
        return {
            "status": os.waitstatus_to_exitcode(status),
            "said": said.read().decode("utf-8", "replace").replace(folder, "FOLDER"),
        }


def _status_of_main() -> int:
    status = 0
    try:
        main()
    except SystemExit as ending:
        status = int(ending.code or 0)
    sys.stdout.flush()
    sys.stderr.flush()
    return status


if __name__ == "__main__":
    json.dump([run(**each) for each in json.load(sys.stdin)], sys.stdout)
