"""Webhooks in flight at once: what is lost in a race is found, and what is guarded is not blamed."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from contextlib import ExitStack
from threading import Event as Flag
from threading import Lock
from typing import Any

import pytest
import requests
from flask import Flask, request
from ordering.conftest import MakeLife
from ordering.meeting import Meeting
from serving import served

from steppay_mock import Event, SteppayMockError, Store, StoreApi
from steppay_mock.ordering.exploration import Exploration
from steppay_mock.ordering.explore import explore
from steppay_mock.ordering.failure import ExplorationError
from steppay_mock.ordering.replay import replay

HOOK = "/webhooks/steppay"


class Rows:
    """A receiver that keeps what it was told of each subscription, in one row that it reads and writes as a whole."""

    def __init__(self, *, guarded: bool) -> None:
        self.meeting = Meeting()
        self.rows: dict[int, frozenset[int]] = {}
        self._lock = Lock()
        self.app = Flask("rows")

        @self.app.post(HOOK)
        def hook() -> tuple[str, int]:
            told = request.get_json()
            key, second = told["data"]["subscriptionId"], told["timestamp"]
            if guarded:
                self.meeting.meet()
                with self._lock:
                    self.rows[key] = self.rows.get(key, frozenset()) | {second}
                return "", 204
            row = self.rows.get(key, frozenset())
            self.meeting.meet()
            self.rows[key] = row | {second}
            return "", 204

    def state(self) -> dict[int, frozenset[int]]:
        return dict(self.rows)

    def explore(self, events: Any, receiver: Any = None, **options: Any) -> Exploration:
        told = {"overlap": 3, "seed": 1, "losses": False, "watch": self.meeting.watch, "timeout": 20.0, **options}
        return explore(events, receiver or self.app, state=self.state, reset=self.rows.clear, **told)


def test_a_row_that_is_read_changed_and_written_loses_an_update(
    make_life: MakeLife, mounted: Callable[[Any], Any]
) -> None:
    rows = Rows(guarded=False)
    found = rows.explore(make_life(4), mounted(rows.app))
    assert found.verdict == "fails"
    shown = found.counterexample
    assert shown is not None
    assert (shown.kind, shown.course, shown.failing.together) == ("state", (0, 1), (0, 1))
    assert shown.smallest
    assert not shown.failing.held
    assert shown.passing.course == (0, 1)
    assert shown.passing.together == ()
    assert shown.passing.state == shown.expected.state != shown.failing.state
    assert rows.meeting.met


def test_without_overlaps_it_is_proved(make_life: MakeLife) -> None:
    rows = Rows(guarded=False)
    found = rows.explore(make_life(4), overlap=False)
    assert found.verdict == "proved"
    assert found.coverage.overlaps is None
    assert not rows.meeting.met


def test_a_row_behind_a_lock_loses_nothing(make_life: MakeLife, mounted: Callable[[Any], Any]) -> None:
    rows = Rows(guarded=True)
    found = rows.explore(make_life(4), mounted(rows.app))
    assert found.verdict == "proved"
    overlaps = found.coverage.overlaps
    assert overlaps is not None
    # Four copies and six pairs, three times from nothing and three times within the story.
    assert (overlaps.groups, overlaps.of, overlaps.tries, overlaps.certain) == (10, 10, 60, 0)
    assert str(overlaps) == "10 groups of webhooks were in flight at once, 60 times in total."
    assert rows.meeting.met == 2 * 60


def test_the_events_of_one_second_are_in_flight_together(make_life: MakeLife) -> None:
    rows = Rows(guarded=True)
    events = [
        Event({**event.payload, "timestamp": 1_736_910_000 + (place > 2)}) for place, event in enumerate(make_life(5))
    ]
    found = rows.explore(events, overlap=1)
    assert found.ok
    overlaps = found.coverage.overlaps
    assert overlaps is not None
    assert (overlaps.groups, overlaps.tries) == (16, 32)  # five copies, ten pairs, and the first three at once
    assert rows.meeting.met == (15 * 2 + 3) * 2


def test_each_is_tried_once_even_where_no_budget_is_left(make_life: MakeLife) -> None:
    rows = Rows(guarded=True)
    found = rows.explore(make_life(5), budget=60, overlap=1000)
    overlaps = found.coverage.overlaps
    assert overlaps is not None
    assert overlaps.groups == overlaps.of == 15
    assert overlaps.tries < 2 * 15 * 2


def test_the_schedule_of_the_counterexample_has_the_overlap(make_life: MakeLife) -> None:
    found = Rows(guarded=False).explore(make_life(4))
    assert found.counterexample is not None
    assert [str(step) for step in found.counterexample.schedule] == ["deliver 0, 1 at once", "drop 2", "drop 3"]


def test_a_race_is_run_again_from_its_token(make_life: MakeLife) -> None:
    events = make_life(4)
    found = Rows(guarded=False).explore(events)
    assert found.counterexample is not None
    token = found.counterexample.token
    for guarded in (False, True):
        rows = Rows(guarded=guarded)
        again = replay(
            token, rows.app, state=rows.state, reset=rows.rows.clear, events=events, watch=rows.meeting.watch
        )
        assert again.ok is guarded
        if again.counterexample is not None:
            assert again.counterexample.token == token
            assert again.counterexample.failing.together == (0, 1)


def test_two_that_both_find_nothing_and_both_insert_are_answered_differently(make_life: MakeLife) -> None:
    meeting, rows = Meeting(), dict[int, int]()
    app = Flask("inserts")

    @app.post(HOOK)
    def hook() -> tuple[str, int]:
        key = request.get_json()["data"]["subscriptionId"]
        is_new = key not in rows
        meeting.meet()
        if is_new:
            if key in rows:
                return "duplicate key", 500
            rows[key] = key
        return "", 204

    found = explore(
        make_life(3), app, state=lambda: dict(rows), reset=rows.clear, overlap=2, seed=1, watch=meeting.watch
    )
    assert found.counterexample is not None
    assert found.counterexample.kind == "answer"
    assert found.counterexample.course == (0, 0)
    assert sorted(found.counterexample.failing.accepted) == [False, True]
    assert found.counterexample.passing.accepted == (True, True)


def test_an_effect_that_two_have_at_once_is_counted_twice(make_life: MakeLife) -> None:
    meeting, rows, mails = Meeting(), set[int](), list[int]()
    app = Flask("mails")

    @app.post(HOOK)
    def hook() -> tuple[str, int]:
        key = request.get_json()["data"]["subscriptionId"]
        is_new = key not in rows
        meeting.meet()
        if is_new:
            mails.append(key)
            rows.add(key)
        return "", 204

    def reset() -> None:
        rows.clear()
        mails.clear()

    found = explore(
        make_life(3),
        app,
        state=lambda: set(rows),
        effects=lambda: mails,
        reset=reset,
        overlap=1,
        seed=1,
        watch=meeting.watch,
    )
    assert found.counterexample is not None
    assert found.counterexample.kind == "effects"
    assert found.counterexample.course == (0, 0)


@pytest.mark.parametrize("writes", ["at once", "later"])
def test_an_asgi_app_is_called_by_tasks_of_one_loop(make_life: MakeLife, writes: str) -> None:
    rows: dict[int, frozenset[int]] = {}

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            raise RuntimeError("no lifespan")
        told = json.loads((await receive())["body"])
        key = told["data"]["subscriptionId"]
        row = rows.get(key, frozenset())
        if writes == "later":
            await asyncio.sleep(0)  # the database
        rows[key] = row | {told["timestamp"]}
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    found = explore(make_life(4), app, state=lambda: dict(rows), reset=rows.clear, overlap=1, seed=1)
    assert found.ok is (writes == "at once")
    if found.counterexample is not None:
        assert found.counterexample.failing.together == (0, 1)


def test_a_race_that_needs_another_event_first_shows_these_three(make_life: MakeLife) -> None:
    rows = Rows(guarded=False)
    events = make_life(4)
    opened = events[2].timestamp
    app = Flask("needs")

    @app.post(HOOK)
    def hook() -> tuple[str, int]:
        told = request.get_json()
        with_lock = opened not in rows.rows.get(1, frozenset())
        if with_lock:
            rows.meeting.meet()
        row = rows.rows.get(1, frozenset())
        if not with_lock:
            rows.meeting.meet()
        rows.rows[1] = (rows.rows.get(1, frozenset()) if with_lock else row) | {told["timestamp"]}
        return "", 204

    found = rows.explore([*events, *make_life(6)[4:]], app)
    assert found.counterexample is not None
    shown = found.counterexample
    assert len(shown.course) == 3
    assert shown.course[0] == 2
    assert shown.failing.together == (1, 2)


def test_deliveries_that_wait_for_each_other_forever_are_told(make_life: MakeLife) -> None:
    meeting, rows, never = Meeting(), set[int](), Flag()
    app = Flask("deadlock")

    @app.post(HOOK)
    def hook() -> tuple[str, int]:
        rows.add(request.get_json()["timestamp"])
        if meeting.is_on:
            never.wait(20)
        return "", 204

    try:
        with pytest.raises(ExplorationError, match="in flight at once, within") as caught:
            explore(
                make_life(3),
                app,
                state=lambda: set(rows),
                reset=rows.clear,
                overlap=1,
                watch=meeting.watch,
                timeout=0.3,
            )
    finally:
        never.set()
    assert caught.value.exploration is not None
    assert caught.value.exploration.verdict == "unfinished"
    assert caught.value.exploration.coverage.orders == 6


# Reading back: the API holds what one webhook asks until the other has landed.


class ReadsBack:
    """A receiver that stores what the API says of the subscription."""

    def __init__(self, store: Store, *, url: str = "https://api.steppay.kr", locks: bool = False) -> None:
        self.store = store
        self.api = StoreApi(store)
        self.rows: dict[int, str] = {}
        self._lock = Lock()
        self.app = Flask("reads back")

        @self.app.post(HOOK)
        def hook() -> tuple[str, int]:
            key = request.get_json()["data"].get("subscriptionId")
            if key is None:
                return "", 204
            with self._lock if locks else ExitStack():
                answer = requests.get(
                    f"{self.url}/api/v1/subscriptions/{key}", headers={"Secret-Token": "test_token"}, timeout=10
                )
                answer.raise_for_status()
                self.rows[key] = answer.json()["status"]
            return "", 204

        self.url = url

    def explore(self, receiver: Any = None, **options: Any) -> Exploration:
        events = [event for event in self.store.events if str(event.type).startswith("subscription.")]
        told = {"overlap": 1, "seed": 1, "losses": False, "duplicates": False, "timeout": 20.0, **options}
        return explore(
            events, receiver or self.app, state=lambda: dict(self.rows), reset=self.rows.clear, api=self.api, **told
        )


def test_a_stale_answer_that_overwrites_is_certain(store: Store) -> None:
    receiver = ReadsBack(store)
    with receiver.api.patched():
        found = receiver.explore()
    assert found.verdict == "fails"
    shown = found.counterexample
    assert shown is not None
    assert shown.failing.held
    assert len(shown.course) == 2
    assert shown.failing.together == (0, 1)
    assert found.coverage.overlaps is not None
    assert found.coverage.overlaps.certain
    assert "In 3 races the API's answer was held to force the order." in str(found.coverage.overlaps)
    with receiver.api.patched():
        again = replay(
            shown.token,
            receiver.app,
            state=lambda: dict(receiver.rows),
            reset=receiver.rows.clear,
            api=receiver.api,
            events=shown.events,
        )
    assert not again.ok
    with pytest.raises(SteppayMockError, match="api="):
        replay(
            shown.token, receiver.app, state=lambda: dict(receiver.rows), reset=receiver.rows.clear, events=shown.events
        )


def test_it_is_so_over_sockets(store: Store) -> None:
    receiver = ReadsBack(store)
    with receiver.api.serve() as receiver.url, served(receiver.app) as url:
        found = receiver.explore(url)
    assert found.counterexample is not None
    assert found.counterexample.failing.held


def test_who_locks_before_reading_is_right(store: Store) -> None:
    receiver = ReadsBack(store, locks=True)
    with receiver.api.patched():
        found = receiver.explore()
    assert found.verdict == "proved"
    overlaps = found.coverage.overlaps
    assert overlaps is not None
    assert overlaps.certain == 0  # nobody passes who has the lock
    assert overlaps.groups == overlaps.of == 3  # two neighbours, and the first beside the third


def test_an_async_app_that_blocks_its_loop_is_not_passed(store: Store) -> None:
    receiver = ReadsBack(store)

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            raise RuntimeError("no lifespan")
        key = json.loads((await receive())["body"])["data"]["subscriptionId"]
        headers = {"Secret-Token": "test_token"}
        answer = requests.get(f"{receiver.url}/api/v1/subscriptions/{key}", headers=headers, timeout=10)
        receiver.rows[key] = answer.json()["status"]
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    with receiver.api.patched():
        found = receiver.explore(app)
    assert found.verdict == "proved"
    assert found.coverage.overlaps is not None
    assert found.coverage.overlaps.certain == 0


@pytest.mark.parametrize("wrong", [{"overlap": 0}, {"overlap": "yes"}, {"overlap": -1}, {"api": "http://localhost"}])
def test_wrong_options_are_told(make_life: MakeLife, wrong: dict[str, Any]) -> None:
    with pytest.raises(SteppayMockError, match=next(iter(wrong))):
        Rows(guarded=True).explore(make_life(2), **wrong)
