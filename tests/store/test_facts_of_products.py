"""What the facts say of what is sold: in which subscriptions, by invoice, with a trial, from a stock (44, 49, 51)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from store.bursts import burst, sent_by, told

from steppay_mock import IllegalAction, SteppayMockError, Store

# Fact 44: an order makes a subscription for each group of prices that agree in all that is billed.

APART: list[Any] = [
    {"interval": "WEEK"},
    {"interval_count": 2},
    {"membership_months": 6},
    {"expires_after_renewals": 3},
    {"billing_day": 20},
    {"provide_start_day": 20},
    {"billing": "usage"},
]


@pytest.mark.parametrize("other", APART, ids=str)
@pytest.mark.parametrize("trial_days", [0, 7])
def test_fact_44_prices_that_differ_in_one_criterion_are_two_subscriptions(other: Any, trial_days: int) -> None:
    store = Store(seed=1)
    same = store.create_price(store.products[0])
    differs, alike = (store.create_price(store.products[0], **other) for _ in range(2))
    order = store.checkout([store.price, differs, same, alike], trial_days=trial_days)
    codes = [[item.price.code for item in one.items] for one in store.subscriptions]
    assert codes == [[store.price.code, same.code], [differs.code, alike.code]]
    assert order.subscriptions == tuple(one.id for one in store.subscriptions)


def test_fact_44_what_has_a_quota_is_paid_before_like_what_has_none_and_is_flat() -> None:
    store = Store(seed=1)
    prices = [store.create_price(store.products[0], **other) for other in ({"billing": "usage", "quota": 5}, {})]  # type: ignore[arg-type]
    store.checkout(prices)
    assert len(store.subscriptions) == 1


@pytest.mark.parametrize(
    ("start", "day", "count", "ends"),
    [
        (datetime(2025, 1, 10), 20, 1, ["2025-01-20", "2025-02-20", "2025-03-20"]),
        (datetime(2025, 1, 20), 20, 1, ["2025-02-20", "2025-03-20", "2025-04-20"]),
        (datetime(2025, 1, 31), 28, 3, ["2025-04-28", "2025-07-28", "2025-10-28"]),
    ],
)
def test_the_periods_of_a_price_with_a_day_of_billing_end_on_that_day(
    start: datetime, day: int, count: int, ends: list[str]
) -> None:
    store = Store(seed=1, start=start.replace(tzinfo=UTC), product={"billing_day": day, "interval_count": count})
    store.checkout()
    seen = []
    for _ in ends:
        seen.append(store.subscription.period.end.date().isoformat())
        store.advance_to(store.subscription.period.end.replace(tzinfo=UTC))
    assert seen == ends
    claim = store.state()["prices"][store.price.code]["claim"]
    assert (claim["whenToClaimType"], claim["billingDate"]) == ("DATE", day)


@pytest.mark.parametrize(("options", "orders"), [({}, 3), ({"trial_days": 5}, 3)])
def test_a_subscription_expires_instead_of_renewing_once_more(options: Any, orders: int) -> None:
    store = Store(seed=1, product={"expires_after_renewals": 2})
    store.checkout(**options)
    store.advance(days=200)
    assert store.subscription.status == "EXPIRED"
    assert len(store.orders) == orders
    assert store.subscription.end_at is not None
    assert store.subscription.end_at - store.subscription.period.end < timedelta(seconds=1)


def test_a_trial_is_followed_by_a_period_until_the_day_of_billing() -> None:
    store = Store(seed=1, start=datetime(2025, 1, 10, tzinfo=UTC), product={"billing_day": 1})
    store.checkout(trial_days=7)
    store.advance(days=8)
    assert [
        moment.date().isoformat() for moment in (store.subscription.period.start, store.subscription.period.end)
    ] == [
        "2025-01-17",
        "2025-02-01",
    ]


@pytest.mark.parametrize("name", ["billing_day", "provide_start_day"])
@pytest.mark.parametrize("other", [{"interval": "WEEK"}, {"billing": "one_time"}])
def test_only_months_have_days(name: str, other: Any) -> None:
    fields: Any = {name: 5, **other}
    with pytest.raises(SteppayMockError, match=rf"{name}=5: only a price that recurs by interval='MONTH' has it"):
        Store(product=fields)


# Fact 51: the order of an invoice is made when it is sent.


def test_fact_51_the_order_of_an_invoice_is_made_when_it_is_sent() -> None:
    store = Store(seed=1, product={"billing": "one_time", "price": 5_000})
    assert burst(store, lambda: store.draft_invoice(quantity=2, discount=500)) == ["invoice.created TEMPORARY"]
    assert not {"orderId", "orderCode"} & set(store.events[-1].data)
    assert burst(store, lambda: store.send_invoice(fails=True)) == ["invoice.updated SEND_FAIL"]
    assert not store.orders
    assert burst(store, store.send_invoice) == ["order.created CREATED", "invoice.updated SENT"]
    created, sent = (event.data for event in store.events[-2:])
    assert (sent["orderId"], sent["orderCode"]) == (created["id"], created["code"])
    assert created["invoiceId"] == sent["id"]
    assert created["paidAmount"] == 9_500, "the merchant chose: nothing waits for the buyer"
    assert created["paymentDueDate"] == sent["purchaseDeadline"]


def test_fact_51_a_reserved_invoice_makes_its_order_at_that_time() -> None:
    store = Store(seed=1, product={"billing": "one_time"})
    store.draft_invoice()
    store.reserve_invoice(at=store.now + timedelta(days=2))
    assert not store.orders
    assert burst(store, lambda: store.advance(days=3)) == ["order.created CREATED", "invoice.updated SENT"]


def test_fact_51_an_invoice_is_due_after_seven_days() -> None:
    store = Store(seed=1, product={"billing": "one_time"})
    drafted = store.draft_invoice()
    assert drafted.deadline - store.now.replace(tzinfo=None) == timedelta(days=7)
    store.send_invoice()
    assert burst(store, lambda: store.advance(days=7)) == ["invoice.updated OVER_DUE"]


@pytest.mark.parametrize("method", ["card", "cms", "virtual_account"])
def test_fact_51_an_invoice_can_sell_a_subscription(method: Any) -> None:
    store = Store(seed=1, product={"price": 7_000})
    store.draft_invoice(quantity=3)
    store.send_invoice()
    assert (store.order.type, store.order.amount) == ("RECURRING_INITIAL", 21_000)
    paid = ["order.updated PAID", "payment.completed COMPLETE", "invoice.updated PAID"]
    paid += ["subscription.created ACTIVE", "order.payment_completed PAID"]
    if method == "card":
        assert burst(store, store.pay_invoice) == paid
    else:
        store.pay_invoice(method=method)
        assert burst(store, lambda: store.confirm_payment(store.order)) == paid
    assert store.subscription.items[0].quantity == 3
    store.advance(days=32)
    assert store.order.type == "RECURRING"


def test_what_an_invoice_sells_is_not_deleted_before_it_is_sent() -> None:
    store = Store(seed=1, product={"billing": "one_time"})
    invoice = store.draft_invoice()
    for delete in (lambda: store.delete_price(store.price), lambda: store.delete_product(store.products[0])):
        with pytest.raises(IllegalAction, match=f"needed by invoice {invoice.id}, which is TEMPORARY"):
            delete()
    store.delete_invoice()
    store.delete_price(store.price)


def test_what_costs_nothing_at_first_is_not_invoiced() -> None:
    store = Store(seed=1, product={"billing": "usage"})
    with pytest.raises(SteppayMockError, match=r"is paid after each period, and an invoice needs an amount\. Give"):
        store.draft_invoice()
    assert not store.events


# Fact 49: a price that has orders.


@pytest.mark.parametrize("pays", ["now", "later", "fails"])
def test_fact_49_a_price_that_has_orders_changes_its_name_and_description_alone(pays: Any) -> None:
    store = Store(seed=1, product={"price": 1_000})
    assert burst(store, lambda: store.update_price(store.price, amount=2_000)) == ["product.price.updated"]
    order = store.checkout(pays=pays)
    refused = rf"Cannot change the amount: price {store.price.code} is sold by order {order.id}\. Create another price"
    for more in ({}, {"name": "연간"}):
        with pytest.raises(IllegalAction, match=refused):
            store.update_price(store.price, amount=3_000, **more)
    changes: dict[str, Any] = {"name": "연간", "description": "한 해의 요금제"}
    assert burst(store, lambda: store.update_price(store.price, **changes)) == ["product.price.updated"]
    told_of = store.events[-1].data
    assert (told_of["price"], {**told_of["plan"], **changes}) == (2_000, told_of["plan"])


def test_fact_49_another_price_of_the_product_can_change_its_amount() -> None:
    store = Store(seed=1)
    other = store.create_price(store.products[0], price=1_000)
    store.checkout()
    assert store.update_price(other, amount=2_000).amount == 2_000


@pytest.mark.parametrize("wrong", [{}, {"name": ""}, {"description": 5}])
def test_a_price_is_not_changed_to_nothing(wrong: Any) -> None:
    store = Store(seed=1)
    with pytest.raises(SteppayMockError):
        store.update_price(store.price, **wrong)
    assert not store.events


# Fact 49: a trial belongs to the product.


def test_fact_49_a_trial_is_that_of_the_product() -> None:
    store = Store(seed=1, product={"trial_days": 10, "setup_fee": 500})
    demo = ("enabledDemo", "demoPeriod", "demoPeriodUnit")
    assert [store.state()["products"][store.products[0].code][name] for name in demo] == [True, 10, "DAY"]
    order = store.checkout()
    assert order.amount == 500
    assert store.events[0].data["items"][0]["demoCycle"] == {"num": 10, "type": "DAY"}
    trial = store.subscription.trial
    assert trial is not None
    assert trial.end - trial.start == timedelta(days=10)


@pytest.mark.parametrize(("asked", "days"), [(None, 10), (0, None), (3, 3)])
def test_the_trial_of_a_checkout_replaces_that_of_the_product(asked: int | None, days: int | None) -> None:
    store = Store(seed=1, product={"trial_days": 10})
    store.checkout(trial_days=asked)
    trial = store.subscription.trial
    assert (None if trial is None else (trial.end - trial.start).days) == days


def test_fact_44_products_with_other_trials_make_two_subscriptions() -> None:
    store = Store(seed=1, product={"trial_days": 10})
    other = store.create_product(trial_days=5).prices[0]
    second, none = store.create_price(store.products[0]), store.create_product().prices[0]
    store.checkout([store.price, other, second, none])
    assert [len(one.items) for one in store.subscriptions] == [2, 1, 1]
    ends = [None if one.trial is None else (one.trial.end - one.trial.start).days for one in store.subscriptions]
    assert ends == [10, 5, None]


def test_what_does_not_recur_has_no_trial() -> None:
    store = Store(seed=1, product={"trial_days": 10, "billing": "one_time", "price": 700})
    assert store.checkout().amount == 700
    with pytest.raises(SteppayMockError, match="only recurring prices have a trial"):
        store.checkout(trial_days=5)


# Fact 49: stock.


@pytest.mark.parametrize("status", ["OUT_OF_STOCK", "UNSOLD", "WAITING_APPROVAL", "REJECTED"])
def test_fact_49_only_products_on_sale_can_be_ordered(status: str) -> None:
    store = Store(seed=1)
    code = store.products[0].code
    store.update_product(code, status=status)
    for order in (store.checkout, store.draft_invoice):
        with pytest.raises(IllegalAction, match=rf"Cannot order the product: product {code} is {status}\. Put it on"):
            order()
    store.update_product(code, status="SALE")
    store.checkout()


def test_fact_49_orders_and_renewals_reduce_the_stock_until_nothing_is_left() -> None:
    store = Store(seed=1, product={"stock": 3})
    assert told(sent_by(store, lambda: store.checkout(quantity=2)))[-1] == "product.updated SALE"
    assert (store.events[-1].data["quantity"], store.events[-1].timestamp) == (1, store.events[-2].timestamp)
    assert burst(store, lambda: store.advance(days=31))[-1] == "product.updated OUT_OF_STOCK"
    assert store.products[0].stock == 0
    assert "product.updated" not in {event.type for event in sent_by(store, lambda: store.advance(days=31))}
    assert store.subscription.status == "ACTIVE", "a renewal without stock goes on by default"


def test_fact_49_renewals_can_fail_without_stock() -> None:
    store = Store(seed=1, product={"stock": 1}, assumptions={"renewals_fail_without_stock": True})
    store.checkout()
    store.advance(days=31)
    assert store.subscription.status == "UNPAID"
    store.update_product(store.products[0], status="SALE", stock=5)
    store.advance(days=1)
    assert (store.subscription.status, store.products[0].stock) == ("ACTIVE", 4)


def test_fact_49_an_order_that_waits_or_fails_takes_nothing_yet() -> None:
    store = Store(seed=1, product={"stock": 3, "billing": "one_time"})
    order = store.checkout(pays="later", quantity=2)
    store.checkout(pays="fails")
    assert store.products[0].stock == 3
    store.pay(order)
    assert store.products[0].stock == 1
    store.refund(order)
    assert store.products[0].stock == 1, "what is given back is not sold again by itself"


def test_fact_49_not_more_is_ordered_than_there_is() -> None:
    store = Store(seed=1, product={"stock": 3})
    code = store.products[0].code
    again = store.create_price(store.products[0])
    for prices, quantity in ([store.price], 4), ([store.price, again], 2):
        with pytest.raises(IllegalAction, match=rf"Cannot order 4: product {code} is down to 3 in stock\. Add some: "):
            store.checkout(prices, quantity=quantity)
    store.checkout([store.price, again])
    assert store.products[0].stock == 1


def test_a_product_without_a_stock_has_no_limit_and_sends_no_event() -> None:
    store = Store(seed=1)
    store.checkout(quantity=1_000)
    assert "product.updated" not in {event.type for event in store.events}
    assert store.state()["products"][store.products[0].code]["quantity"] is None


def test_a_subscription_that_an_invoice_sells_has_no_trial() -> None:
    store = Store(seed=1, product={"trial_days": 10, "price": 700})
    store.draft_invoice()
    store.send_invoice()
    assert store.order.amount == 700
    store.pay_invoice()
    assert store.subscription.trial is None


def test_an_invoice_of_a_quota_costs_what_the_table_says_and_cannot_cost_nothing() -> None:
    product: Any = {"billing": "usage", "quota": 150, "usage_table": [(100, 0), (None, 10)]}
    store = Store(seed=1, product=product)
    with pytest.raises(SteppayMockError, match=r"discount=1000 leaves nothing to pay\. Give less than 1000\."):
        store.draft_invoice(quantity=2, discount=1_000)
    store.draft_invoice(quantity=2)
    store.send_invoice()
    assert store.order.amount == 1_000
    free = store.create_price(store.products[0], **{**product, "quota": 100})
    with pytest.raises(SteppayMockError, match=r"costs nothing for its quota, and an invoice needs an amount\. Give"):
        store.draft_invoice(free)
