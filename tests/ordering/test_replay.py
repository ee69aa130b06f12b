from __future__ import annotations

import json
import socket
import subprocess
import sys
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ordering.conftest import MakeLife
from ordering.ledgers import Ledger, Rows, keep_last, keep_newest

from steppay_mock import (
    ExplorationError,
    OrderViolation,
    Replay,
    SteppayMockError,
    explore,
    make_event,
    replay,
    scenario,
)
from steppay_mock.ordering.failure import NoAnswerError
from steppay_mock.ordering.token import read_token

STORY = "subscription-renewal-fails-then-recovers"
ELSEWHERE = """
import json, sys
from steppay_mock import replay

rows = {}


def app(environ, start_response):
    webhook = json.loads(environ["wsgi.input"].read())
    if webhook["event"].startswith("subscription."):
        rows[webhook["data"]["subscriptionId"]] = webhook["data"]["status"]
    start_response("204 No Content", [])
    return []


found = replay(sys.argv[1], app, state=lambda: rows, reset=rows.clear)
print(json.dumps([found.ok, found.course, found.counterexample.kind, str(found.counterexample.anomaly)]))
"""


def last_of_story(rows: Rows, envelope: dict[str, Any]) -> None:
    if envelope["event"].startswith("subscription."):
        rows[envelope["data"]["subscriptionId"]] = {"status": envelope["data"]["status"]}


def test_a_token_fails_again_and_passes_once_the_receiver_is_mended(make_life: MakeLife) -> None:
    ledger, life = Ledger(keep_last), make_life(5)
    found = explore(life, ledger, state=ledger.state, reset=ledger.reset).counterexample
    assert found is not None
    again = replay(found.token, ledger, state=ledger.state, reset=ledger.reset, events=life)
    assert (again.ok, again.course) == (False, found.course)
    assert again.counterexample is not None
    assert again.counterexample.token == found.token
    assert "It still fails." in again.report()
    mended = Ledger(keep_newest)
    fixed = replay(found.token, mended, state=mended.state, reset=mended.reset, events=life)
    assert (fixed.ok, fixed.counterexample) == (True, None)
    assert fixed.report().startswith("Fixed: ")


