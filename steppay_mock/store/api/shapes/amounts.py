"""Writes amounts of money as the Decimal, Long and Int of the REST API."""

from __future__ import annotations

from steppay_mock.payload.coherence.fields import Amount, money

_LARGEST_INT = 2**31 - 1


def decimal(amount: Amount) -> int | float:
    """A Decimal."""
    return amount if isinstance(amount, int) else money(amount)


def whole(amount: Amount) -> int:
    """A Long, which has no cents: these are cut off (assumed)."""
    return int(amount)


def small(amount: Amount) -> int:
    """An Int; a larger amount becomes the largest Int (assumed)."""
    return min(int(amount), _LARGEST_INT)
