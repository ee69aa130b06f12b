"""A delivery of which every byte is known, and a receiver that keeps the very bytes it was sent."""

from __future__ import annotations

import hmac
import socket
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from queue import Queue
from typing import Any

from steppay_mock.delivery.address import Address, parse_address
from steppay_mock.delivery.faults import RequestDraft, make_draft

Payloads = Callable[[int], list[dict[str, Any]]]
Serve = Callable[[Any], str]
ServeRaw = Callable[[Callable[[socket.socket], None]], str]

PATH = "/webhooks/steppay"
SECRET = "whsec_test"
MOMENT = 1706002316
BODY = '{"a":1,"b":"구독 생성"}'.encode()
KEY = "pcUtl09za6MxAa86w7KED/xRyJI4iad+N4rcQzU/tTE="  # of schemas/signature-vectors.json, "compact body with Hangul"
TAKEN = b"HTTP/1.1 204 No Content\r\n\r\n"


def key(moment: object, body: bytes, secret: str) -> str:
    """The key by fact 18, made here and not by the code under test."""
    signed = f"{moment}.".encode() + body
    return b64encode(hmac.digest(secret.encode(), signed, "sha256")).decode()


def draft(body: bytes = BODY) -> RequestDraft:
    return make_draft(body, secret=SECRET, timestamp=MOMENT, trace_seed=7)


def endpoint_of(url: str) -> Address:
    return parse_address(url, path=PATH, allowed=frozenset())


@dataclass(frozen=True, slots=True)
class Taken:
    """What one connection brought, and how the sender ended it: with ``eof`` or with ``reset``."""

    received: bytes
    ending: str


class Wiretap:
    """Answers after so many bytes, or at their end if ``after`` is None; ``answer`` empty: never."""

    def __init__(self, *, after: int | None = None, answer: bytes = TAKEN) -> None:
        self.after = after
        self._answer = answer
        self._taken: Queue[Taken] = Queue()

    def __call__(self, connection: socket.socket) -> None:
        received = bytearray()
        ending = "eof"
        try:
            while self.after is None or len(received) < self.after:
                part = connection.recv(65536)
                if not part:
                    break
                received += part
            connection.sendall(self._answer)
            while part := connection.recv(65536):
                received += part
        except ConnectionResetError:
            ending = "reset"
        self._taken.put(Taken(bytes(received), ending))

    def taken(self) -> Taken:
        return self._taken.get(timeout=10)
