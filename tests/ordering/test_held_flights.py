"""Flights by themselves: who is answered, what is held until when, and which moment the REST API shows meanwhile."""

from __future__ import annotations

import asyncio
import json
import threading
from collections import Counter
from collections.abc import Awaitable, Callable
from threading import Condition
from threading import Event as Flag
from types import SimpleNamespace
from typing import Any

import pytest
from ordering.ledgers import Ledger, Rows

from steppay_mock import Event, Store, StoreApi, explore
from steppay_mock.delivery.answer import Answer
from steppay_mock.delivery.failure import Failure
from steppay_mock.delivery.request import Request
from steppay_mock.ordering.receiver.api_time import ApiTime
from steppay_mock.ordering.receiver.flight import Flight, Overtaking, StartBarrier, fly, in_thread
from steppay_mock.ordering.receiver.hosting import LoopOfTest
from steppay_mock.ordering.receiver.watchdog import HungError
from steppay_mock.rest.rules import ApiHold

REQUESTS = [Request(str(number).encode(), ()) for number in range(3)]
Start = Callable[[Request, StartBarrier], Awaitable[Answer]]


def flown(start: Start, *, overtaking: Overtaking | None = None, timeout: float = 20.0, count: int = 3) -> Flight:
    return asyncio.run(fly(start, REQUESTS[:count], overtaking=overtaking, timeout=timeout))


def test_all_are_started_before_any_is_answered_and_answers_stand_in_the_order_of_requests() -> None:
    started: list[bytes] = []
    all_are_here = asyncio.Event()

    async def start(request: Request, _gate: StartBarrier) -> Answer:
        started.append(request.body)
        if len(started) == 3:
            all_are_here.set()
        await all_are_here.wait()
        return Answer(200 + int(request.body))

    flight = flown(start)
    assert [answer.status for answer in flight.answers] == [200, 201, 202]
    assert started == [b"0", b"1", b"2"]
    assert flight.certain is False


def test_one_that_is_not_answered_in_time_has_timed_out_and_is_cancelled() -> None:
    cancelled: list[bytes] = []

    async def start(request: Request, _gate: StartBarrier) -> Answer:
        try:
            await asyncio.sleep(0 if request.body != b"1" else 60)
        except asyncio.CancelledError:
            cancelled.append(request.body)
            raise
        return Answer(204)

    async def flown_in_a_loop_that_goes_on() -> tuple[Flight, list[bytes]]:
        done = await fly(start, REQUESTS, overtaking=None, timeout=0.05)
        await asyncio.sleep(0)
        return done, list(cancelled)  # the end of a loop cancels all that is left

    flight, meanwhile = asyncio.run(flown_in_a_loop_that_goes_on())
    assert [answer.status for answer in flight.answers] == [204, None, 204]
    assert flight.answers[1].failure is Failure.TIMED_OUT
    assert flight.answers[1].error == "timed out after 0.05 s"
    assert meanwhile == [b"1"]


@pytest.mark.parametrize("held", [False, True])
def test_no_thread_of_a_flight_keeps_the_process_from_its_end(*, held: bool) -> None:
    before, met = {*threading.enumerate()}, set[threading.Thread]()
    api = Api()

    async def start(_request: Request, _gate: StartBarrier) -> Answer:
        met.update(threading.enumerate())
        return await in_thread(lambda: Answer(204))

    assert [answer.status for answer in flown(start, overtaking=api.overtaking if held else None).answers] == [204] * 3
    assert all(thread.daemon for thread in met - before)
    assert met - before or not held


def test_what_one_raises_is_raised() -> None:
    async def start(request: Request, _gate: StartBarrier) -> Answer:
        if request.body == b"1":
            raise LookupError("no app")
        return Answer(204)

    with pytest.raises(LookupError, match="no app"):
        flown(start)


class Api:
    """A hold, and a delivery that asks for what is held; what happens is noted in its order."""

    def __init__(self, *, patience: float = 20.0) -> None:
        self.noted: list[str] = []
        self.hold = ApiHold(Condition(), timeout=20.0)
        self.overtaking = Overtaking(self.hold, patience, lambda: self.noted.append("depart"))

    async def ask(self) -> str:
        request: Any = SimpleNamespace(closing=Flag())
        return await in_thread(self.hold.keep, request, None)


