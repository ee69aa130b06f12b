"""The requests of a run, right ones and those with a fault, and how each is given to a transport or an engine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from steppay_mock.delivery.lack import OwnLackError
from steppay_mock.delivery.transport import Answer, AsyncTransport, Request, ThreadedTransport, Transport
from steppay_mock.wire.headers import request_headers

if TYPE_CHECKING:
    from steppay_mock.delivery.faults.faulty import FaultyRequest
    from steppay_mock.delivery.sender.lanes import Lanes
    from steppay_mock.wire.signature import Secrets


def make_request(
    body: bytes, *, secret: Secrets | None, timestamp: float | None, trace_seed: int, fault: str | None = None
) -> Request | FaultyRequest:
    """The request for a body, signed at that time, with the fault of that name."""
    if fault is None:
        return Request(body, request_headers(body, secret=secret, timestamp=timestamp, trace_seed=trace_seed))
    from steppay_mock.delivery.faults import find_fault, make_draft

    draft = make_draft(body, secret=secret, timestamp=timestamp, trace_seed=trace_seed)
    return find_fault(fault).apply(draft)


class RequestEngine:
    """Gives each request to the engine of a sender: a right one to its engine, one with a fault to its other lane."""

    def __init__(self, lanes: Lanes) -> None:
        self._lanes = lanes

    def start(self, token: int, address: Any, request: Request | FaultyRequest) -> None:
        """Begin a request."""
        if isinstance(request, Request):
            self._lanes.start(token, address, request.body, request.headers)
        else:
            self._lanes.start_faulty(token, address, request)

    def poll(self, seconds: float) -> list[tuple[int, Answer]]:
        """The answers that have come, after so many seconds at most if there are none yet."""
        return self._lanes.poll(seconds)

    def close(self) -> None:
        """Let go of both."""
        self._lanes.close()


def send(transport: Transport, request: Request | FaultyRequest) -> Answer:
    """The answer to one request, or this machine's lack in the place of it."""
    try:
        if isinstance(request, Request):
            return transport.send(request)
        from steppay_mock.delivery.faults import plain_request
        from steppay_mock.delivery.http import HttpTransport

        if isinstance(transport, HttpTransport):
            return transport.send_faulty(request)
        return transport.send(plain_request(request))
    except OwnLackError as lack:
        return lack.as_answer()


async def send_async(transport: AsyncTransport, request: Request | FaultyRequest) -> Answer:
    """The same within an event loop."""
    if isinstance(transport, ThreadedTransport):
        return await transport.call(send, transport.inner, request)
    if isinstance(request, Request):
        return await transport.send(request)
    from steppay_mock.delivery.faults import plain_request

    return await transport.send(plain_request(request))
