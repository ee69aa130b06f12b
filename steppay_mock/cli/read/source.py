"""Opens the input of a command: a file, or standard input for ``-``."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import BinaryIO

from steppay_mock.cli.show.terminal import say
from steppay_mock.errors import SteppayMockError


@contextmanager
def open_source(name: str) -> Iterator[BinaryIO]:
    """The bytes of a file, or of standard input for ``-``; SteppayMockError if it cannot be opened."""
    if name == "-":
        yield _standard_input()
        return
    with ExitStack() as closing:
        try:
            stream = closing.enter_context(Path(name).open("rb"))
        except (OSError, ValueError) as error:
            raise unreadable(name, error) from None
        yield stream  # outside of the try: an error of the caller is not about the file


def read_body(name: str) -> bytes:
    """All bytes of a file or of standard input; SteppayMockError if there are none."""
    with open_source(name) as stream:
        try:
            body = stream.read()
        except OSError as error:
            raise unreadable(name, error) from None
    if not body:
        raise empty(name)
    return body


def empty(name: str) -> SteppayMockError:
    """The error for an input without a payload."""
    where = "Standard input" if name == "-" else name
    return SteppayMockError(f"{where} has no payload. Give one, such as `steppay-mock generate order.created` makes.")


def unreadable(name: str, error: OSError | ValueError) -> SteppayMockError:
    """The error for an input that cannot be read."""
    where = "Standard input" if name == "-" else name
    reason = error.strerror if isinstance(error, OSError) else str(error)
    return SteppayMockError(f"{where}: {reason}. Give a file that can be read, or - for standard input.")


def _standard_input() -> BinaryIO:
    if sys.stdin is None:
        raise SteppayMockError("Standard input is closed. Name a file, or pipe a payload in.")
    if sys.stdin.isatty():
        say("reading what you type; end it with Ctrl-D")
    return sys.stdin.buffer
