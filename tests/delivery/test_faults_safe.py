"""Receivers that are safe are accused of nothing, whichever safe way they verify; those that read text are caught."""

from __future__ import annotations

import base64
import hmac
import re
import time
from collections.abc import Callable
from typing import Any

import pytest

from steppay_mock import Event, deliver, make_event
from steppay_mock.delivery.faults import FAULTS

SECRET = "whsec_example"
Check = Callable[[str, bytes], bool]
Header = dict[str, str]


def proof(body: bytes, moment: str) -> bytes:
    return hmac.digest(SECRET.encode(), moment.encode() + b"." + body, "sha256")


def is_young(moment: str) -> bool:
    return re.fullmatch("[0-9]{1,15}", moment) is not None and abs(time.time() - int(moment)) <= 300


def decoded(text: str) -> bytes:
    """As Node's Buffer.from(text, 'base64') does: either alphabet, with padding or without."""
    standard = text.translate(str.maketrans("-_", "+/")).rstrip("=")
    try:
        return base64.b64decode(standard + "=" * (-len(standard) % 4))
    except ValueError:
        return b""


def pairs(header: str) -> Header:
    return {name: value for name, _, value in (pair.partition("=") for pair in re.split(",", header))}


def compares_bytes(header: str, body: bytes) -> bool:
    """Takes the header apart as pairs in any order, and compares decoded keys in constant time."""
    found = pairs(header)
    moment, keys = found.get("timestamp", ""), found.get("key", "").split(";")
    return is_young(moment) and any(hmac.compare_digest(decoded(key), proof(body, moment)) for key in keys)


def compares_text(header: str, body: bytes) -> bool:
    """Wants the header as it is documented, and compares the text of the keys in constant time."""
    found = re.fullmatch(r"timestamp=([0-9]+),(?:v0=[^,]*,)?key=([A-Za-z0-9+/=;]+)", header)
    if found is None or not is_young(found[1]):
        return False
    right = base64.b64encode(proof(body, found[1]))
    return any(hmac.compare_digest(key.encode(), right) for key in found[2].split(";"))


def reads_text(header: str, body: bytes) -> bool:
    """Reads the body as text, in which each line end is LF, and verifies that."""
    return compares_bytes(header, body.replace(b"\r\n", b"\n"))


def receiver(check: Check) -> Any:
    def app(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        body = environ["wsgi.input"].read()
        status = "204 No Content" if check(environ.get("HTTP_STEPPAY_SIGNATURE", ""), body) else "401 Unauthorized"
        start_response(status, [])
        return []

    return app


IN_PROCESS = [name for name, one in FAULTS.items() if one.family == "signature" and not one.needs_socket]


@pytest.mark.parametrize("check", [compares_bytes, compares_text], ids=lambda check: check.__name__)
@pytest.mark.parametrize("fault", IN_PROCESS)
def test_a_safe_receiver_does_right_with_every_signature(fault: str, check: Check) -> None:
    report = deliver(make_event("payment.completed", seed=7), to=receiver(check), secret=SECRET, fault=fault)
    assert report.ok, str(report[0])


@pytest.mark.parametrize("fault", ["key-before-timestamp", "key-unpadded", "key-url-safe"])
def test_the_two_safe_ways_differ_here(fault: str) -> None:
    event = make_event("payment.completed", seed=7)
    found = [
        deliver(event, to=receiver(check), secret=SECRET, fault=fault) for check in (compares_bytes, compares_text)
    ]
    assert [report[0].status for report in found] == [204, 401]


@pytest.mark.parametrize(
    "body",
    [
        b'{"event":"order.created","timestamp":1,"data":{"name":"a,b\\n"}}',
        b'{\n  "event": "order.created",\n  "data": {}\n}\n',
        b'{\r\n  "event": "order.created",\r\n  "data": {}\r\n}',
        b'{"event":"order.created"}',
    ],
)
def test_a_receiver_that_reads_text_is_caught_by_cr_lf(body: bytes) -> None:
    event = Event.from_bytes(body)
    assert deliver(event, to=receiver(compares_bytes), secret=SECRET, fault="body-crlf").ok
    caught = deliver(event, to=receiver(reads_text), secret=SECRET, fault="body-crlf", control=False)
    assert (caught.ok, caught[0].status) == (False, 401)


def test_the_json_with_cr_lf_says_the_same() -> None:
    seen: list[bytes] = []

    def check(_header: str, body: bytes) -> bool:
        seen.append(body)
        return True

    event = make_event("order.created", seed=7, edge=True)
    deliver(event, to=receiver(check), secret=SECRET, fault="body-crlf")
    assert Event.from_bytes(seen[0]).payload == event.payload
    assert seen[0].count(b"\r\n") == seen[0].count(b"\n") > 5
