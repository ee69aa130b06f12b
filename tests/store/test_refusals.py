"""What a store refuses, in which words, and that nothing of it has happened then."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from steppay_mock import SteppayMockError, Store
from steppay_mock.store.lifecycle import IllegalAction

Ask = Callable[[Store], object]


def refusal_of(store: Store, ask: Ask, kind: type[SteppayMockError] = SteppayMockError) -> str:
    """The message, once it is sure that nothing has changed."""
    before = copy.deepcopy(store.state()), len(store.events), store.now
    with pytest.raises(kind) as caught:
        ask(store)
    assert (store.state(), len(store.events), store.now) == before
    return str(caught.value)


def paid() -> Store:
    """A store with a subscription and an order that is paid; ids begin where they can be foretold."""
    store = Store(seed=1, first_ids={"customer": 1, "subscription": 10, "order": 100, "invoice": 1000})
    store.checkout()
    return store


def unpaid(**assumptions: Any) -> Store:
    """A store whose subscription is UNPAID."""
    store = Store(seed=1, first_ids={"subscription": 10, "order": 100}, assumptions=assumptions)
    store.checkout()
    store.decline_payments()
    store.advance(days=32)
    return store


# Actions that are illegal where things stand.


def test_what_is_cancelled_is_final() -> None:
    store = paid()
    store.cancel()
    assert refusal_of(store, Store.resume, IllegalAction) == (
        "Cannot resume: subscription 10 is CANCELED. That state is final: it allows no action."
    )


def test_a_refusal_names_the_state_and_what_is_allowed_there() -> None:
    store = paid()
    store.pause()
    assert refusal_of(store, lambda s: s.pause(at_period_end=True), IllegalAction) == (
        "Cannot pause at the end of the period: subscription 10 is PAUSE. "
        "Allowed in this state: cancel, cancel its first order, cancel at the end of the period, cancel at a given "
        "time, resume or change the payment method."
    )


def test_only_what_waits_for_the_end_of_its_period_is_undone() -> None:
    assert refusal_of(paid(), Store.undo, IllegalAction) == (
        "Cannot undo: subscription 10 is ACTIVE. Allowed in this state: cancel, cancel its first order, cancel at "
        "the end of the period, cancel at a given time, pause, pause at the end of the period, change the plan, "
        "change the quantity, change the interval, add an item, remove an item, replace the items, move the next "
        "payment, renew now, change the payment method, add usage or top up."
    )


def test_what_is_unpaid_is_not_paused() -> None:
    message = refusal_of(unpaid(), Store.pause, IllegalAction)
    assert message.startswith(
        "Cannot pause: subscription 10 is UNPAID. Allowed in this state: pay, cancel, cancel its first"
    )


def test_an_order_is_paid_once() -> None:
    assert refusal_of(paid(), Store.pay, IllegalAction) == (
        "Cannot pay the order: order 100 is PAID. Pay an order that is CREATED."
    )


@pytest.mark.parametrize(("cover", "status"), [("off", "EXPIRED"), ("pause", "PAUSE"), ("cancel", "CANCELED")])
def test_the_order_of_a_renewal_that_nobody_waits_for_is_not_paid(cover: str, status: str) -> None:
    store = unpaid(step_cover=cover)
    store.advance(days=20)
    assert refusal_of(store, Store.pay, IllegalAction) == (
        f"Cannot pay the order: order {store.order.id} is a renewal of subscription 10, which is {status}. "
        "Only an UNPAID subscription waits for it."
    )


def test_an_order_that_waits_for_its_money_is_not_paid_by_other_means() -> None:
    store = Store(seed=1, first_ids={"order": 100})
    store.checkout(method="virtual_account")
    assert refusal_of(store, Store.pay, IllegalAction) == (
        "Cannot pay the order: order 100 is DEPOSIT_WAITING. Let its money arrive: store.confirm_payment(order)."
    )
    assert refusal_of(store, Store.reject_payment, IllegalAction).endswith(
        "is waiting for money in a virtual account, and cannot fail. Let its time pass: store.advance(days=7)."
    )


def test_money_comes_only_where_a_payment_stands_by() -> None:
    assert refusal_of(paid(), Store.confirm_payment, IllegalAction) == (
        "Cannot confirm the payment: order 100 is PAID, without a payment on standby. "
        "Check out with method='virtual_account' or 'cms' first."
    )


def test_no_more_is_refunded_than_was_paid() -> None:
    store = Store(seed=1, product={"price": 5_000}, first_ids={"order": 100})
    store.checkout()
    store.refund(amount=2_000)
    assert refusal_of(store, lambda s: s.refund(amount=3_001), IllegalAction) == (
        "Cannot refund 3001: order 100 is paid with 5000, and 3000 of it is not refunded. Refund at most 3000."
    )
    store.refund()
    assert refusal_of(store, Store.refund, IllegalAction) == (
        "Cannot refund the order: order 100 is refunded already. Refund a paid order."
    )
    assert refusal_of(store, Store.cancel_order, IllegalAction) == (
        "Cannot cancel the order: order 100 is CANCELLATION_REFUNDED. Cancel another order."
    )


def test_the_open_order_of_a_renewal_is_cancelled_with_its_subscription_only() -> None:
    store = unpaid()
    message = refusal_of(store, Store.cancel_order, IllegalAction)
    assert message.startswith(
        f"Cannot cancel the order: order {store.order.id} is still to be paid by subscription 10,"
    )
    assert message.endswith("which is UNPAID. Cancel the subscription.")


def test_never_more_is_used_than_the_quota() -> None:
    store = Store(
        seed=1, product={"billing": "usage", "quota": 100}, first_ids={"subscription": 10, "subscription_item": 20}
    )
    store.checkout()
    store.add_usage(amount=60)
    assert refusal_of(store, lambda s: s.add_usage(amount=41), IllegalAction) == (
        "Cannot add usage of 41: item 20 of subscription 10 is used 60 of 100. "
        "Add at most 40, or store.top_up(quota=...) first."
    )


def test_what_is_paid_for_afterwards_has_no_quota_to_top_up() -> None:
    store = Store(seed=1, product={"billing": "usage"})
    store.checkout()
    message = refusal_of(store, lambda s: s.top_up(quota=10), IllegalAction)
    assert message.endswith(
        "is paid at the end of the period, without a quota. Sell it with a quota: "
        "product={'billing': 'usage', 'quota': 1000}."
    )
    assert "not sold by usage. Sell something" in refusal_of(paid(), lambda s: s.add_usage(amount=1), IllegalAction)


def test_no_webhook_tells_of_more_usage_than_a_long_holds() -> None:
    store = Store(seed=1, product={"billing": "usage", "quota": 10**12})
    store.checkout()
    for _ in range(1_023):
        store.top_up(quota=2**53, price=0)
    assert refusal_of(store, lambda s: s.top_up(quota=2**53, price=0)).endswith("(2^63 - 1 at most). Add less.")


def test_there_is_no_message_to_postpone_without_step_cover() -> None:
    assert refusal_of(unpaid(), Store.postpone_message, IllegalAction) == (
        "Cannot postpone the StepCover message: subscription 10 is not in StepCover. "
        "Make the store with assumptions={'step_cover': 'pause'}."
    )


def test_an_invoice_that_was_not_sent_is_not_paid() -> None:
    store = Store(seed=1, product={"billing": "one_time"}, first_ids={"invoice": 1000, "order": 100})
    store.draft_invoice()
    allowed = "invoice 1000 is TEMPORARY. Allowed in this state: reserve, update, send, sending fails or delete."
    assert refusal_of(store, Store.pay_invoice, IllegalAction) == f"Cannot pay: {allowed}"
    store.send_invoice()
    assert refusal_of(store, Store.cancel_order, IllegalAction) == (
        "Cannot cancel the order: order 100 is billed by invoice 1000, which is SENT. "
        "Delete the invoice: store.delete_invoice()."
    )


def test_nobody_is_deleted_who_is_still_bound() -> None:
    assert refusal_of(paid(), Store.delete_customer, IllegalAction) == (
        "Cannot delete the customer: customer 1 is still needed by subscription 10, which is ACTIVE. "
        "Cancel that first, or let it end."
    )


def test_nothing_is_deleted_that_is_still_needed() -> None:
    store = paid()
    ended = "needed by subscription 10, which is ACTIVE. Cancel the subscription or change its plan first."
    assert refusal_of(store, lambda s: s.delete_product(s.products[0]), IllegalAction).endswith(ended)
    assert refusal_of(store, lambda s: s.delete_price(s.price), IllegalAction).endswith(ended)
    store.cancel()
    order = store.checkout(pays="later")
    open_order = f"needed by order {order.id}, which is CREATED. Cancel or pay the order first."
    assert refusal_of(store, lambda s: s.delete_price(s.price), IllegalAction).endswith(open_order)


def test_nothing_is_done_for_a_customer_who_was_deleted() -> None:
    store = paid()
    order = store.order
    store.cancel()
    store.delete_customer()
    assert refusal_of(store, lambda s: s.refund(order), IllegalAction) == (
        "Cannot refund the order: customer 1 is deleted. That state is final: it allows no action."
    )
    assert refusal_of(store, Store.checkout) == ("The store has no customer. Create one: store.create_customer()")


def test_an_illegal_action_says_what_it_was_about_and_survives_another_process() -> None:
    store = paid()
    store.pause()
    with pytest.raises(IllegalAction) as caught:
        store.pause()
    error = pickle.loads(pickle.dumps(caught.value))
    assert type(error) is IllegalAction
    assert (error.action, error.subject, error.state) == ("pause", "subscription 10", "PAUSE")
    assert error.allowed == (
        *("cancel", "cancel its first order", "cancel at the end of the period", "cancel at a given time"),
        *("resume", "change the payment method"),
    )
    assert str(error) == str(caught.value)


# What can never be.


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (
            lambda s: s.checkout(methd="card"),
            "Unknown option 'methd' of a checkout. Did you mean 'method'? The options are customer,",
        ),
        (lambda s: s.checkout(method="crad"), "Unknown method 'crad'. Did you mean 'card'? The methods are 'card',"),
        (
            lambda s: s.checkout(gateway="TOS"),
            "Unknown gateway 'TOS'. Did you mean 'TOSS'? The gateways with documented methods (fact 30) are ",
        ),
        (
            lambda s: s.checkout(gateway="KAKAO", method="cms"),
            "KAKAO does not offer CMS_BILL (fact 30). Gateways that do:",
        ),
        (
            lambda s: s.checkout(method="bank"),
            "A recurring price cannot be paid by 'bank'. Pay by 'card', 'virtual_account'",
        ),
        (lambda s: s.checkout(pays="fail"), "pays='fail' is not among 'now', 'fails' or 'later'."),
        (
            lambda s: s.checkout(pays="fails", method="virtual_account"),
            "pays='fails': a virtual account waits for its money and does not fail.",
        ),
        (lambda s: s.checkout(discount=10**9), "discount=1000000000 is more than the "),
        (
            lambda s: s.checkout(trial_days=5, pays="fails"),
            "This order costs nothing, so that no payment can wait or fail. Pay it by card, with pays='now'.",
        ),
        (
            lambda s: s.checkout([]),
            "The list of prices is empty. Give a price, several prices, or nothing for store.price.",
        ),
        (lambda s: s.checkout(tax=0.5), "tax=0.5: amounts in KRW are whole. Round it."),
        (lambda s: s.checkout("price_nowhere"), "The store has no price 'price_nowhere'. Give one of store.prices."),
        (lambda s: s.cancel(7), "The store has no subscription 7. Give one of store.subscriptions."),
        (lambda s: s.cancel(s.order), "Order is no subscription. Give a record that the store gave you, or its id."),
        (
            lambda s: s.create_customer(nam="x"),
            "A customer has no field 'nam'. Did you mean 'name'? The fields are id, code,",
        ),
        (lambda s: s.create_customer(name=5), "Wrong field of a customer (name): $.data.name: expected a string"),
        (lambda s: s.create_customer(id=1), "The id 1 belongs to another customer, or did. Give another id, or none."),
        (lambda s: s.update_customer(shipping={"nam": "x"}), "Wrong field of a customer (shipping): $.data.shipp"),
        (
            lambda s: s.update_customer(id=5),
            "The id of a customer cannot change. Make another customer: create_customer()",
        ),
        (
            lambda s: s.update_customer(),
            "update_customer() got no field to change. Name one, such as email='lee@example.com'.",
        ),
        (lambda s: s.create_product(code=s.products[0].code), "The code 'product_"),
        (
            lambda s: s.create_product(quota=5),
            "quota=5: only billing='usage' has a quota. Add billing='usage', or leave the quota out.",
        ),
        (lambda s: s.create_price(s.products[0], amount=5), "A price has no field 'amount'."),
        (lambda s: s.found_price(s.products[0], amount=5), "A price has no field 'amount'."),
        (lambda s: s.change_quantity(quantity=1), "Subscription 10 has the quantity 1 already. Give another."),
        (lambda s: s.change_quantity(quantity=2, item=5), "Subscription 10 has no item 5. It has "),
        (
            lambda s: s.update_product(s.products[0]),
            "update_product() got nothing to change. Give a name, or a status such as OUT_OF_STOCK.",
        ),
        (lambda s: s.latest(5), "A store keeps no int. Give a record that the store gave you."),
        (lambda s: s.state(at=6), "at=6 is not an event of this store. Give one, or a number of events from 0 to 5."),
    ],
)
def test_what_can_never_be_is_refused_with_the_next_step(ask: Ask, message: str) -> None:
    assert refusal_of(paid(), ask).startswith(message)


def test_an_event_of_another_store_is_none_of_this_one() -> None:
    other = paid().events[0]
    message = refusal_of(Store(seed=2), lambda s: s.state(at=other))
    assert message.startswith(
        "This order.created did not happen in this store. Give an unchanged one of store.events, or their number."
    )


def test_a_price_in_another_currency_may_be_less_than_one() -> None:
    assert Store(seed=1, currency="USD", product={"price": 0.5}).checkout().amount == Decimal("0.5")
    with pytest.raises(SteppayMockError, match=r"price=0: give an amount from 0\.01 to 1,000,000,000,000\."):
        Store(currency="USD", product={"price": 0})
    with pytest.raises(SteppayMockError, match=r"price=0\.005: give an amount from 0\.01"):
        Store(currency="USD", product={"price": 0.005})


def test_acting_for_somebody_unknown_or_buying_nothing_known_changes_nobody() -> None:
    store = paid()
    other = store.create_customer()
    with pytest.raises(SteppayMockError), store.acting_for(other, buying="price_nowhere"):
        pass
    assert store.customer.id == 1


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"sed": 7}, "A store has no option 'sed'. Did you mean 'seed'? The options are seed, start, locale,"),
        ({"nulls": "omitted"}, "nulls='omitted': expected 'omit', 'null' or 'mixed'. Did you mean 'omit'?"),
        ({"is_test": "yes"}, "is_test='yes': expected True, False or None. Pass is_test=True."),
        ({"currency": "won"}, "currency='won' is not an ISO 4217 code. Give one such as KRW or USD."),
        ({"first_ids": {"ordr": 5}}, "first_ids: unknown kind 'ordr'. Did you mean 'order'? The kinds are customer,"),
        (
            {"first_ids": {"order": 2**63}},
            f"{2**63} cannot be the first id of order. Give a whole number from 1 to 2^62.",
        ),
        (
            {"customer": {"mail": "x"}},
            "A customer has no field 'mail'. Did you mean 'email'? The fields are id, code,",
        ),
        (
            {"product": {"biling": "usage"}},
            "A product has no field 'biling'. Did you mean 'billing'? The fields are price,",
        ),
        (
            {"product": {"billing": "monthly"}},
            "billing='monthly': expected 'flat', 'unit', 'usage' or 'one_time'. Pass billing='flat'.",
        ),
        (
            {"assumptions": {"notice": 3}},
            "Unknown assumption 'notice'. Did you mean 'notice_days'? The assumptions are order_",
        ),
        (
            {"assumptions": {"retry_days": 5}},
            "retry_days=5 are not rising whole numbers from 1 to 3650. Give them like (1,",
        ),
        ({"assumptions": {"cover_messages": 5}}, "cover_messages=5: StepCover sends at most 4 (fact 28)."),
    ],
)
def test_an_option_that_cannot_be_is_refused_with_the_nearest(options: Any, message: str) -> None:
    with pytest.raises(SteppayMockError) as caught:
        Store(**options)
    assert str(caught.value).startswith(message)


def test_a_refused_customer_or_product_takes_neither_an_id_nor_a_code() -> None:
    store = paid()
    refusal_of(store, lambda s: s.create_customer(id=77, code="c", name=5))  # type: ignore[arg-type]
    refusal_of(store, lambda s: s.create_product(code="p", price_code="q", price=-1))
    assert store.create_customer(id=77, code="c").id == 77
    assert store.create_product(code="p", price_code="p").prices[0].code == "p"
