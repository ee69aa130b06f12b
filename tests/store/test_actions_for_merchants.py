"""What is sent of usage, invoices, customers, and what is sold (facts 8 and 26)."""

from __future__ import annotations

from datetime import timedelta

from store.bursts import COMPLETED, PAID, burst, last_of, sent_by, told

from steppay_mock import Store

CANCELED = "subscription.updated CANCELED"


# Usage.


def test_usage_is_a_series_of_deltas_with_running_sums() -> None:
    store = Store(seed=1, product={"billing": "usage", "quota": 100})
    store.checkout()
    assert burst(store, lambda: store.add_usage(amount=30)) == ["subscription.usage.added"]
    store.add_usage(amount=12, via="MANAGER")
    usage = last_of(store, "subscription.usage.added")
    assert [entry["deltaRecord"] for entry in usage["recordQuotas"]] == [0, 30, 12]
    assert [entry["accumulateRecord"] for entry in usage["recordQuotas"]] == [0, 30, 42]
    assert [entry["accumulateQuota"] for entry in usage["recordQuotas"]] == [100, 100, 100]
    assert (usage["accumulatedRecord"], usage["accumulatedQuota"]) == (42, 100)
    assert usage["recordQuotas"][-1]["via"] == "MANAGER"


def test_more_quota_is_bought_with_an_order_of_its_own() -> None:
    store = Store(seed=1, product={"billing": "usage", "quota": 100, "price": 700})
    store.checkout()
    sent = ["order.created CREATED", *PAID, "subscription.usage.added", COMPLETED]
    assert burst(store, lambda: store.top_up(quota=50)) == sent
    assert (store.order.type, store.order.amount) == ("ADD_USAGE", 350), "half of the quota, for all of the period"
    assert burst(store, lambda: store.top_up(quota=5, price=0)) == [sent[0], sent[1], sent[3], COMPLETED]
    assert last_of(store, "subscription.usage.added")["accumulatedQuota"] == 155


def test_usage_without_a_quota_is_paid_for_when_the_period_is_over() -> None:
    store = Store(seed=1, nulls="null", product={"billing": "usage", "price": 20})
    store.checkout()
    assert store.order.amount == 0
    store.add_usage(amount=7)
    usage = last_of(store, "subscription.usage.added")
    assert usage["accumulatedQuota"] is None
    assert {entry["deltaQuota"] for entry in usage["recordQuotas"]} == {None}
    assert {entry["accumulateQuota"] for entry in usage["recordQuotas"]} == {None}
    assert last_of(store, "subscription.created")["items"][0]["claimMethodType"] == "POST"
    store.advance(days=32)
    assert store.order.amount == 140


def test_the_sums_begin_again_at_each_renewal() -> None:
    store = Store(seed=1, product={"billing": "usage", "quota": 10})
    store.checkout()
    first = store.add_usage(amount=10)
    store.top_up(quota=5)
    store.advance(days=32)
    assert store.state()["usage"] == {}
    second = store.add_usage(amount=1)
    assert (second.used, second.quota) == (1, 10)
    assert second.id != first.id


def test_what_had_a_quota_is_not_paid_for_a_second_time_after_a_change_of_plan() -> None:
    store = Store(seed=1, product={"billing": "usage", "quota": 100, "price": 50})
    postpaid = store.create_price(store.products[0], billing="usage", price=3)
    store.checkout()
    store.add_usage(amount=40)
    store.change_plan(price=postpaid)
    store.top_up(quota=10)  # what is left of the period has a quota still
    store.advance(days=32)
    assert store.order.amount == 0
    store.add_usage(amount=1_000)
    store.advance(days=31)
    assert store.order.amount == 3_000


# Invoices.


