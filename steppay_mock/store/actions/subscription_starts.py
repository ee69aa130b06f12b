"""Starts the subscriptions of an order that is paid, and sends the events of every subscription (fact 24)."""

from __future__ import annotations

from dataclasses import replace

from steppay_mock.contract.catalogue import EventType
from steppay_mock.store.base import StoreBase
from steppay_mock.store.records import Item, Order, Period, Price, Subscription
from steppay_mock.store.shared_terms import group_prices
from steppay_mock.store.subscription_terms import in_first_period, without_next_payment


class SubscriptionStarts(StoreBase):
    """Adds new subscriptions to a store. It has no public action: a checkout or a payment starts them."""

    def _emit_subscription(
        self, subscription: Subscription, event_type: EventType = EventType.SUBSCRIPTION_UPDATED
    ) -> Subscription:
        """Keep the subscription, log its event, and plan the work that follows from its dates."""
        before = self._tables.subscriptions.get(subscription.id)
        self._emit(event_type, subscription)
        self._plan_for(subscription, before)
        return subscription

    def _plan_for(self, after: Subscription, before: Subscription | None) -> None:
        # Only dates that changed are planned. Work planned for an old date stays in the agenda: when it is due it
        # compares its date with the subscription's and does nothing (see the ``_..._due`` methods).
        plan, moved = self._agenda.plan, before is None or before.status != after.status
        if after.status == "PENDING_CANCEL" and after.end_at is not None and after.end_at != after.period.end:
            if moved:
                plan(after.end_at, "given time comes", after.id)
        elif after.status in {"PENDING_CANCEL", "PENDING_PAUSE"}:
            if moved:
                plan(after.period.end, "period ends", after.id)
        elif after.status == "PAUSE":
            if moved and after.resume_at is not None:
                plan(after.resume_at, "pause is over", after.id)
        elif after.next_at is not None and (before is None or moved or before.next_at != after.next_at):
            plan(after.next_at, "retry" if after.status == "UNPAID" else "renewal", after.id)
        if after.notice_at is not None and (before is None or before.notice_at != after.notice_at):
            plan(after.notice_at, "notice", after.id)
        if after.expires_at is not None and (before is None or before.expires_at != after.expires_at):
            plan(after.expires_at, "expiry", after.id)

    def _start(self, order: Order) -> Order:
        """The effect of paying an order of type RECURRING_INITIAL: its subscriptions start; the order names them."""
        if order.subscriptions or self._incomplete_of(order):
            return self._activate(order)
        made = [
            self._emit_subscription(one, EventType.SUBSCRIPTION_CREATED)
            for one in self._new_subscriptions(order, "ACTIVE")
        ]
        return replace(order, subscriptions=tuple(one.id for one in made))

    def _start_incomplete(self, order: Order) -> None:
        """Add INCOMPLETE subscriptions, which wait for the first debit of their order (assumed)."""
        for one in self._new_subscriptions(order, "INCOMPLETE"):
            waiting = replace(without_next_payment(one), paid_at=None, open_order=order.id, expires_at=None)
            self._emit_subscription(waiting, EventType.SUBSCRIPTION_CREATED)

    def _incomplete_of(self, order: Order) -> list[Subscription]:
        """The INCOMPLETE subscriptions of the order."""
        if not self.assumptions.incomplete_before_payment:
            return []  # the search below reads every subscription of the store, at each payment
        return [
            one
            for one in self._tables.subscriptions.values()
            if one.status == "INCOMPLETE" and one.open_order == order.id
        ]

    def _activate(self, order: Order) -> Order:
        begun = []
        for waiting in self._incomplete_of(order):
            now = self._tick()
            active = replace(waiting, status="ACTIVE", open_order=None)
            trial_days = order.basket.trial_of(waiting.items[0].price) if order.basket else 0
            notice_days = self.assumptions.notice_days
            begun.append(
                self._emit_subscription(
                    in_first_period(active, trial_days=trial_days, now=now, notice_days=notice_days)
                )
            )
        return replace(order, subscriptions=tuple(one.id for one in begun) or order.subscriptions)

    def _new_subscriptions(self, order: Order, status: str) -> list[Subscription]:
        basket = order.basket
        assert basket is not None  # noqa: S101 - every order of type RECURRING_INITIAL has one
        groups = group_prices(basket.prices, basket.trial_of)
        return [self._new_subscription(order, prices, status) for prices in groups]

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
        notice_days = self.assumptions.notice_days
        return in_first_period(begun, trial_days=basket.trial_of(first), now=now, notice_days=notice_days)

    def _item(self, price: Price, quantity: int) -> Item:
        product = self._tables.products[price.product_code]
        return Item(
            id=self._ids.number("subscription_item"),
            price=price,
            product_name=product.name,
            product_type=product.type,
            image=product.words["featuredImageUrl"],
            quantity=quantity,
        )

    def _card(self) -> str:
        """The masked number of the card or account that renewals charge."""
        return f"{self._chance.pick(self._pool.goods['card-name'])} {self._chance.between(100_000, 999_999)}{'*' * 10}"
