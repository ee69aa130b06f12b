"""A subscription changes: its plan, its quantity, its card."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

from steppay_mock.store.scenarios.definition import Telling
from steppay_mock.store.scenarios.registry import define_scenario
from steppay_mock.store.store import Store


@define_scenario("subscription-plan-changed")
def subscription_plan_changed(store: Store, *, new_price: float | None = None, new_price_code: str = "") -> Telling:
    """A subscription moves to another price of the same product. The next renewal is the first to cost it.

    new_price: what the new plan costs. If left out, twice as much.
    new_price_code: its code.
    """
    old = store.price
    fields = {"price_code": new_price_code} if new_price_code else {}
    amount = old.amount * 2 if new_price is None else new_price
    interval = {"interval": old.unit, "interval_count": old.count}
    new = store.found_price(old.product_code, price=amount, **interval, **fields)  # type: ignore[arg-type]
    store.checkout()
    yield timedelta(hours=20)
    store.change_plan(price=new)
    yield store.subscription.period.end


@define_scenario("subscription-quantity-changed", sells="unit")
def subscription_quantity_changed(store: Store, *, before: int = 2, after: int = 5) -> Telling:
    """A team grows: the quantity of a subscription changes, and the next renewal costs more.

    before: the quantity at first.
    after: the quantity then.
    """
    store.checkout(quantity=before)
    yield timedelta(hours=20)
    store.change_quantity(quantity=after)
    yield store.subscription.period.end


@define_scenario("subscription-payment-method-changed")
def subscription_payment_method_changed(
    store: Store, *, gateway: Literal["TOSS", "KG", "NICE", "KAKAO", "DANAL", "PAYPLE"] = "KAKAO"
) -> Telling:
    """The customer gives another card, by an order of type PAYMENT_METHOD that costs nothing. The renewal uses it.

    gateway: which gateway charges the new card.
    """
    store.checkout()
    yield timedelta(hours=20)
    store.change_payment_method(gateway=gateway)
    yield store.subscription.period.end
