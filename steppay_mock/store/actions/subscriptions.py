"""What customer and merchant do with a subscription: cancel, pause, change (facts 24 and 25)."""

from __future__ import annotations

from dataclasses import replace

from steppay_mock.contract.catalogue import EventType
from steppay_mock.errors import SteppayMockError
from steppay_mock.store.actions.payments import with_status
from steppay_mock.store.actions.renewals import Renewals
from steppay_mock.store.lifecycle import SUBSCRIPTION, require_move
from steppay_mock.store.means import choose_means, means_of_renewals
from steppay_mock.store.records import Order, Price, Subscription


class Subscriptions(Renewals):
    """What can be done with subscriptions. Without one named, it is the customer's newest."""

    def cancel(self, subscription: Subscription | int | None = None, *, at_period_end: bool = False) -> Subscription:
        """Cancel it, at once or when its period ends: subscription.updated. Nothing is refunded (fact 25)."""
        found = self._allowed(subscription, "cancel at the end of the period" if at_period_end else "cancel")
        self._tick()
        if at_period_end:
            return self._tell(self._pending(found, "PENDING_CANCEL"))
        return self._cancel_now(found)

    def pause(self, subscription: Subscription | int | None = None, *, at_period_end: bool = False) -> Subscription:
        """Pause it, at once or when its period ends: subscription.updated."""
        found = self._allowed(subscription, "pause at the end of the period" if at_period_end else "pause")
        now = self._tick()
        return self._tell(self._pending(found, "PENDING_PAUSE") if at_period_end else self._paused(found, now))

    def undo(self, subscription: Subscription | int | None = None) -> Subscription:
        """Take back a cancellation or a pause that waits for the end of the period: subscription.updated."""
        found = self._allowed(subscription, "undo")
        self._tick()
        return self._tell(self._with_period(replace(found, status="ACTIVE", end_at=None), found.period))

    def resume(self, subscription: Subscription | int | None = None) -> Subscription:
        """End its pause: subscription.updated. It renews when its period ends, or now if that is over (assumed)."""
        found = self._allowed(subscription, "resume")
        now = self._tick()
        resumed = self._with_period(replace(found, status="ACTIVE", paused_at=None), found.period)
        if found.period.end <= now:
            resumed = replace(resumed, next_at=now, origin_next_at=now)
        self._tell(resumed)
        self._pass_until(self._now)  # what is due now is done now
        return self._tables.subscriptions[found.id]

    def change_plan(
        self, subscription: Subscription | int | None = None, *, price: Price | str, item: int | None = None
    ) -> Subscription:
        """Another price for one of its items, the first unless named: subscription.updated.

        The next renewal is the first to cost it, and nothing is settled for the rest of the period (assumed).
        """
        found = self._allowed(subscription, "change the plan")
        wanted = self._find(Price, price)
        place = self._place_of(found, item)
        if not wanted.recurs:
            raise SteppayMockError(f"The price {wanted.code} does not recur. Take a price of billing 'flat' or 'unit'.")
        if len(found.items) > 1 and (wanted.unit, wanted.count) != (found.unit, found.count):
            raise SteppayMockError(
                f"Subscription {found.id} has {len(found.items)} items, which recur every {found.count} {found.unit}. "
                "Take a price that recurs as they do."
            )
        if found.items[place].price == wanted:
            raise SteppayMockError(f"Subscription {found.id} has the price {wanted.code} already. Take another.")
        self._tick()
        changed = replace(self._item(wanted, found.items[place].quantity), id=found.items[place].id)
        items = (*found.items[:place], changed, *found.items[place + 1 :])
        unit, count = wanted.unit or found.unit, wanted.count or found.count
        moved = replace(found, items=items, unit=unit, count=count)
        if (unit, count) != (found.unit, found.count):
            moved = replace(moved, anchor=found.period.end, cycle=0)  # the new interval begins when the old one ends
        return self._tell(moved)

    def change_quantity(
        self, subscription: Subscription | int | None = None, *, quantity: int, item: int | None = None
    ) -> Subscription:
        """Another quantity of one of its items, the first unless named: subscription.updated."""
        found = self._allowed(subscription, "change the quantity")
        place = self._place_of(found, item)
        check_quantity(quantity)
        if found.items[place].quantity == quantity:
            raise SteppayMockError(f"Subscription {found.id} has the quantity {quantity} already. Give another.")
        self._tick()
        changed = replace(found.items[place], quantity=quantity)
        return self._tell(replace(found, items=(*found.items[:place], changed, *found.items[place + 1 :])))

    def change_payment_method(
        self, subscription: Subscription | int | None = None, *, method: str = "card", gateway: str | None = None
    ) -> Subscription:
        """Another card or account, which is charged with success from then on.

        An order of type PAYMENT_METHOD, which costs nothing (fact 25): order.created, order.payment_completed,
        subscription.updated, order.updated.
        """
        found = self._allowed(subscription, "change the payment method")
        means = choose_means(method, gateway, recurs=True)
        if means != means_of_renewals(means):
            raise SteppayMockError(f"Renewals are not paid by {method!r} (fact 30). Give a 'card', or 'cms'.")
        self._declines.pop(found.id, None)
        now = self._tick()
        first = found.items[0]
        line = self._sold(first.price, quantity=1, amount=0, now=now)
        customer = self._tables.customers[found.customer_id]

        def renew_means(order: Order) -> Order:
            self._tick()
            current = self._tables.subscriptions[found.id]
            self._tell(replace(current, gateway=means.gateway, method=means.method, card=self._card()))
            return order

        self._settle(self._order("PAYMENT_METHOD", customer, [line]), renew_means)
        return self._tables.subscriptions[found.id]

    def _allowed(self, subscription: Subscription | int | None, action: str) -> Subscription:
        found = self._meant(subscription)
        require_move(SUBSCRIPTION, action, subject=f"subscription {found.id}", status=found.status)
        return found

    def _cancel_now(self, subscription: Subscription) -> Subscription:
        order = self._tables.orders.get(subscription.open_order or 0)
        self._cancel_open_order(subscription)
        ended = self._tell(self._end(subscription, "CANCELED", self._tick()))
        for sibling in self._waiting_for(order) if order else ():  # nobody can pay for them any more either
            self._tell(self._end(sibling, "CANCELED", self._tick()))
        return ended

    def _cancel_open_order(self, subscription: Subscription) -> None:
        """Cancel the order for which the subscription was still to pay, if there is one (assumed)."""
        open_order = self._tables.orders.get(subscription.open_order or 0)
        if open_order is not None and open_order.status != "CANCELLED":
            now = self._tick()
            lines = with_status(open_order.lines, "CANCELLED", now, canceled=now)
            self._happen(EventType.ORDER_UPDATED, replace(open_order, lines=lines, modified_at=now))

    def _place_of(self, subscription: Subscription, item: int | None) -> int:
        if item is None:
            return 0
        for place, one in enumerate(subscription.items):
            if one.id == item:
                return place
        there = ", ".join(str(one.id) for one in subscription.items)
        raise SteppayMockError(f"Subscription {subscription.id} has no item {item!r}. It has {there}.")


def check_quantity(quantity: object) -> None:
    """Refuse what is no quantity."""
    if isinstance(quantity, bool) or not isinstance(quantity, int) or not 1 <= quantity <= 100_000:
        raise SteppayMockError(f"quantity={quantity!r}: give a whole number from 1 to 100,000.")
