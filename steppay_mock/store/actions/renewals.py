"""Renews subscriptions as time passes: notices, payments, retries or StepCover, ends and expiry (facts 24 and 28)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from math import inf

from steppay_mock.contract.catalogue import EventType
from steppay_mock.errors import SteppayMockError
from steppay_mock.payload.coherence.fields import Amount
from steppay_mock.store.actions.new_orders import NewOrders
from steppay_mock.store.actions.payments import Payments, method_of
from steppay_mock.store.actions.subscription_starts import SubscriptionStarts
from steppay_mock.store.lifecycle import SUBSCRIPTION, refuse, require_transition
from steppay_mock.store.options import StoreRecipe
from steppay_mock.store.records import Item, Key, Message, Order, OrderLine, Subscription
from steppay_mock.store.renewal_amounts import difference_due, periodic_fee
from steppay_mock.store.subscription_terms import ended, goes_on, paused, renewed
from steppay_mock.store.usage_terms import amount_due, seats_of

_MOST_TIMES = 10_000
_OPEN = {"UNPAID", "INCOMPLETE"}
"""They wait for an order, which bills what there is to bill."""
_CAN_EXPIRE = {"ACTIVE", "UNPAID", "PENDING_CANCEL", "PENDING_PAUSE", "PAUSE"}


class Renewals(SubscriptionStarts, NewOrders, Payments):
    """The renewals of a store: whether their payments fail, and what the customer does in StepCover."""

    def __init__(self, recipe: StoreRecipe) -> None:
        super().__init__(recipe)
        self._declines: dict[int, float] = {}

    def decline_payments(
        self, subscription: Subscription | int | None = None, *, times: int | None = None
    ) -> Subscription:
        """Let the next ``times`` payments of the subscription fail; None: all, until :meth:`accept_payments`."""
        found = self._subscription_or_newest(subscription)
        if times is not None and (
            isinstance(times, bool) or not isinstance(times, int) or not 0 <= times <= _MOST_TIMES
        ):
            raise SteppayMockError(f"times={times!r}: give a whole number from 0 to {_MOST_TIMES:,}, or None for all.")
        if found.status in {"CANCELED", "EXPIRED"}:
            refuse("decline payments", subject=f"subscription {found.id}", state=found.status)
        self._declines[found.id] = inf if times is None else times
        return found

    def accept_payments(self, subscription: Subscription | int | None = None) -> Subscription:
        """Let payments of the subscription succeed again."""
        found = self._subscription_or_newest(subscription)
        self._declines.pop(found.id, None)
        return found

    def postpone_message(self, subscription: Subscription | int | None = None) -> Subscription:
        """Postpone the StepCover message, as the customer can: subscription.updated, cover.delayed_message."""
        found = self._in_cover(subscription, "postpone the StepCover message")
        later = max(found.next_at or self._now, self._now) + timedelta(days=self.assumptions.postpone_days)
        self._tick()
        moved = self._emit_subscription(replace(found, next_at=later))
        self._send_message(EventType.COVER_DELAYED_MESSAGE, moved, "REMIND")
        return moved

    def move_payment_date(
        self, subscription: Subscription | int | None = None, *, to: datetime | float
    ) -> Subscription:
        """Move the next attempt, as the customer can: subscription.updated, cover.changed_payment_date."""
        found = self._in_cover(subscription, "move the payment date")
        moment = self._later_moment(to, "to")
        if moment == found.next_at:
            raise SteppayMockError(f"to={to}: the next attempt is at that moment already. Give another.")
        self._tick()
        moved = self._emit_subscription(replace(found, next_at=moment))
        self._send_message(EventType.COVER_CHANGED_PAYMENT_DATE, moved, "DATE_CHANGED")
        return moved

    def _subscription_or_newest(self, subscription: Subscription | int | None) -> Subscription:
        return self.subscription if subscription is None else self._find(Subscription, subscription)

    def _in_cover(self, subscription: Subscription | int | None, action: str) -> Subscription:
        found = self._subscription_or_newest(subscription)
        require_transition(SUBSCRIPTION, action, subject=f"subscription {found.id}", status=found.status)
        if self.assumptions.step_cover == "off":
            refuse(
                action,
                subject=f"subscription {found.id}",
                state="not in StepCover",
                hint="Make the store with assumptions={'step_cover': 'pause'}.",
            )
        return found

    # Work of the agenda. Each checks that its reason still exists: the subscription may have been cancelled, paused or
    # moved since the work was planned, and planned work cannot be taken back.

    def _renewal_due(self, key: Key, due: datetime) -> None:
        subscription = self._tables.subscriptions[int(key)]
        if subscription.status == "ACTIVE" and subscription.next_at == due:
            self._renew_by_order(subscription)

    def _renew_by_order(self, subscription: Subscription) -> None:
        """Make the order of a renewal, whose ``next_at`` is the moment that it is due, and charge it."""
        self._tick()
        if self.assumptions.queue_renewals:
            subscription = self._emit_subscription(replace(subscription, status="QUEUEING", notice_at=None))
            self._tick()
        self._charge(subscription, self._renewal_order(subscription, subscription.items))

    def _renewal_order(self, subscription: Subscription, items: Sequence[Item], *, is_last: bool = False) -> Order:
        """The order of a renewal: the price of each item, or its usage where usage is paid at the end of the period."""
        lines = [self._renewal_line(subscription, item) for item in items]
        fee = 0 if is_last else periodic_fee(items)
        lines += self._fees_and_difference(lines, fee=fee, balance=subscription.balance)
        customer = self._tables.customers[subscription.customer_id]
        return self._new_order("RECURRING", customer, lines, subscriptions=(subscription.id,))

    def _fees_and_difference(self, lines: list[OrderLine], *, fee: Amount, balance: Amount) -> list[OrderLine]:
        """The fees that come with each renewal, and what added and removed items cost so far (fact 50)."""
        first, now = lines[0], self._now
        beside = [self._extra_line(first, "FEE", fee, now, setup_type="PERIODIC")] if fee else []
        # What the order cannot give back stays for the one after it (assumed).
        adds = difference_due(balance, cost=sum((line.amount for line in lines), fee))
        return [*beside, self._extra_line(first, "ADDS", adds, now)] if adds else beside

    def _renewal_line(self, subscription: Subscription, item: Item) -> OrderLine:
        usage, now = self._tables.usage.get(item.id), self._now
        amount = amount_due(item, usage, subscription, now=now, currency=self.currency)
        seats = item.price.counts_seats and not item.price.is_postpaid
        quantity = seats_of(item, usage) if seats else item.quantity
        return self._product_line(item.price, quantity=quantity, amount=amount, now=now)

    def _period_end_due(self, key: Key, due: datetime) -> None:
        subscription = self._tables.subscriptions[int(key)]
        if subscription.status == "PENDING_CANCEL" and subscription.end_at == due:
            self._end(subscription, "CANCELED")
        elif subscription.status == "PENDING_PAUSE" and subscription.period.end == due:
            self._emit_subscription(paused(subscription, now=self._tick()))

    def _given_time_due(self, key: Key, due: datetime) -> None:
        subscription = self._tables.subscriptions[int(key)]
        if subscription.status == "PENDING_CANCEL" and subscription.end_at == due:
            self._end(subscription, "CANCELED")

    def _pause_end_due(self, key: Key, due: datetime) -> None:
        subscription = self._tables.subscriptions[int(key)]
        if subscription.status == "PAUSE" and subscription.resume_at == due:
            self._tick()
            # From ``due``, not from now: a renewal at that moment is done before this passing of time ends.
            self._emit_subscription(goes_on(subscription, now=due, notice_days=self.assumptions.notice_days))

    def _notice_due(self, key: Key, due: datetime) -> None:
        subscription = self._tables.subscriptions[int(key)]
        if subscription.notice_at == due:  # only an ACTIVE one has the date
            self._tick()
            self._emit(EventType.SUBSCRIPTION_PAYMENT_DUE_NOTIFICATION, subscription)

    def _expiry_due(self, key: Key, due: datetime) -> None:
        subscription = self._tables.subscriptions[int(key)]
        if subscription.status in _CAN_EXPIRE and subscription.expires_at == due:
            self._end(subscription, "EXPIRED")

    def _end(self, subscription: Subscription, status: str) -> Subscription:
        """End it as CANCELED or EXPIRED. A postpaid one bills its usage first, by a last RECURRING order (fact 45)."""
        if subscription.status in _OPEN or not subscription.has_postpaid_items:
            return self._emit_subscription(ended(subscription, status, now=self._tick()))
        self._tick()
        afterwards = [item for item in subscription.items if item.price.is_postpaid]
        order = self._renewal_order(subscription, afterwards, is_last=True)
        payment_method = method_of(subscription)

        def end(paid: Order) -> Order:
            counted = replace(subscription, recurring_count=subscription.recurring_count + 1)
            self._emit_subscription(ended(counted, status, now=self._tick()))
            return paid

        if self._is_declined(subscription, order):
            self._fail(order, payment_method)
            self._emit_subscription(ended(subscription, status, now=self._tick()))
        else:
            self._pay(order, payment_method, end)
        return self._tables.subscriptions[subscription.id]

    def _charge(self, subscription: Subscription, order: Order) -> None:
        """Pay the order of the renewal, or let the payment fail if the test declines it."""
        payment_method = method_of(subscription)
        if self._is_declined(subscription, order) or (order.amount and self._lacks_stock(subscription)):
            self._fail(order, payment_method)
            self._become_unpaid(subscription, order)
        else:
            self._pay(order, payment_method, self._renew)

    def _is_declined(self, subscription: Subscription, order: Order) -> bool:
        """Whether the test lets this payment fail. An order that costs nothing cannot fail."""
        declines = self._declines.get(subscription.id, 0)
        if declines <= 0 or not order.amount:
            return False
        self._declines[subscription.id] = declines - 1
        return True

    def _renew(self, order: Order) -> Order:
        """The effect of paying an order of type RECURRING: its subscription is in the next period."""
        for number in order.subscriptions:
            current = self._tables.subscriptions[number]
            settled = sum(line.amount for line in order.lines if line.type == "ADDS")
            current = replace(current, balance=current.balance - settled)
            notice_days = self.assumptions.notice_days
            self._emit_subscription(renewed(current, now=self._tick(), notice_days=notice_days))
        return order

    def _retry_due(self, key: Key, due: datetime) -> None:
        subscription = self._tables.subscriptions[int(key)]
        if subscription.status == "UNPAID" and subscription.next_at == due and subscription.open_order is not None:
            self._charge(subscription, self._tables.orders[subscription.open_order])

    def _become_unpaid(self, subscription: Subscription, order: Order) -> None:
        """After a failed attempt: UNPAID until the next one; after the last one, EXPIRED."""
        now = self._tick()
        # Not ``now``: each burst takes some milliseconds, and the dates of later retries would drift by them.
        due = min(subscription.next_at or now, now)
        unpaid = replace(
            subscription,
            status="UNPAID",
            notice_at=None,
            open_order=order.id,
            failed_at=subscription.failed_at or due,
            failures=subscription.failures + 1,
        )
        if self.assumptions.step_cover != "off":
            self._next_cover_message(unpaid, due)
            return
        days = self.assumptions.retry_days
        if unpaid.failures > len(days):
            self._emit_subscription(ended(unpaid, "EXPIRED", now=now))
        else:
            first = unpaid.failed_at or due  # every retry is counted from the first failure (fact 24)
            self._emit_subscription(replace(unpaid, next_at=first + timedelta(days=days[unpaid.failures - 1])))

    def _next_cover_message(self, unpaid: Subscription, due: datetime) -> None:
        """Send the next StepCover message; after the last one pause or cancel the subscription."""
        days = self.assumptions.cover_attempts
        if unpaid.messages < len(days):
            # From the attempt before, and not from the failure: the customer may have postponed that one.
            later = due + timedelta(days=days[unpaid.messages] - (0, *days)[unpaid.messages])
            updated = self._emit_subscription(replace(unpaid, next_at=later, messages=unpaid.messages + 1))
            self._send_message(EventType.COVER_SENT_MESSAGE, updated, "REMIND")
            return
        cancels, now = self.assumptions.step_cover == "cancel", self._now
        self._emit_subscription(ended(unpaid, "CANCELED", now=now) if cancels else paused(unpaid, now=now))
        self._send_message(EventType.COVER_PAUSED, unpaid, "PAUSED")

    def _send_message(self, event_type: EventType, subscription: Subscription, kind: str) -> None:
        self._tick()
        self._emit(
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
