"""Forwards a webhook as it came: the same bytes, the same signature, and the headers that belong to no connection."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from steppay_mock.delivery.address.safety import is_this_machine, normal_host
from steppay_mock.delivery.answer import Answer
from steppay_mock.delivery.http.transport import HttpTransport
from steppay_mock.delivery.own_lack import OwnLackError
from steppay_mock.delivery.request import Request, Writing
from steppay_mock.errors import SteppayMockError
from steppay_mock.sandbox.inbox.settings import PREFIX

if TYPE_CHECKING:
    from collections.abc import Callable

    from steppay_mock.delivery.address import Address
    from steppay_mock.delivery.request import Headers
    from steppay_mock.sandbox.inbox.received import ReceivedWebhook

    Onward = Callable[[str], Address | None]

_OF_THE_CONNECTION = frozenset(
    {"host", "connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade", "expect", "content-length"}
)
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_LINE_ENDS = re.compile(r"[\r\n]+[ \t]*|\x00")


def forward_to(address: Address, webhook: ReceivedWebhook, *, timeout: float, onward: Onward) -> Answer:
    """The receiver's answer, in which its keys are masked; what is wrong at this end is the answer's error.

    ``onward`` gives the address to which an inbox of this sandbox forwards.
    """
    if _leads_back(address, webhook, onward):
        return Answer(None, error="it would go round from inbox to inbox for ever: forward to your application")
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


def _leads_back(address: Address, webhook: ReceivedWebhook, onward: Onward) -> bool:
    """Whether the webhook would go round for ever: to its own inbox, or to others that lead there or round."""
    hosts = [value for name, value in webhook.headers if name.lower() == "host"]
    passed = {webhook.inbox}
    following: Address | None = address
    while following is not None:
        path = urlsplit(following.target).path
        if not path.startswith(PREFIX) or not any(_is_beside(following, host) for host in hosts):
            return False
        name = unquote(path.removeprefix(PREFIX))
        if name in passed:
            return True
        passed.add(name)
        following = onward(name)
    return False


def _is_beside(address: Address, host: str) -> bool:
    """Whether the address is where the ``Host`` says that the webhook came to, by any name of this machine."""
    try:
        parts = urlsplit(f"{address.scheme}://{host}")
        name = normal_host(parts.hostname or "")
        port = parts.port or (443 if address.scheme == "https" else 80)
    except ValueError:
        return False
    is_same = name == address.host or (is_this_machine(name) and is_this_machine(address.host))
    return is_same and port == address.port
