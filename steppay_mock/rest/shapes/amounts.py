"""Writes amounts of money as the Long and Int of the REST API; ``money`` of the payloads writes a Decimal."""

from __future__ import annotations

from steppay_mock.payload.coherence.fields import Amount

_LARGEST_INT = 2**31 - 1


def whole(amount: Amount) -> int:
    """A Long, which has no cents: these are cut off (assumed)."""
    return int(amount)


def small(amount: Amount) -> int:
    """An Int; a larger amount becomes the largest Int (assumed)."""
    return min(int(amount), _LARGEST_INT)
