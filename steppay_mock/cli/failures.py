"""Turns failures of a command into messages on standard error and exit codes: never a traceback."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import click

from steppay_mock.cli import environment
from steppay_mock.cli.exit_codes import BROKEN, INTERRUPTED, MISUSED, PIPE_CLOSED, WRONG
from steppay_mock.cli.show.terminal import say
from steppay_mock.errors import ContractViolation, SteppayMockError, WrongValueError

_OTHER_NAMES = {"--url": "--to", "--receiver": "--to", "--repeat": "-n", "--count": "-n", "--number": "-n"}
"""Options that are likely to be typed for ours, where no spelling is near."""


@contextmanager
def failures_told() -> Iterator[None]:
    """Turn a failure within into a message on standard error and click's ``Exit`` with its exit code."""
    try:
        try:
            yield
        finally:
            if sys.stdout is not None:
                # A full disk or a closed pipe fails here, where it gets a message. At the end of the interpreter it
                # would be an "Exception ignored" and the exit code 120.
                sys.stdout.flush()
    except click.exceptions.Exit:
        raise
    except Exception as failure:  # noqa: BLE001 - what is not known gets a message that leads to its traceback
        code = _told(failure)
        if code == MISUSED and _letters_are_lost():
            say(
                f"hint: the locale of this process is {sys.getfilesystemencoding()}, which lacks letters of the "
                "arguments: they were not read as text. Set LC_ALL=C.UTF-8 or PYTHONUTF8=1, and repeat the command."
            )
        raise click.exceptions.Exit(code) from None
    except KeyboardInterrupt:
        say("")  # a terminal has just written ^C
        raise click.exceptions.Exit(INTERRUPTED) from None


def _letters_are_lost() -> bool:
    """Whether an argument has bytes that are no letters in this locale: Python keeps each as half of a surrogate pair.

    In a locale of UTF-8 these bytes are no text at all. The errors that name the argument say so.
    """
    is_utf8 = sys.getfilesystemencoding() == "utf-8"
    return not is_utf8 and any("\udc80" <= letter <= "\udcff" for word in sys.argv[1:] for letter in word)


def _told(failure: Exception) -> int:
    """Say what failed; the exit code."""
    if isinstance(failure, click.Abort | EOFError):
        say("")
        return INTERRUPTED
    if isinstance(failure, click.NoSuchOption) and (other := _other_name(failure)):
        # Not click's own suggestions: it keeps only names that are spelled alike.
        failure = click.UsageError(f"No such option {failure.option_name!r}. Did you mean {other!r}?", ctx=failure.ctx)
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


def _other_name(failure: click.NoSuchOption) -> str | None:
    """The option of this command that has another name elsewhere, or had it in an earlier version."""
    name = _OTHER_NAMES.get(failure.option_name)
    taken = [] if failure.ctx is None else [flag for one in failure.ctx.command.params for flag in one.opts]
    return name if name in taken else None


def _known(failure: Exception) -> str | None:
    if isinstance(failure, WrongValueError) and (flag := _flag_of(failure.name)):
        return f"{flag} {failure.shown}: expected {failure.expected}."
    if isinstance(failure, SteppayMockError):
        return str(failure)
    if isinstance(failure, RecursionError):
        return "This is nested too deeply. Use fewer levels of lists and objects."
    return None


def _flag_of(name: str) -> str | None:
    """The flag of the running command that sets the option of this name in Python."""
    ctx = click.get_current_context(silent=True)
    params = [] if ctx is None else ctx.command.params
    return next((one.opts[0] for one in params if one.name == name and one.opts[0].startswith("-")), None)


def _system_failed(failure: OSError) -> int:
    if isinstance(failure, BrokenPipeError):
        _discard_output()
        return PIPE_CLOSED
    reason = failure.strerror or failure
    if failure.filename is not None:
        say(f"Error: {failure.filename}: {reason}. Correct that, then repeat the command.")
    elif _folder_is_gone():
        say("Error: The current folder does not exist any more. Change to one that exists, then repeat the command.")
    else:  # an error without a file name comes from writing the output
        _discard_output()
        say(f"Error: The output cannot be written: {reason}. Write it to another place.")
    return MISUSED


def _folder_is_gone() -> bool:
    try:
        Path.cwd()
    except OSError:
        return True
    return False


def _discard_output() -> None:
    """Discard the buffered output: the interpreter flushes it at its end, and would fail again."""
    with suppress(OSError, ValueError, AttributeError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


def _fault_of_ours(failure: Exception) -> int:
    if os.environ.get(environment.TRACEBACK):
        import traceback

        say("".join(traceback.format_exception(failure)))
    say(
        f"Error: steppay-mock itself failed: {type(failure).__name__}: {failure}. "
        f"Please report it with the command and what {environment.TRACEBACK}=1 adds to this message."
    )
    return BROKEN
