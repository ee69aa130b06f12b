"""How is an event written? As JSON to read, as the bytes of the wire, as an HTTP request, or as a command of curl."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from steppay_mock.payload.body import write_body

if TYPE_CHECKING:
    from steppay_mock.delivery.address import Address
    from steppay_mock.delivery.address.access import AccessOptions
    from steppay_mock.payload.event import Event

# Linux takes no argument of more than 128 KiB.
_LONGEST_ARGUMENT = 120_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Wire:
    """Where requests go and how they are signed; ``timestamp`` None is the time of each request's making."""

    endpoint: Address
    secrets: tuple[str, ...] | None = field(repr=False)
    timestamp: int | None
    seed: int

    def headers(self, body: bytes, *, position: int) -> dict[str, str]:
        """The headers of a delivery, without ``host`` and ``connection``; the trace ids are those of ``send``."""
        from steppay_mock.wire.headers import request_headers

        trace_seed = (self.seed << 32) + position
        return request_headers(body, secret=self.secrets, timestamp=self.timestamp, trace_seed=trace_seed)


def read_endpoint(url: str, *, path: str | None = None, access: AccessOptions | None = None) -> Address:
    """The address that a URL names, wherever it is: nothing is sent yet. StepPay's own hosts are refused even so.

    ``path`` is that of a URL without one; None is where webhooks go. ``access`` gets through its access control.
    """
    from steppay_mock.delivery.address import DEFAULT_PATH, parse_address
    from steppay_mock.delivery.address.access import read_access
    from steppay_mock.delivery.address.safety import normal_host

    try:
        allowed = frozenset({normal_host(urlsplit(url).hostname or "")})
    except ValueError:
        allowed = frozenset()  # parse_address says what is wrong with it
    through = read_access(access or {})
    if through.proxy is not None:
        allowed |= {through.proxy.host}
    return parse_address(url, path=path or DEFAULT_PATH, allowed=allowed, access=through)


def as_json(events: Iterable[Event], *, count: int) -> Iterator[bytes]:
    """The body of one; of several an array, in which each is indented by two spaces more."""
    if count == 1:
        yield from (event.body + b"\n" for event in events)
        return
    for place, event in enumerate(events):
        opening = b",\n  " if place else b"[\n  "
        yield opening + event.body.replace(b"\n", b"\n  ")
    yield b"\n]\n"


def as_ndjson(events: Iterable[Event]) -> Iterator[bytes]:
    """Each payload in one line: compact, for a body that is indented has a line for each field."""
    return (_in_one_line(event) + b"\n" for event in events)


def as_http(events: Iterable[Event], wire: Wire) -> Iterator[bytes]:
    """Each request as a socket takes it; several are parted by the empty line that a server skips (RFC 9112, 2.2)."""
    for position, event in enumerate(events):
        body = event.body
        headers = {"host": wire.endpoint.authority, "connection": "close", **wire.headers(body, position=position)}
        lines = [f"POST {wire.endpoint.target} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
        yield (b"\r\n" if position else b"") + "\r\n".join([*lines, "", ""]).encode("latin-1") + body


def as_curl(events: Iterable[Event], wire: Wire) -> Iterator[bytes]:
    """Each request as a command for a POSIX shell, which sends exactly the bytes that were signed."""
    for position, event in enumerate(events):
        body = event.body
        headers = wire.headers(body, position=position)
        del headers["content-length"]  # curl counts for itself
        options = [f"--header {shlex.quote(f'{name}: {value}')}" for name, value in headers.items()]
        options.append("--header 'user-agent:'")  # curl would send its own, StepPay sends none
        before, data = "", f"--data-binary {shlex.quote(body.decode())}"
        if len(data.encode()) > _LONGEST_ARGUMENT:
            before, data = f"printf %s {shlex.quote(body.decode())} | ", "--data-binary @-"
        first = f"{before}curl --request POST {shlex.quote(wire.endpoint.url)}"
        yield " \\\n  ".join([first, *options, data]).encode() + b"\n"


def _in_one_line(event: Event) -> bytes:
    return write_body(event.payload, "compact" if event.form == "pretty" else event.form)
