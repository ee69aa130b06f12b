"""Cancels, pauses, resumes and changes subscriptions (facts 24 and 25)."""

from __future__ import annotations

from dataclasses import replace

from steppay_mock.contract.catalogue import EventType
from steppay_mock.errors import SteppayMockError
from steppay_mock.store.actions.payments import with_status
from steppay_mock.store.actions.renewals import Renewals
from steppay_mock.store.lifecycle import SUBSCRIPTION, require_transition
from steppay_mock.store.payment_methods import choose_payment_method, renewal_method
from steppay_mock.store.records import Order, Price, Subscription
from steppay_mock.store.subscription_terms import ended, paused, pending, with_period
from steppay_mock.values import check_flag


class Subscriptions(Renewals):
    """The actions on a subscription. Without one named, it is the customer's newest."""

    def cancel(self, subscription: Subscription | int | None = None, *, at_period_end: bool = False) -> Subscription:
        """Cancel it, at once or when its period ends: subscription.updated. Nothing is refunded (fact 25).

        A postpaid one bills its usage first, by a last order of type RECURRING (fact 45).
        """
        check_flag("at_period_end", at_period_end)
        found = self._allowed(subscription, "cancel at the end of the period" if at_period_end else "cancel")
        self._tick()
        if at_period_end:
            return self._emit_subscription(pending(found, "PENDING_CANCEL"))
        return self._cancel_now(found)

    def pause(self, subscription: Subscription | int | None = None, *, at_period_end: bool = False) -> Subscription:
        """Pause it, at once or when its period ends: subscription.updated."""
        check_flag("at_period_end", at_period_end)
        found = self._allowed(subscription, "pause at the end of the period" if at_period_end else "pause")
        now = self._tick()
        return self._emit_subscription(pending(found, "PENDING_PAUSE") if at_period_end else paused(found, now=now))

    def undo(self, subscription: Subscription | int | None = None) -> Subscription:
        """Undo a cancellation or a pause at the end of the period: subscription.updated."""
        found = self._allowed(subscription, "undo")
        self._tick()
        return self._emit_subscription(self._active(replace(found, end_at=None)))

    def resume(self, subscription: Subscription | int | None = None) -> Subscription:
        """End its pause: subscription.updated. It renews when its period ends, or now if that has passed (assumed)."""
        found = self._allowed(subscription, "resume")
        now = self._tick()
        resumed = self._active(replace(found, paused_at=None))
        if found.period.end <= now:
            resumed = replace(resumed, next_at=now, origin_next_at=now)
        self._emit_subscription(resumed)
        self._pass_until(self._now)  # the renewal, if it is due now
        return self._tables.subscriptions[found.id]

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
        moved = replace(found, items=items, unit=unit, count=count)
        if (unit, count) != (found.unit, found.count):
            # The new interval starts when the current period ends, so periods are counted from there.
            moved = replace(moved, anchor=found.period.end, cycle=0)
        return self._emit_subscription(moved)

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

    def change_payment_method(
        self, subscription: Subscription | int | None = None, *, method: str = "card", gateway: str | None = None
    ) -> Subscription:
        """Change its card or account; payments succeed from then on.

        An order of type PAYMENT_METHOD, which costs nothing (fact 25): order.created, order.payment_completed,
        subscription.updated, order.updated.
        """
        found = self._allowed(subscription, "change the payment method")
        payment_method = choose_payment_method(method, gateway, recurs=True)
        if payment_method != renewal_method(payment_method):
            raise SteppayMockError(f"Renewals are not paid by {method!r} (fact 30). Give a 'card', or 'cms'.")
        self._declines.pop(found.id, None)
        now = self._tick()
        first = found.items[0]
        line = self._product_line(first.price, quantity=1, amount=0, now=now)
        customer = self._tables.customers[found.customer_id]

        def set_payment_method(order: Order) -> Order:
            self._tick()
            current = self._tables.subscriptions[found.id]
            self._emit_subscription(
                replace(current, gateway=payment_method.gateway, method=payment_method.method, card=self._card())
            )
            return order

        self._settle(self._new_order("PAYMENT_METHOD", customer, [line]), set_payment_method)
        return self._tables.subscriptions[found.id]

    def _active(self, subscription: Subscription) -> Subscription:
        """The subscription in status ACTIVE, with the renewal of its current period planned again."""
        active = replace(subscription, status="ACTIVE")
        return with_period(active, active.period, now=self._now, notice_days=self.assumptions.notice_days)

    def _allowed(self, subscription: Subscription | int | None, action: str) -> Subscription:
        found = self._subscription_or_newest(subscription)
        require_transition(SUBSCRIPTION, action, subject=f"subscription {found.id}", status=found.status)
        return found

    def _cancel_now(self, subscription: Subscription) -> Subscription:
        order = self._open_order(subscription)
        self._cancel_open_order(subscription)
        canceled = self._end(subscription, "CANCELED")
        for sibling in self._incomplete_of(order) if order else ():  # they wait for the same order
            self._emit_subscription(ended(sibling, "CANCELED", now=self._tick()))
        return canceled

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
        for place, one in enumerate(subscription.items):
            if one.id == item:
                return place
        there = ", ".join(str(one.id) for one in subscription.items)
        raise SteppayMockError(f"Subscription {subscription.id} has no item {item!r}. It has {there}.")


def check_quantity(quantity: object) -> None:
    """Raise SteppayMockError for a quantity that cannot be ordered."""
    if isinstance(quantity, bool) or not isinstance(quantity, int) or not 1 <= quantity <= 100_000:
        raise SteppayMockError(f"quantity={quantity!r}: give a whole number from 1 to 100,000.")
