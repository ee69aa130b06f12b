"""Values of the stories as they are, and a little wrong: a hint tells what is wrong, in each column that names it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from steppay_mock import Story, scenario
from steppay_mock.ordering.truth.hints import find_hints
from steppay_mock.ordering.truth.things import Thing, things_of
from steppay_mock.ordering.truth.time_formats import instants_in, read_instant

# Every value of every scenario, as it is and a little wrong.


def kept_values(story: Story, kind: str, field: str) -> Iterator[tuple[Thing, Any]]:
    """The things whose last event tells what the store keeps there."""
    for one in things_of(story).of(kind):
        known = one.known(field)
        if known is not None and known[0] is not None and len(known) == 1:
            yield one, known[0]


COLUMNS = {
    "subscription": {
        "nextPaymentDate": ["next_payment_date", "next_billing_at", "renews_on", "nextRenewal", "next_charge_ts"],
        "createdAt": ["created_at", "subscribed_at"],
        "currentPeriod.startDateTime": ["current_period_start", "period_start"],
    },
    "payment": {"paidAt": ["paid_at", "completed_at", "payment_date"]},
    "order": {"paymentDate": ["paid_at", "payment_date"], "createdAt": ["created_at", "ordered_at"]},
    "customer": {"createdAt": ["registered_at"]},
}


@pytest.mark.parametrize("name", ["subscription-renews", "one-time-purchase", "invoice-paid", "refund-in-full"])
def test_an_instant_nine_hours_off_is_told_in_each_column_that_names_it(name: str) -> None:
    story, count = scenario(name, seed=7), 0
    for kind, fields in COLUMNS.items():
        for field, columns in fields.items():
            for one, text in kept_values(story, kind, field):
                at = datetime.fromisoformat(text).replace(tzinfo=UTC)
                for column in columns:
                    row = {"id": one.key, column: at}
                    assert find_hints({f"{kind}s": [row]}, story) == ()
                    for wrong in (at - timedelta(hours=9), at + timedelta(hours=9)):
                        hints = find_hints({f"{kind}s": [{**row, column: wrong}]}, story)
                        if {*hints} and hints[0].kind == "nine-hours":
                            count += 1
                            assert hints[0].path == f"$.{kind}s[0].{column}"
                            assert hints[0].store == at.replace(tzinfo=None).isoformat()
                            assert f"9 hours {'before' if wrong < at else 'after'} the store's" in hints[0].sentence
                        else:  # another instant of the story, or midnight
                            found = read_instant(wrong)
                            assert found is not None
                            assert found.is_day or any(found.is_same(other) for other in all_instants(story))
    assert count > 5


def all_instants(story: Story) -> Iterator[datetime]:
    for event in story.events:
        yield from instants_in(event.data)
        yield datetime.fromtimestamp(event.timestamp, UTC)


AMOUNTS = {
    "payment": {
        "paidAmount": ["amount", "paid_amount", "total_amount", "total", "paidAmountKrw", "payment_amount"],
        "cancel.canceledAmount": ["canceled_amount", "cancel_amount", "refunded_amount", "refund", "returned_amount"],
    },
    "order": {
        "paidAmount": ["amount", "paid_amount", "order_total"],
        "returnedAmount": ["returned_amount", "refunded"],
        "leftAmount": ["left_amount", "remaining_amount"],
        "discountedAmount": ["discounted_amount", "discount_amount"],
    },
    "invoice": {"discount": ["discount", "discount_amount"]},
}


@pytest.mark.parametrize("name", ["refund-in-parts", "refund-in-full", "invoice-paid", "subscription-renews"])
def test_an_amount_that_is_none_of_the_thing_s_is_told_in_each_column_that_names_it(name: str) -> None:
    story, seen = scenario(name, seed=7), set()
    for kind, fields in AMOUNTS.items():
        for field, columns in fields.items():
            for one in things_of(story).of(kind):
                known = one.known(field)
                if known is None or one.kept is None:
                    continue
                right = known[0] or 0
                odd = 7_777_777_777
                for column in columns:
                    seen.add((kind, field))
                    state: dict[str, Any] = {f"{kind}s": {one.key: {column: right}}}
                    assert find_hints(state, story) == ()
                    state[f"{kind}s"][one.key][column] = odd
                    (hint,) = find_hints(state, story)
                    assert (hint.kind, hint.path, hint.here) == ("amount", f"$.{kind}s[{one.key}].{column}", odd)
                    assert (hint.thing, hint.store) == (str(one), right)
                    assert f"the store's {field} is {right}." in hint.sentence
    assert seen >= {("payment", "paidAmount"), ("payment", "cancel.canceledAmount"), ("order", "paidAmount")}


@pytest.mark.parametrize("factor", [1, 100, Decimal("0.01"), -1])
def test_an_amount_in_another_unit_or_with_another_sign_is_left_alone(factor: Any) -> None:
    story = scenario("refund-in-parts", seed=7)
    (payment,) = things_of(story).of("payment")
    assert payment.kept is not None
    paid, back = Decimal(payment.kept["paidAmount"]), Decimal(payment.kept["cancel"]["canceledAmount"])
    for amount in filter(None, (paid, back, paid - back)):
        for column in ("amount", "canceled_amount"):
            assert find_hints({"payments": {payment.key: {column: amount * factor}}}, story) == ()
    for amount in (paid + back, paid * 10, paid + 1):
        assert len(find_hints({"payments": {payment.key: {"amount": amount * factor}}}, story)) == 1


# The statuses that a receiver's own word may mean; in any other status of the thing it is wrong.
MEANINGS = {
    "subscription": {
        "active": "ACTIVE PENDING_CANCEL PENDING_PAUSE QUEUEING UNPAID INCOMPLETE",
        "unpaid": "UNPAID QUEUEING PAUSE INCOMPLETE",
        "past due": "UNPAID QUEUEING PAUSE INCOMPLETE",
        "cancelled": "CANCELED EXPIRED PENDING_CANCEL",
        "expired": "CANCELED EXPIRED PENDING_CANCEL",
        "Ended": "CANCELED EXPIRED PENDING_CANCEL",
        "paused": "PAUSE PENDING_PAUSE",
    },
    "payment": {
        "paid": "COMPLETE CANCELED PARTIAL_CANCELED CANCELED_FAIL",
        "succeeded": "COMPLETE CANCELED PARTIAL_CANCELED CANCELED_FAIL",
        "failed": "FAILED USER_CANCELED CANCELED_FAIL",
        "refunded": "CANCELED PARTIAL_CANCELED USER_CANCELED CANCELED_FAIL",
        "pending": "STANDBY VIRTUAL_BANK_STANDBY CMS_STANDBY FAILED",
    },
    "invoice": {"paid": "PAID", "overdue": "OVER_DUE"},
    "product": {"sale": "SALE", "out_of_stock": "OUT_OF_STOCK"},
}
ENDS = [
    *(
        "subscription-starts",
        "subscription-unpaid-cancelled",
        "subscription-paused-and-resumed",
        "subscription-expires",
    ),
    *("refund-in-full", "refund-in-parts", "one-time-purchase", "invoice-paid", "invoice-reserved-then-overdue"),
    *("virtual-account-deposit", "one-time-purchase-fails-then-succeeds", "catalogue-changes"),
    *("subscription-cancelled-at-period-end", "subscription-pause-undone", "subscription-first-payment-fails"),
]


@pytest.mark.parametrize("name", ENDS)
def test_a_status_is_told_if_no_event_of_the_last_second_allows_it(name: str) -> None:
    story = scenario(name, seed=7)
    for kind, words in MEANINGS.items():
        for one in things_of(story).of(kind):
            known = one.known("status")
            if not known or known[0] is None:
                continue
            right = {*known, *one.tied("status")}
            own = {word: {*means.split()} for word, means in words.items()}
            vocabulary = {status: {status} for means in words.values() for status in means.split()}
            for word, means in {**own, **vocabulary}.items():
                for column, state in (
                    ("status", {f"{kind}s": [{"id": one.key, "status": word}]}),
                    (f"{kind}_status", [{f"{kind}_id": one.key, f"{kind}_status": word}]),
                ):
                    hints = find_hints(state, story)
                    assert (len(hints) == 1) is means.isdisjoint(right), (word, column, right)
                    for found in hints:
                        assert (found.kind, found.here, found.thing) == ("status", word, str(one))
                        assert found.store == known[0]
                        assert found.path.endswith(f".{column}")
            assert find_hints({f"{kind}s": [{"id": one.key, "status": "of my own"}]}, story) == ()


def test_an_order_is_paid_if_one_of_its_lines_is() -> None:
    paid, canceled = scenario("one-time-purchase", seed=7), scenario("order-cancelled-before-payment", seed=7)
    for story, wrong in ((paid, False), (canceled, True)):
        (order, *_) = things_of(story).of("order")
        for word in ("PAID", "paid"):
            assert (len(find_hints({"orders": {order.key: {"status": word}}}, story)) == 1) is wrong


@pytest.mark.parametrize("name", ["subscription-renews", "refund-in-parts", "customer-registers-and-subscribes"])
def test_rows_of_a_history_and_rows_that_stand_twice_are_not_compared(name: str) -> None:
    story = scenario(name, seed=7)
    for kind, wrong in (("subscription", "PAUSE"), ("payment", "FAILED")):
        for one in things_of(story).of(kind):
            row = {"id": one.key, "status": wrong}
            assert len(find_hints({f"{kind}s": [row]}, story)) == 1
            assert find_hints({f"{kind}s": [row, {**row, "n": 2}]}, story) == ()
            for past in ("log", "history", "inbox", "events", "archive", "previous", "webhooks"):
                assert find_hints({f"{kind}_{past}": [row]}, story) == ()
                assert find_hints({past: {f"{kind}s": [row]}}, story) == ()
