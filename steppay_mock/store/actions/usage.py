"""Adds usage to a subscription, and quota (fact 26)."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

from steppay_mock.contract.catalogue import EventType
from steppay_mock.errors import SteppayMockError, choices
from steppay_mock.store.actions.payments import method_of
from steppay_mock.store.actions.subscriptions import Subscriptions
from steppay_mock.store.lifecycle import refuse
from steppay_mock.store.options import Money
from steppay_mock.store.records import Item, Order, Subscription, Usage, UsageEntry, Via
from steppay_mock.store.usage_terms import begins_anew, cost_of_quota, quota_of

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
        """Add usage, or take it back with a negative amount: subscription.usage.added.

        The sum stays from 0 to the quota, if there is one. Of a price with billing ``unit``, usage is the number of
        seats in use: it goes on after a renewal (fact 26). ``via`` says who added it (fact 48): ``V1`` the API,
        ``MANAGER`` the portal, ``CUSTOMER`` the subscription manager, ``SYSTEM`` the creation and the renewals.
        """
        found, metered = self._metered(subscription, item, "add usage")
        _check_amount(amount, least=-_MOST)
        _check_via(via)
        used, quota = self._used(found, metered)
        if used + amount < 0:
            refuse(
                f"add usage of {amount}",
                subject=f"item {metered.id} of subscription {found.id}",
                state=f"used {used}",
                hint=f"Add at least {-used}: a sum is never below 0 (assumed).",
            )
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
        via: Via = "V1",
    ) -> Order:
        """Buy more quota with an order of type ADD_USAGE, paid at once for the rest of the period (fact 25).

        order.created, order.updated, payment.completed, subscription.usage.added, order.payment_completed. ``via`` as
        for :meth:`add_usage`.
        """
        found, metered = self._metered(subscription, item, "top up")
        _check_amount(quota, least=1)
        _check_via(via)
        allowed = self._used(found, metered)[1]
        if allowed is None:
            refuse(
                "top up",
                subject=f"item {metered.id} of subscription {found.id}",
                state="paid at the end of the period, without a quota",
                hint="Sell it with a quota: product={'billing': 'usage', 'quota': 1000}.",
            )
        _check_sum(allowed + quota)
        cost = None if price is None else self._amount(price, "price")
        now = self._tick()
        if cost is None:
            cost = cost_of_quota(metered, allowed, quota, found, now=now, currency=self.currency)
        line = self._product_line(metered.price, quantity=1, amount=cost, now=now)
        customer = self._tables.customers[found.customer_id]

        def add(order: Order) -> Order:
            begun = self._series(found, metered)
            self._tick()
            self._emit(EventType.SUBSCRIPTION_USAGE_ADDED, self._with_entry(begun, quota=quota, via=via))
            return order

        order = self._new_order("ADD_USAGE", customer, [line])
        return self._pay(order, method_of(found), add)

    def _metered(
        self, subscription: Subscription | int | None, item: int | None, action: str
    ) -> tuple[Subscription, Item]:
        found = self._allowed(subscription, action)
        metered = [one for one in found.items if one.price.is_metered]
        if item is not None:
            metered = [one for one in (found.items[self._place_of(found, item)],) if one in metered]
        if not metered:
            refuse(
                action,
                subject=f"subscription {found.id}",
                state="not sold by usage",
                hint="Sell something with billing='usage' or 'unit': store.create_price(product, billing='usage').",
            )
        return found, metered[0]

    def _used(self, subscription: Subscription, item: Item) -> tuple[int, int | None]:
        """How much is used in this period, and the quota."""
        begun = self._tables.usage.get(item.id)
        if begun is not None and not begins_anew(begun, subscription):
            return begun.used, begun.quota
        return (0 if begun is None else begun.used), quota_of(item, begun)

    def _series(self, subscription: Subscription, item: Item) -> Usage:
        """The usage of the item in this period. A new one starts with the quota, as an entry of the system.

        Seats start with those that were in use.
        """
        begun = self._tables.usage.get(item.id)
        if begun is not None and not begins_anew(begun, subscription):
            return begun
        used, quota = self._used(subscription, item)
        start = UsageEntry(
            id=self._ids.number("usage_entry"),
            quota=quota,
            record=used,
            quota_sum=quota,
            record_sum=used,
            at=subscription.period.start,
            via="SYSTEM",
        )
        return Usage(
            id=self._ids.number("usage"),
            item_id=item.id,
            customer_id=subscription.customer_id,
            entries=(start,),
            bought=begun.bought if begun else 0,
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
        return replace(usage, entries=(*usage.entries, entry), bought=usage.bought + quota)


def _check_via(via: object) -> None:
    if via not in get_args(Via):
        raise SteppayMockError(f"via={via!r} is not among {choices(map(repr, get_args(Via)))}.")


def _check_sum(total: int) -> None:
    if total > _MOST_IN_ALL:
        raise SteppayMockError(
            f"The sum would be {total}, which fits no field of a webhook (2^63 - 1 at most). Add less."
        )


def _check_amount(amount: object, *, least: int) -> None:
    if isinstance(amount, bool) or not isinstance(amount, int) or not least <= amount <= _MOST or not amount:
        but = "" if least > 0 else ", but not 0"
        raise SteppayMockError(
            f"Usage of {amount!r} cannot be added. Give a whole number from {least:,} to {_MOST:,}{but}."
        )
