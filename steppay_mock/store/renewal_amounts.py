"""Computes what a renewal costs beside its items: periodic fees, and the difference of changed items (fact 50)."""

from __future__ import annotations

from collections.abc import Iterable

from steppay_mock.payload.coherence.fields import Amount
from steppay_mock.store.records import Item


def periodic_fee(items: Iterable[Item]) -> Amount:
    """The fees of these items that come with each renewal."""
    return sum(item.price.setup_fee for item in items if item.price.setup_type == "PERIODIC")


def difference_due(balance: Amount, *, cost: Amount) -> Amount:
    """The part of the balance that an order of that cost settles: an order costs nothing at least (assumed)."""
    return max(balance, -cost)
