"""The command line: ``steppay-mock``."""

from __future__ import annotations

import signal
import sys
from typing import NoReturn

_INTERRUPTED = 130


def main() -> NoReturn:
    """Run the command line and end the process with its exit code.

    SIGTERM ends it as Ctrl-C does, with all that has to be tidied. By itself it would not end the first process of a
    container at all: for that one the system has no default.
    """
    if signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
        signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        # Here, so that Ctrl-C while the imports run ends as quietly as later.
        from steppay_mock.cli.program import program

        program(prog_name="steppay-mock")
    except KeyboardInterrupt:
        sys.exit(_INTERRUPTED)
    sys.exit(0)
