"""The names of counterexamples: each kind of mistake has cases that show it, and cases that nearly do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest
from ordering import cases
from ordering.cases import CANCELED, CREATED, ORDER, PAYMENT, RECOVERED, UNPAID, Case, event, named, subscription

from steppay_mock import Event
from steppay_mock.ordering import anomaly
from steppay_mock.ordering.anomaly import ANOMALIES, Anomaly
from steppay_mock.ordering.report.anomaly_rules import name_anomaly
from steppay_mock.ordering.report.text_width import WIDTH

LIFE = (CREATED, UNPAID, RECOVERED, CANCELED)
TIED = (subscription("PAUSE"), subscription("UNPAID"))
TWINS = (CREATED, subscription("ACTIVE", kind="created", number=42))
DELETED = event("customer.deleted", second=60, id=5, status="GONE")
MOVED = event("customer.updated", second=30, id=5, status="MOVED")
PAID_ORDER = (ORDER, PAYMENT)
USAGE = tuple(event("subscription.usage.added", subscriptionItemId=3, status=number, id=3) for number in (40, 80))
BEFORE, AFTER = (
    event(f"product.{what}", second=second, code="p", status="SALE")
    for what, second in (("created", -9), ("updated", 10**8))
)


def invariant(state: cases.State) -> str | None:
    return "a payment without its order" if "9" in state and "7001" not in state else None


SHOWN: dict[str, tuple[Anomaly, Callable[[], Anomaly]]] = {
    "refused as it happened": (anomaly.REFUSED, Case(cases.refuses_and_writes, LIFE, (0,), kind="refused")),
    "refused after another": (anomaly.REFUSED, Case(cases.refuses_copies, LIFE, (0, 1), kind="refused")),
    "an update that overtakes the next one": (anomaly.STALE_OVERWRITE, Case(cases.overwrites, LIFE, (2, 1))),
    "a late copy of what was true before": (anomaly.STALE_OVERWRITE, Case(cases.overwrites, LIFE, (1, 2, 1))),
    "without a trail": (anomaly.STALE_OVERWRITE, Case(cases.overwrites, LIFE, (2, 1), trail=False)),
    "an update after the cancellation": (anomaly.RESURRECTION, Case(cases.overwrites, LIFE, (3, 2))),
    "an update after the deletion": (anomaly.RESURRECTION, Case(cases.overwrites, (MOVED, DELETED), (1, 0))),
    "an update after the expiry": (
        anomaly.RESURRECTION,
        Case(cases.overwrites, (RECOVERED, subscription("EXPIRED", second=99 * 86_400)), (1, 0)),
    ),
    "a late copy after the cancellation": (anomaly.RESURRECTION, Case(cases.overwrites, LIFE, (2, 3, 2))),
    "an update before its creation": (anomaly.ORPHAN_UPDATE_LOST, Case(cases.updates_only, LIFE, (1, 0))),
    "a payment before its order": (anomaly.ORPHAN_UPDATE_LOST, Case(cases.marks_order_paid, PAID_ORDER, (1, 0))),
    "an orphan without a trail": (
        anomaly.ORPHAN_UPDATE_LOST,
        Case(cases.updates_only, LIFE, (1, 0), trail=False),
    ),
    "the same event twice": (anomaly.DOUBLE_EFFECT, Case(cases.counts, LIFE, (0, 0))),
    "a late copy that is counted again": (anomaly.DOUBLE_EFFECT, Case(cases.counts, LIFE, (0, 1, 0), passing=(0, 1))),
    "a late copy of what is not the last one any more": (
        anomaly.DOUBLE_EFFECT,
        Case(cases.knows_only_the_last, LIFE, (1, 2, 1)),
    ),
    "a late copy after another thing's event": (anomaly.DOUBLE_EFFECT, Case(cases.counts, TWINS, (0, 1, 0))),
    "a mail twice": (anomaly.DOUBLE_EFFECT, Case(cases.mails, LIFE, (0, 0), kind="effects", effects=True)),
    "type and id taken for an identity": (anomaly.FALSE_DEDUPE, Case(cases.keeps_first, LIFE, (2, 1))),
    "type and second taken for an identity": (anomaly.FALSE_DEDUPE, Case(cases.keeps_first_of_second, TWINS, (1, 0))),
    "dropped as a copy though it is none": (
        anomaly.FALSE_DEDUPE,
        Case(cases.keeps_first, USAGE, (0, 1), kind="truth", truth={"used": 120}),
    ),
    "the last of a second wins": (anomaly.TIE_FLIP, Case(cases.overwrites, TIED, (1, 0))),
    "the first of a second wins": (anomaly.TIE_FLIP, Case(cases.guards, TIED, (1, 0))),
    "a second for two things in one row": (
        anomaly.TIE_FLIP,
        Case(cases.one_row, (ORDER, event("payment.completed", paymentId=9)), (1, 0)),
    ),
    "a tie in a list of rows that was empty": (
        anomaly.TIE_FLIP,
        Case(cases.lists_rows, TIED, (1, 0), begin={"rows": []}),
    ),
    "a stale overwrite in a list of rows that was empty": (
        anomaly.STALE_OVERWRITE,
        Case(cases.lists_rows, LIFE, (2, 1), begin={"rows": []}),
    ),
    "other mails, but another state too": (
        anomaly.STALE_OVERWRITE,
        Case(cases.mails_last, LIFE, (2, 1), kind="effects", effects=True),
    ),
    "a creation after the deletion of what nobody knew": (
        anomaly.FALSE_DEDUPE,
        Case(cases.takes_one_of_a_thing, (MOVED, DELETED), (1, 0)),
    ),
    "an end that comes after an end": (
        anomaly.STALE_OVERWRITE,
        Case(cases.overwrites, (CANCELED, subscription("EXPIRED", second=99 * 86_400)), (1, 0)),
    ),
    "two things in one row": (anomaly.LOST_UPDATE, Case(cases.one_row, PAID_ORDER, (1, 0))),
    "two deliveries at once": (
        anomaly.LOST_UPDATE,
        Case(cases.overwrites, LIFE, (1, 2), passing=(1, 2), together=(0, 1)),
    ),
    "a locked database": (
        anomaly.REJECTION_IN_FLIGHT,
        Case(cases.is_locked, PAID_ORDER, (0, 1), kind="answer", together=(0, 1)),
    ),
    "a locked database, seen in the state": (
        anomaly.REJECTION_IN_FLIGHT,
        partial(
            name_anomaly,
            "state",
            PAID_ORDER,
            expected=cases.run(cases.overwrites, PAID_ORDER, (0, 1)),
            passing=cases.run(cases.overwrites, PAID_ORDER, (0, 1)),
            failing=replace(cases.run(cases.is_locked, PAID_ORDER, (0, 1)), together=(0, 1), trail=()),
        ),
    ),
    "a copy that meets a unique constraint": (
        anomaly.REJECTION_IN_FLIGHT,
        Case(cases.refuses_copies, LIFE, (0, 0), kind="answer", together=(0, 1)),
    ),
    "a copy in flight beside its event": (
        anomaly.DOUBLE_EFFECT_IN_FLIGHT,
        Case(cases.counts, LIFE, (0, 0), together=(0, 1), passing=(0,)),
    ),
    "a copy in flight beside its event, and others": (
        anomaly.DOUBLE_EFFECT_IN_FLIGHT,
        Case(cases.counts, LIFE, (0, 1, 2, 1), together=(1, 2, 3), passing=(0, 1, 2)),
    ),
    "rows as they came, of two events in flight": (
        anomaly.ROW_ORDER,
        Case(cases.lists_rows, PAID_ORDER, (1, 0), kind="order", together=(0, 1)),
    ),
    "a copy that is delivered again after the two in flight": (
        anomaly.LOST_UPDATE,
        Case(cases.overwrites, LIFE, (0, 1, 2, 0), together=(1, 2), passing=(0, 1, 2)),
    ),
    "refused in flight, and accepted again": (
        anomaly.LOST_UPDATE,
        Case(cases.refuses_first, LIFE, (1, 2, 1), together=(0, 1), passing=(2, 1)),
    ),
    "refused in flight, as without a race": (
        anomaly.LOST_UPDATE,
        Case(cases.refuses_and_writes, LIFE, (1, 2), together=(0, 1), passing=(1, 2)),
    ),
    "fewer mails, of two events in flight": (
        anomaly.LOST_UPDATE,
        Case(cases.mails_unpaid_first, LIFE, (2, 1), kind="effects", effects=True, together=(0, 1), passing=(1, 2)),
    ),
    "a mail twice, of two events in flight": (
        anomaly.DOUBLE_EFFECT_IN_FLIGHT,
        partial(
            name_anomaly,
            "effects",
            LIFE,
            expected=replace(cases.run(cases.counts, LIFE, (0, 1)), effects=frozenset({("mail", 1)})),
            passing=replace(cases.run(cases.counts, LIFE, (0, 1)), effects=frozenset({("mail", 1)})),
            failing=replace(
                cases.run(cases.counts, LIFE, (0, 1)), effects=frozenset({("mail", 2)}), together=(0, 1), trail=()
            ),
        ),
    ),
    "a payment refused before its order": (
        anomaly.ORDER_DEPENDENT_REJECTION,
        Case(cases.refuses_orphans, PAID_ORDER, (1, 0), kind="answer"),
    ),
    "and that seen in the state": (
        anomaly.ORDER_DEPENDENT_REJECTION,
        Case(cases.refuses_orphans, PAID_ORDER, (1, 0)),
    ),
    "a copy refused": (anomaly.ORDER_DEPENDENT_REJECTION, Case(cases.refuses_copies, LIFE, (0, 0), kind="answer")),
    "what must hold and does not": (
        anomaly.BROKEN_INVARIANT,
        Case(cases.overwrites, PAID_ORDER, (1, 0), kind="invariant", invariant=invariant),
    ),
    "rows as they came": (anomaly.ROW_ORDER, Case(cases.lists_rows, PAID_ORDER, (1, 0), kind="order")),
    "rows as they came, refused in both orders": (
        anomaly.ROW_ORDER,
        Case(cases.lists_and_refuses, PAID_ORDER, (1, 0), kind="order"),
    ),
    "rows as they came, told as a state": (anomaly.ROW_ORDER, Case(cases.lists_rows, PAID_ORDER, (1, 0))),
    "wrong as it happened": (
        anomaly.WRONG_IN_EVERY_ORDER,
        Case(cases.overwrites, PAID_ORDER, (0, 1), kind="truth", truth={}),
    ),
    "an effect of another order": (
        anomaly.ORDER_DEPENDENCE,
        partial(
            name_anomaly,
            "effects",
            LIFE,
            expected=replace(cases.run(cases.counts, LIFE, (0, 1)), effects=frozenset({("coupon", 1)})),
            passing=replace(cases.run(cases.counts, LIFE, (0, 1)), effects=frozenset({("coupon", 1)})),
            failing=replace(cases.run(cases.counts, LIFE, (1, 0)), effects=frozenset()),
        ),
    ),
    "runs that differ by more than a step": (
        anomaly.ORDER_DEPENDENCE,
        Case(cases.overwrites, LIFE, (2, 1, 0), passing=(0, 1, 2)),
    ),
    "different things that nobody saw meet": (
        anomaly.ORDER_DEPENDENCE,
        Case(cases.one_row, PAID_ORDER, (1, 0), trail=False),
    ),
}

NEARLY: dict[str, tuple[Anomaly, Callable[[], Anomaly]]] = {
    "a stale overwrite, but of one second": (anomaly.STALE_OVERWRITE, Case(cases.overwrites, TIED, (1, 0))),
    "a stale overwrite, but of an end": (anomaly.STALE_OVERWRITE, Case(cases.overwrites, LIFE, (3, 2))),
    "after an end, but the end came late": (
        anomaly.RESURRECTION,
        Case(cases.overwrites, (CANCELED, subscription("ACTIVE", second=99 * 86_400)), (1, 0)),
    ),
    "after an end, but of another thing": (
        anomaly.RESURRECTION,
        Case(cases.one_row, (RECOVERED, subscription("CANCELED", second=35 * 86_400, number=42)), (1, 0)),
    ),
    "a PAUSE is no end": (
        anomaly.RESURRECTION,
        Case(cases.overwrites, (RECOVERED, subscription("PAUSE", second=36 * 86_400)), (1, 0)),
    ),
    "before its creation, but it was written": (anomaly.ORPHAN_UPDATE_LOST, Case(cases.overwrites, LIFE, (1, 0))),
    "before a late copy of its creation": (anomaly.ORPHAN_UPDATE_LOST, Case(cases.overwrites, LIFE, (0, 1, 0))),
    "a copy that writes what it wrote before": (anomaly.DOUBLE_EFFECT, Case(cases.overwrites, LIFE, (1, 2, 1))),
    "a second kind of mail, but not one more": (
        anomaly.DOUBLE_EFFECT,
        partial(
            name_anomaly,
            "effects",
            LIFE,
            expected=replace(cases.run(cases.counts, LIFE, (0, 1)), effects=frozenset({("one", 1)})),
            passing=replace(cases.run(cases.counts, LIFE, (0, 1)), effects=frozenset({("one", 1)})),
            failing=replace(cases.run(cases.counts, LIFE, (1, 0)), effects=frozenset({("two", 1)})),
        ),
    ),
    "the last wins, so nothing was deduplicated": (anomaly.FALSE_DEDUPE, Case(cases.overwrites, LIFE, (2, 1))),
    "dropped as a copy, but not as it happened": (
        anomaly.FALSE_DEDUPE,
        Case(cases.keeps_first, (*USAGE, *USAGE), (3, 1, 0), kind="truth", passing=(0, 1, 3), truth={}),
    ),
    "wrong as it happened, but nothing was dropped": (
        anomaly.FALSE_DEDUPE,
        Case(cases.overwrites, LIFE[1:3], (0, 1), kind="truth", truth={}),
    ),
    "one second apart": (
        anomaly.TIE_FLIP,
        Case(cases.overwrites, (subscription("PAUSE"), subscription("UNPAID", second=1)), (1, 0)),
    ),
    "one second, but two places": (anomaly.TIE_FLIP, Case(cases.keeps_first_of_second, TWINS, (1, 0))),
    "a late copy, but nobody looked": (
        anomaly.DOUBLE_EFFECT,
        Case(cases.overwrites, LIFE, (1, 2, 1), trail=False),
    ),
    "one place, but one thing": (anomaly.LOST_UPDATE, Case(cases.overwrites, LIFE, (2, 1))),
    "in flight, but accepted": (
        anomaly.REJECTION_IN_FLIGHT,
        Case(cases.overwrites, LIFE, (1, 2), passing=(1, 2), together=(0, 1)),
    ),
    "refused, but one after the other": (
        anomaly.REJECTION_IN_FLIGHT,
        Case(cases.refuses_orphans, PAID_ORDER, (1, 0), kind="answer"),
    ),
    "an answer that differs in a race is no lost update": (
        anomaly.LOST_UPDATE,
        Case(cases.is_locked, PAID_ORDER, (0, 1), kind="answer", together=(0, 1)),
    ),
    "two events in flight, and no copy": (
        anomaly.DOUBLE_EFFECT_IN_FLIGHT,
        Case(cases.counts, LIFE, (0, 1, 0), together=(0, 1)),
    ),
    "refused in both orders": (
        anomaly.ORDER_DEPENDENT_REJECTION,
        Case(cases.refuses_and_writes, LIFE, (2, 1)),
    ),
    "an invariant that holds": (
        anomaly.BROKEN_INVARIANT,
        Case(cases.overwrites, LIFE, (2, 1), invariant=invariant),
    ),
    "rows as they came, but one order is refused": (
        anomaly.ROW_ORDER,
        Case(cases.lists_and_refuses_orphans, PAID_ORDER, (1, 0), kind="order"),
    ),
    "rows as they came, but other mails": (
        anomaly.ROW_ORDER,
        Case(cases.lists_and_mails_last, PAID_ORDER, (1, 0), effects=True),
    ),
    "rows as they came, and one of them is stale": (anomaly.ROW_ORDER, Case(cases.lists_rows, LIFE, (2, 1))),
    "not the truth, but only in another order": (
        anomaly.WRONG_IN_EVERY_ORDER,
        Case(cases.overwrites, LIFE, (2, 1), kind="truth", truth={}),
    ),
    "refused, but in another order": (
        anomaly.REFUSED,
        Case(cases.refuses_orphans, PAID_ORDER, (1, 0), kind="answer"),
    ),
    "a rule knows better": (anomaly.ORDER_DEPENDENCE, Case(cases.updates_only, LIFE, (1, 0))),
}


@pytest.mark.parametrize("case", SHOWN)
def test_a_mistake_gets_its_name(case: str) -> None:
    wanted, found = SHOWN[case]
    assert found().name == wanted.name


@pytest.mark.parametrize("case", [case for case, (_, found) in SHOWN.items() if isinstance(found, Case)])
def test_a_mistake_keeps_its_name_where_other_things_happen_before_and_after_it(case: str) -> None:
    wanted, found = SHOWN[case]
    assert isinstance(found, Case)
    assert found.among(BEFORE, AFTER)().name == wanted.name
    assert found.among(BEFORE, AFTER).among(BEFORE, AFTER)().name == wanted.name


@pytest.mark.parametrize("case", NEARLY)
def test_what_only_looks_like_it_gets_another_name(case: str) -> None:
    unwanted, found = NEARLY[case]
    assert found().name != unwanted.name


@pytest.mark.parametrize("kind", ANOMALIES, ids=str)
def test_every_kind_has_cases_for_and_against(kind: Anomaly) -> None:
    assert kind in [wanted for wanted, _ in SHOWN.values()]
    assert kind in [unwanted for unwanted, _ in NEARLY.values()]


@pytest.mark.parametrize("kind", ANOMALIES, ids=str)
def test_every_kind_is_told_in_a_sentence_and_a_cure(kind: Anomaly) -> None:
    assert str(kind) == kind.name == kind.name.lower()
    assert len(f"{kind}: {kind.meaning}") <= WIDTH, "it is the second line of a report"
    for sentence in (kind.meaning, kind.fix):
        assert sentence[0].isupper()
        assert sentence.endswith(".")
        assert sentence.count(". ") == 0


def test_names_are_told_apart() -> None:
    assert len({kind.name for kind in ANOMALIES}) == len(ANOMALIES)


def test_events_that_are_none_of_steppays_get_a_name_all_the_same() -> None:
    strange = (Event.from_payload({"event": "one"}), Event.from_payload({"event": "two", "data": None}))
    assert named(lambda state, one: state.update(last=str(one.type)), strange, (1, 0)) in ANOMALIES
