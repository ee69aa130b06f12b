"""What is refused as it happened is the first finding, and events without effect prove nothing."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from ordering.conftest import START, MakeLife
from ordering.ledgers import Ledger, Rows, keep_newest

from steppay_mock import Event, SteppayMockError, explore, make_event, replay
from steppay_mock.ordering.search import explorer
from steppay_mock.ordering.search.contradiction import smallest_witnesses

# What is refused in the order in which it happened.


def crash_on(word: str, rows: Rows, envelope: dict[str, Any]) -> None:
    if word in (envelope["event"], envelope["data"]["status"]):
        raise KeyError("lastCanceledDate")
    keep_newest(rows, envelope)


def test_a_receiver_that_crashes_on_an_event_in_every_order_fails(make_life: MakeLife) -> None:
    ledger = Ledger(partial(crash_on, "PAUSE"))
    found = explore(make_life(5), ledger, state=ledger.state, reset=ledger.reset)
    shown = found.counterexample
    assert shown is not None
    assert (found.verdict, shown.kind, shown.anomaly.name) == ("fails", "refused", "refused")
    assert (shown.course, shown.smallest) == ((3,), True)
    assert found.report().startswith(
        "Even in the original order, event 4 is refused (500, the app raised: KeyError: 'lastCanceledDate').\n"
    )
    assert "passes" not in found.report().partition("size:")[0]
    assert not replay(shown.token, ledger, state=ledger.state, reset=ledger.reset, events=make_life(5)).ok


def test_each_type_that_is_refused_is_told(make_life: MakeLife) -> None:
    def crash(rows: Rows, envelope: dict[str, Any]) -> int | None:
        if envelope["data"]["status"] == "UNPAID":
            return 400
        if envelope["event"] == "subscription.created":
            return 422
        keep_newest(rows, envelope)
        return None

    ledger = Ledger(crash)
    found = explore(make_life(4), ledger, state=ledger.state, reset=ledger.reset)
    assert [one.course for one in found.counterexamples] == [(0,), (1,)]
    assert found.report().count("also found") == 1
    found = explore(make_life(4), ledger, state=ledger.state, reset=ledger.reset, first=True)
    assert [one.course for one in found.counterexamples] == [(0,)]


def test_a_refusal_that_needs_another_event_keeps_it(make_life: MakeLife) -> None:
    def only_once(rows: Rows, envelope: dict[str, Any]) -> int | None:
        if rows and envelope["data"]["status"] == "PAUSE":
            return 409
        keep_newest(rows, envelope)
        return None

    ledger = Ledger(only_once)
    shown = explore(make_life(4), ledger, state=ledger.state, reset=ledger.reset).counterexample
    assert shown is not None
    assert (shown.kind, len(shown.course), shown.course[-1]) == ("refused", 2, 3)


@pytest.mark.parametrize(
    "accept",
    [
        [500],
        500,
        lambda event, answer: answer.status < 300 or event.data["status"] == "PAUSE",
    ],
)
def test_what_is_refused_on_purpose_is_accepted_where_that_is_said(make_life: MakeLife, accept: Any) -> None:
    ledger = Ledger(partial(crash_on, "PAUSE"))
    found = explore(make_life(5), ledger, state=ledger.state, reset=ledger.reset, accept=accept)
    assert (found.verdict, found.coverage.refused) == ("proved", 0)


@pytest.mark.parametrize("accept", ["yes", [True], [99], object()])
def test_what_accept_cannot_mean_is_refused(make_life: MakeLife, accept: Any) -> None:
    ledger = Ledger(keep_newest)
    with pytest.raises(SteppayMockError, match=r"accept=.*: expected statuses from 200 to 599, or a function"):
        explore(make_life(3), ledger, state=ledger.state, reset=ledger.reset, accept=accept)


def test_what_is_raised_after_the_answer_is_told_so(make_life: MakeLife) -> None:
    rows: Rows = {}

    def app(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        envelope = json.loads(environ["wsgi.input"].read())
        start_response("200 OK", [])
        keep_newest(rows, envelope)
        return Closing(fails=envelope["data"]["status"] == "UNPAID")

    class Closing(list[bytes]):
        def __init__(self, *, fails: bool) -> None:
            super().__init__([b"ok"])
            self.fails = fails

        def close(self) -> None:
            if self.fails:
                raise RuntimeError("no mail server")

    found = explore(make_life(3), app, state=lambda: dict(rows), reset=rows.clear)
    assert found.counterexample is not None
    assert found.counterexample.kind == "refused"
    assert "200, the app raised after its answer: RuntimeError: no mail server" in found.report()


def test_with_retries_what_is_accepted_at_last_was_not_refused(make_life: MakeLife) -> None:
    seen: set[bytes] = set()

    def at_second_sight(rows: Rows, envelope: dict[str, Any]) -> int | None:
        body = json.dumps(envelope).encode()
        if envelope["data"]["status"] == "UNPAID" and body not in seen:
            seen.add(body)
            return 503
        keep_newest(rows, envelope)
        return None

    ledger = Ledger(at_second_sight)

    def reset() -> None:
        ledger.reset()
        seen.clear()

    how: dict[str, Any] = {"state": ledger.state, "reset": reset}
    assert explore(make_life(3), ledger, **how, retries=[1.0]).verdict == "proved"
    without = explore(make_life(3), ledger, **how).counterexample
    assert without is not None
    assert without.kind == "refused"


# What may be the cause.


def test_who_reads_an_invented_field_is_told_its_name(make_life: MakeLife) -> None:
    def misread(rows: Rows, envelope: dict[str, Any]) -> None:
        if envelope.get("eventType") == "subscription.updated":
            keep_newest(rows, envelope)

    ledger = Ledger(misread)
    found = explore(make_life(3), ledger, state=ledger.state, reset=ledger.reset)
    assert found.verdict == "vacuous"
    assert any("`event`, not `eventType`" in cause for cause in found.causes)
    assert "eventType" in found.report()


def test_who_refuses_every_signature_is_told_what_it_may_be(make_life: MakeLife) -> None:
    ledger = Ledger(lambda _rows, _envelope: 401)
    found = explore(make_life(3), ledger, state=ledger.state, reset=ledger.reset, secret="a secret")
    assert found.verdict == "vacuous"
    assert "steppay-signature" in " ".join(found.causes)


def test_what_the_line_reads_that_raised_is_told(make_life: MakeLife) -> None:
    def misread(rows: Rows, envelope: dict[str, Any]) -> None:
        if envelope["event"] == "subscription.updated":
            rows[0] = {"payer": envelope["data"]["payer"]}
        keep_newest(rows, envelope)

    ledger = Ledger(misread)
    found = explore(make_life(3), ledger, state=ledger.state, reset=ledger.reset)
    assert found.verdict == "fails"
    assert any("payer" in cause for cause in found.causes)


# Events without effect.


def only_paid(rows: Rows, envelope: dict[str, Any]) -> None:
    if envelope["data"]["status"] in {"UNPAID", "PAUSE"}:
        keep_newest(rows, envelope)


def test_events_without_effect_are_told_and_do_not_count(make_life: MakeLife) -> None:
    ledger = Ledger(only_paid)
    found = explore(make_life(5), ledger, state=ledger.state, reset=ledger.reset)
    assert (found.verdict, found.coverage.effective, found.without_effect) == ("proved", 2, (0, 2, 4))
    assert "all 120 orders of 5 events (2 with an effect)" in found.report()
    assert "3 of 5 events had no effect in any order: subscription.created, subscription.updated." in found.report()


def test_one_event_with_an_effect_proves_nothing(make_life: MakeLife) -> None:
    def only_created(rows: Rows, envelope: dict[str, Any]) -> None:
        if envelope["event"] == "subscription.created":
            keep_newest(rows, envelope)

    ledger = Ledger(only_created)
    found = explore(make_life(4), ledger, state=ledger.state, reset=ledger.reset)
    assert found.verdict == "vacuous"
    assert "Of 4 events only subscription.created changed the state in any order" in found.report()
    assert "Choose a scenario of which the receiver stores more events" in found.report()


def test_a_long_story_is_proved_without_what_has_no_effect(make_life: MakeLife) -> None:
    ledger = Ledger(only_paid)
    how: dict[str, Any] = {"state": ledger.state, "reset": ledger.reset, "budget": 900, "losses": False}
    covered = explore(make_life(16), ledger, **how)
    assert covered.verdict == "covered"
    assert any("only_effective=True" in note for note in covered.notes)
    proved = explore(make_life(16), ledger, **how, only_effective=True)
    assert (proved.verdict, proved.coverage.events, proved.coverage.effective) == ("proved", 5, 5)
    assert "11 of 16 events were left out" in proved.report()


def test_what_is_refused_is_not_left_out_as_without_effect(make_life: MakeLife) -> None:
    ledger = Ledger(partial(crash_on, "PAUSE"))
    found = explore(make_life(5), ledger, state=ledger.state, reset=ledger.reset, only_effective=True)
    assert found.counterexample is not None
    assert found.counterexample.kind == "refused"


# Several findings, and small witnesses.


def test_independent_mistakes_are_told_in_one_run() -> None:
    def pay(number: int, status: str, second: int) -> Event:
        return make_event(
            "payment.completed" if status == "COMPLETE" else "payment.standby",
            seed=number,
            now=START + timedelta(seconds=second),
            data={"paymentId": number, "status": status},
        )

    subscription = [
        make_event("subscription.created", seed=1, now=START, data={"subscriptionId": 7, "status": "ACTIVE"}),
        make_event(
            "subscription.updated",
            seed=1,
            now=START + timedelta(seconds=90),
            data={"subscriptionId": 7, "status": "UNPAID"},
        ),
    ]
    events = [*subscription, pay(9, "VIRTUAL_BANK_STANDBY", 100), pay(9, "COMPLETE", 200)]
    rows: dict[str, str] = {}

    def app(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        envelope = json.loads(environ["wsgi.input"].read())
        data = envelope["data"]
        rows[str(data.get("subscriptionId") or data["paymentId"])] = data["status"]
        start_response("204 No Content", [])
        return []

    found = explore(events, app, state=lambda: dict(rows), reset=rows.clear)
    assert sorted(one.course for one in found.counterexamples) == [(1, 0), (3, 2)]
    assert {str(one.anomaly) for one in found.counterexamples} == {"stale overwrite"}
    assert len({one.token for one in found.counterexamples}) == 2


def test_what_a_probe_hides_is_shown_by_few_events(make_life: MakeLife, monkeypatch: pytest.MonkeyPatch) -> None:
    """PAUSE shows whether UNPAID came before the creation, until all have come; it needs no other event."""

    def second_thoughts(rows: Rows, envelope: dict[str, Any]) -> None:
        seen = rows.setdefault(0, {"order": []})["order"]
        seen.append(envelope["event"] if envelope["event"].endswith("created") else envelope["data"]["status"])
        created, unpaid = (seen.index(one) if one in seen else 9 for one in ("subscription.created", "UNPAID"))
        odd = seen[-1] == "PAUSE" and unpaid < created < 9 and len(seen) < 6
        rows[1] = {"odd": odd, "many": len(seen)}

    given: list[int] = []

    def noting(subject: Any, before: Any, now: Any, *, budget: int) -> Any:
        given.append(len(before))
        return smallest_witnesses(subject, before, now, budget=budget)

    monkeypatch.setattr(explorer, "smallest_witnesses", noting)
    ledger = Ledger(second_thoughts)
    found = explore(
        make_life(6),
        ledger,
        state=lambda: ledger.rows.get(1),
        reset=ledger.reset,
        duplicates=False,
        budget=2_000,
    )
    assert found.verdict == "hidden"
    assert sorted(len(run.course) for run in found.witnesses) == [3, 3]
    assert given[0] > 3


def test_what_is_refused_is_told_also_where_nothing_else_has_an_effect(make_life: MakeLife) -> None:
    def refuse(_rows: Rows, envelope: dict[str, Any]) -> int | None:
        return 503 if envelope["data"]["status"] == "UNPAID" else None

    ledger = Ledger(refuse)
    shown = explore(make_life(3), ledger, state=ledger.state, reset=ledger.reset).counterexample
    assert shown is not None
    assert (shown.kind, shown.course) == ("refused", (1,))


def test_the_first_refusal_of_all_is_told_with_its_body(make_life: MakeLife) -> None:
    def app(_environ: Any, start_response: Any) -> Iterable[bytes]:
        start_response("401 Unauthorized", [])
        return [b"no signature"]

    found = explore(make_life(3), app, state=dict, reset=dict)
    assert found.verdict == "vacuous"
    assert "Every event was refused, the first with 401, no signature." in found.why


def test_a_mistake_of_order_is_told_beside_one_of_repeats(make_life: MakeLife) -> None:
    def both(rows: Rows, envelope: dict[str, Any]) -> None:
        count = rows.get(700, {"count": 0})["count"] + 1
        rows[700] = {"status": envelope["data"]["status"], "count": count}

    ledger = Ledger(both)
    how: dict[str, Any] = {"state": ledger.state, "reset": ledger.reset}
    found = explore(make_life(3), ledger, **how)
    assert [str(one.anomaly) for one in found.counterexamples] == ["double effect", "stale overwrite"]
    assert [str(one.anomaly) for one in explore(make_life(3), ledger, **how, first=True).counterexamples] == [
        "double effect"
    ]


def test_a_refusal_that_is_mended_is_fixed_also_where_the_event_changes_nothing(make_life: MakeLife) -> None:
    answers = [503]
    ledger = Ledger(lambda _rows, envelope: answers[0] if envelope["data"]["status"] == "UNPAID" else None)
    how: dict[str, Any] = {"state": ledger.state, "reset": ledger.reset}
    shown = explore(make_life(3), ledger, **how).counterexample
    assert shown is not None
    answers[0] = 204
    assert replay(shown.token, ledger, events=make_life(3), **how).ok


def test_what_it_took_to_find_the_events_that_count_is_counted(make_life: MakeLife) -> None:
    came: list[str] = []

    def keep(rows: Rows, envelope: dict[str, Any]) -> None:
        came.append(envelope["event"])
        only_paid(rows, envelope)

    ledger = Ledger(keep)
    found = explore(make_life(5), ledger, state=ledger.state, reset=ledger.reset, only_effective=True)
    assert found.coverage.deliveries == len(came)


def test_where_one_event_counts_nothing_is_left_out(make_life: MakeLife) -> None:
    def only_created(rows: Rows, envelope: dict[str, Any]) -> None:
        if envelope["event"] == "subscription.created":
            keep_newest(rows, envelope)

    ledger = Ledger(only_created)
    found = explore(make_life(4), ledger, state=ledger.state, reset=ledger.reset, only_effective=True)
    assert (found.verdict, found.coverage.events) == ("vacuous", 4)
    assert "only subscription.created changed the state" in found.why
