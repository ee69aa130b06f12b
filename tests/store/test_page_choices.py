"""What the buyer chooses on the hosted page: the quantity, why a payment fails, when its money arrives."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from store.bursts import last_of, sent_by, told

from steppay_mock import IllegalAction, SteppayMockError, Store, validate

PAID = ["order.updated PAID", "payment.completed COMPLETE", "order.payment_completed PAID"]
WAITS = ["order.updated DEPOSIT_WAITING", "payment.standby VIRTUAL_BANK_STANDBY"]


def burst(store: Store, action: Callable[[], object]) -> list[str]:
    return told(sent_by(store, action))


def shop(stock: int | None = None) -> Store:
    store = Store(seed=1, product={"billing": "one_time", "price": 9900, "stock": stock})
    store.checkout(pays="later", quantity=2)
    return store


def test_the_buyer_chooses_the_quantity() -> None:
    store = shop()
    assert store.pay(quantity=3).amount == 3 * 9900
    assert last_of(store, "order.updated")["items"][0]["quantity"] == 3
    assert shop().pay().amount == 2 * 9900


def test_what_was_chosen_stays_if_the_payment_fails() -> None:
    store = shop()
    failed = store.pay(quantity=3, pays="fails")
    with pytest.raises(IllegalAction, match=r"its quantity is fixed\. Leave the quantity out"):
        store.pay(quantity=1)
    assert store.pay(failed).amount == 3 * 9900


def test_no_more_than_the_stock_is_ordered() -> None:
    store = shop(stock=4)
    with pytest.raises(IllegalAction, match="down to 4 in stock"):
        store.pay(quantity=5)
    assert store.pay(quantity=4).status == "PAID"


def test_a_quantity_that_costs_less_than_the_discount_is_refused() -> None:
    store = Store(seed=1, product={"billing": "one_time", "price": 9900})
    store.checkout(pays="later", quantity=2, discount=15_000)
    with pytest.raises(SteppayMockError, match="Order more"):
        store.pay(quantity=1)
    assert store.pay(quantity=2).amount == 4800


def test_an_order_for_another_payment_method_has_no_quantity() -> None:
    store = Store(seed=1)
    store.checkout()
    store.change_payment_method(pays="later")
    with pytest.raises(IllegalAction, match="of type PAYMENT_METHOD"):
        store.pay(quantity=2)


def test_a_payment_fails_for_the_reason_that_is_given() -> None:
    store = shop()
    store.pay(pays="fails", reason="한도 초과")
    assert last_of(store, "payment.failed")["errorMessage"] == "한도 초과"
    store.pay(pays="fails", method="cms", reason="no money")
    assert last_of(store, "payment.failed")["niceCms"]["errorReturn"] == "no money"
    for event in store.events:
        validate(event)


@pytest.mark.parametrize("reason", ["", "  ", "x" * 201, 5])
def test_a_reason_that_is_none_is_refused(reason: Any) -> None:
    store = shop()
    with pytest.raises(SteppayMockError, match="is no text of 1 to 200 letters"):
        store.pay(pays="fails", reason=reason)
    with pytest.raises(SteppayMockError, match="only a payment that fails has one"):
        store.pay(reason="x")
    assert len(store.events) == 1


def test_money_arrives_at_once() -> None:
    store = shop()
    assert burst(store, lambda: store.pay(method="virtual_account", deposit_days=0)) == WAITS + PAID


def test_money_arrives_later() -> None:
    store = shop()
    assert burst(store, lambda: store.pay(method="virtual_account", deposit_days=1.5)) == WAITS
    assert burst(store, lambda: store.advance(days=1.49)) == []
    assert burst(store, lambda: store.advance(days=0.02)) == PAID
    assert burst(store, lambda: store.advance(days=30)) == []


def test_money_of_a_subscription_arrives_and_starts_it() -> None:
    store = Store(seed=1)
    store.checkout(pays="later")
    store.pay(method="cms", deposit_days=1)
    store.advance(days=2)
    assert store.subscription.status == "ACTIVE"
    assert store.subscription.method == "CMS_BILL"


def test_money_that_comes_after_the_account_has_closed_is_not_taken() -> None:
    store = shop()
    store.pay(method="virtual_account", deposit_days=8)
    store.advance(days=10)
    assert store.order.status == "CANCELLED"
    assert last_of(store, "payment.standby")["paymentId"] == store.payments[-1].id
    assert store.payments[-1].status == "VIRTUAL_BANK_STANDBY"


def test_money_at_the_moment_at_which_the_account_closes_is_taken() -> None:
    store = shop()
    store.pay(method="virtual_account", deposit_days=7)
    store.advance(days=8)
    assert store.order.status == "PAID"


def test_money_that_was_confirmed_before_arrives_once() -> None:
    store = shop()
    store.pay(method="virtual_account", deposit_days=1)
    store.confirm_payment()
    assert burst(store, lambda: store.advance(days=2)) == []


def test_money_for_an_older_attempt_does_not_pay_a_newer_one() -> None:
    store = shop()
    store.pay(method="cms", deposit_days=2)
    store.reject_payment()
    store.pay(method="virtual_account")
    store.advance(days=3)
    assert store.order.status == "DEPOSIT_WAITING"


@pytest.mark.parametrize("options", [{}, {"method": "bank"}, {"method": "cms", "pays": "fails"}])
def test_no_money_is_waited_for_where_none_is_on_standby(options: Any) -> None:
    store = shop()
    with pytest.raises(SteppayMockError, match="waits for no money"):
        store.pay(deposit_days=0, **options)
    assert len(store.events) == 1


@pytest.mark.parametrize("days", [-1, 3651, "2", True, float("nan")])
def test_the_days_are_a_number(days: Any) -> None:
    with pytest.raises(SteppayMockError, match="deposit_days"):
        shop().pay(method="virtual_account", deposit_days=days)
