"""The terms of a subscription: when it begins, which period runs, when the next payment is due (fact 24)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from steppay_mock.contract.catalogue import EventType
from steppay_mock.payload.instants import add_interval
from steppay_mock.store.actions.baskets import Baskets
from steppay_mock.store.records import Basket, Item, Order, Period, Price, Subscription


class Terms(Baskets):
    """How subscriptions begin, go on and end."""

    def _tell(self, subscription: Subscription, event_type: EventType = EventType.SUBSCRIPTION_UPDATED) -> Subscription:
        """Keep and tell the subscription, and plan what it leads to."""
        before = self._tables.subscriptions.get(subscription.id)
        self._happen(event_type, subscription)
        self._plan_for(subscription, before)
        return subscription

    def _plan_for(self, after: Subscription, before: Subscription | None) -> None:
        plan, moved = self._agenda.plan, before is None or before.status != after.status
        if after.status in {"PENDING_CANCEL", "PENDING_PAUSE"}:
            if moved:
                plan(after.period.end, "period ends", after.id)
        elif after.next_at is not None and (before is None or moved or before.next_at != after.next_at):
            plan(after.next_at, "retry" if after.status == "UNPAID" else "renewal", after.id)
        if after.notice_at is not None and (before is None or before.notice_at != after.notice_at):
            plan(after.notice_at, "notice", after.id)
        if after.expires_at is not None and (before is None or before.expires_at != after.expires_at):
            plan(after.expires_at, "expiry", after.id)

    def _begin(self, order: Order) -> Order:
        """The effect of paying an order of type RECURRING_INITIAL: its subscriptions, which the order then names."""
        if order.subscriptions or self._waiting_for(order):
            return self._activate(order)
        made = [self._tell(one, EventType.SUBSCRIPTION_CREATED) for one in self._new_subscriptions(order, "ACTIVE")]
        return replace(order, subscriptions=tuple(one.id for one in made))

    def _begin_incomplete(self, order: Order) -> None:
        """Subscriptions that wait for the first debit of their order (assumed)."""
        for one in self._new_subscriptions(order, "INCOMPLETE"):
            waiting = replace(_stopped(one), paid_at=None, open_order=order.id, expires_at=None)
            self._tell(waiting, EventType.SUBSCRIPTION_CREATED)

    def _waiting_for(self, order: Order) -> list[Subscription]:
        if not self.assumptions.incomplete_before_payment:
            return []  # without looking at every subscription that there is
        return [
            one
            for one in self._tables.subscriptions.values()
            if one.status == "INCOMPLETE" and one.open_order == order.id
        ]

    def _activate(self, order: Order) -> Order:
        begun = []
        for waiting in self._waiting_for(order):
            now = self._tick()
            active = replace(waiting, status="ACTIVE", open_order=None)
            begun.append(self._tell(self._in_first_period(active, order.basket, now)))
        return replace(order, subscriptions=tuple(one.id for one in begun) or order.subscriptions)

    def _new_subscriptions(self, order: Order, status: str) -> list[Subscription]:
        basket = order.basket
        assert basket is not None  # noqa: S101 - every order of this type has one
        groups: dict[tuple[str | None, int | None], list[Price]] = {}
        for price in basket.prices:  # what recurs alike is one subscription (assumed)
            if price.recurs:
                groups.setdefault((price.unit, price.count), []).append(price)
        return [self._new_subscription(order, prices, status) for prices in groups.values()]

    def _new_subscription(self, order: Order, prices: list[Price], status: str) -> Subscription:
        basket, now = order.basket, self._tick()
        assert basket is not None  # noqa: S101 - see above
        first = prices[0]
        begun = Subscription(
            id=self._ids.number("subscription"),
            status=status,
            created_at=now,
            order_id=order.id,
            order_code=order.code,
            customer_id=order.customer_id,
            items=tuple(self._item(price, basket.quantity) for price in prices),
            unit=first.unit or "MONTH",
            count=first.count or 1,
            period=Period(start=now, end=now),
            gateway=basket.gateway,
            method=basket.method,
            card=self._card(),
            anchor=now,
        )
        return self._in_first_period(begun, basket, now)

    def _in_first_period(self, subscription: Subscription, basket: Basket | None, now: datetime) -> Subscription:
        """The subscription in the period with which it begins: its trial, if it has one."""
        days = basket.trial_days if basket else 0
        trial = Period(start=now, end=now + timedelta(days=days)) if days else None
        months = subscription.items[0].price.membership
        begun = replace(
            subscription,
            trial=trial,
            paid_at=None if trial else now,
            anchor=trial.end if trial else now,
            cycle=0 if trial else 1,
            expires_at=add_interval(now, unit="MONTH", count=months) if months else None,
        )
        return self._with_period(begun, trial or Period(start=now, end=_later(begun, now, 1)))

    def _item(self, price: Price, quantity: int) -> Item:
        product = self._tables.products[price.product_code]
        image = product.words.get("featuredImageUrl")
        return Item(
            id=self._ids.number("subscription_item"),
            price=price,
            product_name=product.name,
            product_type=product.type,
            image=image if isinstance(image, str) else None,
            quantity=quantity,
        )

    def _renewed(self, subscription: Subscription, now: datetime) -> Subscription:
        """The subscription in its next period, which begins where the last one ended, unless that is long ago."""
        start, anchor, cycle = subscription.period.end, subscription.anchor, subscription.cycle + 1
        end = _later(subscription, anchor, cycle)
        if subscription.origin_next_at != start or end <= now:
            start, anchor, cycle = now, now, 1
            end = _later(subscription, now, 1)
        paid = replace(
            subscription,
            status="ACTIVE",
            paid_at=now,
            paused_at=None,
            anchor=anchor,
            cycle=cycle,
            open_order=None,
            failed_at=None,
            failures=0,
            messages=0,
        )
        return self._with_period(paid, Period(start=start, end=end))

    def _with_period(self, subscription: Subscription, period: Period) -> Subscription:
        """The subscription in that period, at whose end it renews."""
        ends_before = subscription.expires_at is not None and subscription.expires_at <= period.end
        return replace(
            subscription,
            period=period,
            next_at=None if ends_before else period.end,
            origin_next_at=None if ends_before else period.end,
            notice_at=None if ends_before else self._notice(period, self._now),
        )

    def _notice(self, period: Period, now: datetime) -> datetime | None:
        days = self.assumptions.notice_days
        notice = None if days is None else period.end - timedelta(days=days)
        return notice if notice is not None and notice > now else None

    def _end(self, subscription: Subscription, status: str, now: datetime) -> Subscription:
        """The subscription at its end: CANCELED or EXPIRED."""
        return replace(_stopped(subscription), status=status, end_at=now, paused_at=None, open_order=None)

    def _paused(self, subscription: Subscription, now: datetime) -> Subscription:
        stopped = _stopped(subscription)
        return replace(stopped, status="PAUSE", paused_at=now, open_order=None, failed_at=None, failures=0, messages=0)

    def _pending(self, subscription: Subscription, status: str) -> Subscription:
        end = subscription.period.end if status == "PENDING_CANCEL" else None
        return replace(_stopped(subscription), status=status, end_at=end)


def _stopped(subscription: Subscription) -> Subscription:
    """Without dates of payments to come."""
    return replace(subscription, next_at=None, origin_next_at=None, notice_at=None)


def _later(subscription: Subscription, anchor: datetime, cycles: int) -> datetime:
    return add_interval(anchor, unit=subscription.unit, count=subscription.count * cycles)
