"""Each receiver gets what it was registered for, and what cannot be is told before anything is sent."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from delivery.counting import Counting, Got

from steppay_mock import SignatureError, SteppayMockError, scenario, verify
from steppay_mock.delivery.endpoint import Endpoint
from steppay_mock.delivery.schedule import Again, Deliver, plan
from steppay_mock.delivery.sender.sender import Sender

EVENTS = scenario("subscription-starts", seed=7).events


def proves(got: Got, secret: str) -> bool:
    try:
        verify(got.signature or None, got.body, secret, tolerance=None)
    except SignatureError:
        return False
    return True


def test_each_hook_gets_what_it_wants_signed_with_its_secrets(receiver: Counting, journal: str | None) -> None:
    hooks = [
        Endpoint(url=f"{receiver.url}/all", secret="whsec_a", name="all"),
        Endpoint(
            url=f"{receiver.url}/orders", secret=["whsec_old", "whsec_new"], events=["order.created", "order.updated"]
        ),
        Endpoint(url=f"{receiver.url}/unsigned", events="subscription.created"),
        Endpoint(url=f"{receiver.url}/off", secret="whsec_off", enabled=False),
    ]
    report = Sender(hooks, journal=journal, concurrency=4).send(EVENTS)
    report.assert_ok()
    went: dict[bytes, list[Got]] = {}
    for got in receiver.got:
        went.setdefault(got.head.split(b" ")[1], []).append(got)
    assert {path: len(found) for path, found in went.items()} == {
        b"/hook/all": 5,
        b"/hook/orders": 2,
        b"/hook/unsigned": 1,
    }
    assert all(proves(one, "whsec_a") for one in went[b"/hook/all"])
    rotated = went[b"/hook/orders"]
    assert all(proves(one, "whsec_old") and proves(one, "whsec_new") for one in rotated)
    assert all(one.signature.count(";") == 1 for one in rotated)
    assert went[b"/hook/unsigned"][0].signature == ""
    assert report.planned == 8


def test_a_copy_to_each_hook_is_that_of_its_own(receiver: Counting, journal: str | None) -> None:
    hooks = [Endpoint(url=receiver.url, secret=secret, name=secret) for secret in ("whsec_a", "whsec_b")]
    Sender(hooks, journal=journal).send(plan(EVENTS, [Deliver(event=0), Again(event=0, how="same")])).assert_ok()
    first, second, third, fourth = receiver.got
    assert (first.head, second.head) == (third.head, fourth.head)
    assert proves(third, "whsec_a")
    assert proves(fourth, "whsec_b")


@pytest.mark.parametrize(
    ("to", "options", "message"),
    [
        ("ftp://localhost", {}, "This URL cannot be used: it begins with neither http:// nor https://."),
        ("https://api.steppay.kr/x", {}, "api.steppay.kr belongs to StepPay: nothing is ever sent there"),
        ("https://example.com", {}, "example.com is not this machine"),
        ([], {}, "There is no receiver to send to. Give a URL, or an Endpoint that is enabled."),
        ([Endpoint(url="http://localhost", enabled=False)], {}, "There is no receiver to send to."),
        ([Endpoint(url="http://localhost")] * 2, {}, "Two receivers are called 'http://localhost/webhooks/steppay'."),
        ([Endpoint(url="http://localhost")], {"secret": "x"}, "secret= is for a URL. Give each Endpoint its own"),
        (["http://localhost"], {}, "A receiver is a URL or an Endpoint."),
        (7, {}, "A receiver is a URL or an Endpoint."),
        (print, {"secret": "x"}, "An app in process is for deliver(); serve it for the sender."),
        (Endpoint(url="http://localhost", events=["order.create"]), {}, "order.create"),
        ("http://localhost", {"concurency": 1}, "Sender() has no option 'concurency'. Did you mean 'concurrency'?"),
        (
            "http://localhost",
            {"concurrency": 0},
            "concurrency=0: expected a whole number from 1 to 1000. Leave it out for 1.",
        ),
        ("http://localhost", {"rate": 0}, "rate=0: expected a number from 0.001 up. Leave it out for no limit."),
        ("http://localhost", {"timeout": "soon"}, "timeout='soon': expected seconds, more than 0 and at most 86400."),
        ("http://localhost", {"speed": -1}, "speed=-1: expected seconds from 0 up. Leave it out for real time."),
        ("http://localhost", {"success": "2xx"}, "success='2xx': expected a list of statuses from 100 to 599."),
        ("http://localhost", {"success": [[200]]}, "success=[[200]]: expected a list of statuses"),
        ("http://localhost", {"success": []}, "success=[]: expected a list of statuses"),
        ("http://localhost", {"keep_alive": "yes"}, "keep_alive='yes': expected True or False."),
        ("http://localhost", {"journal": 7}, "journal=7: expected the path of a file. Leave it out for no journal."),
        ("http://localhost", {"journal": ""}, "journal='': expected the path of a file."),
        ("http://localhost", {"journal": ":memory:"}, "journal=':memory:': expected the path of a file."),
        (
            "http://localhost",
            {"clock": 7},
            "clock=7: expected a Clock. Leave it out for the receiver's clock and real waits.",
        ),
    ],
)
def test_a_sender_that_cannot_be_is_told(to: Any, options: Any, message: str) -> None:
    with pytest.raises(SteppayMockError) as error:
        Sender(to, **options)
    assert message in str(error.value)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"order": "shufled"}, "or 'busy-second'. Did you mean 'shuffled'?"),
        ({"duplicates": 2}, "duplicates=2: expected a number from 0 to 1."),
        ({"seed": 1.5}, "seed=1.5: expected a whole number of at most 64 bits, or text."),
        ({"seed": True}, "seed=True: expected a whole number of at most 64 bits, or text."),
        ({"seed": 2**63}, ": expected a whole number of at most 64 bits, or text."),
        ({"concurrency": 2_000}, "concurrency=2000: expected a whole number from 1 to 1000."),
    ],
)
def test_what_cannot_be_sent_is_told_before_anything_is(
    receiver: Counting, journal: str | None, options: Any, message: str
) -> None:
    with pytest.raises(SteppayMockError) as error:
        Sender(receiver.url, journal=journal).send(EVENTS, **options)
    assert message in str(error.value)
    assert receiver.got == []
    assert journal is None or not Path(journal).exists()
