"""Every order of delivery ends in the same, right rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from decimal import Decimal
from itertools import permutations
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from examples.conftest import Receiver

pytestmark = pytest.mark.exhaustive  # alike on every Python

SECOND = 1_706_002_316
ID = 9_007_199_254_740_993  # one more than a double can count to
FEBRUARY = datetime(2024, 2, 23, 9, 31, 56, 403711, tzinfo=UTC)
MARCH = datetime(2024, 3, 23, 9, 31, 56, tzinfo=UTC)

Row = Mapping[str, Any]
Story = list[tuple[dict[str, Any], Row]]


def subscription(second: int, event: str, status: str, **data: Any) -> dict[str, Any]:
    return envelope(second, f"subscription.{event}", {"subscriptionId": ID, "status": status, "customerId": 7, **data})


def payment(second: int, event: str, status: str, **data: Any) -> dict[str, Any]:
    facts = {"paymentId": ID, "idKey": "1687155595516RTWz7FvxD98jr2ya", "orderId": "A-0017", "status": status}
    return envelope(second, f"payment.{event}", facts | data)


def envelope(second: int, event: str, data: dict[str, Any]) -> dict[str, Any]:
    return {"timestamp": SECOND + second, "version": "v1", "event": event, "data": data, "isTest": True}


def subscription_row(status: str, next_payment_date: datetime | None) -> Row:
    return {"id": ID, "customer_id": 7, "status": status, "next_payment_date": next_payment_date}


def payment_row(status: str, paid: str, canceled: str) -> Row:
    amounts = {"paid_amount": Decimal(paid), "canceled_amount": Decimal(canceled)}
    return {"id": ID, "order_id": "A-0017", "status": status, **amounts}


# Each event with the row that is right once it is the newest one that was delivered. Events of one second stand in
# the order in which they happened.
STORIES: dict[str, Story] = {
    "subscriptions": [
        (subscription(0, "created", "INCOMPLETE"), subscription_row("INCOMPLETE", None)),
        (
            subscription(0, "updated", "ACTIVE", nextPaymentDate="2024-02-23T09:31:56.403711"),
            subscription_row("ACTIVE", FEBRUARY),
        ),
        (
            subscription(100, "updated", "UNPAID", nextPaymentDate="2024-02-23T09:31:56.403711"),
            subscription_row("UNPAID", FEBRUARY),
        ),
        (
            subscription(200, "updated", "ACTIVE", nextPaymentDate="2024-03-23T09:31:56"),
            subscription_row("ACTIVE", MARCH),
        ),
        (subscription(200, "updated", "CANCELED"), subscription_row("CANCELED", None)),
    ],
    "payments": [
        (payment(0, "standby", "VIRTUAL_BANK_STANDBY"), payment_row("VIRTUAL_BANK_STANDBY", "0", "0")),
        (payment(0, "completed", "COMPLETE", paidAmount=30000), payment_row("COMPLETE", "30000", "0")),
        (
            payment(50, "canceled", "PARTIAL_CANCELED", paidAmount=30000.0, cancel={"canceledAmount": 9000.5}),
            payment_row("PARTIAL_CANCELED", "30000", "9000.5"),
        ),
        (
            payment(50, "canceled", "PARTIAL_CANCELED", paidAmount=30000, cancel={"canceledAmount": 25000}),
            payment_row("PARTIAL_CANCELED", "30000", "25000"),
        ),
        (
            payment(90, "canceled", "CANCELED", paidAmount=30000, cancel={"canceledAmount": 30000}),
            payment_row("CANCELED", "30000", "30000"),
        ),
    ],
}


@pytest.mark.parametrize("table", STORIES)
def test_every_order_of_a_story_ends_in_its_last_row(receiver: Receiver, table: str) -> None:
    events, rows = zip(*STORIES[table], strict=True)
    orders = 0
    for order in permutations(range(len(events))):
        receiver.clear()
        # and then a manager resends what was delivered first, so that the newest signature is on another event
        assert receiver.deliver([events[place] for place in (*order, order[0])]).ok
        assert receiver.rows(table) == [rows[-1]], order
        orders += 1
    assert orders == 120


def pairs(story: Story) -> Iterator[tuple[list[dict[str, Any]], Row]]:
    """Every two events of the story in both orders, and the row that is right after them."""
    for first, second in permutations(range(len(story)), 2):
        yield [story[first][0], story[second][0]], story[max(first, second)][1]


@pytest.mark.parametrize("table", STORIES)
def test_of_any_two_events_the_later_one_wins(receiver: Receiver, table: str) -> None:
    for events, row in pairs(STORIES[table]):
        receiver.clear()
        assert receiver.deliver(events).ok
        assert receiver.rows(table) == [row], [event["event"] for event in events]


def test_deliveries_that_overlap_end_in_the_same_rows(receiver: Receiver) -> None:
    events = [event for story in STORIES.values() for event, _ in story] * 3
    with ThreadPoolExecutor(max_workers=6) as pool:
        reports = list(pool.map(receiver.deliver, events))
    assert [report.ok for report in reports] == [True] * 30
    for table, story in STORIES.items():
        assert receiver.rows(table) == [story[-1][1]]
    assert len(receiver.rows("inbox")) == 10


def test_a_tie_that_nothing_decides_is_decided_the_same_way_in_both_orders(receiver: Receiver) -> None:
    tie = [subscription(0, "updated", status) for status in ("PAUSE", "UNPAID")]
    assert receiver.deliver(tie).ok
    one_way = receiver.rows("subscriptions")
    receiver.clear()
    assert receiver.deliver(tie[::-1]).ok
    assert receiver.rows("subscriptions") == one_way
    assert len(one_way) == 1
