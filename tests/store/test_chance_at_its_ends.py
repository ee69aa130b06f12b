"""With chance at either end, each field that a store draws has the least or the greatest value of its range."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from store.bursts import last_of

from steppay_mock import Store
from steppay_mock.payload.chance import Chance
from steppay_mock.payload.pools import pool

START = datetime(2025, 1, 15, 3)
DAY = timedelta(days=1)


@pytest.fixture(params=["least", "greatest"])
def end(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """0 if all numbers are drawn as small as they can be, 1 if as great."""
    place = ("least", "greatest").index(request.param)
    monkeypatch.setattr(Chance, "between", lambda _self, *ends: ends[place])
    return place


def test_ids(end: int) -> None:
    store = Store(seed=1, product={"billing": "usage"})
    store.checkout()
    usage = store.add_usage(amount=1)
    invoice = store.draft_invoice(store.create_price(store.products[0], billing="one_time"))
    store.send_invoice()
    first = (100_000, 899_999)[end]
    assert store.customer.id == store.orders[0].id == store.orders[0].lines[0].id == store.subscription.id == first
    assert store.subscription.items[0].id == first
    assert store.orders[1].id == first + (1, 5)[end]
    assert usage.id == invoice.id == (1_000, 89_999)[end]
    assert usage.entries[1].id - usage.entries[0].id == (1, 5)[end]


def test_what_there_was_before(end: int) -> None:
    store = Store(seed=1)
    begun = START + timedelta(microseconds=(0, 499_999)[end])
    assert store.now == begun.replace(tzinfo=UTC)
    seconds = timedelta(seconds=(0, 86_399)[end])
    assert store.customer.words["createdAt"] == (begun - (1, 400)[end] * DAY - seconds).isoformat()
    assert store.products[0].words["createdAt"] == (begun - (30, 400)[end] * DAY - seconds).isoformat()


def test_how_far_the_clock_moves(end: int) -> None:
    store = Store(seed=1, start=START.replace(tzinfo=UTC, microsecond=1))
    store.checkout()
    step = timedelta(milliseconds=(1, 9)[end])
    assert store.order.created_at == START.replace(microsecond=1) + step
    paid = store.order.created_at + timedelta(seconds=80)
    assert store.order.paid_at == paid + step
    assert store.payments[0].paid_at == paid + 2 * step
    assert store.subscription.created_at == paid + 3 * step
    assert store.order.modified_at == paid + 4 * step == store.now.replace(tzinfo=None)


def test_a_virtual_account(end: int) -> None:
    store = Store(seed=1)
    store.checkout(method="virtual_account")
    account = last_of(store, "payment.standby")["vBank"]
    assert account["bankCode"] == ("004", "092")[end]
    assert account["bankName"] == pool("ko_KR").goods["bank-name"][(0, -1)[end]]
    assert account["accountNumber"] == str((10**11, 10**12 - 1)[end])


def test_a_debit_and_a_card(end: int) -> None:
    store = Store(seed=1)
    store.checkout(method="cms")
    debit = last_of(store, "payment.standby")["niceCms"]
    assert debit["corporateManager"] == pool("ko_KR").names[(0, -1)[end]]
    assert debit["companyRegistrationNumber"] == ("100-10-10000", "999-99-99999")[end]
    assert debit["accountHolderSocialSecurityNumber"] == ("600101", "991228")[end]
    assert debit["bankAccount"] == str((10**11, 10**12 - 1)[end])
    store.confirm_payment()
    assert last_of(store, "subscription.created")["paymentMethod"]["paymentInfo"].endswith(
        f" {(100_000, 999_999)[end]}**********"
    )


def test_a_code_that_chance_gives_again_is_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[int] = []

    def twice(_self: Chance, length: int) -> str:
        drawn.append(length)
        return f"{len(drawn) // 2:0{length}d}"

    monkeypatch.setattr(Chance, "alphanumerics", twice)
    store = Store(seed=1)
    for _ in range(6):
        store.checkout(tax=1)
    assert len({order.code for order in store.orders}) == 6
    assert len({line.code for order in store.orders for line in order.lines}) == 12


@pytest.mark.parametrize("seed", range(5))
def test_a_card_is_refused_in_words_of_cards_and_a_debit_in_those_of_banks(seed: int) -> None:
    goods: Any = pool("ko_KR").goods
    assert not set(goods["error-message"]) & set(goods["bank-error"])
    store = Store(seed=seed)
    store.checkout(pays="fails")
    assert last_of(store, "payment.failed")["errorMessage"] in goods["error-message"]
    store.checkout(pays="fails", method="cms")
    assert last_of(store, "payment.failed")["errorMessage"] in goods["bank-error"]
    store.checkout(method="cms")
    store.reject_payment()
    assert last_of(store, "payment.failed")["errorMessage"] in goods["bank-error"]
    assert last_of(store, "payment.failed")["niceCms"]["errorReturn"] in goods["bank-error"]
    store.checkout(discount=1)
    discounts = [line.get("discountName") for line in last_of(store, "order.updated")["items"]]
    assert discounts[1] in goods["discount-name"]
