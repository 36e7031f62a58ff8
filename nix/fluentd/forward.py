"""Copy what a service prints to standard output, and its lines to fluentd.

    forward.py SERVICE OUTPUT_PIPE FLUENTD_PIPE [RUNNING]

OUTPUT_PIPE is what the service prints into, FLUENTD_PIPE what fluentd reads; the file RUNNING is
there while the service runs. The pipes are named ones that stay open here whoever leaves them, so
that nobody blocks when opening one and nothing is lost when fluentd starts again. While fluentd
reads, the service waits for it as it would for any reader of a pipe. If nobody has the pipe locked,
as in_named_pipe.rb has while it runs, and nothing is taken for PATIENCE, lines are dropped, whole
ones, and counted, until somebody reads again.

On SIGTERM the program ends as soon as the service does not run any more: when all have left its
pipe, or LAST seconds after the service has ended, if what it has left behind holds the pipe.
"""

import contextlib
import fcntl
import os
import select
import signal
import struct
import sys
import termios
import time

READ_SIZE = 65536
# What fits into fluentd's pipe while it starts again; the most that a pipe can hold by default.
PIPE_SIZE = 1 << 20
# A longer line is cut, so that it does not fill the memory.
LONGEST_LINE = 1 << 20
# How long, in seconds, nothing may be taken before lines are dropped.
PATIENCE = 1.0
# How long, in seconds, a pipe may be held by what a service has left behind, and how long it takes
# at most to notice that the service has ended.
LAST = 0.5
PAUSE = 0.2


class Delivery:
    """Write whole lines into a pipe, or drop and count them when nobody reads it."""

    def __init__(self, service, path, is_ending):
        self.service = service
        self.is_ending = is_ending
        self.pipe = os.open(path, os.O_RDWR | os.O_NONBLOCK)
        with contextlib.suppress(OSError):
            fcntl.fcntl(self.pipe, fcntl.F_SETPIPE_SZ, PIPE_SIZE)
        self.poll = select.poll()
        self.poll.register(self.pipe, select.POLLOUT)
        self.is_stalled = False
        self.dropped = 0
        self.torn = b""  # the rest of a line whose beginning is in the pipe

    def send(self, lines):
        """Write the lines, each with a newline at its end."""
        had_torn = bool(self.torn)
        data = self.torn + lines
        sent = self.write(data)
        rest = data[sent:]
        is_torn = data[sent - 1 : sent] != b"\n" if sent else had_torn
        end = rest.find(b"\n") + 1 if is_torn else 0
        self.torn = rest[:end]
        self.dropped += rest.count(b"\n", end)

    def write(self, data):
        """Return how many bytes the pipe took."""
        sent = 0
        timeout = 0 if self.is_stalled else PATIENCE * 1000
        while sent < len(data):
            if not self.poll.poll(timeout):
                if self.is_read() and not self.is_ending():
                    timeout = PATIENCE * 1000
                    continue
                self.stall()
                break
            with contextlib.suppress(BlockingIOError):
                sent += os.write(self.pipe, data[sent : sent + select.PIPE_BUF])
                self.resume()
        return sent

    def is_read(self):
        """Tell whether fluentd has the pipe; it may wait for its outputs."""
        try:
            fcntl.flock(self.pipe, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        fcntl.flock(self.pipe, fcntl.LOCK_UN)
        return False

    def stall(self):
        """Say once that lines are dropped."""
        if not self.is_stalled:
            say(self.service, "fluentd does not read; lines are dropped until it does")
        self.is_stalled = True

    def resume(self):
        """Say how many lines were dropped."""
        if self.dropped:
            say(self.service, f"{self.dropped} lines did not reach fluentd")
        self.is_stalled, self.dropped = False, 0


def say(service, message):
    """Print a message for the container's log."""
    print(f"{service}: {message}", file=sys.stderr, flush=True)


def copy_to_log(data):
    """Write to standard output; it is no concern of the service if nobody reads that.

    Others write there too, so whole lines are written at once as far as a pipe allows that.
    """
    while data:
        newline = data.rfind(b"\n", 0, select.PIPE_BUF)
        piece = data[: newline + 1] if newline >= 0 else data[: select.PIPE_BUF]
        try:
            data = data[os.write(sys.stdout.fileno(), piece) :]
        except BlockingIOError:
            select.select([], [sys.stdout], [])
        except OSError:
            return


class Output:
    """Read what the service prints, until it ends, and then what it prints when it runs again."""

    def __init__(self, path, running=None):
        self.path = path
        self.running = running
        self.is_stopping = False
        self.woken, waking = os.pipe2(os.O_NONBLOCK)
        signal.set_wakeup_fd(waking)
        signal.signal(signal.SIGTERM, self.stop)
        self.pipe = self.open_for_reading()

    def open_for_reading(self):
        """Open the pipe; poll(2) reports its end only once a writer has been there and has left."""
        return os.open(self.path, os.O_RDONLY | os.O_NONBLOCK)

    def stop(self, *_):
        """Let `runs` end with this run; if there is none, be a writer that leaves at once."""
        self.is_stopping = True
        with contextlib.suppress(OSError):  # not open for reading yet
            os.close(os.open(self.path, os.O_WRONLY | os.O_NONBLOCK))

    def is_over(self):
        """Tell whether the last run has ended."""
        return self.is_stopping and bool(self.running) and not os.access(self.running, os.F_OK)

    def runs(self):
        """Yield for each run of the service an iterator over what it prints."""
        while not self.is_stopping:
            yield self.run()

    def run(self):
        """Yield what comes out of the pipe, up to its end.

        Where more seems to follow, a line is not cut into what is there and what is not.
        """
        held = b""
        for data in self.pieces():
            end = data.rfind(b"\n") + 1 if len(data) == READ_SIZE else 0
            yield held + data[: end or None]
            held = data[end or len(data) :]
        if held:
            yield held
        following = self.open_for_reading()
        os.close(self.pipe)
        self.pipe = following

    def pieces(self):
        """Yield what is read, until all writers have left, or have had the time that they have."""
        poll = select.poll()
        poll.register(self.pipe, select.POLLIN)
        poll.register(self.woken, select.POLLIN)
        deadline = None
        while deadline is None or time.monotonic() < deadline:
            events = dict(poll.poll(PAUSE * 1000 if self.is_stopping else None))
            if self.woken in events:
                os.read(self.woken, READ_SIZE)
            if self.pipe in events:
                data = os.read(self.pipe, READ_SIZE)
                if not data:
                    return
                yield data
            if deadline is None and self.is_over():
                deadline = time.monotonic() + LAST
        left = self.unread()
        while left > 0:
            data = os.read(self.pipe, min(left, READ_SIZE))
            yield data
            left -= len(data)

    def unread(self):
        """Return how many bytes the pipe holds."""
        return struct.unpack("i", fcntl.ioctl(self.pipe, termios.FIONREAD, bytes(4)))[0]


def main(service, output_path, fluentd_path, running=None):
    """Forward until SIGTERM comes and the service has ended."""
    output = Output(output_path, running)
    delivery = Delivery(service, fluentd_path, lambda: output.is_stopping)
    for run in output.runs():
        rest = b""
        for data in run:
            copy_to_log(data)
            lines, newline, rest = (rest + data).rpartition(b"\n")
            if len(rest) > LONGEST_LINE:
                lines, newline, rest = lines + newline + rest, b"\n", b""
            delivery.send(lines + newline)
        if rest:
            delivery.send(rest + b"\n")
    delivery.resume()


if __name__ == "__main__":
    main(*sys.argv[1:])
