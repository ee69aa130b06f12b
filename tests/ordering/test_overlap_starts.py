"""Who races whom, and from where: related events that are no neighbours, with rows and without, and what is refused."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from threading import Event as Flag
from threading import Lock
from typing import Any

from flask import Flask, request
from ordering.conftest import START, MakeLife
from ordering.meeting import Meeting

from steppay_mock import Event, make_event
from steppay_mock.ordering.exploration import Exploration
from steppay_mock.ordering.explore import explore
from steppay_mock.ordering.replay import replay

HOOK = "/webhooks/steppay"
Rows = dict[int, frozenset[int]]


def subscription(place: int, number: int) -> Event:
    payload = make_event("subscription.updated", seed=place, data={"subscriptionId": number, "customerId": 42}).payload
    return Event({**payload, "timestamp": int(START.timestamp()) + 60 * place})


class Shared:
    """Keeps the seconds that were told of each subscription in one row; ``write`` says how it changes a row."""

    def __init__(self, write: Callable[[Shared, int, int], tuple[str, int]]) -> None:
        self.meeting = Meeting()
        self.rows: Rows = {}
        self.lock = Lock()
        self.app = Flask("shared")

        @self.app.post(HOOK)
        def hook() -> tuple[str, int]:
            told = request.get_json()
            return write(self, told["data"]["subscriptionId"], told["timestamp"])

    def add(self, key: int, second: int) -> None:
        self.rows[key] = self.rows.get(key, frozenset()) | {second}

    def explore(self, events: Any, receiver: Any = None, **options: Any) -> Exploration:
        told = {"overlap": 1, "seed": 1, "losses": False, "watch": self.meeting.watch, "timeout": 20.0, **options}
        return explore(
            events, receiver or self.app, state=lambda: dict(self.rows), reset=self.rows.clear, path=HOOK, **told
        )


def read_change_write(shared: Shared, key: int, second: int) -> tuple[str, int]:
    row = shared.rows.get(key, frozenset())
    shared.meeting.meet()
    shared.rows[key] = row | {second}
    return "", 204


def under_a_lock(shared: Shared, key: int, second: int) -> tuple[str, int]:
    shared.meeting.meet()
    with shared.lock:
        shared.add(key, second)
    return "", 204


def test_events_about_one_thing_race_though_others_lie_between(mounted: Callable[[Any], Any]) -> None:
    events = [subscription(0, 700), subscription(1, 701), subscription(2, 700)]
    wrong, right = Shared(read_change_write), Shared(under_a_lock)
    found = wrong.explore(events, mounted(wrong.app))
    shown = found.counterexample
    assert shown is not None
    assert (shown.course, shown.failing.together, shown.smallest) == ((0, 2), (0, 1), True)
    assert right.explore(events, mounted(right.app)).verdict == "proved"


def test_what_lies_between_comes_before_the_pair() -> None:
    """The third event is lost beside the first one only where the second one has made a row before."""
    events = [subscription(place, 700) for place in range(3)]
    first, second, third = (event.timestamp for event in events)

    def write(shared: Shared, key: int, told: int) -> tuple[str, int]:
        row = shared.rows.get(key, frozenset())
        shared.meeting.meet()
        with shared.lock:
            if row == {second} and told in {first, third}:
                shared.rows[key] = row | {told}
            else:
                shared.add(key, told)
        return "", 204

    shared = Shared(write)
    found = shared.explore(events)
    shown = found.counterexample
    assert shown is not None
    assert (shown.course, shown.failing.together) == ((1, 0, 2), (1, 2))
    assert [str(step) for step in shown.schedule] == ["deliver 1", "deliver 0, 2 at once"]
    again = replay(
        shown.token,
        shared.app,
        state=lambda: dict(shared.rows),
        reset=shared.rows.clear,
        events=events,
        watch=shared.meeting.watch,
    )
    assert again.counterexample is not None
    assert again.counterexample.course == (1, 0, 2)


def test_each_pair_races_where_no_row_is_yet_and_where_the_rows_are(make_life: MakeLife) -> None:
    events = make_life(4)
    seen: set[tuple[frozenset[int], int]] = set()

    def write(shared: Shared, key: int, second: int) -> tuple[str, int]:
        if shared.meeting.is_on:
            seen.add((shared.rows.get(key, frozenset()), second))
        return under_a_lock(shared, key, second)

    assert Shared(write).explore(events).verdict == "proved"
    seconds = [event.timestamp for event in events]
    for place, second in enumerate(seconds):
        assert (frozenset(), second) in seen
        assert (frozenset(seconds[:place]), second) in seen


def test_orders_of_some_events_that_end_differently_are_no_lost_race(make_life: MakeLife) -> None:
    """With the first event alone, or the last, the receiver keeps whichever came last; with all of them it is right."""
    events = make_life(4)
    rows: list[int] = []
    lock, meeting = Lock(), Meeting()
    app = Flask("in between")

    @app.post(HOOK)
    def hook() -> tuple[str, int]:
        meeting.meet()
        with lock:
            second = request.get_json()["timestamp"]
            rows[:] = [*(one for one in rows if one != second), second]
        return "", 204

    def state() -> list[int]:
        return sorted(rows) if len(rows) == len(events) else list(rows)

    found = explore(
        events, app, state=state, reset=rows.clear, overlap=3, seed=1, duplicates=False, watch=meeting.watch
    )
    assert found.verdict == "proved"
    assert meeting.met > 0


def test_a_race_is_mended_where_it_ends_as_one_of_the_orders_does(make_life: MakeLife) -> None:
    """The receiver of the replay keeps the order of some events, and takes the later one of two in flight first."""
    events = make_life(4)
    token = _token_of_a_lost_pair(events)
    rows: list[int] = []
    ends: list[list[int]] = []
    meeting, later_is_done = Meeting(), Flag()
    app = Flask("later first")

    @app.post(HOOK)
    def hook() -> tuple[str, int]:
        second = request.get_json()["timestamp"]
        if meeting.is_on and second == events[0].timestamp:
            later_is_done.wait(20)
        rows.append(second)
        later_is_done.set()
        return "", 204

    def reset() -> None:
        ends.append(list(rows))
        rows.clear()
        later_is_done.clear()

    again = replay(token, app, state=lambda: list(rows), reset=reset, events=events, overlap=2, watch=meeting.watch)
    assert again.ok
    assert [events[1].timestamp, events[0].timestamp] in ends  # it did not end as it happened


def _token_of_a_lost_pair(events: Any) -> str:
    found = Shared(read_change_write).explore(events)
    assert found.counterexample is not None
    assert found.counterexample.course == (0, 1)
    return found.counterexample.token


def test_one_that_is_not_answered_beside_another_is_told_as_refused(make_life: MakeLife) -> None:
    rows, meeting, lock, never = set[int](), Meeting(), Lock(), Flag()
    app = Flask("waits")

    @app.post(HOOK)
    def hook() -> tuple[str, int]:
        is_first = lock.acquire(blocking=False)
        meeting.meet()
        if not is_first:
            never.wait(20)  # longer than anybody waits for the answer
        else:
            rows.add(request.get_json()["timestamp"])
            lock.release()
        return "", 204

    try:
        found = explore(
            make_life(2),
            app,
            state=lambda: set(rows),
            reset=rows.clear,
            overlap=1,
            seed=1,
            duplicates=False,
            watch=meeting.watch,
            timeout=0.3,
        )
    finally:
        never.set()
    shown = found.counterexample
    assert shown is not None
    assert shown.kind == "answer"
    assert sorted(shown.failing.answers) == ["204", "no answer, timed out after 0.3 s"]


def test_who_finds_the_database_locked_is_told_as_refused(
    make_life: MakeLife, tmp_path: Path, mounted: Callable[[Any], Any]
) -> None:
    """The second of two finds the write lock taken; that its row is missing then is no finding of its own."""
    path, meeting, failed = tmp_path / "rows.sqlite3", Meeting(), Flag()
    app = Flask("locked")

    def connect() -> sqlite3.Connection:
        database = sqlite3.connect(path, timeout=0, isolation_level=None)
        database.execute("PRAGMA synchronous = OFF")
        return database

    with closing(connect()) as database:
        database.execute("CREATE TABLE rows (second INTEGER PRIMARY KEY)")

    @app.post(HOOK)
    def hook() -> tuple[str, int]:
        second = request.get_json()["timestamp"]
        with closing(connect()) as database:
            try:
                database.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError:
                failed.set()
                return "database is locked", 503
            if meeting.is_on:
                failed.wait(20)
            database.execute("INSERT OR IGNORE INTO rows VALUES (?)", (second,))
            database.execute("COMMIT")
        return "", 204

    def state() -> list[int]:
        with closing(connect()) as database:
            return [second for (second,) in database.execute("SELECT second FROM rows ORDER BY second")]

    def reset() -> None:
        failed.clear()
        with closing(connect()) as database:
            database.execute("DELETE FROM rows")

    found = explore(
        make_life(3),
        mounted(app),
        state=state,
        reset=reset,
        overlap=1,
        seed=1,
        duplicates=False,
        watch=meeting.watch,
    )
    shown = found.counterexample
    assert shown is not None
    assert shown.kind == "answer"
    assert shown.failing.state != shown.expected.state
    assert sorted(answer.partition(",")[0] for answer in shown.failing.answers) == ["204", "503"]
    retried = explore(
        make_life(3),
        mounted(app),
        state=state,
        reset=reset,
        overlap=1,
        seed=1,
        duplicates=False,
        retries=[1],
        watch=meeting.watch,
    )
    assert retried.verdict == "proved"  # who refuses for now has it when it comes again
