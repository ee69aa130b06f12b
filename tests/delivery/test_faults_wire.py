"""The very bytes that each fault puts on the wire, as a plain socket receives them."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from zlib import crc32

import pytest
from delivery.wiretap import BODY, KEY, MOMENT, SECRET, ServeRaw, Wiretap, draft, endpoint_of, key

from steppay_mock.delivery.faults import FAULTS
from steppay_mock.delivery.http.raw.send import Pause, render, send_raw
from steppay_mock.delivery.request import Writing

LINES = (
    "POST /webhooks/steppay HTTP/1.1",
    "host: AUTHORITY",
    "connection: close",
    "accept: text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2",
    "te: gzip, deflate; q=0.5",
    "x-b3-traceid: e8ccebb467a72a14",
    "x-b3-spanid: 7f0df33d87c95901",
    "x-b3-parentspanid: 0a4238384b680508",
    "content-type: application/json",
    "content-length: 27",
    f"steppay-signature: timestamp=1706002316,key={KEY}",
)
TITLES = (
    "POST /webhooks/steppay HTTP/1.1",
    "Host: AUTHORITY",
    "Connection: close",
    "Accept: text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2",
    "Te: gzip, deflate; q=0.5",
    "X-B3-Traceid: e8ccebb467a72a14",
    "X-B3-Spanid: 7f0df33d87c95901",
    "X-B3-Parentspanid: 0a4238384b680508",
    "Content-Type: application/json",
    "Content-Length: 27",
    f"Steppay-Signature: timestamp=1706002316,key={KEY}",
)
Sent = tuple[tuple[str, ...], bytes]


def lines(changes: dict[str, tuple[str, ...]]) -> tuple[str, ...]:
    """The right lines, but for those that begin so."""
    found: list[str] = []
    for line in LINES:
        begin = next((begin for begin in changes if line.startswith(begin)), None)
        found += [line] if begin is None else changes[begin]
    return tuple(found)


def signed(*values: str) -> Sent:
    return lines({"steppay-signature": tuple(f"steppay-signature: {value}" for value in values)}), BODY


def typed(*values: str) -> Sent:
    return lines({"content-type": tuple(f"content-type: {value}" for value in values)}), BODY


def resigned(body: bytes, *encoding: str) -> Sent:
    changes = {
        "content-length": (*encoding, f"content-length: {len(body)}"),
        "steppay-signature": (f"steppay-signature: timestamp={MOMENT},key={key(MOMENT, body, SECRET)}",),
    }
    return lines(changes), body


def stranger(number: int) -> str:
    return key(MOMENT, BODY, f"the secret of somebody else, number {number}")


def at(moment: int) -> Sent:
    return signed(f"timestamp={moment},key={key(moment, BODY, SECRET)}")


ENDPOINT = endpoint_of("http://localhost:8000/hook?a=1")
HALF = BODY[:13]
LARGE = BODY[:-1] + b',"padding":"' + b"x" * (5_000_000 - len(BODY) - 13) + b'"}'
STORED = b"".join(
    [
        b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff",
        b"\x01\x1b\x00\xe4\xff",
        BODY,
        crc32(BODY).to_bytes(4, "little"),
        b"\x1b\x00\x00\x00",
    ]
)
SENT: dict[str, Sent] = {
    "wrong-secret": signed(f"timestamp=1706002316,key={stranger(1)}"),
    "body-changed": (LINES, '{"a":0,"b":"구독 생성"}'.encode()),
    "spaced-after-signing": (
        lines({"content-length": ("content-length: 31",)}),
        '{"a": 1, "b": "구독 생성"}\n'.encode(),
    ),
    "timestamp-stale": at(1705998716),
    "timestamp-future": at(1706005916),
    "secrets-rotated": signed(f"timestamp=1706002316,key={stranger(1)};{KEY}"),
    "keys-right-first": signed(f"timestamp=1706002316,key={KEY};{stranger(1)};{stranger(2)}"),
    "keys-right-last": signed(f"timestamp=1706002316,key={stranger(1)};{stranger(2)};{KEY}"),
    "keys-none-right": signed(f"timestamp=1706002316,key={stranger(1)};{stranger(2)};{stranger(3)}"),
    "signature-missing": signed(),
    "signature-empty": signed(""),
    "signature-garbage": signed("garbage"),
    "signature-twice": signed(f"timestamp=1706002316,key={stranger(1)}", f"timestamp=1706002316,key={KEY}"),
    "key-missing": signed("timestamp=1706002316"),
    "key-empty": signed("timestamp=1706002316,key="),
    "key-before-timestamp": signed(f"key={KEY},timestamp=1706002316"),
    "v0-for-key": signed(f"timestamp=1706002316,v0={KEY}"),
    "v0-beside-key": signed(f"timestamp=1706002316,v0={stranger(1)},key={KEY}"),
    "key-unpadded": signed("timestamp=1706002316,key=pcUtl09za6MxAa86w7KED/xRyJI4iad+N4rcQzU/tTE"),
    "key-url-safe": signed("timestamp=1706002316,key=pcUtl09za6MxAa86w7KED_xRyJI4iad-N4rcQzU_tTE="),
    "timestamp-not-a-number": signed(f"timestamp=now,key={key('now', BODY, SECRET)}"),
    "content-type-wrong": typed("text/plain"),
    "content-type-charset": typed("application/json;charset=UTF-8"),
    "content-type-missing": typed(),
    "names-title-case": (TITLES, BODY),
    "body-spaced": resigned('{"a": 1, "b": "구독 생성"}\n'.encode()),
    "body-crlf": resigned('{"a":1,\r\n"b":"구독 생성"}\r\n'.encode()),
    "body-escaped": resigned(rb'{"a":1,"b":"\uad6c\ub3c5 \uc0dd\uc131"}'),
    "body-reordered": resigned('{"b":"구독 생성","a":1}'.encode()),
    "body-with-bom": resigned(b"\xef\xbb\xbf" + BODY),
    "body-large": resigned(LARGE),
    "body-gzip": resigned(STORED, "content-encoding: gzip"),
    "truncated": (LINES, HALF),
    "slow-drip": (LINES, BODY),
    "chunked": (
        lines({"content-length": ("transfer-encoding: chunked",)}),
        b"\r\n".join([b"9", BODY[:9], b"9", BODY[9:18], b"9", BODY[18:], b"0", b"", b""]),
    ),
    "length-missing": (lines({"content-length": ()}), BODY),
    "http-1.0": (lines({"POST": ("POST /webhooks/steppay HTTP/1.0",)}), BODY),
    "reset-amid-body": (LINES, HALF),
    "reset-after-body": (LINES, BODY),
    "answer-lost": (LINES, BODY),
}
RESETS = {
    "reset-amid-body": "amid the body",
    "reset-after-body": "after the body",
    "answer-lost": "when its answer began",
}


def on_the_wire(sent: Sent, authority: str) -> bytes:
    head = "".join(f"{line}\r\n" for line in sent[0]).replace("AUTHORITY", authority)
    return head.encode() + b"\r\n" + sent[1]


def test_every_fault_has_its_bytes_here() -> None:
    assert list(SENT) == list(FAULTS)


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_on_the_wire_what_it_says(name: str, serve_raw: ServeRaw) -> None:
    tap = Wiretap()
    url = serve_raw(tap)
    expected = on_the_wire(SENT[name], url.removeprefix("http://"))
    # The others tell the receiver by their end that nothing more is coming.
    tap.after = None if name in {"truncated", "reset-amid-body", "reset-after-body"} else len(expected)
    pauses: list[float] = []

    answer = send_raw(FAULTS[name].apply(draft()), endpoint_of(url), timeout=10, sleep=pauses.append)

    taken = tap.taken()
    assert taken.received == expected
    assert taken.ending == ("reset" if name in RESETS else "eof")
    if name in RESETS:
        error = f"the connection was reset on purpose, {RESETS[name]}: no answer can come"
        assert (answer.status, answer.error) == (None, error)
    else:
        assert (answer.status, answer.error) == (204, None)
    assert pauses == ([0.1] * 20 if name == "slow-drip" else [])
    assert answer.latency > 0


def test_what_is_sent_as_gzip_is_gzip_and_what_is_large_is_json() -> None:
    assert gzip.decompress(FAULTS["body-gzip"].apply(draft()).body) == BODY
    large = FAULTS["body-large"].apply(draft()).body
    assert len(large) == 5_000_000
    assert {name: value for name, value in json.loads(large).items() if name != "padding"} == json.loads(BODY)


def test_a_drip_pauses_before_each_of_its_pieces() -> None:
    head, *rest = render(FAULTS["slow-drip"].apply(draft()), ENDPOINT)
    assert isinstance(head, bytes)
    assert head.endswith(b"\r\n\r\n")
    assert rest[::2] == [Pause(0.1)] * 20
    pieces = [piece for piece in rest[1::2] if isinstance(piece, bytes)]
    assert {len(piece) for piece in pieces} == {1, 2}
    assert b"".join(pieces) == BODY


def test_another_wire_gives_other_bytes_of_the_same_request() -> None:
    faulty = FAULTS["slow-drip"].apply(draft())
    assert faulty.writing is not None
    slower = replace(faulty, writing=replace(faulty.writing, drip=2.5, pieces=1000, framing="chunked", truncate_to=2))
    head, *rest = render(slower, ENDPOINT)
    assert isinstance(head, bytes)
    assert b"transfer-encoding: chunked" in head
    assert b"content-length" not in head
    assert rest == [Pause(2.5), b"1\r\n{\r\n", Pause(2.5), b'1\r\n"\r\n']

    head, *rest = render(replace(slower, writing=Writing()), ENDPOINT)
    assert isinstance(head, bytes)
    assert b"content-length: 27" in head
    assert b"transfer-encoding" not in head
    assert rest == [BODY]


def test_the_names_of_the_connection_are_the_callers_if_the_caller_has_them() -> None:
    faulty = FAULTS["http-1.0"].apply(draft())
    named = replace(faulty, headers=(("Host", "shop.example"), ("connection", "keep-alive"), *faulty.headers))
    head = next(iter(render(named, ENDPOINT)))
    assert isinstance(head, bytes)
    assert head.startswith(b"POST /hook?a=1 HTTP/1.0\r\nHost: shop.example\r\nconnection: keep-alive\r\naccept: ")


def test_a_body_of_5_mb_arrives_whole_before_it_is_reset(serve_raw: ServeRaw) -> None:
    tap = Wiretap()
    faulty = replace(FAULTS["body-large"].apply(draft()), writing=Writing(reset="written"))
    answer = send_raw(faulty, endpoint_of(serve_raw(tap)), timeout=10)
    assert answer.error == "the connection was reset on purpose, after the body: no answer can come"
    taken = tap.taken()
    assert taken.received.endswith(faulty.body)
    assert taken.ending == "reset"