def test_a_replay_is_a_result_as_an_exploration_is(make_life: MakeLife) -> None:
    ledger, life = Ledger(keep_last), make_life(5)
    found = explore(life, ledger, state=ledger.state, reset=ledger.reset).counterexample
    assert found is not None
    failing = replay(found.token, ledger, state=ledger.state, reset=ledger.reset, events=life)
    assert isinstance(failing, Replay)
    with pytest.raises(OrderViolation) as raised:
        failing.assert_ok()
    assert (str(raised.value), raised.value.kind) == (failing.report(), "order-dependent")
    data = failing.as_dict()
    assert json.loads(json.dumps(data, allow_nan=False)) == data
    assert (data["ok"], data["course"], data["receiver"]) == (False, list(found.course), failing.receiver)
    assert data["counterexample"] == failing.counterexample.as_dict() if failing.counterexample else False
    assert [one["place"] for one in data["events"]] == [0, 1, 2, 3, 4]
    mended = Ledger(keep_newest)
    fixed = replay(found.token, mended, state=mended.state, reset=mended.reset, events=life)
    fixed.assert_ok()
    assert (fixed.as_dict()["ok"], fixed.as_dict()["counterexample"]) == (True, None)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"retry": 3, "customer_id": 42},
        {"locale": "en_US", "nulls": "null", "start": datetime(2024, 2, 29, tzinfo=UTC)},
    ],
    ids=["as it is", "with parameters", "with options of its store"],
)
def test_a_token_of_a_scenario_makes_its_events_in_another_process(options: dict[str, Any]) -> None:
    ledger = Ledger(last_of_story)
    story = scenario(STORY, seed=7, **options)
    found = explore(story, ledger, state=ledger.state, reset=ledger.reset).counterexample
    assert found is not None
    done = subprocess.run(
        [sys.executable, "-c", ELSEWHERE, found.token], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == [False, list(found.course), "state", "stale overwrite"]


def test_a_token_of_other_events_asks_for_them(make_life: MakeLife) -> None:
    ledger = Ledger(keep_last)
    found = explore(make_life(3), ledger, state=ledger.state, reset=ledger.reset).counterexample
    assert found is not None
    with pytest.raises(SteppayMockError, match="events="):
        replay(found.token, ledger, state=ledger.state, reset=ledger.reset)


def test_an_event_that_moved_is_found_and_one_that_is_gone_is_named(make_life: MakeLife) -> None:
    ledger, life = Ledger(keep_last), make_life(4)
    found = explore(life, ledger, state=ledger.state, reset=ledger.reset).counterexample
    assert found is not None
    assert found.course == (1, 0)
    before = make_event("customer.created", seed=7)
    moved = replay(found.token, ledger, state=ledger.state, reset=ledger.reset, events=[*life, before])
    assert moved.course == (1, 0)
    with pytest.raises(SteppayMockError, match=r"Step 1 of the token, subscription.updated, does not exist any more"):
        replay(found.token, ledger, state=ledger.state, reset=ledger.reset, events=[life[0], *life[2:]])


def test_where_nothing_was_tested_nothing_is_mended(make_life: MakeLife) -> None:
    ledger, life = Ledger(keep_last), make_life(3)
    found = explore(life, ledger, state=ledger.state, reset=ledger.reset).counterexample
    assert found is not None
    with pytest.raises(ExplorationError, match="The state never changed"):
        replay(found.token, ledger, state=lambda: 0, reset=ledger.reset, events=life)
    refusing = Ledger(lambda _rows, _envelope: 401)
    with pytest.raises(ExplorationError, match="Every event was refused"):
        replay(found.token, refusing, state=refusing.state, reset=refusing.reset, events=life)
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{held.getsockname()[1]}"
        with pytest.raises(NoAnswerError, match="Nothing was answered"):
            replay(found.token, nobody, state=ledger.state, reset=ledger.reset, events=life)


def test_a_token_knows_of_retries_and_of_ties(make_life: MakeLife) -> None:
    def by_time(rows: Rows, envelope: dict[str, Any]) -> None:
        row = rows.get(700)
        if row is None or row["at"] <= envelope["timestamp"]:
            rows[700] = {"at": envelope["timestamp"], "status": envelope["data"]["status"]}

    ledger, life = Ledger(by_time), make_life(3, apart=1)
    found = explore(life, ledger, state=ledger.state, reset=ledger.reset, ties=True).counterexample
    assert found is not None
    assert not replay(found.token, ledger, state=ledger.state, reset=ledger.reset, events=life).ok

    def worse(rows: Rows, envelope: dict[str, Any]) -> int | None:
        if envelope["event"] != "subscription.created" and not rows:
            return 409
        keep_last(rows, envelope)
        return None

    strict = Ledger(worse)
    found = explore(make_life(3), strict, state=strict.state, reset=strict.reset, retries=[1, 2]).counterexample
    assert found is not None
    assert read_token(found.token).retries == 2
    assert not replay(found.token, strict, state=strict.state, reset=strict.reset, events=make_life(3)).ok


@given(st.text() | st.from_regex(r"sp1\.[A-Za-z0-9_-]{0,80}", fullmatch=True))
def test_what_is_no_token_is_refused(text: str) -> None:
    with pytest.raises(SteppayMockError, match="is not a token"):
        read_token(text)


@pytest.mark.parametrize("cut", [1, 10, -1])
def test_a_token_that_was_cut_is_refused(make_life: MakeLife, cut: int) -> None:
    ledger = Ledger(keep_last)
    found = explore(make_life(3), ledger, state=ledger.state, reset=ledger.reset).counterexample
    assert found is not None
    with pytest.raises(SteppayMockError, match="Copy the whole token"):
        read_token(found.token[cut:] if cut > 0 else found.token[:cut])


def test_the_token_is_short(make_life: MakeLife) -> None:
    ledger = Ledger(keep_last)
    found = explore(make_life(9), ledger, state=ledger.state, reset=ledger.reset).counterexample
    assert found is not None
    assert len(found.token) < 200


@pytest.mark.parametrize("name", ["invariant", "effects"])
def test_what_judged_it_must_be_given_again(make_life: MakeLife, name: str) -> None:
    mails: list[str] = []

    def mail(rows: Rows, envelope: dict[str, Any]) -> None:
        keep_newest(rows, envelope)
        mails.append(envelope["data"]["status"])

    def clear() -> None:
        ledger.reset()
        mails.clear()

    ledger, life = Ledger(mail), make_life(3)
    judged: Any = {"invariant": lambda rows: len(rows) != 1, "effects": lambda: mails}
    found = explore(life, ledger, state=ledger.state, reset=clear, **{name: judged[name]}).counterexample
    assert found is not None
    assert "steppay-mock replay" not in found.report()
    with pytest.raises(SteppayMockError, match=rf"The token was found with {name}=\. Pass it as it was passed"):
        replay(found.token, ledger, events=life, state=ledger.state, reset=clear)
    assert not replay(found.token, ledger, events=life, state=ledger.state, reset=clear, **{name: judged[name]}).ok
