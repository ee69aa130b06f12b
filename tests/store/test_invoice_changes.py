"""An invoice that is changed before it is sent."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from store.bursts import burst, last_of

from steppay_mock import IllegalAction, SteppayMockError, Store


def drafted() -> Store:
    """A store with the draft of an invoice of 1,000 won."""
    store = Store(seed=1, product={"billing": "one_time", "price": 1_000})
    store.draft_invoice(memo="안녕하세요", days_to_pay=5)
    return store


def test_a_draft_is_changed_and_sells_what_it_says_then() -> None:
    store = drafted()
    lee, before = store.create_customer(), store.invoice
    assert burst(store, lambda: store.update_invoice(quantity=3, discount=500, days_to_pay=9)) == [
        "invoice.updated TEMPORARY"
    ]
    store.update_invoice(before, customer=lee, channels=["SMS"])
    changed = last_of(store, "invoice.updated")
    assert (changed["customerId"], changed["publishMethod"], changed["discount"]) == (lee.id, ["SMS"], 500)
    assert changed["memoToCustomer"] == "안녕하세요"
    assert changed["purchaseDeadline"] == (before.created_at + timedelta(days=9)).isoformat()
    sent = store.send_invoice(before)
    order = store.orders[-1]
    assert (order.id, order.customer_id, order.amount) == (sent.order_id, lee.id, 2_500)


def test_a_reserved_invoice_stays_reserved_and_is_due_after_it_is_sent() -> None:
    store = drafted()
    store.reserve_invoice(at=store.now + timedelta(days=3))
    assert store.update_invoice(days_to_pay=4).status == "RESERVATION"
    with pytest.raises(SteppayMockError, match=r"^days_to_pay=3: the invoice would be due at .* Give more days\.$"):
        store.update_invoice(days_to_pay=3)
    store.advance(days=3)
    assert store.invoice.status == "SENT"


def test_what_is_sent_or_says_so_already_is_not_changed() -> None:
    store = drafted()
    number = store.invoice.id
    unchanged: list[dict[str, Any]] = [{}, {"days_to_pay": 5}]
    for same in unchanged:
        with pytest.raises(SteppayMockError) as refusal:
            store.update_invoice(**same)
        assert str(refusal.value) == f"Invoice {number} says so already. Give something else to change."
    store.send_invoice()
    with pytest.raises(IllegalAction, match=rf"^Cannot update: invoice {number} is SENT\. "):
        store.update_invoice(quantity=2)
