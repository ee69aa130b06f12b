"""A webhook beside its own copy: an inbox that looks before it inserts gives points twice, one with a key does not."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ordering.conftest import MakeLife
from ordering.inboxes import HOOK, POINTS, Inbox

from steppay_mock.delivery.schedule import Overlap
from steppay_mock.delivery.sender.clock import Clock
from steppay_mock.ordering.exploration import Exploration
from steppay_mock.ordering.explore import explore
from steppay_mock.ordering.replay import Replay, replay


def explored(inbox: Inbox, events: Any, receiver: Any = None, **options: Any) -> Exploration:
    told = {"overlap": 1, "seed": 1, "losses": False, "watch": inbox.meeting.watch, "timeout": 20.0, **options}
    return explore(events, receiver or inbox.app, state=inbox.state, reset=inbox.reset, **told)


def replayed(token: str, inbox: Inbox, events: Any) -> Replay:
    watch = inbox.meeting.watch
    return replay(token, inbox.app, state=inbox.state, reset=inbox.reset, events=events, overlap=1, watch=watch)


def test_an_inbox_that_looks_before_it_inserts_gives_points_twice(
    make_life: MakeLife, tmp_path: Path, mounted: Callable[[Any], Any]
) -> None:
    inbox = Inbox(tmp_path / "inbox.sqlite3", looks=True)
    found = explored(inbox, make_life(3), mounted(inbox.app))
    assert found.verdict == "fails"
    shown = found.counterexample
    assert shown is not None
    assert (shown.kind, shown.course, shown.failing.together, shown.smallest) == ("state", (0, 0), (0, 1), True)
    assert shown.expected.state != shown.failing.state
    assert shown.passing.course == (0, 0)
    assert shown.passing.state == shown.expected.state
    assert shown.size == (1, 0, 1)
    assert str(POINTS * 2) in found.report()


def test_an_inbox_with_a_key_gives_them_once(
    make_life: MakeLife, tmp_path: Path, mounted: Callable[[Any], Any]
) -> None:
    inbox = Inbox(tmp_path / "inbox.sqlite3", looks=False)
    found = explored(inbox, make_life(3), mounted(inbox.app), overlap=2)
    assert found.verdict == "proved"
    overlaps = found.coverage.overlaps
    assert overlaps is not None
    assert (overlaps.groups, overlaps.of, overlaps.tries) == (6, 6, 24)
    assert inbox.meeting.met == 2 * 24


def test_the_copy_is_signed_at_another_second(make_life: MakeLife, tmp_path: Path) -> None:
    inbox = Inbox(tmp_path / "inbox.sqlite3", looks=False)
    found = explored(inbox, make_life(2), secret="whsec_test", clock=Clock(now=lambda: 1_736_910_000.5))
    assert found.verdict == "proved"
    for event in found.events:
        headers = {signature for signature, second in inbox.signed if second == event.timestamp}
        assert len({header.partition(",")[0] for header in headers}) == 2


def test_without_duplicates_no_copy_is_in_flight(make_life: MakeLife, tmp_path: Path) -> None:
    inbox = Inbox(tmp_path / "inbox.sqlite3", looks=True)
    found = explored(inbox, make_life(3), duplicates=False)
    assert found.verdict == "proved"
    assert found.coverage.overlaps is not None
    assert found.coverage.overlaps.groups == 3


def test_effects_that_a_copy_repeats_are_told(make_life: MakeLife, tmp_path: Path) -> None:
    inbox = Inbox(tmp_path / "inbox.sqlite3", looks=True)

    def effects() -> list[int]:
        return [customer for customer, balance in inbox.state()["points"].items() for _ in range(balance // POINTS)]

    found = explore(
        make_life(3),
        inbox.app,
        state=lambda: inbox.state()["known"],
        effects=effects,
        reset=inbox.reset,
        overlap=1,
        watch=inbox.meeting.watch,
    )
    assert found.counterexample is not None
    assert (found.counterexample.kind, found.counterexample.course) == ("effects", (0, 0))


def test_everything_that_tells_of_a_counterexample_tells_of_the_copy(make_life: MakeLife, tmp_path: Path) -> None:
    found = explored(Inbox(tmp_path / "inbox.sqlite3", looks=True), make_life(3))
    shown = found.counterexample
    assert shown is not None
    assert found.report().startswith("When subscription.created 1 and its own copy are in flight at once")
    assert found.report().count("1 subscription.created (again)") == 2  # in the passing and in the failing order
    assert found.as_html().count("1 subscription.created (again)") >= 2
    assert found.as_dict()["counterexample"]["failing"]["course"] == [0, 0]
    assert found.as_dict()["counterexample"]["failing"]["together"] == [0, 1]
    schedule = shown.schedule
    assert schedule[0] == Overlap(events=(0, 0))
    assert [one.how for one in schedule.deliveries()] == [None, "resigned"]


def test_the_race_is_run_again_from_its_token(make_life: MakeLife, tmp_path: Path) -> None:
    wrong = Inbox(tmp_path / "wrong.sqlite3", looks=True)
    found = explored(wrong, make_life(3))
    assert found.counterexample is not None
    token = found.counterexample.token
    again = replayed(token, wrong, make_life(3))
    assert again.counterexample is not None
    assert again.counterexample.token == token
    assert replayed(token, Inbox(tmp_path / "right.sqlite3", looks=False), make_life(3)).ok


@pytest.mark.parametrize("looks", [True, False])
def test_an_asgi_app_that_awaits_between_look_and_insert(make_life: MakeLife, *, looks: bool) -> None:
    known: set[bytes] = set()
    points: dict[str, int] = {"balance": 0}

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            raise RuntimeError("no lifespan")
        body = (await receive())["body"]
        is_new = body not in known
        if looks:
            await asyncio.sleep(0)  # the database answers
        known.add(body)
        if not looks:
            await asyncio.sleep(0)
        if is_new:
            points["balance"] += POINTS
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    def reset() -> None:
        known.clear()
        points["balance"] = 0

    def state() -> tuple[list[int], int]:
        return sorted(json.loads(body)["timestamp"] for body in known), points["balance"]

    found = explore(make_life(3), app, state=state, reset=reset, overlap=1, seed=1, path=HOOK)
    assert found.ok is not looks
    if looks:
        assert found.counterexample is not None
        assert found.counterexample.course == (0, 0)
