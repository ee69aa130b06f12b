"""What a subscription does by itself as time passes: notices, renewals, the ends of periods and of memberships."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from steppay_mock.contract.catalogue import EventType
from steppay_mock.payload.coherence.fields import Amount
from steppay_mock.store.actions.recovery import Recovery
from steppay_mock.store.records import Item, Key, Order, Subscription

_EXPIRE = {"ACTIVE", "UNPAID", "PENDING_CANCEL", "PENDING_PAUSE", "PAUSE"}


class Renewals(Recovery):
    """How subscriptions live through time."""

    def _renewal_due(self, key: Key, due: datetime) -> None:
        subscription = self._tables.subscriptions[int(key)]
        if subscription.status != "ACTIVE" or subscription.next_at != due:
            return
        self._tick()
        if self.assumptions.queue_renewals:
            subscription = self._tell(replace(subscription, status="QUEUEING", notice_at=None))
            self._tick()
        self._charge(subscription, self._renewal_order(subscription))

    def _renewal_order(self, subscription: Subscription) -> Order:
        """The order of a renewal: what the items cost, and what was used of those that are paid for afterwards."""
        lines = [
            self._sold(item.price, quantity=item.quantity, amount=self._owed(item), now=self._now)
            for item in subscription.items
        ]
        customer = self._tables.customers[subscription.customer_id]
        return self._order("RECURRING", customer, lines, subscriptions=(subscription.id,))

    def _owed(self, item: Item) -> Amount:
        if not item.price.is_postpaid:
            return item.amount
        usage = self._tables.usage.get(item.id)
        return item.price.amount * usage.used if usage and usage.quota is None else 0  # what had a quota is paid for

    def _period_over(self, key: Key, due: datetime) -> None:
        subscription = self._tables.subscriptions[int(key)]
        if subscription.period.end != due:
            return
        if subscription.status == "PENDING_CANCEL":
            self._tell(self._end(subscription, "CANCELED", self._tick()))
        elif subscription.status == "PENDING_PAUSE":
            self._tell(self._paused(subscription, self._tick()))

    def _notice_due(self, key: Key, due: datetime) -> None:
        subscription = self._tables.subscriptions[int(key)]
        if subscription.status == "ACTIVE" and subscription.notice_at == due:
            self._tick()
            self._happen(EventType.SUBSCRIPTION_PAYMENT_DUE_NOTIFICATION, subscription)

    def _expiry_due(self, key: Key, due: datetime) -> None:
        subscription = self._tables.subscriptions[int(key)]
        if subscription.status in _EXPIRE and subscription.expires_at == due:
            self._tell(self._end(subscription, "EXPIRED", self._tick()))
