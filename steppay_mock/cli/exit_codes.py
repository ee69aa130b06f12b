"""The exit codes, and how a failure ends: with a message on standard error, never with a traceback."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import click

from steppay_mock.cli.show.terminal import say
from steppay_mock.errors import ContractViolation, SteppayMockError

WRONG = 1  # the payload or the receiver
MISUSED = 2
UNREACHED = 3
ELSEWHERE = 4  # another process sends it
UNPLANNED = 5  # it ended before its plan was whole
_BROKEN = 70  # sysexits.h: EX_SOFTWARE
INTERRUPTED = 130  # as a shell reports the signals SIGINT and SIGPIPE
_PIPE_CLOSED = 141

_TRACEBACK = "STEPPAY_MOCK_TRACEBACK"


@contextmanager
def failures_told() -> Iterator[None]:
    """Turn whatever fails within into words on standard error and click's ``Exit``."""
    try:
        try:
            yield
        finally:
            if sys.stdout is not None:
                sys.stdout.flush()  # a full disk or a closed pipe shall fail here, not when the interpreter ends
    except click.exceptions.Exit:
        raise
    except Exception as failure:  # noqa: BLE001 - the last resort, which tells how to see the traceback
        raise click.exceptions.Exit(_told(failure)) from None
    except KeyboardInterrupt:
        say("")  # a terminal has just written ^C
        raise click.exceptions.Exit(INTERRUPTED) from None


def _told(failure: Exception) -> int:
    """Say what failed; the exit code."""
    if isinstance(failure, click.Abort | EOFError):
        say("")
        return INTERRUPTED
    if isinstance(failure, click.ClickException):
        failure.show()
        return MISUSED
    if isinstance(failure, ContractViolation):
        say(f"Error: {failure}")
        return WRONG
    if isinstance(failure, OSError):
        return _system_failed(failure)
    known = _known(failure)
    if known is not None:
        say(f"Error: {known}")
        return MISUSED
    return _fault_of_ours(failure)


def _known(failure: Exception) -> str | None:
    if isinstance(failure, SteppayMockError):
        return str(failure)
    if isinstance(failure, RecursionError):
        return "This is nested too deeply. Use fewer levels of lists and objects."
    return None


def _system_failed(failure: OSError) -> int:
    if isinstance(failure, BrokenPipeError):
        _discard_output()
        return _PIPE_CLOSED
    reason = failure.strerror or failure
    if failure.filename is not None:
        say(f"Error: {failure.filename}: {reason}. Correct that and repeat the command.")
    elif _folder_is_gone():
        say("Error: The folder in which this command was started is gone. Change into one that exists, and repeat it.")
    else:  # only what writes has no name
        _discard_output()
        say(f"Error: The output cannot be written: {reason}. Write it somewhere else.")
    return MISUSED


def _folder_is_gone() -> bool:
    try:
        Path.cwd()
    except OSError:
        return True
    return False


def _discard_output() -> None:
    """Send what is still buffered nowhere: the interpreter flushes at its end, and would fail again."""
    with suppress(OSError, ValueError, AttributeError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


def _fault_of_ours(failure: Exception) -> int:
    if os.environ.get(_TRACEBACK):
        import traceback

        say("".join(traceback.format_exception(failure)))
    say(
        f"Error: steppay-mock itself failed: {type(failure).__name__}: {failure}. "
        f"Please report it with the command and what {_TRACEBACK}=1 adds to this message."
    )
    return _BROKEN
