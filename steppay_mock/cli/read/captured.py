"""Reads captured webhooks from files and standard input: they are sent byte for byte as they stand there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from io import BytesIO
from shlex import quote
from typing import TYPE_CHECKING

from steppay_mock.cli.read.documents import MOST, iter_documents, iter_violations
from steppay_mock.cli.read.json_text import Document, parse_bytes
from steppay_mock.cli.read.source import empty, read_body
from steppay_mock.cli.show.terminal import counted, say
from steppay_mock.contract.text_files import BYTE_ORDER_MARK, other_encoding
from steppay_mock.errors import ContractViolation, SteppayMockError

if TYPE_CHECKING:
    from steppay_mock.payload.event import Event

STANDARD_INPUT = "-"

_TOLD = 5
"""Violations of a file that are told one by one."""


def read_events(names: Iterable[str]) -> list[Event]:
    """The events of the files, in their order. What breaks the contract is told, and is an event all the same.

    Raises SteppayMockError where a file cannot be read or holds something that is no webhook; then there is no event.
    """
    return [event for name in names for event in _events_of(name)]


def _events_of(name: str) -> list[Event]:
    where = "standard input" if name == STANDARD_INPUT else name
    data = read_body(name)
    if data.startswith(BYTE_ORDER_MARK):
        say(f"note: {where} begins with a byte order mark, as some editors write it. It is not sent.")
        data = data.removeprefix(BYTE_ORDER_MARK)
    documents = list(_documents(data, name=name))
    if not documents:
        raise empty(name)
    events = [_event(document, body, where) for document, body in documents]
    if len(events) == 1 and events[0].body.endswith(b"\n"):
        say(f"note: {where} ends in a newline, which is sent and signed too.")
    _warn([document for document, _ in documents], name=name, where=where)
    return events


def _documents(data: bytes, *, name: str) -> Iterator[tuple[Document, bytes]]:
    """Each payload with its bytes: all bytes of a file that is one payload, else those of the line or the element."""
    if len(data) <= MOST and other_encoding(data) is None:
        whole = parse_bytes(data, 1)
        if isinstance(whole.payload, dict):
            yield whole, data
            return
    for document in iter_documents(BytesIO(data), name=name):
        yield document, document.text.encode()


def _event(document: Document, body: bytes, where: str) -> Event:
    from steppay_mock.payload.event import Event

    if not document.readable:
        raise SteppayMockError(f"Nothing was sent. {where}: {document.faults[0]}")
    try:
        return Event.from_bytes(body)
    except SteppayMockError as error:
        raise SteppayMockError(f"Nothing was sent. {where}: line {document.line}: {error}") from None


def _warn(documents: Iterable[Document], *, name: str, where: str) -> None:
    """Tell what breaks the contract: each kind of fault of a place once, and of many the first."""
    found: dict[tuple[str, str, str], ContractViolation] = {}
    for document in documents:
        for violation in iter_violations(document, strict=False):
            found.setdefault((violation.event, violation.path, violation.kind), violation)
    for violation in list(found.values())[:_TOLD]:
        say(f"warning: {where} breaks the contract. Its bytes are not changed:\n{violation}")
    if len(found) > _TOLD:
        more = counted(len(found) - _TOLD, "more violation")
        say(f"warning: {where} has {more}. All of them: steppay-mock validate {quote(name)}")
