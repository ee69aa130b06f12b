"""The newer of two events about one object is found without the clock."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from examples.conftest import Load

SECOND = 1_706_002_316
ROUNDS = range(8)  # each with another customer: a tie that is left to the hash would go the right way half of the time


def version(load: Load, event: str, status: str, customer: int, *, second: int = 0, **data: Any) -> str:
    facts = {"subscriptionId": 1, "paymentId": 1, "status": status, "customerId": customer, **data}
    change = load("steppay_webhook").row_of({"timestamp": SECOND + second, "event": event, "data": facts})
    return str(change[1]["version"])


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        (("created", "ACTIVE"), ("updated", "ACTIVE")),
        (("created", "UNPAID"), ("updated", "ACTIVE")),
        (("created", "ACTIVE"), ("payment_due_notification", "ACTIVE")),
        (("payment_due_notification", "ACTIVE"), ("updated", "ACTIVE")),
        (("updated", "QUEUEING"), ("updated", "ACTIVE")),
        (("updated", "QUEUEING"), ("updated", "UNPAID")),
        (("updated", "INCOMPLETE"), ("updated", "ACTIVE")),
        (("updated", "ACTIVE"), ("updated", "UNPAID")),
        (("updated", "ACTIVE"), ("updated", "PENDING_CANCEL")),
        (("updated", "PENDING_CANCEL"), ("updated", "CANCELED")),
        (("updated", "UNPAID"), ("updated", "EXPIRED")),
        (("updated", "ACTIVE"), ("payment_due_notification", "CANCELED")),
        (("updated", "ACTIVE"), ("created", "EXPIRED")),
    ],
)
def test_subscription_events_of_one_second_have_an_order(
    load: Load, older: tuple[str, str], newer: tuple[str, str]
) -> None:
    for customer in ROUNDS:
        versions = [version(load, f"subscription.{event}", status, customer) for event, status in (older, newer)]
        assert versions == sorted(set(versions))


def test_a_later_second_beats_every_status_of_a_subscription(load: Load) -> None:
    for customer in ROUNDS:
        paused = version(load, "subscription.updated", "PAUSE", customer)
        active = version(load, "subscription.updated", "ACTIVE", customer, second=1)
        assert paused < active


@pytest.mark.parametrize("second", [0, -60, 60])
@pytest.mark.parametrize(
    ("older", "newer"),
    [
        (("standby", "STANDBY"), ("failed", "FAILED")),
        (("standby", "VIRTUAL_BANK_STANDBY"), ("completed", "COMPLETE")),
        (("standby", "CMS_STANDBY"), ("canceled", "USER_CANCELED")),
        (("failed", "FAILED"), ("completed", "COMPLETE")),
        (("completed", "COMPLETE"), ("canceled", "CANCELED_FAIL")),
        (("completed", "COMPLETE"), ("canceled", "PARTIAL_CANCELED")),
        (("canceled", "CANCELED_FAIL"), ("canceled", "PARTIAL_CANCELED")),
        (("canceled", "PARTIAL_CANCELED"), ("canceled", "CANCELED")),
        (("standby", "NEW"), ("completed", "NEW")),
        (("completed", "NEW"), ("canceled", "CANCELED")),
    ],
)
def test_a_payment_moves_forward_whatever_the_timestamps_say(
    load: Load, older: tuple[str, str], newer: tuple[str, str], second: int
) -> None:
    for customer in ROUNDS:
        before = version(load, f"payment.{older[0]}", older[1], customer)
        after = version(load, f"payment.{newer[0]}", newer[1], customer, second=second)
        assert before < after


@pytest.mark.parametrize(("amounts", "seconds"), [((9000, 25000), (0, 0)), ((9000.5, 10000), (0, 0)), ((5, 5), (0, 1))])
def test_refunds_of_a_part_go_by_time_and_then_by_their_sum(
    load: Load, amounts: tuple[float, float], seconds: tuple[int, int]
) -> None:
    for customer in ROUNDS:
        versions = [
            version(
                load,
                "payment.canceled",
                "PARTIAL_CANCELED",
                customer,
                second=second,
                cancel={"canceledAmount": Decimal(str(amount))},
            )
            for amount, second in zip(amounts, seconds, strict=True)
        ]
        assert versions == sorted(set(versions))


def test_an_amount_never_passes_through_a_float(load: Load, tmp_path: Path) -> None:
    body = b'{"timestamp":1,"event":"payment.completed","data":{"paymentId":1,"status":"COMPLETE","paidAmount":%s}}'
    database = str(tmp_path / "receiver.sqlite3")
    store, webhook = load("sqlite_store"), load("steppay_webhook")
    store.create_tables(database)
    assert store.save(database, webhook.parse(body % b"12345678901234567.89"))
    with closing(sqlite3.connect(database)) as connection:
        assert connection.execute("SELECT paid_amount FROM payments").fetchall() == [("12345678901234567.89",)]


def test_the_same_content_is_new_only_once(load: Load, tmp_path: Path) -> None:
    database = str(tmp_path / "receiver.sqlite3")
    save = load("sqlite_store").save
    load("sqlite_store").create_tables(database)
    event = {"timestamp": SECOND, "event": "customer.created", "data": {"id": 1, "name": "김구독"}}
    assert save(database, event)
    assert not save(database, event | {"isTest": True})
    assert not save(database, event | {"data": {"name": "김구독", "id": 1, "phone": None}})
    assert save(database, event | {"timestamp": SECOND + 1})
