"""A merchant sends a bill: it is paid, overdue, or was a mistake."""

from __future__ import annotations

from datetime import timedelta

from steppay_mock.store.scenarios.definition import Telling
from steppay_mock.store.scenarios.registry import define_scenario
from steppay_mock.store.store import Store


@define_scenario("invoice-paid", sells="one_time")
def invoice_paid(store: Store, *, discount: float = 0, memo: str = "", hours: int = 30) -> Telling:
    """A bill is drafted, sent and paid. Payment, order and invoice change in one second.

    discount: what is taken off.
    memo: a note for the customer.
    hours: when it is paid.
    """
    store.draft_invoice(discount=discount, memo=memo or None)
    yield timedelta(hours=1)
    store.send_invoice()
    yield timedelta(hours=hours)
    store.pay_invoice()


@define_scenario("invoice-reserved-then-overdue", sells="one_time")
def invoice_reserved_then_overdue(store: Store, *, days_late: int = 3) -> Telling:
    """A bill is reserved for a later day, sent then, not paid in time, and paid late.

    days_late: how long after the deadline it is paid.
    """
    invoice = store.draft_invoice(days_to_pay=14)
    yield timedelta(hours=1)
    store.reserve_invoice(invoice, at=store.now + timedelta(days=2))
    yield invoice.deadline
    yield timedelta(days=days_late)
    store.pay_invoice(invoice)


@define_scenario("invoice-payment-fails-then-succeeds", sells="one_time")
def invoice_payment_fails(store: Store, *, minutes: int = 10) -> Telling:
    """A bill is sent, the first card is refused, and the second one is taken.

    minutes: how long the customer takes to try again.
    """
    store.draft_invoice()
    store.send_invoice()
    yield timedelta(hours=5)
    store.pay_invoice(pays="fails")
    yield timedelta(minutes=minutes)
    store.pay_invoice()


@define_scenario("invoice-sending-fails-then-deleted", sells="one_time")
def invoice_sending_fails(store: Store, *, hours: int = 2) -> Telling:
    """A bill cannot be sent, and is deleted. What it billed is cancelled with it.

    hours: when it is deleted.
    """
    store.draft_invoice()
    yield timedelta(minutes=10)
    store.send_invoice(fails=True)
    yield timedelta(hours=hours)
    store.delete_invoice()
