"""Checks and rounds amounts of money: whole won, and two decimals in currencies that have them (fact 13)."""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction

from steppay_mock.errors import SteppayMockError
from steppay_mock.payload.coherence.fields import Amount

_WITHOUT_COINS = frozenset({"KRW", "JPY", "VND", "CLP", "PYG", "UGX", "XAF", "XOF"})
_CENT = Decimal("0.01")
_MOST = 10**12


def check_currency(currency: object) -> str:
    """The currency; SteppayMockError unless it has the form of an ISO 4217 code."""
    if isinstance(currency, str) and re.fullmatch(r"[A-Z]{3}", currency):
        return currency
    raise SteppayMockError(f"currency={currency!r} is not an ISO 4217 code. Give one such as KRW or USD.")


def check_amount(amount: object, currency: str, what: str, *, least: int = 0) -> Amount:
    """The exact amount; SteppayMockError if it cannot be paid in that currency. ``least`` counts the smallest coins."""
    if isinstance(amount, bool) or not isinstance(amount, int | float | Decimal):
        raise SteppayMockError(f"{what}={amount!r} is not an amount. Give a number such as 9900.")
    exact, lowest = Decimal(str(amount)), least if currency in _WITHOUT_COINS else least * _CENT
    if not exact.is_finite() or not lowest <= exact <= _MOST:
        raise SteppayMockError(f"{what}={amount}: give an amount from {lowest} to {_MOST:,}.")
    whole = exact == exact.to_integral_value()
    if not whole and (currency in _WITHOUT_COINS or exact != exact.quantize(_CENT)):
        rule = "are whole" if currency in _WITHOUT_COINS else "have two decimals at most"
        raise SteppayMockError(f"{what}={amount}: amounts in {currency} {rule}. Round it.")
    return int(exact) if whole else exact


def usual_price(currency: str, chance: float) -> Amount:
    """A plausible price of a shop; ``chance`` is from 0 to 1."""
    hundreds = 49 + int(chance * 250)
    return hundreds * 100 if currency in _WITHOUT_COINS else Decimal(hundreds) / 10 - _CENT


def a_third_of(amount: Amount, currency: str) -> Amount:
    """About a third of the amount, in coins of the currency; one coin at least."""
    if currency in _WITHOUT_COINS:
        return max(int(amount) // 3, 1)
    return max((Decimal(amount) / 3).quantize(_CENT), _CENT)


def in_coins(amount: Fraction, currency: str) -> Amount:
    """The amount in coins of the currency, half a coin rounded up (assumed)."""
    whole = currency in _WITHOUT_COINS
    coins = (amount * (1 if whole else 100) + Fraction(1, 2)) // 1
    if whole:
        return coins
    return Decimal(coins) * _CENT if coins % 100 else coins // 100
