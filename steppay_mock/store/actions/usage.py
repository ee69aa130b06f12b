"""Adds usage to a subscription, and quota (fact 26)."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

from steppay_mock.contract.catalogue import EventType
from steppay_mock.errors import SteppayMockError, choices
from steppay_mock.payload.coherence.fields import Amount
from steppay_mock.store.actions.subscriptions import Subscriptions
from steppay_mock.store.lifecycle import refuse
from steppay_mock.store.options import Money
from steppay_mock.store.payment_methods import PaymentMethod
from steppay_mock.store.records import Item, Order, Price, Subscription, Usage, UsageEntry, Via

_MOST = 2**53
_MOST_IN_ALL = 2**63 - 1


class Metering(Subscriptions):
    """The actions on the usage of a subscription."""

    def add_usage(
        self,
        subscription: Subscription | int | None = None,
        *,
        amount: int,
        item: int | None = None,
        via: Via = "V1",
    ) -> Usage:
        """Add usage: subscription.usage.added. More than the quota is refused, where there is one."""
        found, metered = self._metered(subscription, item, "add usage")
        _check_amount(amount)
        if via not in get_args(Via):
            raise SteppayMockError(f"via={via!r} is not among {choices(map(repr, get_args(Via)))}.")
        used, quota = self._used(metered)
        if quota is not None and used + amount > quota:
            refuse(
                f"add usage of {amount}",
                subject=f"item {metered.id} of subscription {found.id}",
                state=f"used {used} of {quota}",
                hint=f"Add at most {quota - used}, or store.top_up(quota=...) first.",
            )
        _check_sum(used + amount)
        self._tick()
        begun = self._series(found, metered)
        return self._emit(EventType.SUBSCRIPTION_USAGE_ADDED, self._with_entry(begun, record=amount, via=via))

    def top_up(
        self,
        subscription: Subscription | int | None = None,
        *,
        quota: int,
        price: Money | None = None,
        item: int | None = None,
    ) -> Order:
        """Buy more quota with an order of type ADD_USAGE (fact 25).

        order.created, payment.completed, order.payment_completed, subscription.usage.added, order.updated.
        """
        found, metered = self._metered(subscription, item, "top up")
        _check_amount(quota)
        allowed = self._used(metered)[1]
        if allowed is None:
            refuse(
                "top up",
                subject=f"item {metered.id} of subscription {found.id}",
                state="paid at the end of the period, without a quota",
                hint="Sell it with a quota: product={'billing': 'usage', 'quota': 1000}.",
            )
        _check_sum(allowed + quota)
        cost = _cost_of_quota(metered.price, allowed, quota) if price is None else self._amount(price, "price")
        now = self._tick()
        line = self._product_line(metered.price, quantity=1, amount=cost, now=now)
        customer = self._tables.customers[found.customer_id]

        def add(order: Order) -> Order:
            begun = self._series(found, metered)
            self._tick()
            self._emit(EventType.SUBSCRIPTION_USAGE_ADDED, self._with_entry(begun, quota=quota, via="SYSTEM"))
            return order

        order = self._new_order("ADD_USAGE", customer, [line])
        return self._pay(order, PaymentMethod(found.gateway, found.method), add)

    def _metered(
        self, subscription: Subscription | int | None, item: int | None, action: str
    ) -> tuple[Subscription, Item]:
        found = self._allowed(subscription, action)
        metered = [one for one in found.items if one.price.billing == "USAGE_BASED"]
        if item is not None:
            metered = [one for one in (found.items[self._place_of(found, item)],) if one in metered]
        if not metered:
            refuse(
                action,
                subject=f"subscription {found.id}",
                state="not sold by usage",
                hint="Sell something with billing='usage': store.create_price(product, billing='usage').",
            )
        return found, metered[0]

    def _used(self, item: Item) -> tuple[int, int | None]:
        """How much was used in this period, and the quota."""
        begun = self._tables.usage.get(item.id)
        return (0, item.price.quota) if begun is None else (begun.used, begun.quota)

    def _series(self, subscription: Subscription, item: Item) -> Usage:
        """The usage of the item in this period. A new one starts with the quota, as an entry of the system."""
        begun = self._tables.usage.get(item.id)
        if begun is not None:
            return begun
        quota = item.price.quota
        start = UsageEntry(
            id=self._ids.number("usage_entry"),
            quota=quota,
            record=0,
            quota_sum=quota,
            record_sum=0,
            at=subscription.period.start,
            via="SYSTEM",
        )
        return Usage(
            id=self._ids.number("usage"), item_id=item.id, customer_id=subscription.customer_id, entries=(start,)
        )

    def _with_entry(self, usage: Usage, *, record: int = 0, quota: int = 0, via: Via) -> Usage:
        allowed = usage.quota
        entry = UsageEntry(
            id=self._ids.number("usage_entry"),
            quota=None if allowed is None else quota,
            record=record,
            quota_sum=None if allowed is None else allowed + quota,
            record_sum=usage.used + record,
            at=self._now,
            via=via,
        )
        return replace(usage, entries=(*usage.entries, entry))


def _cost_of_quota(price: Price, allowed: int, quota: int) -> Amount:
    """What more quota costs: the price once, or what the table asks for it."""
    return (
        price.amount
        if price.usage_table is None
        else price.usage_table.cost(allowed + quota) - price.usage_table.cost(allowed)
    )


def _check_sum(total: int) -> None:
    if total > _MOST_IN_ALL:
        raise SteppayMockError(
            f"The sum would be {total}, which fits no field of a webhook (2^63 - 1 at most). Add less."
        )


def _check_amount(amount: object) -> None:
    if isinstance(amount, bool) or not isinstance(amount, int) or not 1 <= amount <= _MOST:
        raise SteppayMockError(f"Usage of {amount!r} cannot be added. Give a whole number from 1 to {_MOST:,}.")
