from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from typing import Any

import pytest

from steppay_mock import SteppayMockError, deliver, sign
from steppay_mock.delivery.address.access import AccessOptions
from steppay_mock.delivery.options.settings import DeliveryOptions, Settings, resolve_options
from steppay_mock.delivery.sender.clock import Clock

SEED = "expected a whole number of at most 64 bits, or text. Leave it out for a random seed."
TIMEOUT = "expected seconds, more than 0 and at most 86400. Leave it out for 10 s (assumed)."
Payloads = Callable[[int], list[dict[str, Any]]]


class Signatures:
    """A receiver that keeps the signature headers it is sent."""

    def __init__(self) -> None:
        self.seen: list[str | None] = []
        self.bodies: list[bytes] = []

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        self.seen.append(environ.get("HTTP_STEPPAY_SIGNATURE"))
        self.bodies.append(environ["wsgi.input"].read())
        start_response("204 No Content", [])
        return []


def test_each_delivery_is_signed_at_its_sending_time(payloads: Payloads) -> None:
    receiver = Signatures()
    times = iter([1706002316.9, 1706002400])
    deliver(payloads(2), to=receiver, secret=iter(["old", "새것"]), clock=Clock(now=lambda: next(times)))
    assert receiver.seen == [
        sign(receiver.bodies[0], ["old", "새것"], timestamp=1706002316),
        sign(receiver.bodies[1], ["old", "새것"], timestamp=1706002400),
    ]


def test_the_clock_signs_when_no_time_is_given(payloads: Payloads, monkeypatch: pytest.MonkeyPatch) -> None:
    receiver = Signatures()
    monkeypatch.setattr("time.time", lambda: 1706002316.5)
    deliver(payloads(1), to=receiver, secret="s")
    assert receiver.seen == [sign(receiver.bodies[0], "s", timestamp=1706002316)]


def test_without_a_secret_nothing_is_signed_and_no_clock_is_read(payloads: Payloads) -> None:
    receiver = Signatures()
    deliver(payloads(1), to=receiver, clock=Clock(now=lambda: pytest.fail("the clock was read")))
    assert receiver.seen == [None]


def test_the_body_sent_is_the_events(payloads: Payloads) -> None:
    receiver = Signatures()
    deliver(payloads(1)[0] | {"data": {"name": "김"}}, to=receiver)
    assert receiver.bodies[0].decode() == (
        '{\n  "timestamp": 1688697915,\n  "version": "v1",\n  "event": "customer.created",\n'
        '  "data": {\n    "name": "김"\n  },\n  "isTest": true\n}'
    )


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"ordr": "shuffled"},
            (
                "deliver() has no option 'ordr'. Did you mean 'order'? The options are path, secret, hide, order, "
                "duplicates, fault, control, seed, timeout, allow_hosts, headers, auth, ca_file, client_cert, "
                "client_key, proxy or clock."
            ),
        ),
        ({"seed": 1.5}, f"seed=1.5: {SEED}"),
        ({"seed": True}, f"seed=True: {SEED}"),
        ({"seed": 2**63}, f"seed={2**63}: {SEED}"),
        ({"timeout": 0}, f"timeout=0: {TIMEOUT}"),
        ({"timeout": None}, f"timeout=None: {TIMEOUT}"),
        ({"timeout": True}, f"timeout=True: {TIMEOUT}"),
        ({"timeout": float("inf")}, f"timeout=inf: {TIMEOUT}"),
        (
            {"path": "hook"},
            "path begins with / and has no white space and no #, unlike 'hook'. Pass '/webhooks/steppay'",
        ),
        (
            {"path": "/a b"},
            "path begins with / and has no white space and no #, unlike '/a b'. Pass '/webhooks/steppay'",
        ),
        (
            {"path": "/a\r"},
            "path begins with / and has no white space and no #, unlike '/a\\r'. Pass '/webhooks/steppay'",
        ),
        (
            {"path": "/a#b"},
            "path begins with / and has no white space and no #, unlike '/a#b'. Pass '/webhooks/steppay'",
        ),
        ({"path": None}, "path begins with / and has no white space and no #, unlike None. Pass '/webhooks/steppay'"),
        ({"now": 5}, "deliver() has no option 'now'. Did you mean 'clock'? Pass clock=Clock(now=...)."),
        ({"sleep": 5}, "deliver() has no option 'sleep'. Did you mean 'clock'? Pass clock=Clock(sleep=...)."),
        ({"clock": 5}, "clock=5: expected a Clock. Leave it out for the receiver's clock and real waits."),
        (
            {"secret": ["whsec_test", ""]},
            (
                "A secret is text that is not empty: number 2 of 2 is empty. "
                "Copy the endpoint's verification key (검증 KEY) from the portal."
            ),
        ),
    ],
)
def test_a_wrong_option_is_told_before_anything_is_delivered(
    payloads: Payloads, options: dict[str, Any], message: str
) -> None:
    receiver = Signatures()
    with pytest.raises(SteppayMockError) as caught:
        deliver(payloads(1), to=receiver, **options)
    assert str(caught.value) == message
    assert receiver.seen == []


def test_a_clock_that_gives_no_time_is_misuse(payloads: Payloads) -> None:
    with pytest.raises(SteppayMockError, match="A timestamp is seconds since the epoch"):
        deliver(payloads(1), to=Signatures(), secret="s", clock=Clock(now=lambda: "today"))  # type: ignore[arg-type,return-value]


def test_what_is_no_event_is_misuse() -> None:
    with pytest.raises(SteppayMockError, match="Events are an Event, a payload dict or an iterable of them, not int"):
        deliver(7, to=Signatures())  # type: ignore[arg-type]


def test_settings_hold_every_option_and_no_secret_shows() -> None:
    own = {name for name in DeliveryOptions.__annotations__ if name not in AccessOptions.__annotations__}
    assert {field.name for field in fields(Settings)} == own | {"access"}
    assert "whsec" not in repr(resolve_options({"secret": "whsec_test"}))


def test_a_text_is_a_seed_and_the_report_shows_the_number_that_repeats_it(payloads: Payloads) -> None:
    first, second = Signatures(), Signatures()
    report = deliver(payloads(9), to=first, order="shuffled", seed="release 7")
    again = deliver(payloads(9), to=second, order="shuffled", seed=report.seed)
    assert 0 <= report.seed < 2**63
    assert (again.seed, second.bodies) == (report.seed, first.bodies)
    assert deliver(payloads(9), to=Signatures(), seed="7").seed != 7
