"""The bounds of a signature: its age, the number of secrets and keys, and each part of the header."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import repeat
from typing import Any

import pytest

from steppay_mock import SignatureError, SteppayMockError, sign, verify
from steppay_mock.wire.signature_header import MAX_HEADER, counted, parse_header

NOW = 1706002316
BODY = b'{"a":1}'
HEADER = sign(BODY, "s", timestamp=NOW)


def at(seconds: float) -> datetime:
    return datetime.fromtimestamp(NOW + seconds, UTC)


def kind_of(header: Any = HEADER, *, secrets: Any = "s", after: float = 0, **options: Any) -> str:
    try:
        verify(header, BODY, secrets, now=at(after), **options)
    except SignatureError as error:
        return error.kind
    return "right"


def fault_of(header: Any) -> SignatureError:
    with pytest.raises(SignatureError) as failed:
        parse_header(header)
    return failed.value


@pytest.mark.parametrize("tolerance", [0, 0.5, 60, 300, 10**6])
def test_a_signature_is_right_up_to_the_tolerance_in_both_directions(tolerance: float) -> None:
    assert kind_of(after=tolerance, tolerance=tolerance) == kind_of(after=-tolerance, tolerance=tolerance) == "right"
    assert kind_of(after=tolerance + 0.25, tolerance=tolerance) == "stale"
    assert kind_of(after=-tolerance - 0.25, tolerance=tolerance) == "future"


def test_the_tolerance_is_five_minutes_unless_it_is_given_and_none_checks_no_age() -> None:
    assert kind_of(after=300) == kind_of(after=-300) == "right"
    assert (kind_of(after=301), kind_of(after=-301)) == ("stale", "future")
    assert kind_of(after=10**8, tolerance=None) == kind_of(after=-(10**8), tolerance=None) == "right"
    verify(sign(BODY, "s"), BODY, "s")


@pytest.mark.parametrize("count", [1, 2, 5])
def test_any_secret_may_match_any_key(count: int) -> None:
    """Fact 18."""
    others = [f"other {number}" for number in range(count)]
    for place in range(count + 1):
        several = [*others[:place], "s", *others[place:]]
        assert kind_of(sign(BODY, several, timestamp=NOW)) == "right"
        assert kind_of(secrets=several) == kind_of(secrets=iter(several)) == "right"
        assert kind_of(sign(BODY, several, timestamp=NOW), secrets=["none", "s"]) == "right"
    assert kind_of(sign(BODY, others, timestamp=NOW)) == kind_of(secrets=others) == "mismatch"


def test_there_are_at_most_a_hundred_secrets() -> None:
    hundred = [*("x" * number for number in range(1, 100)), "s"]
    assert kind_of(secrets=hundred) == "right"
    assert len(sign(BODY, hundred, timestamp=NOW).split(";")) == 100
    for more in ([*hundred, "t"], repeat("s")):
        with pytest.raises(SteppayMockError, match="there are more than 100"):
            sign(BODY, more)
    with pytest.raises(SignatureError, match="there are more than 100"):
        verify(HEADER, BODY, [*hundred, "t"])


@pytest.mark.parametrize(
    ("secret", "fault"),
    [
        (["a", 5], "number 2 of 2 is int"),
        (["\ud800"], "number 1 of 1 is not valid UTF-8"),
        (["a", "", "b"], "number 2 of 3 is empty"),
        (bytearray(b"x"), "this is bytearray"),
        ({}, "this is dict"),
    ],
)
def test_a_fault_of_a_secret_is_told_by_its_number(secret: Any, fault: str) -> None:
    with pytest.raises(SteppayMockError, match=f"A secret is text that is not empty: {fault}. Copy"):
        sign(BODY, secret)


@pytest.mark.parametrize(("seconds", "written"), [(0, "0"), (0.9, "0"), (1.0, "1"), (10**15 - 1, "9" * 15)])
def test_a_timestamp_is_cut_to_whole_seconds(seconds: float, written: str) -> None:
    header = sign(BODY, "s", timestamp=seconds)
    assert header.startswith(f"timestamp={written},key=")
    assert parse_header(header).timestamp == written


@pytest.mark.parametrize("seconds", [-0.1, 10**15, "5", None.__class__, True])
def test_a_timestamp_out_of_range_is_not_signed(seconds: Any) -> None:
    with pytest.raises(SteppayMockError, match="A timestamp is seconds since the epoch, 0 or more, not "):
        sign(BODY, "s", timestamp=seconds)


def test_text_and_bytes_of_a_body_have_one_signature() -> None:
    texts: tuple[Any, ...] = ("구독", "구독".encode(), bytearray("구독".encode()))
    assert len({sign(text, "s", timestamp=NOW) for text in texts}) == 1
    for text in texts:
        verify(sign("구독", "s", timestamp=NOW), text, "s", now=at(0))


@pytest.mark.parametrize(
    ("header", "timestamp", "keys"),
    [
        ("timestamp=1,key=a", "1", ("a",)),
        (" timestamp=1 ,\tkey=a\t", "1", ("a",)),
        ("key=a,timestamp=1", "1", ("a",)),
        ("timestamp=1,key=a;b; c ;;\td\t;", "1", ("a", "b", "c", "d")),
        ("timestamp=1,key=a,key=b;c", "1", ("a", "b", "c")),
        ("timestamp=1,key=a=,key===", "1", ("a=", "==")),
        (",timestamp=1, ,key=a,,\t", "1", ("a",)),
        ("timestamp=000000000000001,v0=x,=y,key=a", "0" * 14 + "1", ("a",)),
    ],
)
def test_a_header_is_pairs_in_any_order_with_blanks_around_them(
    header: str, timestamp: str, keys: tuple[str, ...]
) -> None:
    found = parse_header(header)
    assert (found.timestamp, found.keys) == (timestamp, keys)


@pytest.mark.parametrize(
    ("header", "kind", "sent"),
    [
        ("timestamp=1,kéy", "malformed", "a part without '='"),
        ("key=a", "malformed", "none among 1 pair"),
        ("key=a,v0=b", "malformed", "none among 2 pairs"),
        ("timestamp=1,timestamp=2,timestamp=3,key=a", "malformed", "3 of them"),
        ("timestamp=,key=a", "malformed", "timestamp=''"),
        ("timestamp=1.5,key=a", "malformed", "timestamp='1.5'"),
        ("timestamp=-1,key=a", "malformed", "timestamp='-1'"),
        (f"timestamp={'1' * 16},key=a", "malformed", f"timestamp='{'1' * 16}'"),
        (f"timestamp={'1' * 24},key=a", "malformed", f"timestamp='{'1' * 24}'"),
        (f"timestamp={'1' * 25},key=a", "malformed", f"timestamp='{'1' * 24}'..."),
        ("timestamp=1", "no-key", "no key among 1 pair"),
        ("timestamp=1,Key=a", "no-key", "no key among 2 pairs"),
        ("timestamp=1,key=; ;", "no-key", "no key: key= is empty"),
        ("timestamp=1,key=,v0=a", "no-key", "no key: key= is empty"),
        ("timestamp=1,v1=a,v0=b", "no-key", "no key, only v0= and v1="),
        ("timestamp=1,v4=a,v3=b,v2=c,v1=d", "no-key", "no key, only v1= and v2= and v3="),
        ("timestamp=1,v999=a", "no-key", "no key, only v999="),
        ("timestamp=1,v1000=a", "no-key", "no key among 2 pairs"),
    ],
)
def test_what_is_wrong_with_a_header_is_told(header: str, kind: str, sent: str) -> None:
    error = fault_of(header)
    assert (error.kind, error.sent) == (kind, sent)
    if kind == "no-key":
        older = re.search(r",v\d{1,3}=", header) is not None
        assert error.next_step.startswith("v0= was seen in an older" if older else "Pass the whole header value")


def test_a_header_has_at_most_sixteen_kibibytes() -> None:
    longest = "timestamp=1,key=" + "a" * (MAX_HEADER - 16)
    assert len(longest) == MAX_HEADER == 16384
    assert len(parse_header(longest).keys[0]) == MAX_HEADER - 16
    error = fault_of(longest + "a")
    assert (error.expected, error.sent) == ("at most 16384 characters", "16385 characters")


def test_things_are_counted_with_their_noun() -> None:
    assert [counted(range(number), "key") for number in range(3)] == ["0 keys", "1 key", "2 keys"]


@pytest.mark.parametrize(("secrets", "padded"), [("s ", True), (["x", "\ts"], True), ("s s", False)])
def test_white_space_around_a_secret_is_told(secrets: Any, *, padded: bool) -> None:
    with pytest.raises(SignatureError) as failed:
        verify(HEADER, BODY, secrets, now=at(0))
    assert ("One of the secrets begins or ends with white space." in failed.value.next_step) == padded
    count = "2 secrets" if isinstance(secrets, list) else "1 secret"
    assert failed.value.sent == f"1 key; tried {count} on 7 bytes of body"


def endless() -> Iterator[str]:
    yield from repeat("x")


def test_an_endless_iterable_of_secrets_is_refused() -> None:
    assert kind_of(secrets=endless()) == "mismatch"
    assert kind_of(secrets="x", after=10**9) == "mismatch"
