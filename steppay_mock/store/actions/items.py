"""Adds items to running subscriptions, removes and replaces them (fact 50)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction

from steppay_mock.errors import SteppayMockError
from steppay_mock.payload.coherence.fields import Amount
from steppay_mock.store.actions.subscriptions import Subscriptions, refuse_unknown_item
from steppay_mock.store.amounts import in_coins
from steppay_mock.store.lifecycle import refuse
from steppay_mock.store.records import Item, Price, Subscription
from steppay_mock.store.shared_terms import require_shared_terms
from steppay_mock.store.usage_terms import amount_due, rest_of, seats_of
from steppay_mock.store.whole_numbers import check_quantity


class Items(Subscriptions):
    """The actions on the items of a subscription. The difference is settled by an ADDS line of the next order."""

    def add_item(
        self, subscription: Subscription | int | None = None, *, price: Price | str, quantity: int = 1
    ) -> Subscription:
        """Add an item with that price: subscription.updated. The price agrees with those of the other items (fact 44).

        The next order of type RECURRING has an ADDS line with what it costs for the rest of this period (fact 50).
        """
        found = self._allowed(subscription, "add an item")
        wanted = self._find(Price, price)
        check_quantity(quantity)
        require_shared_terms(found, wanted)
        self._require_on_sale([wanted], quantity)
        self._tick()
        added = replace(self._item(wanted, quantity), is_additional=True)
        return self._settled_later(replace(found, items=(*found.items, added)), self._cost_of_rest(found, added))

    def remove_item(self, subscription: Subscription | int | None = None, *, item: int) -> Subscription:
        """Remove the item with that id: subscription.updated.

        The next order of type RECURRING has an ADDS line with what it cost for the rest of this period, below 0; of
        a postpaid item with what was used (fact 50).
        """
        found = self._allowed(subscription, "remove an item")
        place = self._place_of(found, item)
        removed = found.items[place]
        if len(found.items) == 1:
            refuse(
                "remove an item",
                subject=f"item {removed.id} of subscription {found.id}",
                state="the only one",
                hint="Cancel the subscription: store.cancel().",
            )
        self._tick()
        kept = replace(found, items=(*found.items[:place], *found.items[place + 1 :]))
        return self._settled_later(kept, -self._cost_of_rest(found, removed))

    def replace_items(
        self, subscription: Subscription | int | None = None, *, quantities: Mapping[int, int | None]
    ) -> Subscription:
        """Keep the items with these ids alone, each in that quantity: subscription.updated.

        None keeps a quantity. The other items are removed, as by :meth:`remove_item`; another quantity counts from the
        next renewal, as by :meth:`change_quantity`.
        """
        found = self._allowed(subscription, "replace the items")
        if not isinstance(quantities, Mapping) or not quantities:
            raise SteppayMockError(
                f"quantities={quantities!r} names no item. Give quantities by id, such as {{{found.items[0].id}: 2}}, "
                "or cancel the subscription."
            )
        for number, quantity in quantities.items():
            if number not in {item.id for item in found.items}:
                refuse_unknown_item(found, number)
            if quantity is not None:
                check_quantity(quantity)
        stay = [item for item in found.items if item.id in quantities]
        kept = tuple(replace(item, quantity=quantities[item.id] or item.quantity) for item in stay)
        if kept == found.items:
            raise SteppayMockError(f"Subscription {found.id} has these items already. Give others.")
        self._tick()
        removed = [item for item in found.items if item.id not in quantities]
        difference = sum(-self._cost_of_rest(found, item) for item in removed)
        return self._settled_later(replace(found, items=kept), difference)

    def _settled_later(self, subscription: Subscription, difference: Amount) -> Subscription:
        return self._emit_subscription(replace(subscription, balance=subscription.balance + difference))

    def _cost_of_rest(self, subscription: Subscription, item: Item) -> Amount:
        """What the item costs from now to the end of the period; of a postpaid item, below 0, what it has cost."""
        now, usage = self._now, self._tables.usage.get(item.id)
        if item.price.is_postpaid:
            return -amount_due(item, usage, subscription, now=now, currency=self.currency)
        if subscription.period == subscription.trial:
            return 0  # a trial is free
        number = seats_of(item, usage) if item.price.counts_seats else item.quantity
        whole = Fraction(item.price.amount_in_advance) * number
        return in_coins(whole * rest_of(subscription.period, now), self.currency)
