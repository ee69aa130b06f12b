"""Every number that a store takes has a least and a greatest value: both are taken, and what is beyond is refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from steppay_mock import SteppayMockError, Store, StoreApi, scenario

ONCE: Any = {"billing": "one_time"}


def price(name: str, **more: Any) -> Callable[[Any], object]:
    def ask(value: Any) -> object:
        store = Store(seed=1)
        return store.create_price(store.products[0], **{name: value, **more})

    return ask


def assume(name: str) -> Callable[[Any], object]:
    return lambda value: Store(seed=1, assumptions={name: value})


def bought(**product: Any) -> Store:
    fields: Any = product
    store = Store(seed=1, product=fields)
    store.checkout()
    return store


def checkout(name: str) -> Callable[[Any], object]:
    return lambda value: Store(seed=1).checkout(**{name: value})


def story(name: str, option: str) -> Callable[[Any], object]:
    return lambda value: scenario(name, seed=1, **{option: value})


def _once_for(amount: int) -> Store:
    return Store(seed=1, product={"billing": "one_time", "price": amount})


DAYS = ("billing_day", "provide_start_day")

BOUNDS: dict[str, tuple[Callable[[Any], object], int, int]] = {
    "quantity of a checkout": (checkout("quantity"), 1, 100_000),
    "trial_days": (checkout("trial_days"), 0, 730),
    "stock": (lambda n: Store(seed=1).create_product(stock=n), 1, 10**9),
    "trial_days of a product": (lambda n: Store(seed=1).create_product(trial_days=n), 0, 730),
    "tax": (checkout("tax"), 0, 10**12),
    "setup_fee of a checkout": (checkout("setup_fee"), 0, 10**12),
    "quantity of a subscription": (lambda n: bought().change_quantity(quantity=n), 2, 100_000),
    "count of an interval": (lambda n: bought().change_interval(interval="DAY", count=n), 1, 24),
    "price": (price("price"), 1, 10**12),
    "interval_count": (price("interval_count"), 1, 24),
    "setup_fee of a price": (price("setup_fee"), 0, 10**9),
    "membership_months": (price("membership_months"), 0, 120),
    "expires_after_renewals": (price("expires_after_renewals"), 0, 120),
    "billing_day": (price("billing_day"), 1, 28),
    "provide_start_day": (price("provide_start_day"), 1, 28),
    "seconds_to_pay": (assume("seconds_to_pay"), 0, 3600),
    "quota": (price("quota", billing="usage"), 1, 10**12),
    "days_to_pay": (lambda n: Store(seed=1, product=ONCE).draft_invoice(days_to_pay=n), 1, 365),
    "times": (lambda n: bought().decline_payments(times=n), 0, 10_000),
    "amount of usage": (lambda n: bought(billing="usage").add_usage(amount=n), 1, 2**53),
    "more quota": (lambda n: bought(billing="usage", quota=1).top_up(quota=n), 1, 2**53),
    "amount of a refund": (lambda n: bought(price=500).refund(amount=n), 1, 500),
    "discount of a checkout": (lambda n: Store(seed=1, product={"price": 500}).checkout(discount=n), 0, 500),
    "discount of an invoice": (
        lambda n: _once_for(500).draft_invoice(discount=n),
        0,
        499,
    ),
    "notice_days": (assume("notice_days"), 1, 3650),
    "cover_days, between four messages": (assume("cover_days"), 1, 3650 // 4),
    "the last of cover_days": (lambda n: Store(seed=1, assumptions={"cover_days": [1, 2, 3, n]}), 4, 3650),
    "postpone_days": (assume("postpone_days"), 1, 3650),
    "cover_messages": (assume("cover_messages"), 1, 4),
    "virtual_account_days": (assume("virtual_account_days"), 1, 3650),
    "the only retry": (lambda n: Store(seed=1, assumptions={"retry_days": [n]}), 1, 3650),
    "the second retry": (lambda n: Store(seed=1, assumptions={"retry_days": [5, n]}), 6, 3650),
    "first id": (lambda n: Store(seed=1, first_ids={"order": n}), 1, 2**62),
    "id of a customer": (lambda n: Store(seed=1).create_customer(id=n), 1, 2**63 - 1),
    "number of events": (lambda n: bought().state(at=n), 0, 5),
    "renewals of a scenario": (story("subscription-renews", "renewals"), 0, 1_000),
    "failures of a scenario": (story("one-time-purchase-fails-then-succeeds", "failures"), 1, 1_000),
    "days of a scenario": (story("refund-in-full", "days"), 0, 1_000),
    "hours of a scenario": (story("invoice-paid", "hours"), 0, 10_000),
    "minutes of a scenario": (story("invoice-payment-fails-then-succeeds", "minutes"), 0, 100_000),
    "status of a failure": (lambda n: StoreApi(Store(seed=1)).fail(status=n), 400, 599),
}


@pytest.mark.parametrize("name", BOUNDS)
def test_a_number_is_taken_from_its_least_to_its_greatest_and_no_further(name: str) -> None:
    ask, least, most = BOUNDS[name]
    for value in (least, most):
        ask(value)
    for value in (least - 1, most + 1):
        with pytest.raises(SteppayMockError):
            ask(value)


@pytest.mark.parametrize("name", [name for name in BOUNDS if name not in {"tax", "price"} and "fee of a c" not in name])
@pytest.mark.parametrize("value", [True, "1", None, [1]])
def test_what_is_no_whole_number_is_refused(name: str, value: Any) -> None:
    if value is None and name in {
        "quota",
        "times",
        "notice_days",
        "amount of a refund",
        "id of a customer",
        "trial_days",
        "stock",
        *DAYS,
    }:
        return  # None leaves it to the store
    if value is None and name == "number of events":
        return  # None is now
    if value == [1] and name.startswith("cover_days"):
        return  # a day for one attempt
    with pytest.raises(SteppayMockError):
        BOUNDS[name][0](value)


def order() -> Store:
    store = Store(seed=1)
    store.checkout(pays="later")
    return store


def invoice() -> Store:
    store = Store(seed=1, product=ONCE)
    store.draft_invoice()
    store.send_invoice()
    return store


WORDS: dict[str, tuple[Callable[[Any], object], list[Any], list[Any]]] = {
    "pays of a checkout": (checkout("pays"), ["now", "fails", "later"], ["never", "", None, 1]),
    "pays": (lambda word: order().pay(pays=word), ["now", "fails"], ["later", "", None]),
    "pays of an invoice": (lambda word: invoice().pay_invoice(pays=word), ["now", "fails"], ["later", None]),
    "method": (checkout("method"), ["card", "virtual_account", "cms"], ["bank", "cash", "CARD", None]),
    "method of an order": (lambda word: order().pay(method=word), ["card", "virtual_account"], ["bank", None]),
    "gateway": (checkout("gateway"), ["TOSS", "KAKAO", None], ["toss", "", 5]),
    "via": (
        lambda word: bought(billing="usage").add_usage(amount=1, via=word),
        ["V1", "MANAGER", "SYSTEM", "CUSTOMER"],
        ["v1", "", None],
    ),
    "billing": (price("billing"), ["flat", "unit", "usage", "one_time"], ["FLAT", None]),
    "interval": (price("interval"), ["DAY", "WEEK", "MONTH", "YEAR"], ["day", "", None]),
    "new interval": (
        lambda word: bought(interval_count=5).change_interval(interval=word),
        ["DAY", "WEEK", "MONTH", "YEAR"],
        ["day", "", None],
    ),
    "code of a price": (price("price_code"), ["gold"], ["", 5]),
    "type of a product": (
        lambda word: Store(seed=1).create_product(type=word),
        ["SOFTWARE", "BOX", "BUNDLE"],
        ["box", "", None],
    ),
    "name of a product": (lambda word: Store(seed=1).create_product(name=word), ["금"], ["", 5, None]),
    "new name": (
        lambda word: Store(seed=1).update_product(Store(seed=1).products[0], name=word),
        ["금"],
        ["", 5, None],
    ),
    "memo": (lambda word: Store(seed=1, product=ONCE).draft_invoice(memo=word), ["금", "", None], [5, b"x"]),
    "channels": (
        lambda word: Store(seed=1, product=ONCE).draft_invoice(channels=word),
        [["KAKAO"], ("SMS", "EMAIL"), []],
        [["FAX"], ["EMAIL", "FAX"], "EMAIL", None, {"EMAIL"}],
    ),
    "step_cover": (assume("step_cover"), ["off", "pause", "cancel"], ["on", None, True]),
    "queue_renewals": (assume("queue_renewals"), [True, False], ["yes", 1, None]),
    "retry_days": (assume("retry_days"), [(1,), [1, 2, 9]], [(), (2, 1), (1, 1), (0, 1), (1, 3651), 3, "12", (1.5,)]),
    "currency": (lambda word: Store(seed=1, currency=word), ["USD"], ["usd", "US", "USDX", "US1", None]),
    "assumptions": (lambda word: Store(seed=1, assumptions=word), [None, {}], [[1], {"notice": 1}]),
}


@pytest.mark.parametrize("name", WORDS)
def test_a_word_is_among_those_that_are_known(name: str) -> None:
    ask, taken, refused = WORDS[name]
    for word in taken:
        ask(word)
    for word in refused:
        with pytest.raises(SteppayMockError):
            ask(word)


@pytest.mark.parametrize(
    ("name", "least"), [("events", 0), ("retry_after", 0), ("seconds", 0), ("times", 1), ("timeout", 0)]
)
def test_a_rule_of_the_api_takes_its_least_number(name: str, least: int) -> None:
    api = StoreApi(Store(seed=1))
    rules: dict[str, Any] = {"events": api.fall_behind, "retry_after": api.fail, "seconds": api.slow_down}
    rule = {**rules, "times": api.fail, "timeout": api.hold}[name]
    rule(**{name: least})
    with pytest.raises(SteppayMockError):
        rule(**{name: least - 1})


@pytest.mark.parametrize("port", [-1, 65_536])
def test_there_is_no_port_beyond_the_first_and_the_last(port: int) -> None:
    with pytest.raises(SteppayMockError, match="is not a port"), StoreApi(Store(seed=1)).serve(port=port):
        pass


def test_an_invoice_is_reserved_between_now_and_its_deadline_and_at_neither() -> None:
    store = Store(seed=1, product=ONCE)
    invoice = store.draft_invoice(days_to_pay=3)
    deadline = store.now + (invoice.deadline - store.now.replace(tzinfo=None))
    for at in (store.now, deadline):
        with pytest.raises(SteppayMockError):
            store.reserve_invoice(at=at)
    store.reserve_invoice(at=deadline - timedelta(microseconds=1))
    store = Store(seed=1, product=ONCE)
    store.draft_invoice()
    store.reserve_invoice(at=store.now + timedelta(microseconds=1))


def test_a_payment_date_is_moved_to_a_later_moment_than_now() -> None:
    store = Store(seed=1, assumptions={"step_cover": "pause"})
    store.checkout()
    store.decline_payments()
    store.advance(days=32)
    planned = store.subscription.next_at
    assert planned is not None
    for to in (store.now, planned.replace(tzinfo=store.now.tzinfo)):
        with pytest.raises(SteppayMockError):
            store.move_payment_date(to=to)
    to = store.now + timedelta(microseconds=1)
    assert store.move_payment_date(to=to).next_at == to.replace(tzinfo=None)


def test_an_invoice_is_not_sent_at_its_deadline_or_later() -> None:
    store = Store(seed=1, product=ONCE)
    deadline = store.draft_invoice(days_to_pay=1).deadline.replace(tzinfo=store.now.tzinfo)
    store.advance_to(deadline - timedelta(microseconds=1))
    store.send_invoice(fails=True)
    store = Store(seed=1, product=ONCE)
    store.draft_invoice(days_to_pay=1)
    store.advance_to(deadline)
    with pytest.raises(SteppayMockError, match="past its deadline"):
        store.send_invoice()


@pytest.mark.parametrize(
    ("currency", "taken", "refused"),
    [
        ("KRW", [1, 1.0, Decimal("100.00")], [0, 0.5, Decimal("1.01")]),
        ("JPY", [1], [0.01]),
        ("USD", [0.01, 0.1, 1.29, Decimal("0.10")], [0, 0.001, 1.005, Decimal("0.009")]),
        ("EUR", [0.01], [Decimal("NaN"), Decimal("Infinity"), float("nan"), float("inf")]),
    ],
)
def test_an_amount_has_the_coins_of_its_currency(currency: str, taken: list[Any], refused: list[Any]) -> None:
    for amount in taken:
        order = Store(seed=1, currency=currency, product={"price": amount}).checkout()
        assert order.amount == Decimal(str(amount))
        assert isinstance(order.amount, int) == (Decimal(str(amount)) % 1 == 0)
    for amount in refused:
        with pytest.raises(SteppayMockError):
            Store(seed=1, currency=currency, product={"price": amount})
