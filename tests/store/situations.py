"""Stores in every state that an action may meet, each made in a few steps."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from steppay_mock import Store

QUIET = {"order_updated_when_paid": False, "order_updated_when_failed": False, "prices_created_with_product": False}
INCOMPLETE = {"incomplete_before_payment": True}
COVER = {"step_cover": "pause", "notice_days": 3}
ONCE: dict[str, Any] = {"product": {"billing": "one_time", "type": "BOX"}}


def _bought(store: Store) -> None:
    weekly = store.create_price(store.products[0], interval="WEEK", membership_months=2)
    store.checkout([store.price, weekly], quantity=2, tax=10, shipping_fee=5, discount=3)


def _unpaid(store: Store) -> None:
    store.checkout()
    _not_paid(store)


def _not_paid(store: Store) -> None:
    store.decline_payments()
    store.advance(days=32)


def _waiting(store: Store) -> None:
    weekly = store.create_price(store.products[0], interval="WEEK")
    store.checkout([store.price, weekly], method="cms", trial_days=3, setup_fee=1_000)


def _paused_for_long(store: Store) -> None:
    store.checkout()
    store.pause()
    store.advance(days=40)


def _paused_briefly(store: Store) -> None:
    store.checkout()
    store.pause(until=(3, "DAY"))


def _sent(store: Store) -> None:
    store.draft_invoice(discount=100)
    store.send_invoice()


def _reserved(store: Store) -> None:
    store.draft_invoice()
    store.reserve_invoice(at=store.now + timedelta(days=2))


def _used(store: Store) -> None:
    store.checkout()
    store.add_usage(amount=1)
    store.add_usage(amount=2)


def _seated(store: Store) -> None:
    """Seats, of which some are taken in the second period."""
    store.checkout(quantity=4)
    store.add_usage(amount=3)
    store.advance(days=35)
    store.add_usage(amount=-1)


def _added(store: Store) -> None:
    store.checkout()
    store.advance(days=5)
    store.add_item(price=store.create_price(store.products[0], price=7_000))


def _rejected(store: Store) -> None:
    store.checkout(method="cms")
    store.reject_payment()


def _refunded_in_part(store: Store) -> None:
    store.checkout()
    store.refund(amount=1)


def _deleted(store: Store) -> None:
    store.checkout()
    store.cancel()
    store.delete_customer()
    store.create_customer()


Step = Callable[[Store], object]
Situation = tuple[dict[str, Any], list[Step]]

SITUATIONS: dict[str, Situation] = {
    "nothing yet": ({}, []),
    "nobody and nothing": ({"customer": None, "product": None}, []),
    "two subscriptions": ({"assumptions": {"notice_days": 1}}, [_bought]),
    "two subscriptions, told of in few events": ({"assumptions": QUIET}, [_bought]),
    "a trial": ({"currency": "USD"}, [lambda store: store.checkout(trial_days=10)]),
    "a trial of the product": (
        {"product": {"trial_days": 5}},
        [lambda store: store.checkout(quantity=2), lambda store: store.checkout(trial_days=0, pays="later")],
    ),
    "little in stock": ({"product": {"stock": 2}}, [lambda store: store.checkout()]),
    "nothing in stock": (
        {"product": {"stock": 1}, "assumptions": {"renewals_fail_without_stock": True}},
        [lambda store: store.checkout(), lambda store: store.checkout(store.create_product().prices[0])],
    ),
    "an order for later": ({"assumptions": QUIET}, [lambda store: store.checkout(pays="later")]),
    "a first payment that failed": ({}, [lambda store: store.checkout(pays="fails")]),
    "a virtual account": ({"assumptions": INCOMPLETE}, [lambda store: store.checkout(method="virtual_account")]),
    "a debit on its way": ({}, [lambda store: store.checkout(method="cms", gateway="NICE")]),
    "incomplete subscriptions": ({"assumptions": INCOMPLETE}, [_waiting]),
    "a debit that failed": ({"assumptions": QUIET}, [_rejected]),
    "an unpaid renewal": ({}, [_unpaid]),
    "an unpaid renewal, told of in few events": ({"assumptions": QUIET}, [_unpaid]),
    "a renewal that was given up": ({}, [_unpaid, lambda store: store.advance(days=15)]),
    "StepCover that ended": ({"assumptions": COVER}, [_unpaid, lambda store: store.advance(days=13)]),
    "StepCover": ({"assumptions": COVER}, [_unpaid]),
    "a pending cancellation": ({}, [lambda store: store.checkout(), lambda store: store.cancel(at_period_end=True)]),
    "a pending pause": (
        {"assumptions": COVER},
        [lambda store: store.checkout(), lambda store: store.pause(at_period_end=True)],
    ),
    "a new card that is not given yet": ({}, [_unpaid, lambda store: store.change_payment_method(pays="later")]),
    "parts that end subscriptions": (
        {"assumptions": {"partial_cancel_ends_subscriptions": True}},
        [lambda store: store.checkout(), lambda store: store.advance(days=32)],
    ),
    "a cancellation at a given time": (
        {"product": {"billing": "usage"}},
        [_used, lambda store: store.cancel(at=store.now + timedelta(days=40))],
    ),
    "a pause that ends with its subscription": (
        {"assumptions": COVER},
        [_paused_briefly, lambda store: store.cancel(at_period_end=True)],
    ),
    "an unpaid renewal whose subscription ends later": (
        {"product": {"billing": "usage"}},
        [_used, _not_paid, lambda store: store.cancel(at=store.now + timedelta(days=20))],
    ),
    "a pause that ends by itself": (
        {"product": {"membership_months": 2}},
        [lambda store: store.checkout(), lambda store: store.pause(until=(5, "WEEK"))],
    ),
    "a pause": ({"assumptions": COVER}, [lambda store: store.checkout(), lambda store: store.pause()]),
    "a pause beyond its period": ({"assumptions": {"queue_renewals": True}}, [_paused_for_long]),
    "a subscription that ended": ({}, [lambda store: store.checkout(), lambda store: store.cancel()]),
    "usage with a quota": ({"product": {"billing": "usage", "quota": 100}}, [_used]),
    "usage without a quota": ({"product": {"billing": "usage"}}, [_used]),
    "two items": ({"product": {"setup_fee": 30, "setup_fee_type": "PERIODIC"}}, [_added]),
    "seats": ({"product": {"billing": "unit"}}, [_seated]),
    "seats that are paid afterwards": ({"product": {"billing": "unit", "postpaid": True}}, [_seated]),
    "a customer who was deleted": ({}, [_deleted]),
    "a purchase": (ONCE, [lambda store: store.checkout(quantity=2)]),
    "a refund of a part": (ONCE, [_refunded_in_part]),
    "a purchase that was refunded": (ONCE, [lambda store: store.checkout(), lambda store: store.refund()]),
    "a draft": (ONCE, [lambda store: store.draft_invoice(memo="감사합니다")]),
    "an invoice that is reserved": (ONCE, [_reserved]),
    "an invoice that could not be sent": (
        ONCE,
        [lambda store: store.draft_invoice(), lambda store: store.send_invoice(fails=True)],
    ),
    "an invoice that was sent": (ONCE, [_sent]),
    "an invoice that waits for its money": (ONCE, [_sent, lambda store: store.pay_invoice(method="cms")]),
    "an invoice of a subscription": ({}, [_sent]),
    "an invoice of a subscription that is incomplete": (
        {"assumptions": INCOMPLETE},
        [_sent, lambda store: store.pay_invoice(method="cms")],
    ),
    "an invoice that is overdue": (ONCE, [_sent, lambda store: store.advance(days=15)]),
    "an invoice that is paid": (ONCE, [_sent, lambda store: store.pay_invoice()]),
}


def made(name: str, *, seed: int) -> Store:
    """A store in that situation."""
    options, steps = SITUATIONS[name]
    store = Store(seed=seed, **options)
    for step in steps:
        step(store)
    return store
