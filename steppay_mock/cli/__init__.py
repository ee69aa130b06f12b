"""The command line: ``steppay-mock``."""

from __future__ import annotations

import signal
import sys
from typing import NoReturn

_INTERRUPTED = 130


def main() -> NoReturn:
    """Run the command line and end the process with its exit code.

    SIGTERM ends the process as Ctrl-C does, so that files and sockets are closed. Without a handler it would not end
    the first process of a container at all: Linux ignores signals that process 1 does not handle.
    """
    if signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
        signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        # Imported here, so that Ctrl-C during the imports ends without a traceback too.
        from steppay_mock.cli.program import program

        program(prog_name="steppay-mock")
    except KeyboardInterrupt:
        sys.exit(_INTERRUPTED)
    sys.exit(0)
