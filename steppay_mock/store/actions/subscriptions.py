"""Cancels, pauses, resumes and changes subscriptions (facts 24 and 25)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import NoReturn, get_args

from steppay_mock.contract.catalogue import EventType
from steppay_mock.errors import SteppayMockError
from steppay_mock.store.actions.payments import with_status
from steppay_mock.store.actions.renewals import Renewals
from steppay_mock.store.lifecycle import SUBSCRIPTION, allowed_actions, require_transition
from steppay_mock.store.options import Interval
from steppay_mock.store.records import Order, Price, Subscription
from steppay_mock.store.subscription_terms import (
    goes_on,
    pause_end,
    paused,
    pending_cancel,
    pending_pause,
    with_interval,
)
from steppay_mock.store.whole_numbers import check_quantity
from steppay_mock.values import check_choice, check_flag

CHANGE_METHOD = "change the payment method"
_LONGEST_PAUSE = 1_000
"""The units of a pause, at most (assumed)."""


class Subscriptions(Renewals):
    """The actions on a subscription. Without one named, it is the customer's newest."""

    def cancel(
        self,
        subscription: Subscription | int | None = None,
        *,
        at_period_end: bool = False,
        at: datetime | float | None = None,
    ) -> Subscription:
        """Cancel it at once, when its period ends, or at a given time: subscription.updated (fact 46).

        Nothing is refunded (fact 25). A postpaid one bills its usage first, by a last order of type RECURRING
        (fact 45). The order of an unpaid renewal is cancelled, so no retry follows, and a pause is over; a period that
        is over ends at once (assumed).
        """
        check_flag("at_period_end", at_period_end)
        if at is not None:
            return self._cancel_at(subscription, at, at_period_end=at_period_end)
        found = self._allowed(subscription, "cancel at the end of the period" if at_period_end else "cancel")
        until = found.period.end if at_period_end and found.period.end > self._now else None
        return self._cancel_until(found, until)

    def pause(
        self,
        subscription: Subscription | int | None = None,
        *,
        at_period_end: bool = False,
        until: tuple[int, Interval] | None = None,
    ) -> Subscription:
        """Pause it, at once or when its period ends: subscription.updated.

        ``until=(2, "WEEK")`` resumes it by itself two weeks after the pause began (fact 46), as :meth:`resume` does.
        """
        check_flag("at_period_end", at_period_end)
        found = self._allowed(subscription, "pause at the end of the period" if at_period_end else "pause")
        length = None if until is None else _read_length(until, start=found.period.end)
        now = self._tick()
        resting = replace(found, pause_for=length)
        return self._emit_subscription(pending_pause(resting) if at_period_end else paused(resting, now=now))

    def undo(self, subscription: Subscription | int | None = None) -> Subscription:
        """Undo a cancellation or a pause that is pending: subscription.updated. It renews as after :meth:`resume`."""
        return self._go_on(self._allowed(subscription, "undo"))

    def resume(self, subscription: Subscription | int | None = None) -> Subscription:
        """End its pause: subscription.updated. It renews when its period ends, or now if that has passed (assumed)."""
        return self._go_on(self._allowed(subscription, "resume"))

    def change_plan(
        self, subscription: Subscription | int | None = None, *, price: Price | str, item: int | None = None
    ) -> Subscription:
        """Give one of its items, the first unless named, another price: subscription.updated.

        The next renewal costs the new price; the current period is neither charged nor refunded (assumed).
        """
        found = self._allowed(subscription, "change the plan")
        wanted = self._find(Price, price)
        place = self._place_of(found, item)
        if not wanted.recurs:
            raise SteppayMockError(f"The price {wanted.code} does not recur. Take a price of billing 'flat' or 'unit'.")
        if len(found.items) > 1 and (wanted.unit, wanted.count) != (found.unit, found.count):
            raise SteppayMockError(
                f"Subscription {found.id} has {len(found.items)} items, which recur every {found.count} {found.unit}. "
                "Take a price with the same interval."
            )
        if found.items[place].price == wanted:
            raise SteppayMockError(f"Subscription {found.id} has the price {wanted.code} already. Take another.")
        self._tick()
        changed = replace(self._item(wanted, found.items[place].quantity), id=found.items[place].id)
        items = (*found.items[:place], changed, *found.items[place + 1 :])
        unit, count = wanted.unit or found.unit, wanted.count or found.count
        return self._emit_subscription(with_interval(replace(found, items=items), unit=unit, count=count))

    def change_quantity(
        self, subscription: Subscription | int | None = None, *, quantity: int, item: int | None = None
    ) -> Subscription:
        """Give one of its items, the first unless named, another quantity: subscription.updated."""
        found = self._allowed(subscription, "change the quantity")
        place = self._place_of(found, item)
        check_quantity(quantity)
        if found.items[place].quantity == quantity:
            raise SteppayMockError(f"Subscription {found.id} has the quantity {quantity} already. Give another.")
        self._tick()
        changed = replace(found.items[place], quantity=quantity)
        return self._emit_subscription(replace(found, items=(*found.items[:place], changed, *found.items[place + 1 :])))

    def _set_payment_method(self, order: Order) -> Order:
        """The effect of paying an order of type PAYMENT_METHOD: its subscriptions have the new card or account."""
        basket = order.basket
        assert basket is not None  # noqa: S101 - every order of that type has one
        concerned = [self._tables.subscriptions[number] for number in basket.pays_for or ()]
        changing = [one for one in concerned if CHANGE_METHOD in allowed_actions(SUBSCRIPTION, one.status)]
        self._tick()
        card = self._card()
        for current in changing:
            if current is not changing[0]:
                self._tick()
            self._declines.pop(current.id, None)
            first_card = current.first_card or current.card
            changed = replace(current, gateway=basket.gateway, method=basket.method, card=card)
            self._emit_subscription(replace(changed, first_card=first_card))
        return replace(order, basket=replace(basket, card=card))

    def _cancel_at(
        self, subscription: Subscription | int | None, at: datetime | float, *, at_period_end: bool
    ) -> Subscription:
        found = self._allowed(subscription, "cancel at a given time")
        moment = self._later_moment(at, "at")
        if at_period_end:
            raise SteppayMockError(f"at={at} and at_period_end=True: give one of them, not both.")
        return self._cancel_until(found, moment)

    def _cancel_until(self, subscription: Subscription, moment: datetime | None) -> Subscription:
        """Cancel it at that moment, or now. The order of an unpaid renewal is cancelled first (assumed)."""
        self._cancel_open_order(subscription)
        self._tick()
        if moment is None:
            return self._end(subscription, "CANCELED")
        return self._emit_subscription(pending_cancel(subscription, until=moment))

    def _go_on(self, subscription: Subscription) -> Subscription:
        now, notice_days = self._tick(), self.assumptions.notice_days
        self._emit_subscription(goes_on(subscription, now=now, notice_days=notice_days))
        self._pass_until(self._now)  # the renewal, if it is due now
        return self._tables.subscriptions[subscription.id]

    def _allowed(self, subscription: Subscription | int | None, action: str) -> Subscription:
        found = self._subscription_or_newest(subscription)
        require_transition(SUBSCRIPTION, action, subject=f"subscription {found.id}", status=found.status)
        return found

    def _cancel_open_order(self, subscription: Subscription) -> None:
        """Cancel the unpaid order of the subscription, if there is one (assumed)."""
        open_order = self._open_order(subscription)
        if open_order is not None and open_order.status != "CANCELLED":
            now = self._tick()
            lines = with_status(open_order.lines, "CANCELLED", now, canceled=now)
            self._emit(EventType.ORDER_UPDATED, replace(open_order, lines=lines, modified_at=now))

    def _place_of(self, subscription: Subscription, item: int | None) -> int:
        if item is None:
            return 0
        numbers = [one.id for one in subscription.items]
        if item not in numbers:
            refuse_unknown_item(subscription, item)
        return numbers.index(item)


def refuse_unknown_item(subscription: Subscription, item: object) -> NoReturn:
    """Raise SteppayMockError: the subscription has no such item."""
    there = ", ".join(str(one.id) for one in subscription.items)
    raise SteppayMockError(f"Subscription {subscription.id} has no item {item!r}. It has {there}.")


def _read_length(until: object, *, start: datetime) -> tuple[int, str]:
    """The length of a pause; SteppayMockError unless it is a number and a unit that end within the calendar."""
    if not isinstance(until, tuple | list) or len(until) != 2:
        raise SteppayMockError(f"until={until!r} is not a number and a unit. Give them like (2, 'WEEK').")
    count, unit = until[0], check_choice("the unit of until", until[1], get_args(Interval))
    if isinstance(count, bool) or not isinstance(count, int) or not 1 <= count <= _LONGEST_PAUSE:
        raise SteppayMockError(f"until={until!r}: give a whole number of units from 1 to {_LONGEST_PAUSE}.")
    try:
        pause_end(start, (count, unit))
    except (OverflowError, ValueError):
        raise SteppayMockError(f"until={until!r} ends after the year 9999. Pause for less.") from None
    return count, unit
