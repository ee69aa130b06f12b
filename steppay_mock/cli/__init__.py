"""The command line: ``steppay-mock``."""

from __future__ import annotations

import sys
from typing import NoReturn

_INTERRUPTED = 130


def main() -> NoReturn:
    """Run the command line and end the process with its exit code."""
    try:
        # Here, so that Ctrl-C while the imports run ends as quietly as later.
        from steppay_mock.cli.program import program

        program(prog_name="steppay-mock")
    except KeyboardInterrupt:
        sys.exit(_INTERRUPTED)
    sys.exit(0)
