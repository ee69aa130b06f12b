"""What each action sends: which events, in which order, and how things stand then. Buying, and money back."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from store.bursts import COMPLETED, PAID, bought, burst, days_between, last_of, moment, sent_by, told

from steppay_mock import Store

CANCELED = "subscription.updated CANCELED"


# Checkout.


def test_a_card_pays_at_once_and_begins_the_subscription() -> None:
    store = Store(seed=1)
    assert bought(store, store.checkout) == ["order.created CREATED", *PAID, "subscription.created ACTIVE", COMPLETED]
    order, subscription = store.order, store.subscription
    assert (order.type, order.status, order.subscriptions) == ("RECURRING_INITIAL", "PAID", (subscription.id,))
    assert last_of(store, "order.payment_completed")["subscriptions"] == [subscription.id]
    assert "subscriptions" not in last_of(store, "order.updated")


def test_what_does_not_recur_makes_no_subscription() -> None:
    store = Store(seed=1, product={"billing": "one_time"})
    for method in ("card", "bank"):
        assert bought(store, lambda: store.checkout(method=method)) == [  # noqa: B023 - called at once
            "order.created CREATED",
            *PAID,
            COMPLETED,
        ]
    assert store.order.type == "ONE_TIME"
    assert not store.subscriptions


def test_a_payment_that_fails_leaves_an_order_that_can_be_paid() -> None:
    store = Store(seed=1)
    failed = ["order.created CREATED", "payment.failed FAILED", "order.updated PAYMENT_FAILURE"]
    assert bought(store, lambda: store.checkout(pays="fails")) == failed
    assert burst(store, lambda: store.pay(pays="fails")) == ["payment.failed FAILED"]
    assert burst(store, store.pay) == [*PAID, "subscription.created ACTIVE", COMPLETED]
    assert last_of(store, "payment.failed")["errorMessage"]
    assert len({payment.id for payment in store.payments}) == 3


def test_what_is_paid_later_is_only_an_order_until_then() -> None:
    store = Store(seed=1)
    assert burst(store, lambda: store.checkout(pays="later")) == ["order.created CREATED"]
    assert burst(store, store.pay) == [*PAID, "subscription.created ACTIVE", COMPLETED]


def test_a_subscription_renews_by_what_its_order_was_paid_with_at_last() -> None:
    store = Store(seed=1)
    order = store.checkout(pays="fails")
    store.pay(order, method="cms", gateway="SETTLE")
    store.confirm_payment(order)
    assert last_of(store, "subscription.created")["paymentMethod"]["paymentGateway"] == "SETTLE"
    store.advance(days=32)
    assert last_of(store, "payment.completed")["paymentMethod"] == "CMS_BILL"


def test_fact_29_a_virtual_account_waits_for_its_money() -> None:
    store = Store(seed=1, product={"billing": "one_time"})
    waits = ["order.created CREATED", "order.updated DEPOSIT_WAITING", "payment.standby VIRTUAL_BANK_STANDBY"]
    assert bought(store, lambda: store.checkout(method="virtual_account")) == waits
    account = last_of(store, "payment.standby")["vBank"]
    assert days_between(last_of(store, "order.updated")["modifiedAt"], account["bankDate"]) == pytest.approx(
        7, abs=0.01
    )
    assert burst(store, store.confirm_payment) == [*PAID, COMPLETED]
    assert len(store.payments) == 1
    assert last_of(store, "payment.completed")["vBank"] == account


def test_a_virtual_account_closes_when_its_time_has_passed() -> None:
    store = Store(seed=1, assumptions={"virtual_account_days": 3})
    order = store.checkout(method="virtual_account")
    store.advance(days=2, hours=23)
    assert store.latest(order).status == "DEPOSIT_WAITING"
    assert burst(store, lambda: store.advance(hours=1, seconds=1)) == ["order.updated CANCELLED"]
    assert not store.subscriptions


def test_fact_29_a_direct_debit_stands_by_and_then_succeeds_or_fails() -> None:
    store = Store(seed=1)
    waits = ["order.created CREATED", "order.updated DEPOSIT_WAITING", "payment.standby CMS_STANDBY"]
    assert bought(store, lambda: store.checkout(method="cms")) == waits
    assert last_of(store, "payment.standby")["niceCms"]["status"] == "WITHDRAW_PENDING"
    assert burst(store, store.reject_payment) == ["payment.failed FAILED", "order.updated PAYMENT_FAILURE"]
    assert last_of(store, "payment.failed")["niceCms"]["status"] == "WITHDRAW_FAIL"
    assert burst(store, lambda: store.pay(method="cms")) == waits[1:]
    assert burst(store, store.confirm_payment) == [*PAID, "subscription.created ACTIVE", COMPLETED]
    assert last_of(store, "payment.completed")["niceCms"]["status"] == "WITHDRAW_SUCCESS"


def test_a_rejected_debit_can_be_paid_again_where_no_event_tells_that_the_order_failed() -> None:
    store = Store(seed=1, assumptions={"order_updated_when_failed": False})
    store.checkout(method="cms")
    assert burst(store, store.reject_payment) == ["payment.failed FAILED"]
    assert burst(store, store.pay) == [*PAID, "subscription.created ACTIVE", COMPLETED]


def test_a_subscription_can_be_incomplete_while_its_first_debit_is_on_its_way() -> None:
    store = Store(seed=1, product={"setup_fee": 1000}, assumptions={"incomplete_before_payment": True})
    waits = ["order.created CREATED", "order.updated DEPOSIT_WAITING", "payment.standby CMS_STANDBY"]
    waits.append("subscription.created INCOMPLETE")
    assert bought(store, lambda: store.checkout(method="cms", trial_days=7)) == waits
    store.advance(days=2)
    assert burst(store, store.confirm_payment) == [*PAID, "subscription.updated ACTIVE", COMPLETED]
    active = last_of(store, "subscription.updated")
    assert active["trialPeriod"] == active["currentPeriod"]
    assert days_between(*active["currentPeriod"].values()) == 7
    assert "lastPaymentDate" not in active


def test_all_incomplete_subscriptions_of_an_order_end_with_its_debit() -> None:
    store = Store(seed=1, assumptions={"incomplete_before_payment": True})
    weekly = store.create_price(store.products[0], interval="WEEK")
    store.checkout([store.price, weekly], method="cms")
    assert burst(store, store.reject_payment)[-2:] == ["subscription.updated EXPIRED"] * 2
    order = store.checkout([store.price, weekly], method="cms")
    assert burst(store, lambda: store.cancel_order(order)) == ["order.updated CANCELLED", CANCELED, CANCELED]


def test_no_subscription_is_incomplete_for_a_virtual_account() -> None:
    store = Store(seed=1, assumptions={"incomplete_before_payment": True})
    store.checkout(method="virtual_account")
    assert not store.subscriptions


def test_payments_name_order_and_customer_by_strings_and_all_else_by_numbers() -> None:
    store = Store(seed=1)
    store.checkout()
    number, customer = store.order.id, store.customer.id
    payment = last_of(store, "payment.completed")
    assert (payment["orderId"], payment["customerId"]) == (str(number), str(customer))
    for other in (last_of(store, "subscription.created"), {**last_of(store, "order.updated"), "orderId": number}):
        assert (other["orderId"], other["customerId"]) == (number, customer)


def test_fact_31_what_stands_beside_the_goods_is_a_line_of_its_own() -> None:
    store = Store(seed=1, product={"price": 10_000, "setup_fee": 3_000})
    store.checkout(quantity=2, discount=1_500, tax=2_000, shipping_fee=2_500)
    order = last_of(store, "order.updated")
    lines = {line["type"]: line for line in order["items"]}
    assert {kind: line["paidAmount"] for kind, line in lines.items()} == {
        "SKU": 20_000,
        "FEE": 3_000,
        "DISCOUNT": -1_500,
        "TAX": 2_000,
        "SHIPPING": 2_500,
    }
    assert (order["paidAmount"], order["discountedAmount"], order["leftAmount"]) == (26_000, 1_500, 26_000)
    assert lines["DISCOUNT"]["discountName"]
    assert lines["FEE"]["priceSetupType"] == "INITIALLY"
    for kind in ("FEE", "DISCOUNT", "TAX", "SHIPPING"):
        assert lines[kind]["relatedOrderItemId"] == lines["SKU"]["id"]
        assert lines[kind]["parentOrderItemCode"] == lines["SKU"]["code"]
    assert last_of(store, "payment.completed")["paidAmount"] == 26_000
    assert order["shipping"] == store.state()["customers"][store.customer.id]["shipping"]
    store.advance(days=32)
    assert last_of(store, "order.created")["paidAmount"] == 20_000, "a renewal costs the goods alone"


def test_amounts_with_decimals_add_up_exactly() -> None:
    store = Store(seed=1, currency="USD", product={"price": 0.1})
    store.checkout(quantity=3, tax=0.2)
    assert last_of(store, "order.updated")["paidAmount"] == 0.5
    store.refund(amount=0.2)
    assert last_of(store, "order.updated")["leftAmount"] == 0.3


def test_a_trial_costs_nothing_and_the_first_renewal_comes_at_its_end() -> None:
    store = Store(seed=1)
    free = ["order.created CREATED", "order.updated PAID", "subscription.created ACTIVE", COMPLETED]
    assert bought(store, lambda: store.checkout(trial_days=10)) == free
    begun = last_of(store, "subscription.created")
    assert begun["trialPeriod"] == begun["currentPeriod"]
    assert begun["nextPaymentDate"] == begun["trialPeriod"]["endDateTime"]
    assert days_between(*begun["trialPeriod"].values()) == 10
    assert last_of(store, "order.created")["items"][0]["demoCycle"] == {"num": 10, "type": "DAY"}
    assert told(sent_by(store, lambda: store.advance(days=11)))[2] == "payment.completed COMPLETE"
    period = last_of(store, "subscription.updated")["currentPeriod"]
    assert period["startDateTime"] == begun["nextPaymentDate"]
    assert days_between(*period.values()) == 31


def test_prices_that_recur_alike_are_one_subscription_and_others_another() -> None:
    store = Store(seed=1)
    weekly = store.create_price(store.products[0], interval="WEEK")
    once = store.create_price(store.products[0], billing="one_time")
    order = store.checkout([store.price, weekly, store.price, once])
    assert [len(subscription.items) for subscription in store.subscriptions] == [2, 1]
    assert order.subscriptions == tuple(subscription.id for subscription in store.subscriptions)
    assert len(order.lines) == 4


# Money back.


def test_fact_29_an_order_is_refunded_in_two_parts() -> None:
    store = Store(seed=1, product={"billing": "one_time", "price": 9_000})
    store.checkout()
    part = ["payment.canceled PARTIAL_CANCELED", "order.updated CANCELLATION_REFUNDED_PARTIALLY"]
    assert burst(store, lambda: store.refund(amount=2_000)) == part
    assert last_of(store, "payment.canceled")["cancel"]["canceledAmount"] == 2_000
    assert burst(store, store.refund) == ["payment.canceled CANCELED", "order.updated CANCELLATION_REFUNDED"]
    assert last_of(store, "payment.canceled")["cancel"]["canceledAmount"] == 9_000
    order = last_of(store, "order.updated")
    assert (order["paidAmount"], order["returnedAmount"], order["leftAmount"]) == (9_000, 9_000, 0)


def test_fact_25_cancelling_the_first_order_cancels_every_subscription_that_it_made() -> None:
    store = Store(seed=1)
    weekly = store.create_price(store.products[0], interval="WEEK")
    order = store.checkout([store.price, weekly])
    given_back = ["payment.canceled CANCELED", "order.updated CANCELLATION_REFUNDED"]
    assert burst(store, lambda: store.cancel_order(order)) == [*given_back, CANCELED, CANCELED]


def test_fact_25_cancelling_the_order_of_a_renewal_cancels_no_subscription() -> None:
    store = Store(seed=1)
    store.checkout()
    store.advance(days=32)
    assert store.order.type == "RECURRING"
    assert burst(store, store.cancel_order) == ["payment.canceled CANCELED", "order.updated CANCELLATION_REFUNDED"]
    assert store.subscription.status == "ACTIVE"


def test_cancelling_an_order_that_was_not_paid_gives_nothing_back() -> None:
    store = Store(seed=1)
    store.checkout(pays="later")
    assert burst(store, store.cancel_order) == ["order.updated CANCELLED"]


# What can be chosen.


def test_assumptions_change_which_events_are_sent() -> None:
    quiet = {
        "order_updated_when_paid": False,
        "order_updated_when_failed": False,
        "prices_created_with_product": False,
    }
    store = Store(seed=1, assumptions=quiet)
    assert bought(store, lambda: store.checkout(pays="fails")) == ["order.created CREATED", "payment.failed FAILED"]
    paid = ["payment.completed COMPLETE", "subscription.created ACTIVE", "order.payment_completed PAID"]
    assert burst(store, store.pay) == paid
    assert last_of(store, "order.payment_completed")["subscriptions"] == [store.subscription.id]
    assert burst(store, store.create_product) == ["product.created SALE"]


def test_actions_are_about_whom_the_store_acts_for() -> None:
    store = Store(seed=1)
    other, price = store.create_customer(), store.create_product(billing="one_time").prices[0]
    with store.acting_for(other, buying=price):
        assert store.checkout().customer_id == other.id
        assert store.order.type == "ONE_TIME"
    assert store.checkout().customer_id == store.customer.id != other.id


def test_what_the_store_gave_once_stays_as_it_was_and_latest_tells_how_it_is() -> None:
    store = Store(seed=1)
    order = store.checkout(pays="later")
    store.pay(order)
    assert (order.status, store.latest(order).status) == ("CREATED", "PAID")
    assert store.refund(order).status == "CANCELLATION_REFUNDED"


def test_reading_or_changing_an_event_does_not_change_the_store() -> None:
    store = Store(seed=1)
    nowhere: Any = dict.fromkeys(("state", "city", "countryCode"))
    store.update_customer(
        shipping={**dict.fromkeys(("name", "phone", "postcode", "address1", "address2"), "x"), **nowhere}
    )
    before = store.state()
    event = store.events[-1]
    event.data["shipping"]["name"] = "somebody else"
    assert store.events[-1] != event
    assert store.state() == before
    assert before["customers"][store.customer.id]["shipping"]["city"] is None


def test_what_the_caller_changes_afterwards_is_not_what_the_store_was_told() -> None:
    store = Store(seed=1)
    recipients, grades = ["a@example.com"], {"grade": "gold"}
    store.update_customer(additional_recipients=recipients, attributes=grades)
    recipients.append("b@example.com")
    grades["grade"] = "none"
    told_of = store.state()["customers"][store.customer.id]
    assert (told_of["additionalRecipients"], told_of["attributes"]) == (["a@example.com"], {"grade": "gold"})


def test_an_order_is_due_a_week_after_it_was_made() -> None:
    store = Store(seed=1)
    store.checkout()
    assert "paymentDueDate" not in last_of(store, "order.created")
    order = last_of(store, "order.updated")
    assert days_between(order["createdAt"], order["paymentDueDate"]) == 7
    assert isinstance(moment(order["createdAt"]), datetime)
