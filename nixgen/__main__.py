"""The `nixgen` command, also as `python -m nixgen`: an interrupt ends it, however early or late."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from types import FrameType

from nixgen.errors import ExitStatus


def main() -> None:
    """Import the command line and run it."""
    _on_interrupts(_leave)
    from nixgen.cli.main import main as run

    try:
        _on_interrupts(_interrupt)
        run()
    except KeyboardInterrupt:  # one more, while another was being told of
        _leave()
    finally:
        _on_interrupts(_leave)


def _on_interrupts(handler: Callable[[int, FrameType | None], None]) -> None:
    """Handle interrupts and terminations, but for those that `nohup` or a shell has us ignore."""
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, handler)


def _leave(*_: object) -> None:
    """End the process at once: there is nothing to clean up yet, or any more."""
    os.write(2, b"nixgen: interrupted\n")
    os._exit(ExitStatus.INTERRUPTED)


def _interrupt(*_: object) -> None:
    """Let a termination clean up as an interrupt does."""
    raise KeyboardInterrupt


if __name__ == "__main__":
    main()
