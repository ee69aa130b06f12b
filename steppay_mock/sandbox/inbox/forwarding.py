"""Forwards a webhook as it came: the same bytes, the same signature, and the headers that belong to no connection."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from steppay_mock.delivery.answer import Answer
from steppay_mock.delivery.http.transport import HttpTransport
from steppay_mock.delivery.own_lack import OwnLackError
from steppay_mock.delivery.request import Request, Writing
from steppay_mock.errors import SteppayMockError

if TYPE_CHECKING:
    from steppay_mock.delivery.address import Address
    from steppay_mock.delivery.request import Headers
    from steppay_mock.sandbox.inbox.received import ReceivedWebhook

_OF_THE_CONNECTION = frozenset(
    {"host", "connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade", "expect", "content-length"}
)
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_LINE_ENDS = re.compile(r"[\r\n]+[ \t]*|\x00")


def forward_to(address: Address, webhook: ReceivedWebhook, *, timeout: float) -> Answer:
    """The receiver's answer, in which its keys are masked; what is wrong at this end is the answer's error."""
    if _leads_back(address, webhook):
        return Answer(None, error="the receiver is this inbox itself: forward to your application")
    headers = _headers_of(webhook)
    names = [name.lower() for name, _ in headers]
    # An HTTP library sends one header of a name; a request with two is written byte by byte.
    writing = Writing() if len(set(names)) < len(names) else None
    request = Request(body=webhook.body, headers=headers, writing=writing)
    try:
        with HttpTransport(address, timeout=timeout, secrets=webhook.keys) as transport:
            return transport.send(request)
    except (SteppayMockError, OwnLackError) as error:
        return Answer(None, error=str(error))


def _headers_of(webhook: ReceivedWebhook) -> Headers:
    kept = [
        (name, _LINE_ENDS.sub(" ", value))
        for name, value in webhook.headers
        if name.lower() not in _OF_THE_CONNECTION and _HEADER_NAME.fullmatch(name)
    ]
    return (*kept, ("content-length", str(len(webhook.body))))


def _leads_back(address: Address, webhook: ReceivedWebhook) -> bool:
    """Whether the webhook came to the address to which it would go: it would go round for ever."""
    hosts = {value.lower() for name, value in webhook.headers if name.lower() == "host"}
    return address.authority.lower() in hosts and urlsplit(address.target).path == f"/in/{webhook.inbox}"
