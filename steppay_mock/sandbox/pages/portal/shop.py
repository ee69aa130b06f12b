"""What the page of the store shows: its records, the newest first, each with the actions that it allows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from steppay_mock.sandbox.pages.portal.offered import OfferGroup, grouped
from steppay_mock.sandbox.pages.portal.offers import SHOWN, Offers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from steppay_mock.payload.coherence.fields import Amount
    from steppay_mock.store.records import Customer, Invoice, Order, Payment, Product, Subscription
    from steppay_mock.store.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferedOrder:
    """An order, and what can be done with it."""

    order: Order
    title: str
    currency: str
    is_payable: bool
    """Whether its payment page has something to choose."""
    groups: list[OfferGroup]


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferedSubscription:
    """A subscription, and what can be done with it."""

    subscription: Subscription
    quantity: int
    groups: list[OfferGroup]


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferedInvoice:
    """An invoice, and what can be done with it."""

    invoice: Invoice
    title: str
    amount: Amount
    groups: list[OfferGroup]


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferedCustomer:
    """A customer, and what can be done with them."""

    customer: Customer
    groups: list[OfferGroup]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """The store as its page shows it."""

    now: datetime
    currency: str
    counts: tuple[tuple[str, int], ...]
    """The words of each kind of record, and how many there are."""
    subscriptions: list[OfferedSubscription]
    orders: list[OfferedOrder]
    invoices: list[OfferedInvoice]
    payments: Sequence[Payment]
    customers: list[OfferedCustomer]
    products: Sequence[Product]
    new: dict[str, OfferGroup]
    """The forms of what can be made new, by the keys of their buttons."""
    next_renewal: datetime | None


def read_shop(store: Store) -> Shop:
    """The store as its page shows it."""
    offers = Offers(store)
    names = {price.code: product.name for product in store.products for price in product.prices}

    return Shop(
        now=store.now,
        currency=store.currency,
        counts=tuple((noun, len(getattr(store, noun))) for noun in _COUNTED),
        subscriptions=[
            OfferedSubscription(subscription=one, quantity=one.items[0].quantity, groups=offers.quick(one))
            for one in store.subscriptions[: -SHOWN - 1 : -1]
        ],
        orders=[
            OfferedOrder(
                order=one,
                title=one.lines[0].product_name,
                currency=one.lines[0].currency,
                is_payable=bool({"pay", "confirm_payment"} & set(store.allowed_for(one))),
                groups=offers.quick(one),
            )
            for one in store.orders[: -SHOWN - 1 : -1]
        ],
        invoices=[
            OfferedInvoice(
                invoice=one,
                title=names.get(one.basket.prices[0].code, one.basket.prices[0].code),
                amount=one.basket.prices[0].amount_in_advance * one.basket.quantity - one.discount,
                groups=offers.quick(one),
            )
            for one in store.invoices[: -SHOWN - 1 : -1]
        ],
        payments=store.payments[: -SHOWN - 1 : -1],
        customers=[
            OfferedCustomer(customer=one, groups=offers.quick(one)) for one in store.customers[: -SHOWN - 1 : -1]
        ],
        products=store.products[: -SHOWN - 1 : -1],
        new={group.offers[0].key: group for group in grouped(offers.of_store())},
        next_renewal=next_renewal(store),
    )


_COUNTED = ("customers", "orders", "subscriptions", "payments", "invoices", "products")
_RENEWING = {"ACTIVE", "QUEUEING", "UNPAID"}


def next_renewal(store: Store) -> datetime | None:
    """When the next subscription renews or is tried again."""
    planned = (one.next_at for one in store.subscriptions if one.status in _RENEWING)
    moments = [one.replace(tzinfo=UTC) for one in planned if one is not None]
    return min((one for one in moments if one > store.now), default=None)