@pytest.mark.parametrize("count", [2, 3])
def test_the_others_are_answered_while_the_first_is_held(count: int) -> None:
    api = Api()

    async def start(request: Request, _gate: StartBarrier) -> Answer:
        api.noted.append(f"{request.body.decode()} starts")
        if request.body == b"0":
            api.noted.append(await api.ask())
        api.noted.append(f"{request.body.decode()} is answered")
        return Answer(204)

    flight = flown(start, overtaking=api.overtaking, count=count)
    assert flight.certain is True
    assert [answer.status for answer in flight.answers] == [204] * count
    assert api.noted[:2] == ["0 starts", "depart"]
    assert api.noted[-2:] == ["released", "0 is answered"]
    assert sorted(api.noted[2:-2]) == sorted(
        f"{number} {what}" for number in range(1, count) for what in ("starts", "is answered")
    )
    assert api.hold.is_released


def test_a_first_one_that_asks_nothing_is_not_overtaken() -> None:
    api = Api()

    async def start(request: Request, _gate: StartBarrier) -> Answer:
        api.noted.append(request.body.decode())
        return Answer(204)

    flight = flown(start, overtaking=api.overtaking)
    assert flight.certain is False
    assert [answer.status for answer in flight.answers] == [204] * 3
    assert api.noted == ["0", "depart", "1", "2"]


def test_a_hold_ends_after_some_patience_where_the_others_wait_for_the_first() -> None:
    api = Api(patience=0.02)
    lock = asyncio.Lock()

    async def start(request: Request, _gate: StartBarrier) -> Answer:
        async with lock:
            if request.body == b"0":
                await api.ask()
            api.noted.append(request.body.decode())
        return Answer(204)

    flight = flown(start, overtaking=api.overtaking)
    assert flight.certain is False
    assert [answer.status for answer in flight.answers] == [204] * 3
    assert api.noted == ["depart", "0", "1", "2"]


def test_what_runs_in_a_thread_gives_its_result_or_raises() -> None:
    async def both() -> tuple[int, BaseException]:
        got = await in_thread(lambda: 7)
        try:
            await in_thread(int, "x")
        except ValueError as error:
            return got, error
        raise AssertionError

    got, error = asyncio.run(both())
    assert got == 7
    assert isinstance(error, ValueError)


# In the loop of a test.


def in_loop(test: Callable[[LoopOfTest], Any]) -> Any:
    async def main() -> Any:
        host = LoopOfTest(asyncio.get_running_loop(), Flag())
        return await asyncio.to_thread(test, host)

    return asyncio.run(main())


def test_what_a_host_runs_gives_its_result_also_if_it_is_async_in_part() -> None:
    async def later(value: int) -> int:
        await asyncio.sleep(0)
        return value

    def test(host: LoopOfTest) -> list[int]:
        return [
            host.run(later(1), limit=20),
            host.call(lambda: 2, limit=20),
            host.call(later, 3, limit=20),
            host.call(lambda: later(4), limit=20),
        ]

    assert in_loop(test) == [1, 2, 3, 4]


def test_a_timeout_of_its_own_is_not_taken_for_hanging() -> None:
    async def falls() -> None:
        raise TimeoutError("the database")

    def test(host: LoopOfTest) -> None:
        with pytest.raises(TimeoutError, match="the database"):
            host.run(falls(), limit=20)
        with pytest.raises(HungError):
            host.run(asyncio.Event().wait(), limit=0.02)

    in_loop(test)


def test_a_host_that_is_stopped_raises_at_its_next_check() -> None:
    def test(host: LoopOfTest) -> None:
        host.check()
        host.stopped.set()
        with pytest.raises(asyncio.CancelledError):
            host.check()

    in_loop(test)


# The moment that the API shows.


HOLD = Event({"event": "hold", "timestamp": 0, "data": {}})


class Noting(StoreApi):
    """Notes which moments are asked for, and when a call is to be held."""

    def __init__(self, store: Store) -> None:
        self.moments: list[Event | None] = []
        super().__init__(store)

    def hold(self, *, timeout: float = 60.0, **which: Any) -> Any:
        self.moments.append(HOLD)
        return super().hold(timeout=timeout, **which)

    def as_of(self, moment: Any) -> Any:
        self.moments.append(moment)
        return super().as_of(moment)


