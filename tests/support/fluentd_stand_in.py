"""A stand-in for fluentd: it reads the named pipes of a configuration and writes the records.

    fluentd_stand_in.py -c FILE [other options of fluentd]

Each line becomes a record as `format none` makes it. All records go, in the format of fluentd's
output `file`, into the file that the first output with a `path` names. Filters are not obeyed. With
STAND_IN_DELAY, in seconds, it takes that long to start reading.
"""

import json
import os
import re
import selectors
import signal
import sys
import time
from pathlib import Path

SECTION = re.compile(r"^<(source|match).*>\n((?:  .*\n)*)", re.MULTILINE)
PARAMETER = re.compile(r"^  (\S+) (.*)$", re.MULTILINE)


class Pipe:
    """A named pipe, of which only the whole lines are taken."""

    def __init__(self, path: Path, tag: str) -> None:
        self.tag = tag
        self._rest = b""
        if not path.is_fifo():
            path.parent.mkdir(parents=True, exist_ok=True)
            os.mkfifo(path)
        self.descriptor = os.open(path, os.O_RDWR | os.O_NONBLOCK)

    def records(self) -> str:
        """Return what output `file` writes for the lines that are there."""
        *lines, self._rest = (self._rest + os.read(self.descriptor, 1 << 16)).split(b"\n")
        now = time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime())
        records = [{"message": line.decode(errors="replace")} for line in lines]
        texts = [json.dumps(record, ensure_ascii=False) for record in records]
        return "".join(f"{now}\t{self.tag}\t{text}\n" for text in texts)


def main(*arguments: str) -> None:
    """Read until SIGTERM comes."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    time.sleep(float(os.environ.get("STAND_IN_DELAY", "0")))
    conf = Path(arguments[arguments.index("-c") + 1]).read_text(encoding="utf-8")
    sections = [(name, dict(PARAMETER.findall(body))) for name, body in SECTION.findall(conf)]
    target = next(match["path"] for name, match in sections if name == "match" and "path" in match)
    selector = selectors.DefaultSelector()
    for name, source in sections:
        if name == "source" and source["@type"] == "named_pipe":
            pipe = Pipe(Path(source["path"]), source["tag"])
            selector.register(pipe.descriptor, selectors.EVENT_READ, pipe)
    print("stand-in for fluentd reads", flush=True)
    with Path(f"{target}.log").open("a", encoding="utf-8") as file:
        while True:
            for key, _ in selector.select():
                file.write(key.data.records())
                file.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
