"""What a buyer does on the hosted page in a scenario: pays an order, or changes a card, after a wait (fact 41)."""

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
    chosen: CheckoutOptions = {**options, "pays": "later"}
    order = store.checkout(price, **chosen)
    yield timedelta(seconds=store.assumptions.seconds_to_pay)
    pays: Literal["now", "fails"] = "fails" if options.get("pays") == "fails" else "now"
    return store.pay(order, method=options.get("method", "card"), gateway=options.get("gateway"), pays=pays)


def change_card(store: Store, *, gateway: str | None = None) -> Generator[Wait, None, Order]:
    """Change the card as ``store.change_payment_method`` does, with a wait instead of a clock that moves on."""
    store.change_payment_method(gateway=gateway, pays="later")
    order = store.order
    yield timedelta(seconds=store.assumptions.seconds_to_pay)
    return store.pay(order, gateway=gateway)
