"""Buys something in a scenario: orders it, waits while the buyer is on the hosted page, and pays (facts 41 and 42)."""

from __future__ import annotations

from collections.abc import Generator
from datetime import timedelta
from typing import Literal, Unpack

from steppay_mock.store.actions.checkout import CheckoutOptions
from steppay_mock.store.records import Order, Price
from steppay_mock.store.scenarios.definition import Wait
from steppay_mock.store.store import Store


def buy(store: Store, price: Price | None = None, **options: Unpack[CheckoutOptions]) -> Generator[Wait, None, Order]:
    """Do what ``store.checkout()`` does, with a wait instead of a clock that moves on: other stories go on meanwhile.

    Write ``order = yield from buy(store)``.
    """
    order = store.checkout(price, **{**options, "pays": "later"})
    yield timedelta(seconds=store.assumptions.seconds_to_pay)
    pays: Literal["now", "fails"] = "fails" if options.get("pays") == "fails" else "now"
    return store.pay(order, method=options.get("method", "card"), gateway=options.get("gateway"), pays=pays)
