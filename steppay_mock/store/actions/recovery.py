"""What happens when a renewal is not paid: retries, or StepCover in their place (facts 24 and 28)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from math import inf

from steppay_mock.contract.catalogue import EventType
from steppay_mock.errors import SteppayMockError
from steppay_mock.store.actions.terms import Terms
from steppay_mock.store.books import read_moment
from steppay_mock.store.lifecycle import SUBSCRIPTION, refuse, require_move
from steppay_mock.store.means import Means
from steppay_mock.store.options import StoreRecipe
from steppay_mock.store.records import Key, Message, Order, Subscription

_MOST_TIMES = 10_000


class Recovery(Terms):
    """How a subscription gets into arrears, and out of them."""

    def __init__(self, recipe: StoreRecipe) -> None:
        super().__init__(recipe)
        self._declines: dict[int, float] = {}

    def decline_payments(
        self, subscription: Subscription | int | None = None, *, times: int | None = None
    ) -> Subscription:
        """From now on the next ``times`` payments of the subscription fail; None: all, until they are accepted."""
        found = self._meant(subscription)
        if times is not None and (
            isinstance(times, bool) or not isinstance(times, int) or not 0 <= times <= _MOST_TIMES
        ):
            raise SteppayMockError(f"times={times!r}: give a whole number from 0 to {_MOST_TIMES:,}, or None for all.")
        if found.status in {"CANCELED", "EXPIRED"}:
            refuse("decline payments", subject=f"subscription {found.id}", state=found.status)
        self._declines[found.id] = inf if times is None else times
        return found

    def accept_payments(self, subscription: Subscription | int | None = None) -> Subscription:
        """From now on payments of the subscription succeed."""
        found = self._meant(subscription)
        self._declines.pop(found.id, None)
        return found

    def postpone_message(self, subscription: Subscription | int | None = None) -> Subscription:
        """The customer wants the StepCover message later: subscription.updated, cover.delayed_message."""
        found = self._in_cover(subscription, "postpone the StepCover message")
        later = max(found.next_at or self._now, self._now) + timedelta(days=self.assumptions.cover_days)
        self._tick()
        moved = self._tell(replace(found, next_at=later))
        self._send_message(EventType.COVER_DELAYED_MESSAGE, moved, "REMIND")
        return moved

    def move_payment_date(
        self, subscription: Subscription | int | None = None, *, to: datetime | float
    ) -> Subscription:
        """The customer moves the next attempt to that moment: subscription.updated, cover.changed_payment_date."""
        found = self._in_cover(subscription, "move the payment date")
        moment = read_moment(to, "to")
        if moment <= self._now:
            raise SteppayMockError(f"to={to}: the store's clock stands at {self.now.isoformat()}. Give a later moment.")
        if moment == found.next_at:
            raise SteppayMockError("The next attempt is at that moment already. Give another.")
        self._tick()
        moved = self._tell(replace(found, next_at=moment))
        self._send_message(EventType.COVER_CHANGED_PAYMENT_DATE, moved, "DATE_CHANGED")
        return moved

    def _meant(self, subscription: Subscription | int | None) -> Subscription:
        return self.subscription if subscription is None else self._find(Subscription, subscription)

    def _in_cover(self, subscription: Subscription | int | None, action: str) -> Subscription:
        found = self._meant(subscription)
        require_move(SUBSCRIPTION, action, subject=f"subscription {found.id}", status=found.status)
        if self.assumptions.step_cover == "off":
            refuse(
                action,
                subject=f"subscription {found.id}",
                state="not in StepCover",
                hint="Make the store with assumptions={'step_cover': 'pause'}.",
            )
        return found

    def _charge(self, subscription: Subscription, order: Order) -> None:
        """Try to pay the renewal."""
        means = Means(subscription.gateway, subscription.method)
        declines = self._declines.get(subscription.id, 0)
        if declines > 0 and order.amount:
            self._declines[subscription.id] = declines - 1
            self._fail(order, means)
            self._fall_behind(subscription, order)
        else:
            self._pay(order, means, self._renew)

    def _renew(self, order: Order) -> Order:
        """The effect of paying an order of type RECURRING: the next period of its subscription."""
        for number in order.subscriptions:
            self._tell(self._renewed(self._tables.subscriptions[number], self._tick()))
        return order

    def _retry_due(self, key: Key, due: datetime) -> None:
        subscription = self._tables.subscriptions[int(key)]
        if subscription.status == "UNPAID" and subscription.next_at == due and subscription.open_order is not None:
            self._charge(subscription, self._tables.orders[subscription.open_order])

    def _fall_behind(self, subscription: Subscription, order: Order) -> None:
        """After a failed attempt: UNPAID until the next one, or the end."""
        now = self._tick()
        due = min(subscription.next_at or now, now)  # not now: attempts would drift by the milliseconds of each burst
        behind = replace(
            subscription,
            status="UNPAID",
            notice_at=None,
            open_order=order.id,
            failed_at=subscription.failed_at or due,
            failures=subscription.failures + 1,
        )
        if self.assumptions.step_cover != "off":
            self._go_on_covering(behind, due)
            return
        days = self.assumptions.retry_days
        if behind.failures > len(days):
            self._tell(self._end(behind, "EXPIRED", now))
        else:
            first = behind.failed_at or due
            self._tell(replace(behind, next_at=first + timedelta(days=days[behind.failures - 1])))

    def _go_on_covering(self, behind: Subscription, due: datetime) -> None:
        """The next StepCover message, or after the last one its end: paused or cancelled."""
        if behind.messages < self.assumptions.cover_messages:
            later = due + timedelta(days=self.assumptions.cover_days)
            told = self._tell(replace(behind, next_at=later, messages=behind.messages + 1))
            self._send_message(EventType.COVER_SENT_MESSAGE, told, "REMIND")
            return
        cancels, now = self.assumptions.step_cover == "cancel", self._now
        self._tell(self._end(behind, "CANCELED", now) if cancels else self._paused(behind, now))
        self._send_message(EventType.COVER_PAUSED, behind, "PAUSED")

    def _send_message(self, event_type: EventType, subscription: Subscription, kind: str) -> None:
        self._tick()
        self._happen(
            event_type,
            Message(
                id=self._ids.number("message"),
                customer_id=subscription.customer_id,
                order_id=subscription.open_order or subscription.order_id,
                subscription_id=subscription.id,
                type=kind,
                step=max(subscription.messages, 1),
                retry_at=None if kind == "PAUSED" else subscription.next_at,
            ),
        )