def test_an_invoice_is_drafted_reserved_sent_and_paid() -> None:
    store = Store(seed=1, product={"billing": "one_time", "price": 5_000})
    drafted = ["invoice.created TEMPORARY"]
    assert burst(store, lambda: store.draft_invoice(discount=500, memo="감사합니다")) == drafted
    at = store.now + timedelta(days=1)
    assert burst(store, lambda: store.reserve_invoice(at=at)) == ["invoice.updated RESERVATION"]
    assert burst(store, lambda: store.advance(days=2)) == ["order.created CREATED", "invoice.updated SENT"]
    assert last_of(store, "order.created")["invoiceId"] == store.invoice.id
    assert burst(store, store.pay_invoice) == [*PAID, "invoice.updated PAID", COMPLETED]
    assert last_of(store, "payment.completed")["paidAmount"] == 4_500
    assert told(sent_by(store, lambda: store.advance(days=60))) == []


def test_an_invoice_whose_deadline_passes_is_overdue_and_can_be_paid_still() -> None:
    store = Store(seed=1, product={"billing": "one_time"})
    store.draft_invoice(days_to_pay=10)
    assert burst(store, lambda: store.send_invoice(fails=True)) == ["invoice.updated SEND_FAIL"]
    assert burst(store, store.send_invoice) == ["order.created CREATED", "invoice.updated SENT"]
    assert burst(store, lambda: store.advance(days=11)) == ["invoice.updated OVER_DUE"]
    assert burst(store, store.pay_invoice) == [*PAID, "invoice.updated PAID", COMPLETED]


def test_an_invoice_that_is_deleted_cancels_what_it_bills() -> None:
    store = Store(seed=1, product={"billing": "one_time"})
    store.draft_invoice()
    assert burst(store, store.delete_invoice) == ["invoice.deleted TEMPORARY"]
    store.draft_invoice()
    store.send_invoice()
    assert burst(store, store.delete_invoice) == ["invoice.deleted SENT", "order.updated CANCELLED"]
    assert "invoiceId" not in last_of(store, "order.updated")
    assert not store.invoices


def test_what_is_billed_can_be_paid_again_when_its_virtual_account_closes() -> None:
    store = Store(seed=1, product={"billing": "one_time"})
    store.draft_invoice(days_to_pay=30)
    store.send_invoice()
    store.pay_invoice(method="virtual_account")
    assert burst(store, lambda: store.advance(days=8)) == ["order.updated CREATED"]
    assert burst(store, store.pay_invoice) == [*PAID, "invoice.updated PAID", COMPLETED]


# Customers and what is sold.


def test_customers_are_created_updated_and_deleted() -> None:
    store = Store(seed=1)
    made = store.create_customer(name="이서연", id=42)
    assert burst(store, lambda: store.update_customer(made, email=None)) == ["customer.updated"]
    assert burst(store, lambda: store.delete_customer(made)) == ["customer.deleted"]
    assert last_of(store, "customer.deleted")["name"] == "이서연"
    assert [customer.id for customer in store.customers] == [store.customer.id]


def test_a_new_customer_stands_in_where_the_stores_own_was_deleted() -> None:
    store = Store(seed=1)
    store.delete_customer()
    store.delete_product(store.products[0])
    made, product = store.create_customer(), store.create_product()
    assert (store.customer, store.price) == (made, product.prices[0])
    assert store.checkout().customer_id == made.id


def test_products_and_prices_are_created_updated_and_deleted() -> None:
    store = Store(seed=1, product=None)
    assert burst(store, store.create_product) == ["product.created SALE", "product.price.created"]
    product = store.products[0]
    assert burst(store, lambda: store.create_price(product, billing="one_time")) == ["product.price.created"]
    assert burst(store, lambda: store.update_product(product, name="골드")) == ["product.updated SALE"]
    assert len(last_of(store, "product.updated")["prices"]) == 2
    assert burst(store, lambda: store.delete_price(product.prices[0])) == ["product.price.deleted"]
    assert burst(store, lambda: store.delete_product(product)) == ["product.deleted UNSOLD"]
    assert store.state()["prices"] == {}
