"""The stream that tells a page that something changed: server-sent events.

It ends when the server stops, and when the browser goes: a comment is sent again and again, so that this is noticed.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from threading import Event as Flag
from typing import TYPE_CHECKING

from werkzeug.wrappers import Response

from steppay_mock.delivery.journal.reading import read_journal
from steppay_mock.rest.responder import CLOSING
from steppay_mock.sandbox.pages.frame import secure

if TYPE_CHECKING:
    from steppay_mock.delivery.journal.reading import Reading
    from steppay_mock.sandbox.core import SandboxCore
    from steppay_mock.sandbox.pages.frame import Page

_NAP = 0.25  # seconds between two looks at the file
_NAPS = 20  # without a change, after which a comment is sent


def answer_events(sandbox: SandboxCore, page: Page) -> Response:
    """A stream with an event for each change of the sandbox's file (acts, endpoints, deliveries), and each remark."""
    flag = page.request.environ.get(CLOSING) or Flag()
    answer = Response(_stream(sandbox, flag), mimetype="text/event-stream")
    secure(answer)
    answer.headers["X-Accel-Buffering"] = "no"
    return answer


def _stream(sandbox: SandboxCore, closing_flag: Flag) -> Iterator[bytes]:
    with read_journal(sandbox.path) as journal:
        version, quiet = _version(sandbox, journal), 0
        yield b"retry: 1000\nevent: begun\ndata: {}\n\n"
        while not closing_flag.wait(_NAP):
            now = _version(sandbox, journal)
            if now != version:
                version, quiet = now, 0
                yield b"event: changed\ndata: {}\n\n"
            elif quiet == _NAPS:
                quiet = 0
                yield b": still here\n\n"
            else:
                quiet += 1


def _version(sandbox: SandboxCore, journal: Reading) -> tuple[int, int]:
    """Numbers that are others after each write to the file, and after each remark on a call."""
    with closing(journal.connection.execute("PRAGMA data_version")) as found:
        return int(found.fetchone()[0]), sandbox.remarks.count
