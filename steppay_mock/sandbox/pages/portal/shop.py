"""What the page of the store shows: its records, the newest first, each with the actions that it allows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from steppay_mock.sandbox.pages.portal.offers import OF_CUSTOMERS, OfferedAction, can_be_paid, of_order, of_subscription

if TYPE_CHECKING:
    from steppay_mock.payload.coherence.fields import Amount
    from steppay_mock.store.records import Customer, Order, Payment, Subscription
    from steppay_mock.store.store import Store

_SHOWN = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferedOrder:
    """An order, and what can be done with it."""

    order: Order
    title: str
    currency: str
    is_payable: bool
    offers: list[OfferedAction]


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferedSubscription:
    """A subscription, and what can be done with it."""

    subscription: Subscription
    quantity: int
    offers: list[OfferedAction]


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferedPrice:
    """A price to choose."""

    code: str
    name: str
    amount: Amount


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """The store as its page shows it."""

    now: datetime
    currency: str
    counts: tuple[tuple[str, int], ...]
    """The words of each kind of record, and how many there are."""
    customers: list[Customer]
    orders: list[OfferedOrder]
    subscriptions: list[OfferedSubscription]
    payments: list[Payment]
    prices: list[OfferedPrice]
    offers_of_customers: tuple[OfferedAction, ...]
    next_renewal: datetime | None


def read_shop(store: Store) -> Shop:
    """The store as its page shows it."""
    newest = {one.order_id: one for one in store.payments}
    names = {price.code: product.name for product in store.products for price in product.prices}
    return Shop(
        now=store.now,
        currency=store.currency,
        counts=(
            ("customers", len(store.customers)),
            ("orders", len(store.orders)),
            ("subscriptions", len(store.subscriptions)),
            ("payments", len(store.payments)),
        ),
        customers=list(store.customers[: -_SHOWN - 1 : -1]),
        orders=[
            OfferedOrder(
                order=one,
                title=one.lines[0].product_name,
                currency=one.lines[0].currency,
                is_payable=can_be_paid(one),
                offers=of_order(one, newest.get(one.id)),
            )
            for one in store.orders[: -_SHOWN - 1 : -1]
        ],
        subscriptions=[
            OfferedSubscription(subscription=one, quantity=one.items[0].quantity, offers=of_subscription(one))
            for one in store.subscriptions[: -_SHOWN - 1 : -1]
        ],
        payments=list(store.payments[: -_SHOWN - 1 : -1]),
        prices=[OfferedPrice(code=one.code, name=names.get(one.code, ""), amount=one.amount) for one in store.prices],
        offers_of_customers=OF_CUSTOMERS,
        next_renewal=_next_renewal(store),
    )


_RENEWING = {"ACTIVE", "QUEUEING", "UNPAID"}


def _next_renewal(store: Store) -> datetime | None:
    """When the next subscription renews or is tried again."""
    planned = (one.next_at for one in store.subscriptions if one.status in _RENEWING)
    moments = [one.replace(tzinfo=UTC) for one in planned if one is not None]
    return min((one for one in moments if one > store.now), default=None)
