"""Scenarios of other ways to bill: by usage, and by invoice."""

from __future__ import annotations

from datetime import timedelta

from steppay_mock.store.scenarios.buying import buy
from steppay_mock.store.scenarios.definition import Days, Hours, Minutes, StoryWaits
from steppay_mock.store.scenarios.registry import define_scenario
from steppay_mock.store.store import Store


@define_scenario("usage-paid-afterwards", sells="usage")
def usage_paid_afterwards(store: Store, *, used: int = 120) -> StoryWaits:
    """Usage is added during a period and paid at the renewal. The sums start again from 0.

    used: the usage of the first period, in two entries.
    """
    yield from buy(store)
    yield timedelta(hours=10)
    store.add_usage(amount=max(used // 3, 1))
    yield timedelta(hours=10)
    store.add_usage(amount=max(used - used // 3, 1), via="MANAGER")
    yield store.subscription.period.end
    yield timedelta(hours=10)
    store.add_usage(amount=max(used // 3, 1))


@define_scenario("usage-quota-topped-up", sells="usage", quota=1000)
def usage_quota_topped_up(store: Store, *, used: int = 900, top_up: int = 500) -> StoryWaits:
    """A customer uses a quota and buys more with an order of type ADD_USAGE. The renewal starts the quota again.

    used: the usage before the top-up. The quota is 1,000.
    top_up: the quota that is bought, and then used.
    """
    yield from buy(store)
    yield timedelta(hours=10)
    store.add_usage(amount=used)
    yield timedelta(hours=5)
    store.top_up(quota=top_up)
    yield timedelta(hours=5)
    store.add_usage(amount=top_up, via="CUSTOMER")
    yield store.subscription.period.end
    yield timedelta(hours=10)
    store.add_usage(amount=1)


@define_scenario("invoice-paid", sells="one_time")
def invoice_paid(store: Store, *, discount: float = 0, memo: str = "", hours: Hours = 30) -> StoryWaits:
    """An invoice is drafted, sent and paid. Payment, order and invoice change with one timestamp.

    discount: the amount of the discount.
    memo: the memo to the customer.
    hours: the time from sending to payment.
    """
    store.draft_invoice(discount=discount, memo=memo or None)
    yield timedelta(hours=1)
    store.send_invoice()
    yield timedelta(hours=hours)
    store.pay_invoice()


@define_scenario("invoice-reserved-then-overdue", sells="one_time")
def invoice_reserved_then_overdue(store: Store, *, days_late: Days = 3) -> StoryWaits:
    """An invoice is reserved for a later day, sent on it, overdue, and paid late.

    days_late: the time from the deadline to the payment.
    """
    invoice = store.draft_invoice(days_to_pay=14)
    yield timedelta(hours=1)
    store.reserve_invoice(invoice, at=store.now + timedelta(days=2))
    yield invoice.deadline
    yield timedelta(days=days_late)
    store.pay_invoice(invoice)


@define_scenario("invoice-payment-fails-then-succeeds", sells="one_time")
def invoice_payment_fails(store: Store, *, minutes: Minutes = 10) -> StoryWaits:
    """An invoice is sent, the first card payment fails, and the second one succeeds.

    minutes: the time between the two payments.
    """
    store.draft_invoice()
    store.send_invoice()
    yield timedelta(hours=5)
    store.pay_invoice(pays="fails")
    yield timedelta(minutes=minutes)
    store.pay_invoice()


@define_scenario("invoice-sending-fails-then-deleted", sells="one_time")
def invoice_sending_fails(store: Store, *, hours: Hours = 2) -> StoryWaits:
    """Sending an invoice fails, and the invoice is deleted. It has no order yet.

    hours: the time from the failure to the deletion.
    """
    store.draft_invoice()
    yield timedelta(minutes=10)
    store.send_invoice(fails=True)
    yield timedelta(hours=hours)
    store.delete_invoice()
