"""A schedule is delivered as it says: in its order, with its repeats, its waits, and what it wants at once."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from datetime import UTC, datetime
from threading import Barrier
from typing import Any

import pytest

from steppay_mock import SteppayMockError, deliver, deliver_async, scenario, verify
from steppay_mock.delivery.schedule import (
    Again,
    Deliver,
    Drop,
    Hold,
    Overlap,
    Step,
    Wait,
    duplicate,
    in_order,
    plan,
    shuffle,
)
from steppay_mock.delivery.sender.clock import Clock

EVENTS = scenario("subscription-starts", seed=7).events
SECRET = "whsec_test"


class Receiver:
    """A WSGI app that keeps what it got."""

    def __init__(self, meeting: Barrier | None = None) -> None:
        self.bodies: list[bytes] = []
        self.signatures: list[str] = []
        self._meeting = meeting

    @property
    def types(self) -> list[str]:
        return [json.loads(body)["event"] for body in self.bodies]

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        self.bodies.append(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
        self.signatures.append(environ.get("HTTP_STEPPAY_SIGNATURE", ""))
        if self._meeting is not None:
            self._meeting.wait(timeout=20)  # passes only if all parties are in flight at the same time
        start_response("204 No Content", [])
        return []


def test_events_arrive_in_the_order_of_the_steps() -> None:
    receiver = Receiver()
    steps: list[Step] = [Hold(event=0, until=2), Deliver(event=3), Deliver(event=1), Drop(event=2), Deliver(event=4)]
    report = deliver(plan(EVENTS, steps, made_by="a test"), to=receiver, secret=SECRET)
    assert receiver.types == [EVENTS[place].type for place in (3, 1, 0, 4)]
    assert report.order == "a test"
    assert str(report).startswith("4 deliveries in a test order to the WSGI app")


def test_a_copy_is_the_same_bytes_and_signature_and_a_resend_is_signed_anew() -> None:
    receiver = Receiver()
    times = iter(range(1_706_002_316, 1_706_002_400, 10))
    steps: list[Step] = [
        Deliver(event=0),
        Again(event=0, how="same"),
        Again(event=0, how="resigned"),
        Again(event=0, how="restamped", stamp=5),
    ]
    report = deliver(plan(EVENTS, steps), to=receiver, secret=SECRET, clock=Clock(now=lambda: next(times)))
    assert receiver.signatures[1] == receiver.signatures[0]
    assert receiver.bodies[:3] == [EVENTS[0].body] * 3
    assert receiver.signatures[2] != receiver.signatures[0]
    assert json.loads(receiver.bodies[3]) == {**EVENTS[0].payload, "timestamp": 5}
    for at, sent in ((0, 0), (2, 10), (3, 20)):
        verify(
            receiver.signatures[at],
            receiver.bodies[at],
            [SECRET],
            now=datetime.fromtimestamp(1_706_002_316 + sent, UTC),
        )
    assert [outcome.again for outcome in report] == [None, "same", "resigned", "restamped"]
    assert str(report[1]) == "order.created (same): 204"


def test_a_copy_of_what_was_never_sent_is_sent_first() -> None:
    receiver = Receiver()
    deliver(plan(EVENTS, [Again(event=0, how="same"), Deliver(event=0)]), to=receiver, secret=SECRET)
    assert receiver.bodies == [EVENTS[0].body] * 2


def test_what_is_to_be_at_once_is_in_flight_at_once_in_a_wsgi_app() -> None:
    receiver = Receiver(Barrier(3))
    report = deliver(plan(EVENTS, [Overlap(events=(0, 1, 2))]), to=receiver, secret=SECRET)
    report.assert_ok()
    assert sorted(receiver.types) == sorted(EVENTS[place].type for place in (0, 1, 2))
    assert [outcome.event for outcome in report] == list(EVENTS[:3])
    assert [outcome.position for outcome in report] == [0, 1, 2]


def test_what_is_to_be_at_once_is_in_flight_at_once_over_http(serve: Callable[[Any], str]) -> None:
    receiver = Receiver(Barrier(2))
    schedule = plan(EVENTS, [Overlap(events=(0, 1)), Overlap(events=(3, 2))])
    deliver(schedule, to=serve(receiver), secret=SECRET).assert_ok()
    assert len(receiver.bodies) == 4


def test_what_is_to_be_at_once_is_in_flight_at_once_in_an_asgi_app() -> None:
    met: list[asyncio.Event] = []

    async def receiver(scope: dict[str, Any], _receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            raise RuntimeError("no lifespan")
        mine = asyncio.Event()
        met.append(mine)
        if len(met) == 2:
            for one in met:
                one.set()
        await asyncio.wait_for(mine.wait(), 20)
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body"})

    deliver(plan(EVENTS, [Overlap(events=(0, 1))]), to=receiver, secret=SECRET).assert_ok()


def test_time_is_waited_for_before_the_next_delivery() -> None:
    slept: list[float] = []
    schedule = plan(EVENTS, [Deliver(event=0), Wait(seconds=2.5), Wait(seconds=1), Overlap(events=(1, 2))])
    deliver(schedule, to=Receiver(), secret=SECRET, clock=Clock(sleep=slept.append))
    assert slept == [3.5]


def test_each_wait_is_waited_as_the_schedule_has_it() -> None:
    waits = [5.48, 3.46, 8.45, 2.89]
    steps: list[Step] = [step for wait in waits for step in (Wait(seconds=wait), Deliver(event=0))]
    for call in (deliver, lambda *given, **options: asyncio.run(deliver_async(*given, **options))):
        slept: list[float] = []
        call(plan(EVENTS, steps), to=Receiver(), clock=Clock(sleep=slept.append))
        assert slept == waits  # and not 3.460000000000001, the difference of two sums


def test_a_wrong_fault_is_refused_before_the_first_delivery() -> None:
    receiver = Receiver()
    with pytest.raises(SteppayMockError, match="is one of the signature"):
        deliver(plan(EVENTS, [Deliver(event=0), Deliver(event=1, fault="wrong-secret")]), to=receiver)
    assert receiver.bodies == []


def test_all_of_it_holds_in_an_event_loop_too() -> None:
    slept: list[float] = []
    receiver = Receiver(Barrier(2))
    schedule = plan(EVENTS, [Wait(seconds=9), Overlap(events=(0, 1))], made_by="a test")
    report = asyncio.run(deliver_async(schedule, to=receiver, secret=SECRET, clock=Clock(sleep=slept.append)))
    report.assert_ok()
    assert (slept, report.order) == ([9], "a test")


def test_duplicates_come_after_all_others_signed_anew() -> None:
    receiver = Receiver()
    report = deliver(EVENTS, to=receiver, secret=SECRET, order="shuffled", duplicates=0.4, seed=7)
    assert len(report) == 7
    assert [outcome.again for outcome in report][5:] == ["resigned", "resigned"]
    expected = duplicate(shuffle(EVENTS, seed=7), share=0.4, seed=7)
    assert [outcome.event for outcome in report] == [EVENTS[place] for place in expected.delivered]


def test_the_new_orders_have_their_names() -> None:
    receiver = Receiver()
    report = deliver(EVENTS, to=receiver, secret=SECRET, order="busy-second", seed=7)
    assert {json.loads(body)["timestamp"] for body in receiver.bodies} == {EVENTS[0].timestamp}
    assert "in busy-second order (seed 7)" in str(report)
    assert deliver(EVENTS, to=receiver, secret=SECRET, order="entities", seed=7).order == "entities"


def test_a_schedule_has_its_own_order() -> None:
    for options in ({"order": "shuffled"}, {"duplicates": 0.5}):
        with pytest.raises(SteppayMockError, match=r"A schedule has its own order and repeats\."):
            deliver(in_order(EVENTS), to=Receiver(), **options)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"duplicates": 1.5}, "duplicates=1.5: expected a number from 0 to 1. Leave it out for 0."),
        ({"duplicates": "some"}, "duplicates='some': expected a number from 0 to 1."),
        ({"sleep": 5}, "deliver() has no option 'sleep'. Did you mean 'clock'? Pass clock=Clock(sleep=...)."),
    ],
)
def test_a_wrong_option_is_told(options: Any, message: str) -> None:
    with pytest.raises(SteppayMockError) as error:
        deliver(EVENTS, to=Receiver(), **options)
    assert message in str(error.value)
