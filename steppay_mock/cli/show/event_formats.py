"""Writes events as JSON, as lines of JSON, as HTTP requests or as curl commands."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from steppay_mock.payload.body import write_body

if TYPE_CHECKING:
    from steppay_mock.delivery.address import Address
    from steppay_mock.payload.event import Event

# Linux refuses an argument of more than 128 KiB (MAX_ARG_STRLEN): a longer body is piped to curl.
_LONGEST_ARGUMENT = 120_000


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestFormat:
    """The address of requests and how they are signed. ``timestamp`` None means the time at which each is made."""

    address: Address
    secrets: tuple[str, ...] | None = field(repr=False)
    timestamp: int | None
    seed: int

    def headers(self, body: bytes, *, position: int) -> dict[str, str]:
        """The headers of a request without ``host`` and ``connection``. The trace ids are those of ``send``."""
        from steppay_mock.wire.headers import request_headers

        trace_seed = (self.seed << 32) + position
        return request_headers(body, secret=self.secrets, timestamp=self.timestamp, trace_seed=trace_seed)


def as_json(events: Iterable[Event], *, count: int) -> Iterator[bytes]:
    """The body of one event, or an array of the bodies of several, indented by two spaces."""
    if count == 1:
        yield from (event.body + b"\n" for event in events)
        return
    for place, event in enumerate(events):
        opening = b",\n  " if place else b"[\n  "
        yield opening + event.body.replace(b"\n", b"\n  ")
    yield b"\n]\n"


def as_ndjson(events: Iterable[Event]) -> Iterator[bytes]:
    """Each payload on one line. An indented body has many lines, so it is written without white space."""
    return (_in_one_line(event) + b"\n" for event in events)


def as_http(events: Iterable[Event], form: RequestFormat) -> Iterator[bytes]:
    """Each request byte for byte. An empty line separates several; servers skip it (RFC 9112, 2.2)."""
    for position, event in enumerate(events):
        body = event.body
        headers = {"host": form.address.authority, "connection": "close", **form.headers(body, position=position)}
        lines = [f"POST {form.address.target} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
        yield (b"\r\n" if position else b"") + "\r\n".join([*lines, "", ""]).encode("latin-1") + body


def as_curl(events: Iterable[Event], form: RequestFormat) -> Iterator[bytes]:
    """Each request as a command for a POSIX shell that sends exactly the signed bytes."""
    for position, event in enumerate(events):
        body = event.body
        headers = form.headers(body, position=position)
        del headers["content-length"]  # curl computes it
        options = [f"--header {shlex.quote(f'{name}: {value}')}" for name, value in headers.items()]
        options.append("--header 'user-agent:'")  # curl sends one by default, StepPay does not
        before, data = "", f"--data-binary {shlex.quote(body.decode())}"
        if len(data.encode()) > _LONGEST_ARGUMENT:
            before, data = f"printf %s {shlex.quote(body.decode())} | ", "--data-binary @-"
        first = f"{before}curl --request POST {shlex.quote(form.address.url)}"
        yield " \\\n  ".join([first, *options, data]).encode() + b"\n"


def _in_one_line(event: Event) -> bytes:
    return write_body(event.payload, "compact" if event.form == "pretty" else event.form)