@pytest.mark.parametrize("given", [0, 1])
def test_before_each_delivery_the_api_is_set_to_the_newest_event_that_has_come(store: Store, given: int) -> None:
    api = Noting(store)
    events = [event for event in store.events if str(event.type).startswith("subscription.")]
    places = {event.body: place for place, event in enumerate(events)}
    course: list[int] = []
    seen: list[tuple[int, Any]] = []

    def keep(rows: Rows, envelope: dict[str, Any]) -> None:
        place = places[Event.from_payload(envelope).body]
        course.append(place)
        seen.append((max(course), api.moments[-1]))
        rows[0] = {"newest": max(course)}

    def reset() -> None:
        ledger.reset()
        course.clear()

    ledger = Ledger(keep)
    found = explore(events, ledger, state=ledger.state, reset=reset, api=api, given=given, seed=7)
    assert found.verdict == "proved"
    assert len(seen) == found.coverage.deliveries
    for newest, moment in seen:
        assert moment is events[newest]
    assert api.moments[-1] is None


@pytest.mark.parametrize(
    ("slowest", "patience"), [(0.0, 0.3), (0.015, 0.3), (0.016, 0.32), (0.05, 1.0), (0.1, 2.0), (0.2, 2.0)]
)
def test_a_hold_is_as_patient_as_the_receiver_is_slow_within_limits(
    store: Store, slowest: float, patience: float
) -> None:
    api = Noting(store)
    time = ApiTime(api, store.events, given=())
    overtaking = time.overtaking((0, 2, 1), slowest=slowest, timeout=5.0)
    assert overtaking.patience == pytest.approx(patience)
    assert overtaking.hold.timeout == pytest.approx(7.0)
    assert api.moments == [HOLD]
    overtaking.depart()
    assert api.moments == [HOLD, store.events[2]]
    overtaking.hold.release()


def test_without_an_api_no_moment_is_set(store: Store) -> None:
    time = ApiTime(None, store.events, given=store.events)
    time.set_to_given()
    time.set_to_newest((0,))
    time.reset()
    api = Noting(store)
    ApiTime(api, store.events, given=()).set_to_given()
    assert api.moments == []
    ApiTime(api, store.events, given=store.events[:2]).set_to_given()
    assert api.moments == [store.events[1]]


@pytest.mark.parametrize("duplicates", [False, True])
def test_each_neighbour_is_held_once_and_of_other_pairs_the_older_one(store: Store, *, duplicates: bool) -> None:
    """A receiver that asks the API for nothing that it keeps loses no race, so all of them are run."""
    import requests

    api = Noting(store)
    events = [event for event in store.events if str(event.type).startswith("subscription.")]
    assert len(events) == 3

    def keep(rows: Rows, envelope: dict[str, Any]) -> None:
        key = envelope["data"]["subscriptionId"]
        url = f"https://api.steppay.kr/api/v1/subscriptions/{key}"
        requests.get(url, headers={"Secret-Token": "test_token"}, timeout=10).raise_for_status()
        rows[json.dumps(envelope, sort_keys=True)] = {}  # type: ignore[index]

    ledger = Ledger(keep)
    with api.patched():
        found = explore(
            events,
            ledger,
            state=lambda: sorted(ledger.rows, key=str),
            reset=ledger.reset,
            api=api,
            overlap=2,
            duplicates=duplicates,
            losses=False,
            seed=7,
            timeout=20.0,
        )
    overlaps = found.coverage.overlaps
    assert found.verdict == "proved"
    assert overlaps is not None
    groups = 3 + 3 * duplicates
    # Two neighbours with each of them held, a far pair with the older one held, and a copy of each alone.
    assert overlaps.certain == 2 * 2 + 1 + 3 * duplicates
    assert (overlaps.groups, overlaps.of) == (groups, groups)
    assert overlaps.tries == overlaps.certain + 2 * 2 * groups
    # The one that is held asks for the moment of what came before it and its own, the others for that of all.
    places = {event.body: place for place, event in enumerate(events)}
    moments = [-1 if moment is None or moment is HOLD else places[moment.body] for moment in api.moments]
    shown = Counter(tuple(moments[at + 1 : at + 3]) for at, moment in enumerate(api.moments) if moment is HOLD)
    copies = [(place, place) for place in range(3 * duplicates)]
    assert shown == Counter([(0, 1), (1, 1), (1, 2), (2, 2), (1, 2), *copies])
