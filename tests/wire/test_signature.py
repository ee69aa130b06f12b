from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from steppay_mock import ContractViolation, SignatureError, SteppayMockError, sign, verify
from steppay_mock.wire.signature import Secrets, as_secrets

NOW = 1706002316
BODY = '{"a":1,"b":"구독 생성"}'
KEY = "pcUtl09za6MxAa86w7KED/xRyJI4iad+N4rcQzU/tTE="
HEADER = f"timestamp={NOW},key={KEY}"
SECRET = "whsec_test"


def at(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def refused(header: Any, body: Any = BODY, secrets: Any = SECRET, **options: Any) -> SignatureError:
    with pytest.raises(SignatureError) as caught:
        verify(header, body, secrets, **{"now": at(NOW), **options})
    assert SECRET not in str(caught.value)
    return caught.value


@pytest.mark.parametrize(
    ("secret", "timestamp", "body", "key"),
    [
        (SECRET, NOW, BODY, KEY),
        (SECRET, NOW, '{"a": 1, "b": "구독 생성"}', "VZS07D6oH4D+35RUDvWxCoX6jA5fNZTJOgygagpMvU4="),
        ("비밀키", 1690943620, "{}", "I1LBnbTuZ73mFm3LBFOP6Gq7EOtc1ymREcBZtGyY77c="),
        ("k", 1, "", "N8Of+Qyer5i3bxzxo4OZ+kCOkw804EpRedDcZIn+nHg="),
    ],
)
def test_signatures_are_those_of_the_published_vectors(secret: str, timestamp: int, body: str, key: str) -> None:
    assert sign(body, secret, timestamp=timestamp) == f"timestamp={timestamp},key={key}"
    assert sign(body.encode(), [secret], timestamp=timestamp + 0.9) == f"timestamp={timestamp},key={key}"


def test_several_secrets_give_one_key_each_in_their_order() -> None:
    other = sign(BODY, "other", timestamp=NOW).partition("key=")[2]
    assert sign(BODY, (SECRET, "other"), timestamp=NOW) == f"timestamp={NOW},key={KEY};{other}"


def test_signing_without_a_timestamp_uses_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.time", lambda: NOW + 0.99)
    assert sign(BODY, SECRET) == HEADER


@pytest.mark.parametrize(
    ("secret", "fault"),
    [
        ("", "number 1 of 1 is empty"),
        ([], "there are none"),
        (iter(()), "there are none"),
        (["a", ""], "number 2 of 2 is empty"),
        (["a", 7], "number 2 of 2 is int"),
        (b"whsec_test", "this is bytes"),
        ({"whsec_test": 1}, "this is dict"),
        (None, "this is NoneType"),
        ("whsec_\ud800", "number 1 of 1 is not valid UTF-8"),
        (map(str, range(10**9)), "there are more than 100"),
    ],
)
def test_a_secret_that_cannot_sign_is_named_but_not_shown(secret: Any, fault: str) -> None:
    with pytest.raises(SteppayMockError) as caught:
        sign(BODY, secret)
    assert str(caught.value) == (
        f"A secret is text that is not empty: {fault}. Copy the endpoint's verification key (검증 KEY) from the portal."
    )
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


@pytest.mark.parametrize("timestamp", [-1, float("nan"), float("inf"), 10**15, 10**400, True, "1706002316"])
def test_a_timestamp_that_no_receiver_takes_is_not_signed(timestamp: Any) -> None:
    with pytest.raises(
        SteppayMockError, match=r"A timestamp is seconds since the epoch, 0 or more, not .*Leave it out"
    ):
        sign(BODY, SECRET, timestamp=timestamp)


@pytest.mark.parametrize("body", [{"a": 1}, None, 5, "\ud800"])
def test_a_body_without_bytes_is_not_signed(body: Any) -> None:
    with pytest.raises(SteppayMockError, match=r"A body to be signed is bytes .* Sign event\.body"):
        sign(body, SECRET)


def test_a_right_signature_is_accepted_in_every_form_of_its_arguments() -> None:
    for body in (BODY, BODY.encode(), bytearray(BODY.encode())):
        verify(HEADER, body, SECRET, now=at(NOW))  # type: ignore[arg-type]
    verify(HEADER, BODY, iter(["other", SECRET]), now=at(NOW))
    verify(HEADER, BODY, [SECRET], now=at(NOW + 0.5), tolerance=None)


def test_the_clock_is_read_when_no_time_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.time", lambda: NOW + 301.0)
    verify(HEADER, BODY, SECRET, tolerance=301)
    with pytest.raises(SignatureError, match="301 s ago"):
        verify(HEADER, BODY, SECRET)


def test_a_mismatch_says_what_to_look_at() -> None:
    error = refused(HEADER, body="{}")
    assert isinstance(error, ContractViolation)
    assert error.kind == "mismatch"
    assert str(error) == (
        "header Steppay-Signature\n"
        "  expected: key = base64(HMAC-SHA256(secret, '<timestamp>.<raw request body>'))\n"
        "  sent:     1 key; tried 1 secret on 2 bytes of body\n"
        "  next:     Verify the raw bytes as they arrived, before any JSON parsing, and check the secret. "
        "Copy the endpoint's verification key (검증 KEY) from the portal."
    )


def test_white_space_around_a_secret_is_suspected_but_never_stripped() -> None:
    error = refused(HEADER, secrets=SECRET + "\n")
    assert error.kind == "mismatch"
    assert "One of the secrets begins or ends with white space." in error.next_step


def test_neither_the_secret_nor_the_right_key_is_told() -> None:
    for error in (
        refused(HEADER, body="{}"),
        refused(HEADER, now=at(NOW + 999)),
        refused("timestamp=1", secrets=[SECRET]),
    ):
        right = sign("{}", SECRET, timestamp=NOW).partition("key=")[2]
        assert right not in str(error)
        assert KEY not in str(error)


def test_a_secret_in_the_place_of_the_header_is_not_told() -> None:
    for secret in (SECRET, f"{SECRET}=", f"{SECRET},{SECRET}=x"):
        assert refused(secret).kind == "malformed"


def test_an_old_signature_says_how_old_it_is() -> None:
    error = refused(HEADER, now=at(NOW + 301))
    assert error.kind == "stale"
    assert (error.expected, error.sent) == (
        f"sent within 300 s of the clock, {NOW + 301}",
        f"timestamp={NOW}, 301 s ago",
    )
    assert error.next_step.startswith("A replay? Refuse it. In a test, sign with the sending time, not the event's")


def test_a_signature_from_the_future_is_refused_too() -> None:
    error = refused(HEADER, now=at(NOW - 61), tolerance=60)
    assert error.kind == "future"
    assert (error.expected, error.sent) == (
        f"sent within 60 s of the clock, {NOW - 61}",
        f"timestamp={NOW}, 61 s ahead",
    )
    assert error.next_step.startswith("Compare the two clocks; the timestamp is in seconds, not milliseconds.")


def test_age_is_told_only_of_right_signatures() -> None:
    assert refused(HEADER, body="{}", now=at(NOW + 10**6)).kind == "mismatch"


def test_v0_alone_is_no_key() -> None:
    error = refused(f"timestamp={NOW},v0={KEY}")
    assert error.kind == "no-key"
    assert error.sent == "no key, only v0="
    assert error.next_step.startswith("v0= was seen in an older delivery")


@pytest.mark.parametrize(
    ("header", "kind", "sent"),
    [
        (None, "malformed", "no header"),
        (HEADER.encode(), "malformed", "bytes"),
        ([HEADER], "malformed", "list"),
        ("", "malformed", "none among 0 pairs"),
        ("x" * 10_000_000, "malformed", "10000000 characters"),
        (f"timestamp={NOW},timestamp={NOW},key={KEY}", "malformed", "2 of them"),
        (f"timestamp={'9' * 5000},key={KEY}", "malformed", "timestamp='999999999999999999999999'..."),
        (f"timestamp=\uff11,key={KEY}", "malformed", r"timestamp='\uff11'"),
        (f"timestamp=\ud800,key={KEY}", "malformed", r"timestamp='\ud800'"),
        (f"timestamp={NOW},{KEY[:-1]}", "malformed", "a part without '='"),
        (f"timestamp={NOW}", "no-key", "no key among 1 pair"),
        (f"timestamp={NOW},key=", "no-key", "no key: key= is empty"),
        (f"timestamp={NOW},key=\ud800", "mismatch", "1 key; tried 1 secret on 27 bytes of body"),
        (f"timestamp={NOW},key={'A;' * 5000}", "mismatch", "5000 keys; tried 1 secret on 27 bytes of body"),
    ],
)
def test_a_header_that_proves_nothing_is_refused(header: Any, kind: str, sent: str) -> None:
    error = refused(header)
    assert (error.kind, error.sent, error.event, error.path) == (kind, sent, "?", "header Steppay-Signature")


@pytest.mark.parametrize("body", [None, {"a": 1}, 5, "\ud800", memoryview(b"{}")])
def test_a_body_that_is_not_the_raw_one_is_refused(body: Any) -> None:
    error = refused(HEADER, body=body)
    assert (error.kind, error.path, error.sent) == ("malformed", "body", type(body).__name__)
    assert error.next_step.startswith("Pass the bytes as they arrived")


def _failing() -> Iterator[str]:
    yield SECRET
    raise RuntimeError(SECRET)


@pytest.mark.parametrize(
    ("secrets", "sent"),
    [
        ("", "number 1 of 1 is empty"),
        ([SECRET, None], "number 2 of 2 is NoneType"),
        (None, "this is NoneType"),
        (SECRET.encode(), "this is bytes"),
        (7, "this is int"),
        ([], "there are none"),
        ({SECRET: 1}, "this is dict"),
        (_failing(), "reading them raised RuntimeError"),
    ],
)
def test_a_receiver_without_a_usable_secret_refuses_everything(secrets: Any, sent: str) -> None:
    error = refused(HEADER, secrets=secrets)
    assert (error.kind, error.path, error.sent) == ("mismatch", "secrets", sent)
    assert error.next_step.endswith("Is STEPPAY_WEBHOOK_SECRET set where the receiver runs?")


@pytest.mark.parametrize(
    ("options", "path", "sent"),
    [
        ({"tolerance": -1}, "tolerance", "-1"),
        ({"tolerance": float("nan")}, "tolerance", "nan"),
        ({"tolerance": "300"}, "tolerance", "str"),
        ({"tolerance": True}, "tolerance", "bool"),
        ({"tolerance": 10**400}, "tolerance", "int"),
        ({"now": "today"}, "now", "str"),
        ({"now": float("inf")}, "now", "inf"),
        ({"now": datetime(2024, 1, 23)}, "now", "a datetime without a zone"),
    ],
)
def test_an_impossible_clock_refuses_rather_than_lets_pass(options: Any, path: str, sent: str) -> None:
    error = refused(HEADER, **options)
    assert (error.kind, error.path, error.sent) == ("malformed", path, sent)


@pytest.mark.parametrize(
    ("now", "next_step"),
    [
        (1706002316, "Of seconds make a datetime: datetime.fromtimestamp(1706002316, UTC)."),
        (1706002316.5, "Of seconds make a datetime: datetime.fromtimestamp(1706002316.5, UTC)."),
        (True, "Pass datetime.now(UTC), or leave now out."),
        (lambda: 5, "Pass datetime.now(UTC), or leave now out."),
        (datetime(2024, 1, 23), "Pass datetime.now(UTC), or leave now out."),
    ],
)
def test_now_is_a_datetime_with_a_zone(now: Any, next_step: str) -> None:
    error = refused(HEADER, now=now)
    assert error.expected == "a datetime with a zone, or None for the clock"
    assert error.next_step == next_step


def test_checked_secrets_do_not_show_themselves() -> None:
    checked = as_secrets([SECRET, "other"])
    assert repr(checked) == "<2 secrets>"
    assert isinstance(checked, Secrets)
    assert as_secrets(checked) is checked
