"""What looks wrong is told, whatever form the rows have."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest

from steppay_mock import Story, scenario
from steppay_mock.ordering.state.ignore import read_ignore
from steppay_mock.ordering.state.normal import normalise
from steppay_mock.ordering.truth.hints import find_hints

KST = timezone(timedelta(hours=9))
LARGE = 2**60 + 1

ENDED = scenario("subscription-unpaid-cancelled", seed=7)
STARTED = scenario("subscription-starts", seed=7)
REFUNDED = scenario("refund-in-parts", seed=7)


def only(story: Story, table: str) -> tuple[Any, dict[str, Any]]:
    """The only thing of a kind that the store has at the end, with its id."""
    (found,) = story.state()[table].items()
    return found


ENDED_ID, _ = only(ENDED, "subscriptions")
STARTED_ID, STARTED_AS = only(STARTED, "subscriptions")
PAYMENT_ID, PAYMENT = only(STARTED, "payments")
ORDER_ID, ORDER = only(STARTED, "orders")
NEXT = datetime.fromisoformat(STARTED_AS["nextPaymentDate"])


@pytest.mark.parametrize(
    "state",
    [
        {"subscriptions": {ENDED_ID: {"status": "UNPAID"}}},
        {"subscriptions": {str(ENDED_ID): {"status": "UNPAID"}}},
        {"subscriptions": [{"id": ENDED_ID, "status": "UNPAID"}]},
        {"app_subscription": [{"id": 1, "steppay_id": str(ENDED_ID), "status": "UNPAID"}]},
        [{"subscriptionId": ENDED_ID, "customerId": 1, "state": "UNPAID"}],
        {ENDED_ID: "UNPAID"},
        {"subscription_status": {str(ENDED_ID): "UNPAID"}},
        {f"subscription/{ENDED_ID}": {"status": "UNPAID"}},
        {("subscription", ENDED_ID): {"status": "UNPAID"}},
        {"subscriptions": {ENDED_ID: {"details": {"status": "UNPAID"}}}},
        {"rows": [(ENDED_ID, "UNPAID", None)]},
        {"users": [{"id": 3, "subscription_id": ENDED_ID, "subscription_status": "unpaid"}]},
        [OrderedDict(subscription_id=Decimal(ENDED_ID), status="past due")],
    ],
    ids=range(13),
)
def test_a_wrong_end_is_told_of_rows_in_any_form(state: Any) -> None:
    for form in (state, normalise(state)):
        (hint,) = find_hints(form, ENDED)
        assert (hint.kind, hint.thing, hint.store) == ("status", f"subscription {ENDED_ID}", "CANCELED")
        assert hint.here.upper().replace(" ", "_") in {"UNPAID", "PAST_DUE"}


def test_the_sentence_says_what_is_wrong_since_when_and_what_to_do() -> None:
    (hint,) = find_hints({"subscriptions": {ENDED_ID: {"status": "UNPAID"}}}, ENDED)
    assert hint.path == f"$.subscriptions[{ENDED_ID}].status"
    assert str(hint) == (
        f"looks wrong: subscription {ENDED_ID} ends UNPAID here, the store says CANCELED ({hint.path}). The store had "
        "this value before event 13, subscription.updated: look at what the receiver writes when that event arrives."
    )


def test_a_status_that_never_was_is_told_as_such() -> None:
    (hint,) = find_hints({ENDED_ID: "PAUSE"}, ENDED)
    assert hint.sentence.endswith("No event has PAUSE for it: look at where the value comes from.")


@pytest.mark.parametrize(
    "word", ["CANCELED", "canceled", "cancelled", "expired", "gone", "inactive", "", None, 7, True]
)
def test_own_words_that_may_mean_the_same_are_left_alone(word: Any) -> None:
    assert find_hints({"subscriptions": {ENDED_ID: {"status": word}}}, ENDED) == ()


def test_what_is_ignored_is_not_looked_at() -> None:
    state = {"subscriptions": {ENDED_ID: {"status": "UNPAID"}}}
    assert find_hints(state, ENDED, ignore=read_ignore("status")) == ()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("next_payment_date", (NEXT - timedelta(hours=9)).isoformat()),
        ("nextPaymentDate", (NEXT - timedelta(hours=9)).isoformat(" ", timespec="seconds")),
        ("next_billing_at", NEXT - timedelta(hours=9)),
        ("next_billing_at", NEXT.replace(tzinfo=KST)),
        ("renews_at", NEXT.replace(tzinfo=KST).isoformat()),
        ("next_payment_ts", int(NEXT.replace(tzinfo=KST).timestamp())),
        ("nextPaymentMs", int(NEXT.replace(tzinfo=KST).timestamp() * 1000)),
        ("next_payment_at", (NEXT + timedelta(hours=9)).replace(tzinfo=UTC)),
        ("expires_at", datetime.fromisoformat(STARTED_AS["currentPeriod"]["endDateTime"]).replace(tzinfo=KST)),
        ("current_period_end", datetime.fromisoformat(STARTED_AS["currentPeriod"]["endDateTime"]).replace(tzinfo=KST)),
    ],
)
def test_nine_hours_off_is_named_as_such(name: str, value: Any) -> None:
    (hint,) = find_hints({"subscriptions": [{"id": STARTED_ID, name: value}]}, STARTED)
    assert (hint.kind, hint.path, hint.here) == ("nine-hours", f"$.subscriptions[0].{name}", value)
    assert "9 hours off: LocalDateTime is UTC (fact 10)." in hint.sentence


@pytest.mark.parametrize(
    "value",
    [
        NEXT,
        NEXT.replace(tzinfo=UTC).astimezone(KST),
        NEXT.isoformat(timespec="seconds"),
        NEXT.date(),
        NEXT.date().isoformat(),
        NEXT + timedelta(hours=9),  # Korean time, without saying so
        None,
    ],
)
def test_a_right_instant_in_any_form_is_right(value: Any) -> None:
    assert find_hints({"subscriptions": [{"id": STARTED_ID, "next_payment_date": value}]}, STARTED) == ()


def test_an_instant_of_an_older_event_is_told() -> None:
    story = scenario("subscription-renews", seed=7)
    key, _ = only(story, "subscriptions")
    first = next(event for event in story if event.type == "subscription.created")
    stale = {"subscriptions": {key: {"next_payment_date": first.data["nextPaymentDate"]}}}
    (hint,) = find_hints(stale, story)
    assert hint.kind == "instant"
    assert "The store had this value before event" in hint.sentence


@pytest.mark.parametrize(
    "state",
    [
        {"subscriptions": [{"subscription_id": None, "status": "ACTIVE"}]},
        {"subscriptions": [{"id": None, "status": "ACTIVE"}]},
        [{"subscription_id": None, "status": "ACTIVE"}],
        {"subscriptions": {None: {"status": "ACTIVE"}}},
        {"subscriptions": {"undefined": "ACTIVE"}},
        {"payments": [{"payment_id": None, "order_id": ORDER_ID, "status": "COMPLETE"}]},
        {"payments": [{"id": PAYMENT_ID, "order_code": None, "status": "COMPLETE"}]},
        {"payments": {PAYMENT_ID: {"orderCode": None, "status": "COMPLETE"}}},
        {"orders": {ORDER_ID: {"customer_id": None}}},
    ],
    ids=range(9),
)
def test_an_id_that_is_null_in_every_row_is_told(state: Any) -> None:
    (hint,) = find_hints(state, STARTED)
    assert (hint.kind, hint.here) == ("null-id", None)
    assert "is null in" in hint.sentence
    assert hint.store in {STARTED_ID, PAYMENT_ID, ORDER["code"], ORDER["customerId"]}


@pytest.mark.parametrize(
    "state",
    [
        {"orders": {ORDER_ID: {"invoice_id": None}}},
        {"payments": [{"id": PAYMENT_ID, "code": None, "payment_key": None}]},
        {"payments": [{"id": PAYMENT_ID, "order_id": None}, {"id": 1, "order_id": ORDER_ID}]},
        {"users": [{"id": 1, "subscription_id": None}]},
        {"carts": [{"order_id": None, "status": "OPEN"}]},
        {"inbox": [{"payment_id": None, "status": "COMPLETE"}]},
    ],
    ids=range(6),
)
def test_an_id_that_may_be_null_is_left_alone(state: Any) -> None:
    assert find_hints(state, STARTED) == ()


@pytest.mark.parametrize("rounded", [int(float(LARGE)), str(int(float(LARGE))), 1152921504606847000, float(LARGE)])
@pytest.mark.parametrize(
    "shape",
    [
        lambda number: {"subscriptions": {number: "ACTIVE"}},
        lambda number: {"subscriptions": [{"id": number, "status": "ACTIVE"}]},
        lambda number: [{"owner": number}],
    ],
    ids=range(3),
)
def test_an_id_that_a_double_has_rounded_is_told(rounded: Any, shape: Callable[[Any], Any]) -> None:
    story = scenario("subscription-starts", seed=7, subscription_id=LARGE)
    (hint,) = find_hints(shape(rounded), story)
    assert (hint.kind, hint.thing, hint.store) == ("rounded-id", f"subscription {LARGE}", LARGE)
    assert find_hints(shape(LARGE), story) == ()


@pytest.mark.parametrize(
    ("column", "wrong"),
    [
        ("amount", PAYMENT_ID),
        ("amount", 1),
        ("paid_amount", "0.00"),
        ("paidAmount", Decimal("1.00")),
        ("canceled_amount", 5),
        ("refunded_amount", "77"),
    ],
)
def test_an_amount_from_another_field_is_told(column: str, wrong: Any) -> None:
    (hint,) = find_hints({"payments": {PAYMENT_ID: {column: wrong}}}, STARTED)
    assert (hint.kind, hint.thing, hint.here) == ("amount", f"payment {PAYMENT_ID}", wrong)
    assert "Compare the value that the receiver writes with data." in hint.sentence


def test_a_refund_that_was_added_twice_and_one_that_never_came_are_told() -> None:
    key, payment = only(REFUNDED, "payments")
    refund = payment["cancel"]["canceledAmount"]
    (twice,) = find_hints({"payments": {key: {"canceled_amount": 2 * refund}}}, REFUNDED)
    (never,) = find_hints({"payments": {key: {"canceled_amount": 0}}}, REFUNDED)
    assert twice.store == never.store == refund
    assert "before event" in never.sentence


@pytest.mark.parametrize("column", ["amount", "total", "net_amount", "fee", "points", "quantity", "amount_krw"])
@pytest.mark.parametrize("form", [Decimal, str, float, lambda number: number * 100, lambda number: -number])
def test_an_amount_that_can_be_explained_is_left_alone(column: str, form: Callable[[int], Any]) -> None:
    key, payment = only(REFUNDED, "payments")
    for number in (payment["paidAmount"], payment["paidAmount"] - payment["cancel"]["canceledAmount"]):
        assert find_hints({"payments": {key: {column: form(number)}}}, REFUNDED) == ()


def test_what_changed_without_an_event_is_no_mistake() -> None:
    story = scenario("subscription-starts", seed=7)
    first = story.events[0]
    told = {"customers": {first.data["customerId"]: {"created_at": "1999-01-01T00:00:01", "status": "ACTIVE"}}}
    assert find_hints(told, story) == ()


def test_of_two_events_in_one_second_either_may_be_the_last() -> None:
    story = scenario("subscription-renewal-queues", seed=7)
    key, _ = only(story, "subscriptions")
    queued = [event for event in story if event.data.get("status") == "QUEUEING"]
    last = [event for event in story if "subscriptionId" in event.data][-1]
    hints = find_hints({"subscriptions": {key: "QUEUEING"}}, story)
    assert (hints == ()) is (queued[0].timestamp == last.timestamp)


def test_a_thing_that_was_deleted_is_not_compared() -> None:
    story = scenario("customer-registers-and-leaves", seed=7, customer_id=42)
    assert find_hints({"customers": {42: {"created_at": "2001-01-01T00:00:01"}}}, story) == ()
